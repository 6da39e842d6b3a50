"""The plain state of a case that stands at a step, brought there by the driver, for what is tested without a life."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

from activities.interface import Activity
from rules.calendar import CalendarDays, WorkingCalendar
from rules.decisions import read_decision
from rules.documents import Kind
from rules.terms import Step
from tests.support.calendars import at, plain_days
from tests.support.cases import CaseInMemory
from tests.support.driver import Driver
from tests.support.requests import request
from tests.support.world import World
from workflows import decisions
from workflows.case import Case
from workflows.deadlines import bring_up_to_date
from workflows.order import advance
from workflows.papers import Delivery, Document

MONDAY = date(2026, 3, 2)
RECEIVED = at(MONDAY)
PLAIN = plain_days(2026, 2027)


def standing_at(
    step: Step, days: CalendarDays = PLAIN, received_at: datetime = RECEIVED, *, ground: bool = False
) -> Case:
    """A case that reached a step at the moment of its receipt, with everything before it done and nothing under way."""
    return asyncio.run(_stand(step, days, received_at, ground))


async def _stand(step: Step, days: CalendarDays, received_at: datetime, ground: bool) -> Case:
    world = World()
    world.calendar = lambda *_: days
    stuck = Activity.REQUEST_DOCUMENTS if step is Step.REQUEST_DOCUMENTS else Activity.APPEAL_FOR_REVOCATION
    world.gates[stuck] = asyncio.Event()
    driver = Driver(world, "rex-ch-2026-0042", request(received_at), received_at)
    await driver.settle()
    if step is not Step.REQUEST_DOCUMENTS:
        await CaseInMemory(driver).bring_to(step.value, grounds=["scheme_terms"] if ground else [])
    case = driver.turns.case
    assert (case.step, driver.now) == (step, received_at)
    case.actions.clear()
    return case


def sign(case: Case, calendar: WorkingCalendar, signed_at: datetime) -> None:
    """¶10: the conclusion is signed at that moment, and known at it."""
    assert case.conclusion is not None
    bring_up_to_date(case, calendar, signed_at)
    case.conclusion.signed_at = signed_at
    assert advance(case, calendar, signed_at)
    case.actions.clear()


def awaiting_another_request(days: CalendarDays = PLAIN, received_at: datetime = RECEIVED) -> Case:
    """Missing documents were asked for from ``conclude`` at once, and the request cannot leave."""
    case = standing_at(Step.CONCLUDE, days, received_at)
    again = {"by": "A. Nurlan", "missing": ["invoice"], "remarks": "illegible"}
    name = "request_missing_documents"
    decision = read_decision(name, [again], received_at, received_at)
    decisions.apply(case, WorkingCalendar(days), name, decision, received_at)
    case.actions.clear()
    return case


def delivered(
    kind: Kind,
    *,
    sent_at: datetime | None = None,
    received_at: datetime | None = None,
    arrived_at: datetime = RECEIVED,
    message_id: str = "d1",
    filename: str | None = None,
    state: str = "stored",
    reason: str = "",
) -> Delivery:
    """A message of Atameken with one document."""
    document = {"kind": kind, "filename": filename or f"{kind}.pdf", "state": state, "reason": reason}
    if state == "stored":
        document |= {"document_id": f"sha256-{kind}", "sha256": "0" * 64, "media_type": "application/pdf"}
    return Delivery(
        message_id=message_id,
        sent_at=sent_at,
        received_at=received_at,
        arrived_at=arrived_at,
        documents=[Document.model_validate(document)],
    )
