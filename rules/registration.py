"""What REX has said of the registration, look-up by look-up (¶9; contract, section 3, "REX")."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from rules.comparison import Compared, compare, differences
from rules.documents import Application
from rules.findings import Finding, RexRecord, changes
from rules.instant import Instant
from rules.request import VerificationRequest
from rules.requested import requested_findings


class Occasion(StrEnum):
    """Why REX was looked up."""

    OPENING = "opening"
    INSPECTION = "inspection"
    DRAFT = "draft"
    SIGNATURE = "signature"
    BY_HAND = "by_hand"


class RexLookup(BaseModel):
    """One look-up: when, on what occasion, and what it showed. ``by`` says who did it by hand."""

    at: Instant
    occasion: Occasion
    status: Literal["valid", "revoked"] | None
    by: str | None = None
    changes: list[Finding] = Field(default_factory=list, description="since the look-up before")


class Registration(BaseModel):
    """The registration as REX shows it: its latest record, every look-up, and the one that is called for."""

    record: RexRecord | None = None
    lookups: list[RexLookup] = Field(default_factory=list)
    wanted: Occasion | None = None
    called_for: int = Field(default=0, description="how many look-ups were called for; the last may still wait")

    def call_for(self, occasion: Occasion) -> None:
        """A look-up is due; where another still waits, this one stands in for it."""
        self.wanted = occasion
        self.called_for += 1

    def take(self, record: RexRecord | None, at: datetime, occasion: Occasion, by: str | None = None) -> RexLookup:
        """Take in what a look-up showed, with what has changed since the one before."""
        lookup = RexLookup(
            at=at,
            occasion=occasion,
            status=record.status if record is not None else None,
            by=by,
            changes=changes(self.record, record) if self.lookups else [],
        )
        self.lookups.append(lookup)
        self.record = record
        return lookup

    def comparison(self, request: VerificationRequest, application: Application | None) -> tuple[Compared, ...]:
        """REX beside the application, field by field; nothing before the first look-up."""
        if not self.lookups:
            return ()
        statements = (statement.document_date for statement in request.statements)
        return compare(application, self.record, request.rex_number, statements)

    def findings(self, request: VerificationRequest, application: Application | None) -> list[Finding]:
        """What speaks against the registration, in it or in the application; nothing before the first look-up."""
        if not self.lookups:
            return []
        found = differences(self.comparison(request, application)) + requested_findings(request, self.record)
        return [*found, *(change for lookup in self.lookups for change in lookup.changes)]
