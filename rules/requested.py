"""What the customs ask about against REX: another exporter behind the number, goods that REX does not have (¶9)."""

from __future__ import annotations

from collections.abc import Iterator

from rules.findings import Finding, RexRecord
from rules.legal_names import names
from rules.likeness import Likeness
from rules.numbers import not_in_rex, tax_numbers
from rules.request import VerificationRequest


def requested_findings(request: VerificationRequest, record: RexRecord | None) -> list[Finding]:
    """Name, tax number and goods of the request that differ from those in REX; nothing where REX has no record.

    The fields are ``requested_name``, ``requested_tin`` and ``requested_hs_codes``.
    """
    if record is None:
        return []
    return [
        Finding(field=f"requested_{field}", application=None, rex=theirs, severity=found.severity, text=text)
        for field, theirs, text, found in _compared(request, record)
        if found.severity != "none"
    ]


def _compared(request: VerificationRequest, record: RexRecord) -> Iterator[tuple[str, str, str, Likeness]]:
    exporter = request.exporter
    for field, words, ours, theirs, like in (
        ("name", "name", exporter.name, record.name, names),
        ("tin", "tax number", exporter.bin, record.tin, tax_numbers),
    ):
        if ours and theirs and theirs.strip():
            found = like(ours, theirs)
            yield field, theirs, f"the {words} in the request, {ours}, {found.words}", found
    codes = [code for statement in request.statements for code in statement.hs_codes]
    missing = not_in_rex(codes, record.hs_codes)
    if missing is not None:
        yield "hs_codes", ", ".join(record.hs_codes), f"the HS codes of the statements {missing.words}", missing
