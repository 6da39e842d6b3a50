"""The roles of people at the desk, and what each may do."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from rules.decisions import DECISIONS


class DeskRole(StrEnum):
    """A person has one or more of them. ``viewer`` may look and do nothing."""

    OFFICER = "officer"
    INSPECTOR = "inspector"
    SIGNATORY = "signatory"
    ON_CALL = "on-call"
    HEAD = "head"
    ADMINISTRATOR = "administrator"
    VIEWER = "viewer"


_OFFICERS: Final = frozenset({DeskRole.OFFICER, DeskRole.HEAD})
_ANSWERING: Final = frozenset({DeskRole.OFFICER, DeskRole.ON_CALL, DeskRole.HEAD})
_TECHNICAL: Final = frozenset({DeskRole.OFFICER, DeskRole.ON_CALL, DeskRole.ADMINISTRATOR})

QUARANTINE: Final = "quarantine"
CALENDAR: Final = "calendar"
OPEN: Final = "open"

MAY: Final[dict[str, frozenset[DeskRole]]] = {
    OPEN: _OFFICERS,
    QUARANTINE: frozenset({DeskRole.INSPECTOR, DeskRole.OFFICER}),
    CALENDAR: frozenset({DeskRole.ADMINISTRATOR, DeskRole.OFFICER, DeskRole.HEAD}),
    **dict.fromkeys(DECISIONS, _OFFICERS),
    "acknowledge_escalation": frozenset({*_ANSWERING, DeskRole.INSPECTOR, DeskRole.SIGNATORY, DeskRole.ADMINISTRATOR}),
    "record_inspection": frozenset({DeskRole.INSPECTOR}),
    "release_document": frozenset({DeskRole.INSPECTOR, DeskRole.OFFICER}),
    "sign_conclusion": frozenset({DeskRole.SIGNATORY}),
    "return_conclusion": frozenset({DeskRole.SIGNATORY, DeskRole.HEAD}),
    "release_conclusion": frozenset({DeskRole.SIGNATORY, DeskRole.HEAD}),
    "retry_action": _TECHNICAL,
    "record_lookup": frozenset({DeskRole.OFFICER, DeskRole.INSPECTOR}),
    "request_missing_documents": frozenset({DeskRole.OFFICER, DeskRole.INSPECTOR, DeskRole.HEAD}),
}
"""By act - an update of the contract, or one of the names above - the roles that may do it."""


def may(roles: frozenset[DeskRole], act: str) -> bool:
    """Whether somebody with these roles may do it. What nobody named is nobody's."""
    return bool(roles & MAY.get(act, frozenset()))
