"""Whose work it is, as one types it: the roles of the contract with hyphens."""

from __future__ import annotations

from enum import StrEnum

from rules.roles import Role


class Whose(StrEnum):
    """For the option ``--whose``."""

    CASE_OFFICER = "case-officer"
    INSPECTOR = "inspector"
    SIGNATORY = "signatory"
    ON_CALL = "on-call"
    ATAMEKEN = "atameken"

    @property
    def words(self) -> str:
        """As a person reads it."""
        return "Atameken" if self is Whose.ATAMEKEN else "on-call" if self is Whose.ON_CALL else self.replace("-", " ")

    @classmethod
    def of(cls, role: Role) -> Whose:
        """The role as it is typed."""
        return cls(role.value.replace("_", "-"))
