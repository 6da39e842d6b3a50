"""What the register keeps of the calendar: the ministry's entries, the confirmed years and the recorded states.

Nothing here is ever edited: an entry is proposed, approved by a second person, and withdrawn by a further proposal with
its own approval; so the calendar as it was at any past moment can be rebuilt from what was in force then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from calendars.decrees import Confirmation, Decree, Entry
from calendars.proposals import check, check_confirmation
from register.database import reading, writing
from register.tables import Base
from rules.calendar import CalendarDays
from rules.refusal import Refusal
from rules.text import same_person

_CALENDAR_LOCK = 359
"""Key of the advisory lock under which PostgreSQL takes proposals: two at once must not decide one day twice."""


class CalendarEntryRow(Base):
    """A proposed entry (``calendars.decrees.Entry``). It counts once a row of ``calendar_approvals`` names it."""

    __tablename__ = "calendar_entries"
    __table_args__ = (CheckConstraint("day <> swapped_with", name="swap"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date]
    working: Mapped[bool]
    swapped_with: Mapped[date | None]
    decree_number: Mapped[str]
    decree_date: Mapped[date]
    decree_title: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class CalendarWithdrawalRow(Base):
    """A proposal to withdraw an entry; of an entry not yet approved it takes effect at once."""

    __tablename__ = "calendar_withdrawals"

    entry: Mapped[int] = mapped_column(ForeignKey("calendar_entries.number"), primary_key=True, autoincrement=False)
    because: Mapped[str]
    entered_by: Mapped[str]
    entered_at: Mapped[datetime]


class CalendarApprovalRow(Base):
    """A second person put an entry, or its withdrawal, in force."""

    __tablename__ = "calendar_approvals"

    entry: Mapped[int] = mapped_column(ForeignKey("calendar_entries.number"), primary_key=True, autoincrement=False)
    withdrawal: Mapped[bool] = mapped_column(primary_key=True)
    approved_by: Mapped[str]
    approved_at: Mapped[datetime]


class CalendarConfirmationRow(Base):
    """Somebody recorded that the official calendar of a year has been taken in."""

    __tablename__ = "calendar_confirmations"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    decree_number: Mapped[str]
    decree_date: Mapped[date]
    decree_title: Mapped[str]
    confirmed_by: Mapped[str]
    confirmed_at: Mapped[datetime]


class CalendarStateRow(Base):
    """A calendar as a case recorded it, by its version: it can be shown as it was, whatever the library says today."""

    __tablename__ = "calendar_states"

    version: Mapped[str] = mapped_column(primary_key=True)
    days: Mapped[dict[str, Any]]
    library: Mapped[str]
    recorded_at: Mapped[datetime]


@dataclass(frozen=True)
class RecordedEntry:
    """An entry with its whole history. Times are UTC; None where it has not happened."""

    number: int
    entry: Entry
    entered_by: str
    entered_at: datetime
    approved_by: str | None = None
    approved_at: datetime | None = None
    withdrawal_because: str | None = None
    withdrawal_entered_by: str | None = None
    withdrawal_entered_at: datetime | None = None
    withdrawal_approved_by: str | None = None
    withdrawal_approved_at: datetime | None = None

    @property
    def state(self) -> str:
        """``proposed``, ``in force``, ``withdrawal proposed`` or ``withdrawn``."""
        if self.withdrawal_approved_at or (self.withdrawal_entered_at and not self.approved_at):
            return "withdrawn"
        if self.withdrawal_entered_at:
            return "withdrawal proposed"
        return "in force" if self.approved_at else "proposed"

    def in_force(self, at: datetime | None = None) -> bool:
        """Whether the entry counted at a moment; now where none is given."""
        if self.approved_at is None or (at is not None and self.approved_at > at):
            return False
        return self.withdrawal_approved_at is None or (at is not None and self.withdrawal_approved_at > at)


@dataclass(frozen=True)
class RecordedConfirmation:
    """A confirmed year, by whom and when (UTC)."""

    year: int
    decree: Decree
    confirmed_by: str
    confirmed_at: datetime


@dataclass(frozen=True)
class RegisteredCalendar:
    """Everything that the register holds about the calendar."""

    entries: tuple[RecordedEntry, ...]
    confirmations: tuple[RecordedConfirmation, ...]

    def in_force(self, at: datetime | None = None) -> tuple[Entry, ...]:
        """The entries that counted at a moment, or that count now."""
        return tuple(each.entry for each in self.entries if each.in_force(at))

    def confirmed(self, at: datetime | None = None) -> frozenset[int]:
        """The years confirmed at a moment, or by now."""
        return frozenset(each.year for each in self.confirmations if at is None or each.confirmed_at <= at)

    def after(self, numbers: Sequence[int]) -> tuple[Entry, ...]:
        """The entries that would count were these proposals put in force."""
        return tuple(
            each.entry
            for each in self.entries
            if (each.in_force() and not (each.number in numbers and each.state == "withdrawal proposed"))
            or (each.number in numbers and each.state == "proposed")
        )

    def numbered(self, number: int) -> RecordedEntry:
        """The entry of a number. :raises Refusal: where there is none."""
        for each in self.entries:
            if each.number == number:
                return each
        raise Refusal(f"entry {number}: there is none; `calendar entries` lists them")


def read_calendar(register: Engine) -> RegisteredCalendar:
    """Everything that the register holds about the calendar.

    :raises RegisterError: where the database does not answer or is not migrated.
    """
    with reading(register) as connection:
        return _read(connection)


def propose(
    register: Engine, entries: Sequence[Entry], *, by: str, now: datetime, places: Sequence[str] = ()
) -> list[int]:
    """Write proposed entries, all or none; they count when a second person puts them in force.

    :param now: aware datetime.
    :param places: where each entry stands, as in ``line 3``; named in front of what is wrong with it.
    :return: their numbers.
    :raises Refusal: naming each date that cannot be taken.
    """
    with deciding(register) as connection:
        known = _read(connection)
        in_force = known.in_force()
        standing = [(f"entry {each.number}", each.entry) for each in known.entries if each.state != "withdrawn"]
        wrong = []
        for place, entry in zip_longest(places, entries):
            try:
                check(entry, in_force, standing, now)
            except Refusal as refusal:
                wrong.append(f"{place}: {refusal}" if place else str(refusal))
            standing.append((place or "another entry", entry))
        if wrong:
            raise Refusal("; ".join(wrong))
        return [_insert(connection, entry, by, now) for entry in entries]


def propose_withdrawal(register: Engine, number: int, *, because: str, by: str, now: datetime) -> RecordedEntry:
    """Withdraw an entry: at once where it was only proposed, else when a second person puts the withdrawal in force.

    :raises Refusal: where there is no such entry or it is withdrawn already.
    """
    with deciding(register) as connection:
        recorded = _read(connection).numbered(number)
        if recorded.withdrawal_entered_at is not None:
            raise Refusal(f"entry {number}, {recorded.entry.day.isoformat()}: is {_already(recorded)}")
        connection.execute(
            insert(CalendarWithdrawalRow).values(entry=number, because=because, entered_by=by, entered_at=now)
        )
        return _read(connection).numbered(number)


def approve(register: Engine, numbers: Sequence[int], *, by: str, now: datetime) -> list[RecordedEntry]:
    """Put proposals in force, all or none; who proposed one cannot approve it.

    :raises Refusal: naming the entry and its date.
    """
    with deciding(register) as connection:
        return approve_on(connection, numbers, by=by, now=now)


def approve_on(connection: Connection, numbers: Sequence[int], *, by: str, now: datetime) -> list[RecordedEntry]:
    """As ``approve``, inside the caller's transaction."""
    known = _read(connection)
    for number in dict.fromkeys(numbers):
        recorded = known.numbered(number)
        named = f"entry {number}, {recorded.entry.day.isoformat()}"
        if recorded.state in ("in force", "withdrawn"):
            raise Refusal(f"{named}: is {_already(recorded)}; expected a proposal")
        withdrawal = recorded.state == "withdrawal proposed"
        proposer = recorded.withdrawal_entered_by if withdrawal else recorded.entered_by
        if same_person(by, proposer or ""):
            raise Refusal(f"{named}: was proposed by {proposer}; expected a second person to put it in force")
        connection.execute(
            insert(CalendarApprovalRow).values(entry=number, withdrawal=withdrawal, approved_by=by, approved_at=now)
        )
    changed = _read(connection)
    return [changed.numbered(number) for number in dict.fromkeys(numbers)]


