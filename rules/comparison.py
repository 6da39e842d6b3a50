"""The application against REX, field by field, as help for the inspection (¶9; contract, section 5).

What is tolerated, and how severe what is not, is in docs/comparison.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from rules.addresses import addresses
from rules.documents import Application
from rules.findings import Finding, RexRecord, registration_findings
from rules.legal_names import names
from rules.likeness import Likeness, Severity, free_texts
from rules.numbers import hs_codes, rex_numbers, tax_numbers

REGISTRATION: Final = "registration_status"
"""The first row: whether REX has the number, valid on the dates of the statements. No application has a part in it."""


class Compared(BaseModel):
    """One field on both sides, as they were written; None where a side does not have it.

    ``none``: nothing differs, or a side says nothing. ``minor`` may be spelling; ``serious`` concerns who the exporter
    is, which goods, or the registration itself. ``text`` is a sentence without its full stop.
    """

    model_config = ConfigDict(frozen=True)
    field: str
    application: str | None
    rex: str | None
    severity: Severity
    text: str

    @property
    def compared(self) -> bool:
        """Whether both sides say something; of the registration, REX alone."""
        return self.rex is not None and (self.application is not None or self.field == REGISTRATION)


def compare(
    application: Application | None, record: RexRecord | None, rex_number: str, statement_dates: Iterable[date]
) -> tuple[Compared, ...]:
    """A row for the registration, ``registration_status``, and one for each of ``FIELDS``; agreeing ones too.

    :param application: as Atameken transcribed it; None where there is none yet.
    :param record: what REX shows; None where it has no such registration.
    :param rex_number: that of the request.
    :param statement_dates: of the statements on origin under question.
    """
    registration = _registration(record, rex_number, sorted(statement_dates))
    return (registration, *(_row(field, application, record) for field in FIELDS))


def differences(rows: Iterable[Compared]) -> list[Finding]:
    """The rows that differ, as findings."""
    return [Finding(**row.model_dump()) for row in rows if row.severity != "none"]


def _registration(record: RexRecord | None, rex_number: str, statement_dates: list[date]) -> Compared:
    for found in registration_findings(rex_number, record, statement_dates):
        return Compared(**found.model_dump())
    text = f"REX shows the registration {rex_number} as valid"
    if record is not None and record.valid_from and statement_dates:
        first = statement_dates[0].isoformat()
        text += f" from {record.valid_from.isoformat()}, not after the first statement, of {first}"
    return Compared(field=REGISTRATION, application=None, rex="valid", severity="none", text=text)


def _row(field: str, application: Application | None, record: RexRecord | None) -> Compared:
    words, like = FIELDS[field]
    ours, theirs = _said(application, field), _said(record, _IN_REX.get(field, field))
    if ours is None or theirs is None:
        silent = "the application" if ours is None else "REX"
        text = f"not compared: {silent} has no {words}"
        if application is None or record is None:
            text = "not compared: " + ("no data of the application have come" if record else "REX has no registration")
        return Compared(field=field, application=ours, rex=theirs, severity="none", text=text)
    severity, said = like(ours, theirs)
    text = f"the {words} in the application {said}"
    return Compared(field=field, application=ours, rex=theirs, severity=severity, text=text)


def _said(side: Application | RexRecord | None, field: str) -> str | None:
    """What a side says of a field, as a text; None where that is nothing, or no letter and no digit ("—")."""
    value = getattr(side, field, None)
    text = ", ".join(value) if isinstance(value, list) else value.isoformat() if isinstance(value, date) else value
    return text if text and any(map(str.isalnum, text)) else None


def _dates(signed_on: str, registered_on: str) -> Likeness:
    """An application comes before the registration that it asks for, or on its day. Both are ISO dates."""
    if signed_on > registered_on:
        return Likeness("serious", "is after that of the registration in REX")
    return Likeness("none", "is not after that of the registration in REX")


_IN_REX: Final = {"signed_on": "registered_on"}

FIELDS: Final[dict[str, tuple[str, Callable[[str, str], Likeness]]]] = {
    "rex_number": ("REX number", rex_numbers),
    "tin": ("tax number", tax_numbers),
    "name": ("name", names),
    "address": ("address", addresses),
    "activity": ("activity", free_texts),
    "hs_codes": ("HS codes", hs_codes),
    "signed_on": ("date", _dates),
}
"""What is compared, in the order of the rows: in words, and by which measure."""
