"""The decisions that people take as updates (contract, section 4)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from rules.documents import Kind
from rules.findings import RexRecord
from rules.instant import CLOCK_TOLERANCE, Day, Instant
from rules.messages import only_argument
from rules.refusal import Refusal, reasons, within
from rules.request import Incoming, LongText, Text


class Decision(Incoming):
    """What every decision carries: who took it."""

    by: Text


class AcknowledgeEscalation(Decision):
    """Somebody has taken an escalation on; its ladder rests until the end of the day ``until``."""

    escalation_id: Text
    until: Day


class RecordDispatch(Decision):
    """The request, the appeal or the reply was sent by hand, under a letter's number."""

    what: Literal["request", "appeal", "reply"] = "request"
    sent_at: Instant
    letter_reference: Text

    @field_validator("sent_at")
    @classmethod
    def _at_a_possible_time(cls, value: datetime, info: ValidationInfo) -> datetime:
        bounds = info.context or {}
        if bounds and value < bounds["received_at"]:
            raise ValueError("lies before the receipt of the request; expected a time from then on")
        if bounds and value > bounds["now"] + CLOCK_TOLERANCE:
            raise ValueError("lies in the future; expected a time up to five minutes after now")
        return value


class RecordLookup(Decision):
    """The REX record as a person looked it up; ``record`` null where REX has none."""

    record: RexRecord | None
    reason: LongText


class RetryAction(Decision):
    """Try again what gave up; ``action`` may be left out where only one waits."""

    action: Text | None = None


class RequestMissingDocuments(Decision):
    """Ask Atameken again (¶8 and ¶9 run anew, inside the same thirty days)."""

    missing: Annotated[list[Kind | Literal["origin_evidence"]], Field(min_length=1)]
    remarks: LongText


class ReturnConclusion(Decision):
    """The draft goes back, or the inspection is open again."""

    reason: LongText
    reopen_inspection: bool = False


class ConcludeWithoutDocuments(Decision):
    """Conclude ``not_confirmed`` because the documents do not come or do not suffice."""

    reason: LongText


class Withdraw(Decision):
    """The request is withdrawn: the case ends without a conclusion."""

    reason: LongText


class Recount(Decision):
    """Count every open term by the calendar as it is now."""

    reason: LongText


DECISIONS: dict[str, type[Decision]] = {
    "acknowledge_escalation": AcknowledgeEscalation,
    "record_dispatch": RecordDispatch,
    "record_lookup": RecordLookup,
    "retry_action": RetryAction,
    "request_missing_documents": RequestMissingDocuments,
    "return_conclusion": ReturnConclusion,
    "conclude_without_documents": ConcludeWithoutDocuments,
    "withdraw": Withdraw,
    "recount": Recount,
}

LARGEST_DECISION = 64 * 1024
"""Bytes of JSON: a REX record with its longest texts takes a quarter."""

LONGEST_ACKNOWLEDGEMENT = 10
"""Working days that an acknowledgement may reach ahead (contract, section 4)."""


def read_decision(name: str, arguments: list[Any], received_at: datetime, now: datetime) -> Decision:
    """Read an update as it came; parameters and errors are those of ``read_message``."""
    try:
        bounds = {"received_at": received_at, "now": now}
        return within(LARGEST_DECISION, DECISIONS[name].model_validate(only_argument(arguments), context=bounds))
    except ValidationError as error:
        raise Refusal(reasons(error)) from None
