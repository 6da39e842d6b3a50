"""The search attributes of a case, with their types: the one registry that the workflow, the worker's check at
start-up, the set-up command and the embedded server share (contract, section 7).

Light on purpose: imported into the workflow sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeIndexedValueType, SearchAttributeKey

REX_STEP: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexStep")
REX_RISK: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexRisk")
REX_COUNTRY: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexCountry")
REX_NUMBER: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexNumber")
REX_OUTCOME: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexOutcome")
REX_RESPONSIBLE: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexResponsible")
REX_LAST_DAY: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexLastDay")
REX_LIMIT_LAST_DAY: SearchAttributeKey[str] = SearchAttributeKey.for_keyword("RexLimitLastDay")
"""Days in Almaty, ``2026-12-01``: to look at, an instant that is 24:00 of a day shows as the next one."""
REX_EXPORTER: SearchAttributeKey[str] = SearchAttributeKey.for_text("RexExporter")
REX_STEP_DUE_AT: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("RexStepDueAt")
REX_LIMIT_AT: SearchAttributeKey[datetime] = SearchAttributeKey.for_datetime("RexLimitAt")
REX_RESERVE_DAYS: SearchAttributeKey[int] = SearchAttributeKey.for_int("RexReserveDays")
REX_OPEN_ESCALATIONS: SearchAttributeKey[int] = SearchAttributeKey.for_int("RexOpenEscalations")
REX_REJECTED_MESSAGES: SearchAttributeKey[int] = SearchAttributeKey.for_int("RexRejectedMessages")

ALL: tuple[SearchAttributeKey[Any], ...] = (
    REX_STEP,
    REX_RISK,
    REX_COUNTRY,
    REX_NUMBER,
    REX_OUTCOME,
    REX_RESPONSIBLE,
    REX_LAST_DAY,
    REX_LIMIT_LAST_DAY,
    REX_EXPORTER,
    REX_STEP_DUE_AT,
    REX_LIMIT_AT,
    REX_RESERVE_DAYS,
    REX_OPEN_ESCALATIONS,
    REX_REJECTED_MESSAGES,
)
"""Every search attribute; ``Any`` because the keys carry values of several types."""

TYPE_NAMES: Mapping[SearchAttributeIndexedValueType, str] = {
    SearchAttributeIndexedValueType.KEYWORD: "Keyword",
    SearchAttributeIndexedValueType.TEXT: "Text",
    SearchAttributeIndexedValueType.DATETIME: "Datetime",
    SearchAttributeIndexedValueType.INT: "Int",
}
"""The types as Temporal's command line and the contract write them."""
