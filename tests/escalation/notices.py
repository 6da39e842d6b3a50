"""Notices of made-up cases, for tests: everything that a test does not say has a sensible value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from escalation.kinds import KINDS, Escalation
from escalation.ladder import Language, Recipient
from escalation.notice import Matter, Notice, Resolved
from escalation.resolution import Resolution

CASE = "rex-ch-2026-0042"
NOW = datetime(2026, 12, 2, 4, 30, tzinfo=UTC)
"""09:30 of Wednesday, 2 December 2026, in Almaty."""

ON_CALL = Recipient(id="0123abcd", level=2, index=0, scheme="mailto")


def matter(kind: Escalation = Escalation.STEP_OVERDUE, step: str | None = "inspect", **changes: Any) -> Matter:
    of_the_limit = KINDS[kind].of_the_limit
    given: dict[str, Any] = {
        "escalation_id": f"{'case' if of_the_limit else step}.{kind.value}",
        "kind": kind,
        "level": 2,
        "rung": 1,
        "repeat": 0,
        "step": None if of_the_limit else step,
        "paragraph": None if of_the_limit else 9,
        "summary": "inspect (¶9) is overdue: its last day was 1 December",
        "what_to_do": "Inspect the documents, then send the update `record_inspection`.",
        "due_at": datetime(2026, 12, 1, 19, tzinfo=UTC),
        "last_day": date(2026, 12, 1),
        "working_days_left": -1,
        "late_days": 1,
        "provisional": False,
        "since": datetime(2026, 12, 1, 19, tzinfo=UTC),
        "delayed_since": None,
        "earlier": [],
        "next": None,
    }
    return Matter.model_validate(given | changes)


def notice(number: int = 1, *matters: Matter, case: str = CASE, now: datetime = NOW, **changes: Any) -> Notice:
    given: dict[str, Any] = {
        "key": f"{case}.{number}",
        "recipient": ON_CALL,
        "case_id": case,
        "exporter": "ТОО «Өндіріс» & Co <b>",
        "reference": "2026/0042",
        "step": "inspect",
        "language": Language.ENGLISH,
        "level": 2,
        "urgent": True,
        "today": date(2026, 12, 2),
        "limit_last_day": date(2026, 12, 18),
        "risk": "tight",
        "reserve_days": 1,
        "matters": list(matters) or [matter()],
        "acknowledge_until": date(2026, 12, 3),
        "resolved": None,
        "not_before": now,
        "hold_until": now + timedelta(hours=14),
    }
    return Notice.model_validate(given | changes)


def resolved(number: int = 1, *matters: Matter, by: Resolution = Resolution.STEP_DONE, **changes: Any) -> Notice:
    at = changes.get("now", NOW)
    return notice(number, *matters, **{"resolved": Resolved(by=by, who=None, at=at), **changes})
