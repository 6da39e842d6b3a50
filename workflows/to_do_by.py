"""Who has to do what is next in a case: the role that goes with each text of ``next_action``."""

from __future__ import annotations

from rules.roles import Role
from rules.terms import Step
from workflows.case import Case
from workflows.letters import requests_by_hand


def to_do_by(case: Case) -> Role | None:
    """The role; None where nobody has to do anything, because the system is at it or the case is closed."""
    if case.failed_actions:
        return Role.ON_CALL
    match case.step:
        case Step.REQUEST_DOCUMENTS:
            return Role.CASE_OFFICER if case.waits_for_confirmation else None
        case Step.AWAIT_DOCUMENTS:
            asked = case.papers.request
            return None if asked is not None and asked.dispatch is None else Role.ATAMEKEN
        case Step.INSPECT:
            return Role.INSPECTOR
        case Step.CONCLUDE if case.inspection_reopened:
            return Role.INSPECTOR
        case Step.CONCLUDE:
            return Role.SIGNATORY if case.drafted and not case.unseen else None
        case Step.APPEAL | Step.REPLY:
            return Role.CASE_OFFICER if case.conclusion is not None and case.conclusion.held_because else None
        case Step.CLOSED:
            return Role.CASE_OFFICER if requests_by_hand(case) else None