def confirm_year(register: Engine, confirmation: Confirmation, *, by: str, now: datetime) -> None:
    """Record that a year's official calendar has been taken in.

    :raises Refusal: naming the year that cannot be confirmed.
    """
    with deciding(register) as connection:
        check_confirmation(confirmation, _read(connection).confirmed(), now)
        decree = confirmation.decree
        connection.execute(
            insert(CalendarConfirmationRow).values(
                year=confirmation.year,
                decree_number=decree.number,
                decree_date=decree.date,
                decree_title=decree.title,
                confirmed_by=by,
                confirmed_at=now,
            )
        )


def keep_state(register: Engine, days: CalendarDays, *, library: str, now: datetime) -> None:
    """Keep a calendar that a case is going to count by, once per version."""
    with reading(register) as connection:
        if _has_state(connection, days.version):
            return
    with deciding(register) as connection:
        if not _has_state(connection, days.version):
            connection.execute(
                insert(CalendarStateRow).values(
                    version=days.version, days=days.model_dump(mode="json"), library=library, recorded_at=now
                )
            )


def state(register: Engine, version: str) -> CalendarDays:
    """The calendar of a version, as it was first recorded.

    :raises Refusal: where no case has recorded it.
    """
    with reading(register) as connection:
        days = connection.scalar(select(CalendarStateRow.days).where(CalendarStateRow.version == version))
    if days is None:
        raise Refusal(f"calendar {version}: no case has recorded it")
    return CalendarDays.model_validate(days)


