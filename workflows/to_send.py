"""Which updates a person may send next, each with its fields to paste.

Nothing that a person has to decide is filled in: as it stands an update is refused and names what is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from activities.interface import Activity
from rules.calendar import WorkingCalendar
from rules.case_view import ToSend
from rules.clock import ONE_DAY
from rules.outcome import outcome_of
from rules.terms import Step
from workflows.case import Action, Case
from workflows.rex import letters_wait

_BY_HAND: Final[dict[Activity, tuple[str, dict[str, Any]]]] = {
    Activity.REQUEST_DOCUMENTS: ("record_dispatch", {"what": "request", "sent_at": "", "letter_reference": ""}),
    Activity.ACKNOWLEDGE_RECEIPT: (
        "record_dispatch",
        {"what": "acknowledgement", "sent_at": "", "letter_reference": ""},
    ),
    Activity.APPEAL_FOR_REVOCATION: ("record_dispatch", {"what": "appeal", "sent_at": "", "letter_reference": ""}),
    Activity.SEND_REPLY: ("record_dispatch", {"what": "reply", "sent_at": "", "letter_reference": ""}),
    Activity.LOOK_UP_REGISTRATION: ("record_lookup", {"record": None, "reason": ""}),
}
"""How what an activity could not do is recorded when a person has done it."""

_INSPECTED: Final[dict[str, Any]] = {
    "documents_complete": None,
    "data_reliable": None,
    "rex_data_match": None,
    "registration": "valid",
    "grounds": [],
}
_REASON: Final[dict[str, Any]] = {"reason": ""}


def to_send(case: Case, calendar: WorkingCalendar | None, now: datetime) -> list[ToSend]:
    """What helps the case on from where it stands, then the acknowledgement of each open escalation."""
    steps = [*_of_failures(case), *_of_the_step(case)]
    once = {update.model_dump_json(): update for update in steps}
    until = case.clock.day_of(now) + ONE_DAY
    if calendar is not None:
        until = calendar.first_from(until)
    return [
        *once.values(),
        *(
            _update("release_document", each.sha256, sha256=each.sha256, reason="")
            for _, each in case.papers.quarantined
            if not each.released_by
        ),
        *(
            _update("acknowledge_escalation", each.id, escalation_id=each.id, until=until.isoformat())
            for each in case.open_escalations
        ),
    ]


def _of_failures(case: Case) -> Iterator[ToSend]:
    for action in [*case.failed_actions, *case.retried_actions]:
        yield _update("retry_action", action=action.key)
        yield from _done_by_hand(action)


def _done_by_hand(action: Action) -> Iterator[ToSend]:
    if action.activity in _BY_HAND:
        name, fields = _BY_HAND[action.activity]
        yield _update(name, **fields)


def _of_the_step(case: Case) -> Iterator[ToSend]:
    conclusion = case.conclusion
    match case.step:
        case Step.REQUEST_DOCUMENTS if case.calendar is not None:
            if case.waits_for_confirmation:
                yield _update("confirm_request")
            yield _update("record_dispatch", what="request", sent_at="", letter_reference="")
        case Step.AWAIT_DOCUMENTS:
            yield from _of_the_wait(case)
        case Step.INSPECT:
            yield _update("record_inspection", **_INSPECTED)
            if case.inspection is not None and outcome_of(case.inspection.result, case.readings.grounds) is None:
                yield _update("request_missing_documents", missing=case.papers.missing(), remarks="")
                yield _update("conclude_without_documents", **_REASON)
        case Step.CONCLUDE if case.inspection_reopened:
            yield _update("record_inspection", **_INSPECTED)
        case Step.CONCLUDE if conclusion is not None and case.drafted:
            file = {"signed_file": {"document_id": ""}} if case.require_signed_file else {}
            yield _update("sign_conclusion", document_id=conclusion.document_id, **file)
            yield _update("return_conclusion", **_REASON, reopen_inspection=False)
        case Step.APPEAL | Step.REPLY if conclusion is not None and conclusion.held_because:
            yield _update("release_conclusion", **_REASON)
            if letters_wait(case):
                yield _update("return_conclusion", **_REASON, reopen_inspection=False)
        case _:
            return


def _of_the_wait(case: Case) -> Iterator[ToSend]:
    asked = case.papers.request
    if asked is not None and asked.dispatch is None:
        yield _update("record_dispatch", what="request", sent_at="", letter_reference="")
        return
    paper = {"kind": "", "filename": "", "document_id": ""}
    yield _update("record_documents", received_at="", documents=[paper])
    yield _update("conclude_without_documents", **_REASON)


def _update(name: str, about: str | None = None, /, **fields: Any) -> ToSend:
    return ToSend(update=name, about=about, fields={"by": "", **fields})
