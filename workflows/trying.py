"""What is still being tried, as the activities of a case tell it: shown to people, and decided by in nothing."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from activities.signals import StillTrying
from workflows.case import Case


def take_trying(case: Case, arguments: tuple[Any, ...]) -> None:
    """An activity tells that an attempt has failed; anything else is ignored, for it is no message of ours."""
    try:
        told = StillTrying.model_validate(arguments[0] if len(arguments) == 1 else None)
    except ValidationError:
        return
    for action in case.actions.values():
        if action.state == "running" and action.activity_id == told.activity_id and told.attempt > action.attempts:
            action.attempts, action.error = told.attempt, told.reason
