"""Findings: what differs, changed in REX or is lacking, as help for the inspection (¶9; contract, section 5).

What differs between the application and REX is found by ``rules/comparison.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rules.conclusion import FinalConclusion
from rules.documents import Signature
from rules.instant import Day
from rules.likeness import same_at_sight
from rules.numbers import hs_digits
from rules.request import Incoming, RexNumber

AsItStands = Annotated[str, StringConstraints(min_length=0)]
"""Any text of REX, even an empty one. The constraint refuses half a surrogate pair here and not when it is stored."""


class RexRecord(Incoming):
    """A registration as REX shows it (contract, section 8)."""

    rex_number: RexNumber
    status: Literal["valid", "revoked"]
    registered_on: Day | None = None
    valid_from: Day | None = None
    revoked_on: Day | None = None
    name: AsItStands | None = None
    address: AsItStands | None = None
    tin: AsItStands | None = None
    activity: AsItStands | None = None
    hs_codes: list[AsItStands] = Field(default_factory=list)


class Finding(BaseModel):
    """One difference. ``serious`` ones concern the registration itself, ``minor`` ones may be spelling."""

    model_config = ConfigDict(frozen=True)
    field: str
    application: str | None
    rex: str | None
    severity: Literal["serious", "minor"]
    text: str


_TEXTS: tuple[tuple[str, Literal["serious", "minor"]], ...] = (
    ("rex_number", "serious"),
    ("tin", "serious"),
    ("name", "minor"),
    ("address", "minor"),
    ("activity", "minor"),
)


def registration_findings(rex_number: str, record: RexRecord | None, statement_dates: Iterable[date]) -> list[Finding]:
    """Whether REX has the number, and had it valid on the dates of the statements; at most one finding."""
    if record is None:
        text = f"REX has no registration {rex_number}"
        return [_status(None, text)]
    if record.status == "revoked":
        on = f" on {record.revoked_on.isoformat()}" if record.revoked_on else ""
        return [_status("revoked", f"REX shows the registration {rex_number} as revoked{on}")]
    earlier = sorted(day for day in statement_dates if record.valid_from and day < record.valid_from)
    if earlier and record.valid_from:
        text = (
            f"the registration is valid from {record.valid_from.isoformat()}, "
            f"after the statement of {earlier[0].isoformat()}"
        )
        return [_status(f"valid from {record.valid_from.isoformat()}", text)]
    return []


def changes(before: RexRecord | None, after: RexRecord | None) -> list[Finding]:
    """What REX has changed of a registration from one look-up to the next; spelling that means the same is no change.

    Of a registration that came, went, was revoked or restored, that alone: the rest follows from it.
    """
    if _state(before) != _state(after):
        return [_change("status", "serious", _state(before), _state(after))]
    if before is None or after is None:
        return []
    found = []
    for field, severity in _TEXTS:
        ours, theirs = getattr(before, field), getattr(after, field)
        if not same_at_sight(ours or "", theirs or ""):
            found.append(_change(field, severity, ours, theirs))
    if hs_digits(before.hs_codes) != hs_digits(after.hs_codes):
        found.append(_change("hs_codes", "serious", _listed(before.hs_codes), _listed(after.hs_codes)))
    for field in ("registered_on", "valid_from", "revoked_on"):
        if getattr(before, field) != getattr(after, field):
            found.append(_change(field, "serious", *(str(getattr(each, field) or "") for each in (before, after))))
    return found


def lacking(kinds: Iterable[str]) -> list[Finding]:
    """What a set of documents lacks though it is being inspected (¶7), in the words of ``missing_documents``."""
    return [
        Finding(
            field=kind,
            application=None,
            rex=None,
            severity="serious",
            text=f"the set of documents lacks: {kind.replace('_', ' ')}",
        )
        for kind in kinds
    ]


def _state(record: RexRecord | None) -> str:
    return record.status if record is not None else "no registration"


def _listed(codes: list[str] | None) -> str:
    return ", ".join(codes or [])


def _change(field: str, severity: Literal["serious", "minor"], before: str | None, after: str | None) -> Finding:
    words = field.replace("_", " ")
    text = f"REX has changed since the look-up before: {words} was {before or 'empty'}, and is {after or 'empty'}"
    return Finding(field=field, application=None, rex=after, severity=severity, text=text)


def signature_findings(signatures: Iterable[tuple[str, Signature]]) -> list[Finding]:
    """Each signature of a document, named by its file, that does not hold, or of which that cannot be told."""
    return [
        Finding(
            field="signature",
            application=None,
            rex=None,
            severity="minor" if each.holds is None else "serious",
            text=f"{filename}: the signature of {each.signer} "
            f"{'cannot be verified' if each.holds is None else 'does not hold'}: {each.fault}",
        )
        for filename, each in signatures
        if not each.holds
    ]


def signed_file_findings(final: FinalConclusion) -> list[Finding]:
    """What is to be known of a signed conclusion that leaves: signatures not verified here, and bytes of its own."""
    found = signature_findings(("the signed conclusion", each) for each in final.signatures)
    words = []
    if final.signed_file and not final.signatures:
        words.append("the signed conclusion has no electronic signature: compare it with the draft")
    elif not final.from_draft:
        words.append("the signed conclusion was not made from the draft's own file: compare the two")
    own = [Finding(field="signed_file", application=None, rex=None, severity="minor", text=each) for each in words]
    return [*found, *own]


def _status(rex: str | None, text: str) -> Finding:
    return Finding(field="registration_status", application=None, rex=rex, severity="serious", text=text)
