"""Looking things up in the answer of the query ``case``."""

from __future__ import annotations

from datetime import datetime
from typing import Any


def step_of(view: dict[str, Any], step: str, round: int = 1) -> dict[str, Any]:
    """A step of the view, in one of its rounds."""
    return next(each for each in view["steps"] if (each["step"], each["round"]) == (step, round))


def escalation(view: dict[str, Any], escalation_id: str) -> dict[str, Any]:
    """An escalation of the view."""
    return next(each for each in view["escalations"] if each["id"] == escalation_id)


def instant(text: str) -> datetime:
    """A time of the view."""
    return datetime.fromisoformat(text)


def escalation_ids(view: dict[str, Any], *, open_only: bool = False) -> list[str]:
    """The ids of the escalations, in the order in which they were raised; open is what nothing has overtaken."""
    return [
        each["id"] for each in view["escalations"] if not (open_only and (each["resolved_at"] or each["overtaken_by"]))
    ]


def first_level(escalation: dict[str, Any]) -> int:
    """The level that was notified first."""
    level: int = escalation["notified"][0]["level"]
    return level
