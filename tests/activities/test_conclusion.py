"""Drafting the conclusion: the look at REX, and the PDF in a real store."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.conclusion import ConclusionActivities, LookUp
from activities.document_store import DocumentStore
from activities.errors import unreachable
from activities.interface import ErrorKind, Lookup
from activities.outgoing import Drafted, LookedUp
from rules.registration import Occasion
from tests.activities.failing import failing
from tests.letters.examples import LOOKED_UP, draft, pages


async def test_the_pdf_goes_into_the_store_once_however_often_it_is_drafted(tmp_path: Path) -> None:
    store = DocumentStore(str(tmp_path))
    made_at = [datetime(2026, 3, 24, 6, tzinfo=UTC), datetime(2026, 3, 24, 7, tzinfo=UTC)]
    activity = ConclusionActivities(store, shows(LOOKED_UP), clock=iter(made_at).__next__).draft_conclusion
    first = await ActivityEnvironment().run(activity, draft())
    again = await ActivityEnvironment().run(activity, draft())
    pdf = await store.read(first.document_id)
    assert pdf.startswith(b"%PDF")
    digest = hashlib.sha256(pdf).hexdigest()
    expected = {"document_id": first.document_id, "sha256": digest, "size": len(pdf)}
    assert first == Drafted(**expected, at=made_at[0], looked_up=LOOKED_UP)
    assert again == first.model_copy(update={"at": made_at[1]})


def shows(looked_up: LookedUp) -> LookUp:
    async def look_up(_: Lookup) -> LookedUp:
        return looked_up

    return look_up


async def test_rex_is_looked_up_for_each_draft(tmp_path: Path) -> None:
    asked: list[Lookup] = []

    async def look_up(lookup: Lookup) -> LookedUp:
        asked.append(lookup)
        return LOOKED_UP

    activity = ConclusionActivities(DocumentStore(str(tmp_path)), look_up).draft_conclusion
    drafted = await ActivityEnvironment().run(activity, draft())
    assert drafted.looked_up == LOOKED_UP
    assert asked == [Lookup(rex_number="KZREX990440000385", occasion=Occasion.DRAFT, number=2)]


@pytest.mark.parametrize("failure", [unreachable("REX is down"), TimeoutError()])
async def test_a_draft_does_not_wait_for_rex_and_says_so(tmp_path: Path, failure: Exception) -> None:
    async def look_up(_: Lookup) -> LookedUp:
        raise failure

    store = DocumentStore(str(tmp_path))
    drafted = await ActivityEnvironment().run(ConclusionActivities(store, look_up).draft_conclusion, draft())
    assert drafted.looked_up is None
    assert "could not be reached" in " ".join(pages(await store.read(drafted.document_id)))


async def test_a_withdrawn_case_has_no_conclusion(tmp_path: Path) -> None:
    activity = ConclusionActivities(DocumentStore(str(tmp_path)), shows(LOOKED_UP)).draft_conclusion
    with failing(ErrorKind.BROKEN) as failure:
        await ActivityEnvironment().run(activity, draft("withdrawn"))
    assert failure.message.startswith("the conclusion cannot be set: outcome: expected one of valid, ")
