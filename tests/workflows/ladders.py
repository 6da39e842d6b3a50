"""What the tests of a case's ladders share: the matters that they raise, and when who heard of them."""

from __future__ import annotations

from datetime import datetime

from tests.support.calendars import ALMATY
from tests.support.cases import CaseInMemory
from tests.support.messages import documents

AWAIT = "await_documents"
OVERDUE = f"{AWAIT}.step_overdue"
REFUSED = f"{AWAIT}.documents_refused"

Moment = tuple[int, str, int]
"""The n-th working day, the time in Almaty, and the level."""


def moment(case: CaseInMemory, instant_: datetime) -> tuple[int, str]:
    local = instant_ + ALMATY
    days = (local.date() - case.day(0)).days
    return days // 7 * 5 + min(days % 7, 5), f"{local:%H:%M}"


def heard(case: CaseInMemory, escalation_id: str) -> list[Moment]:
    """When which level was notified of an escalation, by the first recipient of each level."""
    return [
        (*moment(case, notice.not_before), matter.level)
        for notice in case.world.notices()
        for matter in notice.matters
        if matter.escalation_id == escalation_id and notice.resolved is None and notice.recipient.index == 0
    ]


def ends_heard(case: CaseInMemory, escalation_id: str) -> list[str]:
    """Who has heard that an escalation is resolved."""
    return [
        notice.recipient.id
        for notice in case.world.notices()
        for matter in notice.matters
        if matter.escalation_id == escalation_id and notice.resolved is not None
    ]


async def refuse_a_document(case: CaseInMemory) -> None:
    case.world.bad_documents = {"contract.pdf": "its sha256 differs"}
    await case.signal("documents_arrived", documents("d1", "contract"))


def daily(first: int, last: int, time: str, level: int) -> list[Moment]:
    return [(day, time, level) for day in range(first, last + 1)]


async def acknowledge(case: CaseInMemory, escalation_id: str, until: int) -> None:
    await case.update("acknowledge_escalation", escalation_id=escalation_id, until=case.day(until).isoformat())
