"""An account as a message: its figures in short, with the paper attached."""

from __future__ import annotations

from typing import Final

from escalation.kinds import HEAD
from escalation.ladder import Language
from notifications.message import (
    Attachment,
    Code,
    Gap,
    Heading,
    Items,
    Line,
    Message,
    Part,
    Small,
    as_html,
    as_text,
    cut,
)
from notifications.words import Words, words_of
from reports.figures import Account, Party
from reports.paper import paper_of
from reports.sheets import GROUP, kind_of, made_words, of_party, period_of, term_words
from runtime.commands import STARTER

LONGEST_LIST: Final = 5
"""Cases or escalations that the message names; the paper has more of them."""

_COLOUR: Final = "#2f5d8a"


def message_of(account: Account, language: Language) -> Message:
    """Write the account of a month to level 3.

    :raises letters.typesetting.CannotBeSet: where its paper cannot be set.
    """
    words = words_of(language)
    parts = _parts(account, words)
    name = f"rex-account-{account.first:%Y-%m}.pdf"
    return Message(
        id=_id(account),
        subject=cut(_subject(account, words)),
        text=as_text(parts),
        html=as_html(parts, language=language.value, colour=_COLOUR),
        attachment=Attachment(name, "application/pdf", paper_of(account, language)),
    )


def _id(account: Account) -> str:
    return f"account.{account.first:%Y-%m}"


def _subject(account: Account, words: Words) -> str:
    return words.of(
        GROUP,
        "subject",
        period=f"{account.first:%m.%Y}",
        received=sum(each.received for each in account.cases),
        closed=sum(each.closed for each in account.cases),
        broken=sum(of_party(account.terms, party)[1] for party in Party),
    )


def _parts(account: Account, words: Words) -> list[Part]:
    return [
        Heading(
            above=words("to_level", level=HEAD, name=words.level(HEAD)),
            words=f"{words.of(GROUP, 'heading')}: {period_of(account, words)}",
            colour=_COLOUR,
        ),
        *_cases(account, words),
        *_terms(account, words),
        *_reserve(account, words),
        *_unacknowledged(account, words),
        Line(words.of(GROUP, "attached")),
        Code(f"{STARTER} report --from {account.first} --to {account.last} --pdf FILE"),
        Line(made_words(account, words)),
        Line(words.of(GROUP, "definitions")),
        Small(words.of(GROUP, "identity", id=_id(account))),
    ]


def _cases(account: Account, words: Words) -> list[Part]:
    flows = [
        f"{words.of('countries', each.country)}: "
        + words.of(GROUP, "flow", **each.model_dump(include={"open_before", "received", "closed", "open_after"}))
        for each in account.cases
    ]
    outcomes = {name: sum(each.outcomes[name] for each in account.cases) for name in account.cases[0].outcomes}
    ended = tuple(f"{words.of('outcomes', name)}: {count}" for name, count in outcomes.items() if count)
    return [
        Items(words.of(GROUP, "cases"), tuple(flows)),
        Items(words.of(GROUP, "outcomes"), ended or (words.of(GROUP, "none"),)),
    ]


def _terms(account: Account, words: Words) -> list[Part]:
    of_each = [
        f"¶{each.paragraph}, {term_words(each.step, words)}: "
        + words.of(GROUP, "count_of", kept=each.kept, broken=each.broken)
        for each in account.terms
    ]
    of_both = []
    for party in Party:
        kept, broken, _, _ = of_party(account.terms, party)
        name = words.of(GROUP, "all_of", party=words.of("parties", party))
        of_both.append(f"{name}: {words.of(GROUP, 'count_of', kept=kept, broken=broken)}")
    return [Items(words.of(GROUP, "terms"), (*of_each[:-1], *of_both, of_each[-1]))]


def _reserve(account: Account, words: Words) -> list[Part]:
    reserves = [f"{words.of('reserves', each)}: {count}" for each, count in account.reserve_now.items() if count]
    parts: list[Part] = [Items(words.of(GROUP, "reserve_now"), tuple(reserves) or (words.of(GROUP, "none"),))]
    if account.pressed_now:
        named = [
            f"{each.case_id}: {words.of('risks', each.risk)}, {words.of('short_steps', each.step)}"
            for each in account.pressed_now
        ]
        parts.append(Items(words.of(GROUP, "pressed_now"), _shortened(named, words)))
    return parts


def _unacknowledged(account: Account, words: Words) -> list[Part]:
    named = [
        f"{each.case_id}: {kind_of(each.kind, each.step, words)} ({words.count('calendar_days', each.days)})"
        for each in account.unacknowledged_now
    ]
    none = (words.of(GROUP, "none"),)
    return [Items(words.of(GROUP, "unacknowledged_now"), _shortened(named, words) or none), Gap()]


def _shortened(named: list[str], words: Words) -> tuple[str, ...]:
    more = len(named) - LONGEST_LIST
    return (*named[:LONGEST_LIST], words.of(GROUP, "more", count=more)) if more > 0 else tuple(named)
