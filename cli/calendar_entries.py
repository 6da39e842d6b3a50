"""The commands that enter, list, withdraw and confirm, and those that show or export a year."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from calendars.build import year_with_entries
from calendars.decrees import Confirmation, Decree, Entry
from calendars.export import icalendar_of
from calendars.files import KINDS, read_entries
from calendars.kazakhstan import is_confirmed
from calendars.time_zone import almaty_clock
from cli.calendar_register import calendar_register, read_day, registered_calendar
from cli.calendar_year import year_json, year_page
from cli.errors import CannotDo
from cli.listing import Column, listing
from cli.printing import console, print_json, print_page
from cli.words import day_words, time_words
from rules.calendar import version_of
from rules.instant import Instant, rfc_3339
from rules.refusal import Refusal, reasons
from rules.text import shown
from runtime.commands import STARTER

if TYPE_CHECKING:
    from register.calendar import RecordedConfirmation, RecordedEntry, RegisteredCalendar

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
_LARGEST_FILE = 1_000_000


def show_year(year: int, *, as_of: str | None, as_json: bool) -> None:
    """Print a year as it counts, or as it counted at a moment."""
    registered, at = registered_calendar(), _moment(as_of)
    days = year_with_entries(year, registered.in_force(at) if registered else ())
    confirmed = is_confirmed(year, registered.confirmed(at) if registered else ())
    version = version_of(year, year, days.off, days.working)
    if as_json:
        print_json(year_json(days, version, confirmed=confirmed))
        return
    out = console()
    print_page(year_page(days, version, confirmed=confirmed, width=out.width))
    if registered is None:
        out.print("Base calendar only: there is no register here whose entries could count.", soft_wrap=True)


def export_year(year: int, file: str | None) -> None:
    """Write a year as an iCalendar file, or to standard output."""
    registered = registered_calendar()
    days = year_with_entries(year, registered.in_force() if registered else ())
    confirmed = is_confirmed(year, registered.confirmed() if registered else ())
    version = version_of(year, year, days.off, days.working)
    data = icalendar_of(days, version, confirmed=confirmed, now=datetime.now(UTC).replace(microsecond=0))
    if file is None or file == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise CannotDo(f"{file}: cannot be written: {error.strerror}") from None
    console().print(f"{file}: {len(days.off) + len(days.festive) + len(days.working)} days of {year}", soft_wrap=True)


def list_entries(*, as_of: str | None, as_json: bool) -> None:
    """Print every entry with its whole history, and the confirmed years."""
    from register.calendar import read_calendar

    at = _moment(as_of)
    with calendar_register() as register:
        registered = read_calendar(register)
    entries = [each for each in registered.entries if at is None or each.in_force(at)]
    confirmations = [each for each in registered.confirmations if at is None or each.confirmed_at <= at]
    if as_json:
        print_json(
            {
                "entries": [entry_json(each) for each in entries],
                "confirmations": [_confirmation_json(each) for each in confirmations],
            }
        )
        return
    _print_entries(entries, confirmations)


def enter(written: str, kind: str, *, swapped_with: str | None, decree: Decree, by: str, as_json: bool) -> None:
    """Propose an entry."""
    entry = Entry(
        day=read_day(written),
        working=KINDS[kind],
        swapped_with=read_day(swapped_with) if swapped_with else None,
        decree=decree,
    )
    _propose([entry], [], by=by, as_json=as_json)


def enter_file(file: str, *, by: str, as_json: bool) -> None:
    """Propose the entries of a CSV file, all or none."""
    try:
        data = sys.stdin.buffer.read(_LARGEST_FILE + 1) if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CannotDo(f"{file}: cannot be read: {error.strerror}") from None
    if len(data) > _LARGEST_FILE:
        raise Refusal(f"{file}: is larger than {_LARGEST_FILE} bytes; expected a file of entries")
    try:
        entries, places = read_entries(data.decode("utf-8-sig"))
        _propose(entries, places, by=by, as_json=as_json)
    except UnicodeDecodeError:
        raise Refusal(f"{file}: is not in UTF-8") from None
    except Refusal as refusal:
        raise Refusal(f"{file}: nothing was entered; {refusal}") from None


def withdraw(number: int, *, because: str, by: str, as_json: bool) -> None:
    """Withdraw an entry, at once where it was never in force."""
    from register.calendar import propose_withdrawal

    with calendar_register() as register:
        recorded = propose_withdrawal(register, number, because=because, by=by, now=datetime.now(UTC))
    if as_json:
        print_json(entry_json(recorded))
    elif recorded.state == "withdrawn":
        console().print(f"Entry {number} is withdrawn; it was never in force.", soft_wrap=True)
    else:
        console().print(f"Entry {number} is to be withdrawn. {_next(str(number))}", soft_wrap=True)


def confirm(year: int, *, decree: Decree, by: str, as_json: bool) -> None:
    """Record that the official calendar of a year has been entered."""
    from register.calendar import confirm_year, read_calendar

    with calendar_register() as register:
        confirm_year(register, Confirmation(year=year, decree=decree), by=by, now=datetime.now(UTC))
        registered = read_calendar(register)
    (confirmation,) = [each for each in registered.confirmations if each.year == year]
    estimated = sorted(year_with_entries(year, registered.in_force()).estimated)
    if as_json:
        print_json(_confirmation_json(confirmation) | {"still_estimated": [day.isoformat() for day in estimated]})
        return
    out = console()
    out.print(f"{year} is confirmed ({shown(decree.cited())}).", soft_wrap=True)
    for day in estimated:
        out.print(
            f"Kurban Ait on {day_words(day)} is still an estimate; enter its decree: "
            f"{STARTER} calendar add {day.isoformat()} off ...",
            style="yellow",
            soft_wrap=True,
        )
    out.print(f"To apply it to open cases: {STARTER} calendar recount --because WHY --by NAME", soft_wrap=True)


def read_decree(number: str, dated: str, title: str) -> Decree:
    """A decree as the options give it. :raises Refusal: naming the option that does not fit."""
    try:
        return Decree(number=number, date=read_day(dated), title=title)
    except ValidationError as error:
        raise Refusal(f"decree {reasons(error)}") from None


def entry_json(recorded: RecordedEntry) -> dict[str, Any]:
    """An entry with its history as JSON; null where something has not happened."""
    entry = recorded.entry
    history = {name: value for name, value in vars(recorded).items() if name not in ("number", "entry")}
    return {
        "number": recorded.number,
        "state": recorded.state,
        "day": entry.day.isoformat(),
        "kind": "working" if entry.working else "off",
        "swapped_with": entry.swapped_with.isoformat() if entry.swapped_with else None,
        "decree": entry.decree.model_dump(mode="json"),
        **{name: rfc_3339(value) if isinstance(value, datetime) else value for name, value in history.items()},
    }


def entry_words(entry: Entry) -> str:
    """``Fri 26 Mar 2027 off, Sat 3 Apr 2027 works``."""
    kind, other = ("works", "off") if entry.working else ("off", "works")
    words = f"{day_words(entry.day)} {kind}"
    return f"{words}, {day_words(entry.swapped_with)} {other}" if entry.swapped_with else words


def _propose(entries: list[Entry], places: list[str], *, by: str, as_json: bool) -> None:
    from register.calendar import propose, read_calendar

    with calendar_register() as register:
        numbers = propose(register, entries, by=by, now=datetime.now(UTC), places=places)
        registered: RegisteredCalendar = read_calendar(register)
    if as_json:
        print_json([entry_json(registered.numbered(number)) for number in numbers])
        return
    out = console()
    for number, entry in zip(numbers, entries, strict=True):
        out.print(f"Entry {number} proposed: {entry_words(entry)} ({shown(entry.decree.cited())})", soft_wrap=True)
    listed = " ".join(map(str, numbers)) if len(numbers) < 4 else f"{numbers[0]}-{numbers[-1]}"
    out.print(_next(listed), soft_wrap=True)


def _next(numbers: str) -> str:
    return (
        "It does not count yet. "
        f"See what it moves: {STARTER} calendar preview {numbers}. "
        f"A second person puts it in force: {STARTER} calendar apply {numbers} --by NAME."
    )


def _print_entries(entries: list[RecordedEntry], confirmations: list[RecordedConfirmation]) -> None:
    out = console()
    if entries:
        columns: tuple[Column[RecordedEntry], ...] = (
            Column("no.", lambda each: str(each.number), right=True),
            Column("what", lambda each: entry_words(each.entry), folds_at=16),
            Column("decree", lambda each: shown(_decree(each.entry.decree)), folds_at=14),
            Column("state", lambda each: Text(each.state, style=_STATE_STYLES[each.state])),
            Column("entered", lambda each: _act(each.entered_by, each.entered_at), folds_at=12),
            Column("in force since", lambda each: _act(each.approved_by, each.approved_at), folds_at=12),
            Column("withdrawn", _withdrawal, folds_at=12),
        )
        print_page(listing(columns, entries, out.width, dim=lambda each: each.state == "withdrawn"))
    else:
        out.print("No entries: the calendar is the library's own.", soft_wrap=True)
    for confirmation in confirmations:
        decree = confirmation.decree
        out.print(
            f"{confirmation.year} is confirmed by {_act(confirmation.confirmed_by, confirmation.confirmed_at)}: "
            + shown(f"No. {decree.number} of {decree.date.isoformat()}, {decree.title}"),
            soft_wrap=True,
        )


def _decree(decree: Decree) -> str:
    return f"No. {decree.number} of {decree.date.isoformat()}: {decree.title}"


_STATE_STYLES = {"in force": "green", "proposed": "yellow", "withdrawal proposed": "yellow", "withdrawn": "dim"}


def _act(by: str | None, at: datetime | None) -> str:
    return f"{by}, {time_words(at)}" if by else "–"


def _withdrawal(recorded: RecordedEntry) -> str:
    if recorded.withdrawal_entered_by is None:
        return "–"
    words = f"{recorded.withdrawal_because} ({_act(recorded.withdrawal_entered_by, recorded.withdrawal_entered_at)})"
    if recorded.withdrawal_approved_by is None:
        return words
    return f"{words}; {_act(recorded.withdrawal_approved_by, recorded.withdrawal_approved_at)}"


def _confirmation_json(confirmation: RecordedConfirmation) -> dict[str, Any]:
    return {
        "year": confirmation.year,
        "decree": confirmation.decree.model_dump(mode="json"),
        "confirmed_by": confirmation.confirmed_by,
        "confirmed_at": rfc_3339(confirmation.confirmed_at),
    }


def _moment(written: str | None) -> datetime | None:
    """A moment as a person writes it; a day alone is its end in Almaty."""
    if written is None:
        return None
    if len(written) == len("2026-11-23"):
        return almaty_clock().end_of(read_day(written)) - timedelta(microseconds=1)
    try:
        return _INSTANT.validate_python(written)
    except ValidationError as error:
        raise Refusal(f"{written}: {reasons(error)}") from None
