"""Comparing the names of exporters: the legal form in any language, and the name itself in any spelling (¶9)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rules.likeness import (
    OTHER,
    OTHER_ORDER,
    SAME,
    SPELLED,
    TYPING_ERROR,
    Likeness,
    folded_words,
    mistyped,
    same,
    same_at_sight,
    too_long,
    written,
)
from rules.spelling import plain, words

_FORMS: Final = {
    # English, Russian and Kazakh, abbreviated and in full; what is written in Latin letters folds to the same.
    "LLP": """ТОО | ЖШС | LLP | LLC | Ltd | Co Ltd | ООО | limited liability partnership | limited liability company
        | limited | товарищество с ограниченной ответственностью | общество с ограниченной ответственностью
        | жауапкершілігі шектеулі серіктестік | жауапкершілігі шектеулі серіктестігі
        | tovarishchestvo s ogranichennoy otvetstvennostyu""",
    "IE": """ИП | ЖК | IE | individual entrepreneur | sole proprietor | индивидуальный предприниматель
        | жеке кәсіпкер | жеке кәсіпкерлік""",
    "farm": """КХ | ФХ | КФХ | ШҚ | ШФҚ | peasant farm | peasant economy | farm enterprise | крестьянское хозяйство
        | фермерское хозяйство | крестьянское фермерское хозяйство | крестьянское или фермерское хозяйство
        | шаруа қожалығы | фермер қожалығы | шаруа немесе фермер қожалығы""",
    "cooperative": """ПК | ӨК | СПК | АӨК | СХПК | PC | production cooperative | agricultural cooperative
        | производственный кооператив | сельскохозяйственный производственный кооператив
        | сельскохозяйственный кооператив | өндірістік кооператив | өндірістік кооперативі
        | ауыл шаруашылығы өндірістік кооперативі | ауыл шаруашылығы кооперативі""",
    "state enterprise": """РГП | РМК | ГКП | МКК | ГП | МК | RSE | SME | РГП на ПХВ | ШЖҚ РМК | ГКП на ПХВ | ШЖҚ МКК
        | republican state enterprise | state municipal enterprise | state enterprise | шаруашылық жүргізу құқығындағы
        | республиканское государственное предприятие | республикалық мемлекеттік кәсіпорын
        | республикалық мемлекеттік кәсіпорны | государственное предприятие | мемлекеттік кәсіпорын""",
    "JSC": """АО | JSC | PJSC | OJSC | CJSC | ОАО | ЗАО | ПАО | ААҚ | ЖАҚ | joint stock company | акционерное общество
        | открытое акционерное общество | закрытое акционерное общество | акционерлік қоғам | акционерлік қоғамы
        | aktsionernoe obshchestvo""",
}
"""Legal forms of Kazakhstan. A ТОО is a partnership in law and a company, LLC or Ltd in many a translation."""

_AT_THE_END: Final = {"JSC": "АҚ | AQ"}
"""Also a common first word of names ("Ақ бидай"), so read as a form at the end alone, and where there is no other."""


def _phrases(forms: dict[str, str]) -> dict[tuple[str, ...], str]:
    return {
        tuple(folded_words(words(plain(phrase)))): form
        for form, listed in forms.items()
        for phrase in listed.split("|")
    }


_PHRASES: Final = _phrases(_FORMS)
_LAST: Final = _phrases(_AT_THE_END)
_ORDER: Final = tuple(_FORMS)
_LONGEST: Final = max(map(len, _PHRASES))

_INITIALS: Final = re.compile(r"\b([^\W\d_])[./]\s?(?=[^\W\d_]\b)")
"""``L.L.P.``, ``Т. О. О.``, ``К/Х``: letters of one abbreviation."""

_BETWEEN_LANGUAGES: Final = re.compile("[/()|]")


class _Name(NamedTuple):
    form: str | None
    words: tuple[str, ...]


def names(one: str, other: str) -> Likeness:
    """How like the names of two exporters are, with their legal forms. A pure function, the same both ways round."""
    if same_at_sight(one, other):
        return SAME
    if too_long(one, other):
        return OTHER
    ours, theirs = _read(one), _read(other)
    bare, their_bare = written(ours.words), written(theirs.words)
    if same(bare, their_bare):
        return _forms(ours.form, theirs.form)
    if ours.form and theirs.form and ours.form != theirs.form:
        return OTHER
    if mistyped(bare, their_bare):
        return TYPING_ERROR
    if sorted(folded_words(ours.words)) == sorted(folded_words(theirs.words)):
        return OTHER_ORDER
    return OTHER


def _forms(ours: str | None, theirs: str | None) -> Likeness:
    if ours == theirs:
        return SPELLED
    if ours is None or theirs is None:
        return Likeness("minor", "is the one in REX, but one of the two has no legal form")
    first, second = sorted((ours, theirs))
    return Likeness("serious", f"differs from the one in REX by its legal form ({first}, {second})")


def _read(name: str) -> _Name:
    """A name without its legal form. One that stands there twice, in two languages, is read once."""
    text = _INITIALS.sub(r"\1", plain(name))
    parts = [_bare(found) for part in _BETWEEN_LANGUAGES.split(text) if (found := words(part))]
    if len({"".join(folded_words(part.words)) for part in parts}) == 1 == len({part.form for part in parts}):
        return parts[0]
    return _bare(words(text))


def _bare(found: list[str]) -> _Name:
    """The words without the legal form, which may stand before them, behind them, or both ("ТОО «Алтын» LLP")."""
    form, kept = None, found
    while (cut := _cut(kept, _PHRASES, form)) is not None:
        form, kept = cut
    if form is None and (cut := _cut(kept, _LAST, None, at_head=False)) is not None:
        form, kept = cut
    return _Name(form, tuple(kept))


def _cut(
    found: list[str], phrases: dict[tuple[str, ...], str], form: str | None, *, at_head: bool = True
) -> tuple[str, list[str]] | None:
    """The legal form at the head or the end, and the rest; another than the one already found is part of the name.

    Of two, the one that stands first in the table is the form, and the other the name ("ТОО «АО»").
    """
    cuts = []
    for length in range(1, min(_LONGEST, len(found) - 1) + 1):
        places = [(found[-length:], found[:-length])] + ([(found[:length], found[length:])] if at_head else [])
        cuts += [(phrases.get(tuple(folded_words(phrase))), rest) for phrase, rest in places]
    fitting = [(this, rest) for this, rest in cuts if this is not None and form in (None, this)]
    return min(fitting, key=lambda cut: (_ORDER.index(cut[0]), len(cut[1])), default=None)
