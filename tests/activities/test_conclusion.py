"""Drafting the conclusion: the look at REX, and the PDF in a real store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.conclusion import ConclusionActivities, LookUp
from activities.document_store import DocumentStore
from activities.errors import unreachable
from activities.interface import ErrorKind, Lookup
from activities.letter_book import LetterBook
from activities.outgoing import Draft, Drafted, LookedUp, Seal, Sealed, Signed
from rules.registration import Occasion
from tests.activities.failing import failing
from tests.letters.examples import LOOKED_UP, draft, inspection, pages


@pytest.fixture
def book(sqlite_register: Engine, tmp_path: Path) -> LetterBook:
    """Where the conclusion gets its number."""
    return LetterBook(sqlite_register, DocumentStore(str(tmp_path / "documents")))


async def test_the_pdf_goes_into_the_store_once_however_often_it_is_drafted(book: LetterBook) -> None:
    made_at = [datetime(2026, 3, 24, 6, tzinfo=UTC), datetime(2026, 3, 24, 7, tzinfo=UTC)]
    activity = ConclusionActivities(book, shows(LOOKED_UP), clock=iter(made_at).__next__).draft_conclusion
    first = await ActivityEnvironment().run(activity, draft())
    again = await ActivityEnvironment().run(activity, draft())
    pdf = await book.store.read(first.document_id)
    assert pdf.startswith(b"%PDF")
    digest = hashlib.sha256(pdf).hexdigest()
    assert (first.number, first.sha256, first.size) == ("REX/26-ZK-0001", digest, len(pdf))
    assert (first.at, first.looked_up) == (made_at[0], LOOKED_UP)
    assert again == first.model_copy(update={"at": made_at[1]})


def shows(looked_up: LookedUp) -> LookUp:
    async def look_up(_: Lookup) -> LookedUp:
        return looked_up

    return look_up


async def test_rex_is_looked_up_for_each_draft(book: LetterBook) -> None:
    asked: list[Lookup] = []

    async def look_up(lookup: Lookup) -> LookedUp:
        asked.append(lookup)
        return LOOKED_UP

    activity = ConclusionActivities(book, look_up).draft_conclusion
    drafted = await ActivityEnvironment().run(activity, draft())
    assert drafted.looked_up == LOOKED_UP
    assert asked == [Lookup(rex_number="KZREX990440000385", occasion=Occasion.DRAFT, number=2)]


@pytest.mark.parametrize("failure", [unreachable("REX is down"), TimeoutError()])
async def test_a_draft_does_not_wait_for_rex_and_says_so(book: LetterBook, failure: Exception) -> None:
    async def look_up(_: Lookup) -> LookedUp:
        raise failure

    drafted = await ActivityEnvironment().run(ConclusionActivities(book, look_up).draft_conclusion, draft())
    assert drafted.looked_up is None
    assert "could not be reached" in " ".join(pages(await book.store.read(drafted.document_id)))


async def test_a_withdrawn_case_has_no_conclusion(book: LetterBook) -> None:
    activity = ConclusionActivities(book, shows(LOOKED_UP)).draft_conclusion
    with failing(ErrorKind.BROKEN) as failure:
        await ActivityEnvironment().run(activity, draft("withdrawn"))
    assert failure.message.startswith("the conclusion cannot be set: outcome: expected valid, ")


async def test_the_record_of_the_inspection_is_made_with_the_draft_and_once_for_each_result(book: LetterBook) -> None:
    activity = ConclusionActivities(book, shows(LOOKED_UP)).draft_conclusion
    first, returned = [await ActivityEnvironment().run(activity, draft(version=each)) for each in (1, 2)]
    again = await ActivityEnvironment().run(activity, draft(inspection=inspection(message_id="inspection-2")))
    none = await ActivityEnvironment().run(activity, draft("not_confirmed", inspection=None))
    assert first.record is not None
    assert again.record is not None
    assert first.record == returned.record != again.record
    assert (first.record.number, again.record.number) == ("REX/26-AO-0001", "REX/26-AO-0002")
    assert none.record is None
    assert "Айгүл Өмірбекқызы Жүнісова" in " ".join(pages(await book.store.read(first.record.document_id)))


async def test_the_copy_to_sign_is_the_draft_without_its_mark(book: LetterBook) -> None:
    activity = ConclusionActivities(book, shows(LOOKED_UP)).draft_conclusion
    drafted = await ActivityEnvironment().run(activity, draft())
    marked, to_sign = [pages(await book.store.read(each)) for each in (drafted.document_id, drafted.to_sign)]
    mark = "DRAFT"
    assert [mark in each for each in marked] == [True] * len(marked)
    assert [mark in each for each in to_sign] == [False] * len(marked)
    assert drafted.to_sign != drafted.document_id


SIGNED = Signed(by="Б. Омаров", at=datetime(2026, 3, 25, 6, tzinfo=UTC), position="Vice-minister", reference="GO-17/3")


async def seal(book: LetterBook, look_up: LookUp, made: Draft) -> tuple[Drafted, Sealed]:
    activities = ConclusionActivities(book, look_up)
    drafted = await ActivityEnvironment().run(activities.draft_conclusion, made)
    wanted = Seal(case_id="rex", source=drafted.source, signed=SIGNED, rex_number="KZREX990440000385", lookup_number=3)
    return drafted, await ActivityEnvironment().run(activities.seal_conclusion, wanted)


async def test_the_final_paper_says_what_the_draft_said_and_who_signed_it(book: LetterBook) -> None:
    drafted, sealed = await seal(book, shows(LOOKED_UP), draft())
    final = await book.store.read(sealed.final.document_id)
    assert (sealed.final.sha256, sealed.final.size) == (hashlib.sha256(final).hexdigest(), len(final))
    assert sealed.looked_up == LOOKED_UP
    said, was = (" ".join(pages(each)) for each in (final, await book.store.read(drafted.document_id)))
    for words in ("Б. Омаров", "Vice-minister", "GO-17/3", "25 March 2026, 11:00"):
        assert words in said
        assert words not in was
    assert ("DRAFT" in said, "DRAFT" in was) == (False, True)
    assert "position, full name" not in said  # no line is left to fill in
    assert drafted.document_id != sealed.final.document_id


async def test_it_is_made_of_the_facts_of_the_draft_though_rex_shows_something_else_by_now(book: LetterBook) -> None:
    answers = iter([LOOKED_UP, LookedUp(record=None, at=LOOKED_UP.at)])

    async def look_up(_: Lookup) -> LookedUp:
        return next(answers)

    _, sealed = await seal(book, look_up, draft())
    assert sealed.looked_up is not None
    assert sealed.looked_up.record is None
    assert "no registration under this number" not in " ".join(pages(await book.store.read(sealed.final.document_id)))


async def test_it_does_not_wait_for_rex(book: LetterBook) -> None:
    async def look_up(_: Lookup) -> LookedUp:
        raise unreachable("REX is down")

    _, sealed = await seal(book, look_up, draft())
    assert sealed.looked_up is None
