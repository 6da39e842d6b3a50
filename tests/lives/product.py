"""The same life, lived by the code under test: a case in memory, and what it shows in the words of the model."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from activities.interface import Activity
from rules.calendar import CalendarDays
from rules.clock import Offset
from rules.refusal import Refusal
from tests.lives.calendar import CLOCKS_WENT_BACK, FIRST, LAST, Calendar, start_of
from tests.lives.facts import (
    ConcludedWithout,
    Dispatched,
    Documents,
    Fact,
    Inspected,
    MissingRequested,
    Opened,
    Proof,
    ReadingChanged,
    Recounted,
    Released,
    Returned,
    RexChanges,
    Signed,
    Withdrawn,
)
from tests.support.driver import Driver
from tests.support.messages import document, documents, inspection, signature
from tests.support.people import ladder_book
from tests.support.requests import request
from tests.support.world import REX_RECORD, World

ALL_DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
TERM_ESCALATIONS = ("step_due_soon", "step_overdue", "limit_at_risk", "limit_due_soon", "limit_exceeded")
TO_ATAMEKEN = (
    Activity.REQUEST_DOCUMENTS,
    Activity.REMIND_ATAMEKEN,
    Activity.WITHDRAW_REQUEST,
    Activity.APPEAL_FOR_REVOCATION,
)


_LOUD = ladder_book()
QUIET = _LOUD.model_copy(
    update={
        "version": "quiet",
        "kinds": {
            kind: plan.model_copy(update={"first_level": 3, "repeat_at_most": 0}) for kind, plan in _LOUD.kinds.items()
        },
    }
)
"""Ladders that nobody climbs: who is notified when is no part of the order, and costs a turn each time."""


class Lived:
    """One case, from its opening on."""

    def __init__(self, opening: Opened) -> None:
        self.world = World()
        self.world.book = QUIET
        self.world.readings = dict(opening.readings)
        self._lay_out(opening.calendar)
        if opening.atameken == "takes it":
            self.world.received_at = lambda now: None
        if opening.atameken == "down":
            for each in TO_ATAMEKEN:
                self.world.refuse(each)
        if not opening.mail:
            self.world.refuse(Activity.SEND_REPLY)
        self.driver = Driver(self.world, "rex-ch-2026-0042", request(opening.received_at), opening.at, written=False)
        self._messages = 0

    async def wait(self, until: datetime) -> None:
        await self.driver.sleep_until(until)

    async def take(self, fact: Fact) -> str | None:
        """Let a fact happen at its moment; answers why it was refused, None where it was not."""
        if isinstance(fact, RexChanges):
            self.world.rex_record = {**REX_RECORD, "name": f"Altyn Dan LLP {fact.record}"}
            return None
        if isinstance(fact, Proof | Documents | Inspected | Signed):
            return await self._signal(*self._message(fact))
        if isinstance(fact, Recounted):
            self._lay_out(fact.calendar)
        name, fields = _decision(fact)
        if self.driver.finished:
            return "the workflow has ended"
        try:
            await self.driver.update(name, {"by": "A. Nurlan", **fields})
        except Refusal as refusal:
            return str(refusal)
        return None

    async def _signal(self, name: str, message: dict[str, Any]) -> str | None:
        if self.driver.finished:
            return "the workflow has ended"
        before = self.view()["rejected_count"]
        await self.driver.signal(name, message)
        view = self.view()
        return view["rejected_messages"][-1]["reason"] if view["rejected_count"] > before else None

    def _message(self, fact: Fact) -> tuple[str, dict[str, Any]]:
        self._messages += 1
        message_id = f"m{self._messages}"
        match fact:
            case Proof():
                proof = {"message_id": message_id, "sent_by": "Atameken", "received_at": fact.received_at.isoformat()}
                return "document_request_received", proof
            case Documents():
                offered = [document(kind, f"{message_id}-{n}.pdf") for n, kind in enumerate(fact.accepted)]
                bad = [document(kind, f"{message_id}-bad-{n}.pdf") for n, kind in enumerate(fact.refused)]
                self.world.bad_documents |= {each["filename"]: "no such document" for each in bad}
                changes = _stated(sent_at=fact.sent_at, received_at=fact.received_at)
                if fact.via_representative:
                    changes["via_representative"] = True
                return "documents_arrived", documents(message_id, **{**changes, "documents": offered + bad})
            case Inspected():
                return "inspection_completed", inspection(
                    message_id,
                    documents_complete=fact.complete,
                    data_reliable=fact.reliable,
                    rex_data_match=fact.match,
                    registration=fact.registration,
                    grounds=list(fact.grounds),
                    **_stated(completed_at=fact.completed_at),
                )
            case Signed():
                changes = _stated(signed_at=fact.signed_at)
                if fact.named:
                    conclusion = self.view()["conclusion"] or {}
                    changes["document_id"] = conclusion.get("document_id") or "none"
                return "conclusion_signed", signature(message_id, **changes)
        raise TypeError(fact)

    def _lay_out(self, calendar: Calendar) -> None:
        days = calendar_days(calendar)
        self.world.calendar = lambda first, last: days

    def view(self) -> dict[str, Any]:
        return self.driver.view()

    def shown(self) -> dict[str, object]:
        """In the words of the model: times as instants, steps and escalations by their names."""
        view = self.view()
        conclusion = view["conclusion"] or {}
        shown = {
            "step": view["step"],
            "risk": view["risk"],
            "reserve_days": view["reserve_days"],
            "limit_at": _instant(view["limit_at"]),
            "limit_last_day": date.fromisoformat(view["limit_last_day"]),
            "limit_ended_at": _instant(view["limit_ended_at"]),
            "limit_met": view["limit_met"],
            "outcome": view["outcome"],
            "missing_documents": sorted(view["missing_documents"]),
            "readings": view["readings"],
            "held": bool(conclusion.get("held_because")),
            "appeal": view["appeal"] is not None,
        }
        for step in view["steps"]:
            if step["step"] not in ("reply", "closed"):
                shown[f"{step['step']} {step['round']}"] = {
                    **{key: step[key] for key in ("paragraph", "working_days", "state", "from_receipt")},
                    **{key: _instant(step[key]) for key in ("started_at", "due_at", "ended_at")},
                    "last_day": date.fromisoformat(step["last_day"]) if step["last_day"] else None,
                    **{key: step[key] for key in ("late", "late_days", "provisional", "unproven")},
                }
        for raised in view["escalations"]:
            if raised["kind"] in TERM_ESCALATIONS:
                times = _instant(raised["raised_at"]), _instant(raised["resolved_at"])
                shown[raised["id"]] = (*times, raised["overtaken_by"])
        return shown


def _decision(fact: Fact) -> tuple[str, dict[str, Any]]:
    match fact:
        case Dispatched():
            sent = {"what": fact.what, "sent_at": fact.sent_at.isoformat(), "letter_reference": "L-1"}
            return "record_dispatch", sent
        case MissingRequested():
            return "request_missing_documents", {"missing": list(fact.missing), "remarks": "illegible"}
        case Returned():
            return "return_conclusion", {"reason": "a misprint", "reopen_inspection": fact.reopen}
        case Released():
            return "release_conclusion", {"reason": "it does not matter"}
        case ReadingChanged():
            return "change_reading", {"reading": fact.reading, "option": fact.option, "reason": "a lawyer's advice"}
        case ConcludedWithout():
            return "conclude_without_documents", {"reason": "there are none"}
        case Withdrawn():
            return "withdraw", {"reason": "taken back"}
        case Recounted():
            return "recount", {"reason": "a decree"}
    raise TypeError(fact)


def _stated(**times: datetime | None) -> dict[str, Any]:
    return {name: time.isoformat() for name, time in times.items() if time is not None}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


@cache
def calendar_days(calendar: Calendar) -> CalendarDays:
    return CalendarDays(
        version=f"{hash(calendar):x}",
        first=FIRST,
        last=LAST,
        days_off={"off": [day for day in ALL_DAYS if day.weekday() < 5 and not calendar.working(day)]},
        working_weekend_days={"works": [day for day in ALL_DAYS if day.weekday() >= 5 and calendar.working(day)]},
        offsets=[
            Offset(since=start_of(FIRST), minutes=360),
            Offset(since=start_of(CLOCKS_WENT_BACK).replace(hour=18), minutes=300),
        ],
        receipt_cutoff=calendar.cutoff.strftime("%H:%M") if calendar.cutoff else None,
        provisional_days=sorted(calendar.unsure),
    )