@contextmanager
def deciding(register: Engine) -> Iterator[Connection]:
    """A transaction that nobody else's may overtake between what it reads and what it writes."""
    with writing(register) as connection:
        if register.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CALENDAR_LOCK})
        yield connection


def _insert(connection: Connection, entry: Entry, by: str, now: datetime) -> int:
    number: int = connection.execute(
        insert(CalendarEntryRow)
        .values(
            day=entry.day,
            working=entry.working,
            swapped_with=entry.swapped_with,
            decree_number=entry.decree.number,
            decree_date=entry.decree.date,
            decree_title=entry.decree.title,
            entered_by=by,
            entered_at=now,
        )
        .returning(CalendarEntryRow.number)
    ).scalar_one()
    return number


def _has_state(connection: Connection, version: str) -> bool:
    return connection.scalar(select(CalendarStateRow.version).where(CalendarStateRow.version == version)) is not None


def _already(recorded: RecordedEntry) -> str:
    if recorded.state == "withdrawal proposed":
        return f"to be withdrawn already, as {recorded.withdrawal_entered_by} proposed"
    return "withdrawn already" if recorded.state == "withdrawn" else "in force already"


def _read(connection: Connection) -> RegisteredCalendar:
    approvals = {
        (row.entry, row.withdrawal): row for row in connection.execute(select(CalendarApprovalRow.__table__)).all()
    }
    withdrawals = {row.entry: row for row in connection.execute(select(CalendarWithdrawalRow.__table__)).all()}
    entries = []
    for row in connection.execute(select(CalendarEntryRow.__table__).order_by(CalendarEntryRow.number)).all():
        approval, withdrawal = approvals.get((row.number, False)), withdrawals.get(row.number)
        withdrawn = approvals.get((row.number, True))
        entries.append(
            RecordedEntry(
                number=row.number,
                entry=Entry(
                    day=row.day,
                    working=row.working,
                    swapped_with=row.swapped_with,
                    decree=Decree(number=row.decree_number, date=row.decree_date, title=row.decree_title),
                ),
                entered_by=row.entered_by,
                entered_at=row.entered_at,
                approved_by=approval.approved_by if approval else None,
                approved_at=approval.approved_at if approval else None,
                withdrawal_because=withdrawal.because if withdrawal else None,
                withdrawal_entered_by=withdrawal.entered_by if withdrawal else None,
                withdrawal_entered_at=withdrawal.entered_at if withdrawal else None,
                withdrawal_approved_by=withdrawn.approved_by if withdrawn else None,
                withdrawal_approved_at=withdrawn.approved_at if withdrawn else None,
            )
        )
    confirmations = tuple(
        RecordedConfirmation(
            row.year,
            Decree(number=row.decree_number, date=row.decree_date, title=row.decree_title),
            row.confirmed_by,
            row.confirmed_at,
        )
        for row in connection.execute(
            select(CalendarConfirmationRow.__table__).order_by(CalendarConfirmationRow.year)
        ).all()
    )
    return RegisteredCalendar(tuple(entries), confirmations)
