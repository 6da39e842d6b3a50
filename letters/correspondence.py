"""Letters: to Atameken in Kazakh and Russian (¶7, ¶8, ¶10), to the customs in the language of their request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from activities.outgoing import (
    AboutRequest,
    Acknowledgement,
    Appeal,
    CustomsReply,
    DocumentRequest,
    Letter,
    Reminder,
    Withdrawal,
)
from letters.folder import Folder
from letters.kinds import OF_THE_OFFICE, Language, Paper
from letters.latin import in_latin
from letters.words import LetterWords, Words
from rules.messages import Ground
from rules.text import all_shown, shown

Block = dict[str, Any]
"""A table (``rows``: pairs of words) or a list (``items``), as the layout takes it."""


@dataclass(frozen=True)
class Facts:
    """What a letter says in one language: values for the words after ``$``, blocks for the marks after ``@``."""

    values: dict[str, str]
    blocks: dict[str, Block]
    addressee: list[str]


Tell = Callable[[Words, LetterWords], Facts]


def request(folder: Folder, letter: Letter, asked: DocumentRequest) -> bytes:
    """¶7: the request to Atameken for the application and the documents of origin."""

    def tell(words: Words, _: LetterWords) -> Facts:
        rows = _about(words, asked)
        return Facts(
            {
                "country": words.of("countries", asked.country),
                "respond_by": words.day(asked.respond_by),
            },
            {"facts": {"rows": rows}, "documents": {"items": _kinds(words, asked.documents_wanted)}},
            words.list_of("addressee_atameken"),
        )

    return _set(folder, Paper.REQUEST, OF_THE_OFFICE, letter, tell)


def reminder(folder: Folder, letter: Letter, reminded: Reminder) -> bytes:
    """¶8: a reminder to Atameken of what has not come."""

    def tell(words: Words, own: LetterWords) -> Facts:
        standing = own.late if reminded.late_days else own.ahead
        values = {
            "letter": _numbered(words, reminded.request_letter),
            "count": str(reminded.count),
            "standing": Template(standing).substitute(
                last_day=words.day(reminded.last_day), late_days=reminded.late_days
            ),
        }
        blocks: dict[str, Block] = {
            "facts": {"rows": _about(words, reminded)},
            "documents": {"items": _kinds(words, reminded.missing)},
        }
        return Facts(values, blocks, words.list_of("addressee_atameken"))

    return _set(folder, Paper.REMINDER, OF_THE_OFFICE, letter, tell)


def withdrawal(folder: Folder, letter: Letter, withdrawn: Withdrawal) -> bytes:
    """To Atameken: the documents are no longer needed."""

    def tell(words: Words, _: LetterWords) -> Facts:
        rows = [*_about(words, withdrawn), [words.of("labels", "withdrawal_reason"), withdrawn.reason]]
        values = {"letter": _numbered(words, withdrawn.request_letter)}
        return Facts(values, {"facts": {"rows": rows}}, words.list_of("addressee_atameken"))

    return _set(folder, Paper.WITHDRAWAL, OF_THE_OFFICE, letter, tell)


def appeal(folder: Folder, letter: Letter, made: Appeal) -> bytes:
    """¶10: the appeal to Atameken for revocation of the registration."""

    def tell(words: Words, _: LetterWords) -> Facts:
        conclusion = words("conclusion_of", number=made.conclusion_number, date=words.day(made.conclusion_date))
        rows = [
            *_about(words, made),
            [words.of("labels", "conclusion"), conclusion],
            [words.of("labels", "sha256"), made.conclusion_sha256],
        ]
        blocks: dict[str, Block] = {"facts": {"rows": rows}, "grounds": {"items": ground_items(words, made.grounds)}}
        return Facts({}, blocks, words.list_of("addressee_atameken"))

    return _set(folder, Paper.APPEAL, OF_THE_OFFICE, letter, tell)


def acknowledgement(folder: Folder, letter: Letter, made: Acknowledgement) -> bytes:
    """To the customs: their request is received, and until when it is answered (¶5)."""
    return _set(folder, Paper.ACKNOWLEDGEMENT, [Language(made.language)], letter, _acknowledging(made))


def _acknowledging(made: Acknowledgement) -> Tell:
    def tell(words: Words, _: LetterWords) -> Facts:
        values = {"reference": made.reference, "limit": words.day(made.limit_last_day)}
        rows = [
            *_for_customs(words, made),
            [words.of("labels", "received"), words.day(made.received_on)],
            [words.of("labels", "reason"), words.of("reasons", made.reason)],
            [words.of("labels", "statements"), "; ".join(made.statements) or words("none")],
            [words.of("labels", "case"), made.case_id],
        ]
        return Facts(values, {"facts": {"rows": rows}}, _customs(words, made))

    return tell


def reply(folder: Folder, letter: Letter, made: CustomsReply) -> bytes:
    """The reply to the customs, with the conclusion as its annex."""
    return _set(folder, Paper.REPLY, [Language(made.language)], letter, _replying(made))


def _replying(made: CustomsReply) -> Tell:
    def tell(words: Words, own: LetterWords) -> Facts:
        conclusion = words("conclusion_of", number=made.conclusion_number, date=words.day(made.conclusion_date))
        values = {
            "rex_number": made.rex_number,
            "reference": made.reference,
            "outcome": own.outcome[made.result],
            "conclusion": conclusion,
            "case_id": made.case_id,
        }
        rows = [
            *_for_customs(words, made),
            [words.of("labels", "received"), words.day(made.received_on)],
            [words.of("labels", "result"), words.of("results", made.result)],
            [words.of("labels", "conclusion"), conclusion],
        ]
        return Facts(values, {"facts": {"rows": rows}}, _customs(words, made))

    return tell


@dataclass(frozen=True)
class Mail:
    """A letter as the e-mail that carries it says it; what outsiders wrote is fit to show."""

    subject: str
    paragraphs: list[str]
    authority: str


def acknowledgement_mail(folder: Folder, made: Acknowledgement) -> Mail:
    """The acknowledgement as plain text."""
    return _mail(folder, Paper.ACKNOWLEDGEMENT, made, _acknowledging(made))


def reply_mail(folder: Folder, made: CustomsReply) -> Mail:
    """The reply as plain text."""
    return _mail(folder, Paper.REPLY, made, _replying(made))


def _mail(folder: Folder, kind: Paper, made: Acknowledgement | CustomsReply, tell: Tell) -> Mail:
    words, own = folder.words(Language(made.language)), folder.letter(kind, Language(made.language))
    facts = tell(words, own)
    values, blocks = all_shown(facts.values), all_shown(facts.blocks)
    paragraphs = [words("attention", name=shown(made.to_name))]
    for each in own.paragraphs:
        if each.startswith("@"):
            paragraphs.append("\n".join(f"{label}: {value}" for label, value in blocks[each[1:]]["rows"]))
        else:
            paragraphs.append(Template(each).substitute(values))
    authority = words("authority")
    return Mail(Template(own.subject).substitute(values), [*paragraphs, authority], authority)


def _set(folder: Folder, kind: Paper, languages: Sequence[Language], letter: Letter, tell: Tell) -> bytes:
    parts = [_part(folder, kind, language, letter, tell) for language in languages]
    first = parts[0]
    words = {
        "title": f"{letter.number}. {first['subject']}",
        "author": folder.words(languages[0])("authority"),
        "lang": languages[0].value,
        "parts": parts,
    }
    return folder.set("letter.typ", words, letter.date)


def _part(folder: Folder, kind: Paper, language: Language, letter: Letter, tell: Tell) -> dict[str, Any]:
    words, own = folder.words(language), folder.letter(kind, language)
    facts = tell(words, own)
    number = words("number", number=letter.number)
    return {
        "lang": language.value,
        "head": head(folder, language),
        "number": number,
        "date": words.day(letter.date),
        "addressee": facts.addressee,
        "subject": Template(own.subject).substitute(facts.values),
        "body": [
            facts.blocks[each[1:]] if each.startswith("@") else {"text": Template(each).substitute(facts.values)}
            for each in own.paragraphs
        ],
        "basis": own.basis,
        "signature": {
            "position": folder.letterhead.signatory.position[language],
            "name": written(folder.letterhead.signatory.name, language),
            "title": "",
            "rows": [],
        },
        "executor": executor(folder, words),
        "foot": f"{number}, {words.day(letter.date)}",
        "page": words("page", page="{page}", pages="{pages}"),
    }


def head(folder: Folder, language: Language) -> dict[str, str]:
    """The letterhead: Kazakh at the left, the language of the letter (for Kazakh, Russian) at the right."""
    right = Language.RUSSIAN if language is Language.KAZAKH else language
    kazakh, other = folder.words(Language.KAZAKH), folder.words(right)
    address = folder.letterhead.address
    return {
        "lang": right.value,
        "left": kazakh("authority"),
        "left_address": address[Language.KAZAKH],
        "right": other("authority"),
        "right_address": address[right],
    }


def written(name: str, language: Language) -> str:
    """The name of one of our people as readers of the language can read it."""
    return name if language in OF_THE_OFFICE else in_latin(name)


def executor(folder: Folder, words: Words) -> list[str]:
    """Who answers questions, one line each for name and telephone; nothing where the letterhead names nobody."""
    who = folder.letterhead.executor
    lines = [words("executor", name=written(who.name, words.language))] if who.name else []
    return lines + ([words("phone", phone=who.phone)] if who.phone else [])


def ground_items(words: Words, grounds: Sequence[Ground]) -> list[str]:
    """Grounds of ¶10 as the items of one sentence."""
    return [words.of("grounds", each) + (";" if each != grounds[-1] else ".") for each in grounds]


def _numbered(words: Words, letter: Letter | None) -> str:
    return words("conclusion_of", number=letter.number, date=words.day(letter.date)) if letter else words("none")


def _kinds(words: Words, kinds: Sequence[str]) -> list[str]:
    return [words.of("kinds", each) if words.has("kinds", each) else each for each in kinds]


def _about(words: Words, about: AboutRequest) -> list[list[str]]:
    """Who the exporter is and who asked, in a letter to Atameken."""
    label = words.of
    rows = [
        [label("labels", "exporter"), about.exporter.name],
        [label("labels", "address"), about.exporter.address or ""],
        [label("labels", "bin"), about.exporter.bin or words("not_stated")],
        [label("labels", "rex_number"), about.rex_number],
        [label("labels", "country"), words.of("countries", about.country)],
        [label("labels", "reference"), about.reference],
        [label("labels", "received"), words.day(about.received_on)],
    ]
    return [row for row in rows if row[1]]


def _for_customs(words: Words, about: AboutRequest) -> list[list[str]]:
    label = words.of
    latin = in_latin(about.exporter.name)
    if about.exporter_in_rex and in_latin(about.exporter_in_rex) == about.exporter_in_rex:
        latin = about.exporter_in_rex  # The customs see it so in REX, too.
    rows = [
        [label("labels", "reference"), about.reference],
        [label("labels", "rex_number"), about.rex_number],
        [label("labels", "exporter"), about.exporter.name],
        [label("labels", "exporter_latin"), latin if latin != about.exporter.name else ""],
        [label("labels", "bin"), about.exporter.bin or ""],
    ]
    return [row for row in rows if row[1]]


def _customs(words: Words, made: Acknowledgement | CustomsReply) -> list[str]:
    return [made.authority, words.of("countries", made.country), words("attention", name=made.to_name)]
