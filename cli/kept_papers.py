"""The papers of a case that Temporal no longer has: the register remembers longer."""

from __future__ import annotations

from cases.papers import CONCLUSION, Paper
from cli.errors import CannotDo
from register.database import RegisterError, open_register
from register.record import documents_of, find_case, letters_of
from register.rows import DocumentEntry


def kept_papers(database_url: str, case_id: str) -> list[Paper] | None:
    """Each document once, as it came first, then the conclusion that left; None where the register has no such case.

    :raises CannotDo: where the register does not answer.
    """
    try:
        engine = open_register(database_url)
        try:
            if find_case(engine, case_id) is None:
                return None
            documents, letters = documents_of(engine, case_id), letters_of(engine, case_id)
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
    left = {each.document_id: each for each in letters if each.document_id}
    papers += [Paper(CONCLUSION, f"conclusion-{case_id}.pdf", id_, letter.sent_at) for id_, letter in left.items()]
    return papers
