"""Who does what is next in a case: roles of the ministry, and Atameken."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Whose it is to act, so that a case goes on."""

    CASE_OFFICER = "case_officer"
    INSPECTOR = "inspector"
    SIGNATORY = "signatory"
    ON_CALL = "on_call"
    ATAMEKEN = "atameken"
