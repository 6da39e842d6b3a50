"""The papers of a case that Temporal no longer has: the register remembers longer."""

from __future__ import annotations

from cases.papers import CONCLUSION, Paper
from cli.errors import CannotDo
from register.database import RegisterError, open_register
from register.letter_numbers import letters_made
from register.record import documents_of, find_case, letters_of
from register.rows import DocumentEntry, LetterNumber
from rules.clock import PRESENT
from rules.text import file_stem


def kept_papers(database_url: str, case_id: str) -> list[Paper] | None:
    """Each document once, as it came first, then our letters and the conclusion; None where it has no such case.

    :raises CannotDo: where the register does not answer.
    """
    try:
        engine = open_register(database_url)
        try:
            if find_case(engine, case_id) is None:
                return None
            documents, letters = documents_of(engine, case_id), letters_of(engine, case_id)
            made = letters_made(engine, case_id)
        finally:
            engine.dispose()
    except RegisterError as error:
        raise CannotDo(str(error)) from None
    came: dict[tuple[str, str], list[DocumentEntry]] = {}
    for each in sorted(documents, key=lambda each: each.arrived_at):
        came.setdefault((each.document_id, each.kind), []).append(each)
    papers = [
        Paper(first.kind, first.filename, first.document_id, first.arrived_at, 1 + len(again), first.size)
        for first, *again in came.values()
    ]
    papers += [_letter(each) for each in made]
    concluded = {each.document_id: each for each in letters if each.what == CONCLUSION and each.document_id}
    return papers + [
        Paper(CONCLUSION, f"conclusion-{file_stem(letter.number)}.pdf", document_id, letter.sent_at)
        for document_id, letter in concluded.items()
    ]


def unsent_letters(database_url: str, case_id: str) -> list[Paper]:
    """The letters that were made for a case, those among them that could not be sent: a person may send them by hand.

    :raises CannotDo: where the register does not answer.
    """
    try:
        engine = open_register(database_url)
        try:
            return [_letter(each) for each in letters_made(engine, case_id)]
        finally:
            engine.dispose()
    except RegisterError as error:
        raise CannotDo(str(error)) from None


def _letter(made: LetterNumber) -> Paper:
    at = PRESENT.start_of(made.dated)
    return Paper(made.kind, f"{made.kind}-{file_stem(made.number)}.pdf", made.document_id or "", at)
