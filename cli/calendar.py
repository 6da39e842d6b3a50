"""The commands ``deadline`` and ``calendar ...`` (contract, section 9)."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from rules.refusal import Refusal

calendar_app = typer.Typer(
    help="The working-day calendar: show it, and change it by decree; a second person approves each change.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
By = Annotated[str, typer.Option(metavar="NAME", help="Who does this; it is recorded.")]
Number = Annotated[str, typer.Option("--decree", metavar="NUMBER", help="The number of the decree.")]
Dated = Annotated[str, typer.Option("--decree-date", metavar="DATE", help="The date of the decree.")]
Title = Annotated[str, typer.Option(metavar="TEXT", help="The title of the decree.")]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="As it was at this moment: 2026-11-23T10:00:00+05:00, or the end of a day."),
]
Year = Annotated[int, typer.Argument(metavar="YEAR")]
Numbers = Annotated[
    list[str],
    typer.Argument(metavar="ENTRY...", help="Numbers of entries, as in 3 or 3-12; `calendar entries` lists them."),
]


class DayKind(StrEnum):
    """What an entry makes of its day."""

    WORKING = "working"
    OFF = "off"


def deadline(
    date: Annotated[str, typer.Argument(metavar="DATE", help="Day 0, as in 2025-02-28; it may be a day off.")],
    n: Annotated[int, typer.Argument(metavar="N", help="How many working days the term has.")],
    explain: Annotated[
        bool, typer.Option(help="List each day that did not count, each weekend day that did, and why.")
    ] = False,
    json: Json = False,
) -> None:
    """Count a term: print its last day, the N-th working day after DATE.

    Needs no server, database or setting; where there is a register, the ministry's own entries count.
    """
    from cli.deadline import print_deadline

    print_deadline(date, n, explain=explain, as_json=json)


@calendar_app.command()
def show(year: Year, as_of: AsOf = None, json: Json = False) -> None:
    """Show a year: twelve months, working days per month, and why each day off is one."""
    from cli.calendar_entries import show_year

    show_year(year, as_of=as_of, as_json=json)


@calendar_app.command()
def entries(as_of: AsOf = None, json: Json = False) -> None:
    """List the ministry's entries with their whole history, and the confirmed years."""
    from cli.calendar_entries import list_entries

    list_entries(as_of=as_of, as_json=json)


@calendar_app.command()
def add(
    date: Annotated[str, typer.Argument(metavar="DATE", help="The day, as in 2027-03-26.")],
    kind: Annotated[DayKind, typer.Argument(help="What it is by the decree.")],
    decree: Number,
    decree_date: Dated,
    title: Title,
    by: By,
    swapped_with: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The day that becomes the opposite: a transferred day off is one entry."),
    ] = None,
    json: Json = False,
) -> None:
    """Propose an entry. It counts once a second person puts it in force with `calendar apply`."""
    from cli.calendar_entries import enter, read_decree

    named = read_decree(decree, decree_date, title)
    enter(date, kind.value, swapped_with=swapped_with, decree=named, by=_name(by), as_json=json)


@calendar_app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV in UTF-8; - is standard input.")],
    by: By,
    json: Json = False,
) -> None:
    """Propose the entries of a file, all or none.

    Its header is day,kind,swapped_with,decree_number,decree_date,decree_title; kind is working or off, swapped_with
    may be empty. If any line is wrong, nothing is entered and each wrong line is named.
    """
    from cli.calendar_entries import enter_file

    enter_file(file, by=_name(by), as_json=json)


@calendar_app.command()
def withdraw(
    entry: Annotated[int, typer.Argument(metavar="ENTRY")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; it is recorded.")],
    by: By,
    json: Json = False,
) -> None:
    """Withdraw an entry: at once if it was only proposed, else when a second person applies the withdrawal."""
    from cli.calendar_entries import withdraw

    withdraw(entry, because=_words(because, "--because"), by=_name(by), as_json=json)


@calendar_app.command()
def confirm(year: Year, decree: Number, decree_date: Dated, title: Title, by: By, json: Json = False) -> None:
    """Confirm that the official calendar of a year is entered: its terms are no longer provisional."""
    from cli.calendar_entries import confirm, read_decree

    confirm(year, decree=read_decree(decree, decree_date, title), by=_name(by), as_json=json)


@calendar_app.command()
def preview(entry: Numbers, json: Json = False) -> None:
    """Show which open cases proposed entries would move, each term before and after. Changes nothing."""
    from cli.calendar_recount import preview

    asyncio.run(preview(_numbers(entry), as_json=json))


@calendar_app.command()
def apply(entry: Numbers, by: By, json: Json = False) -> None:
    """Put proposed entries or withdrawals in force as a second person, and recount every open case.

    If it is interrupted, run the same command again: it goes on, and each case is recounted once.
    """
    from cli.calendar_recount import apply_entries

    asyncio.run(apply_entries(_numbers(entry), by=_name(by), as_json=json))


@calendar_app.command()
def recount(
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; it goes into the log of each case.")],
    by: By,
    json: Json = False,
) -> None:
    """Recount every open case by the present calendar, as after a confirmation or an upgrade."""
    from cli.calendar_recount import recount_all

    asyncio.run(recount_all(by=_name(by), because=_words(because, "--because"), as_json=json))


@calendar_app.command()
def export(
    year: Year,
    out: Annotated[str | None, typer.Option(metavar="FILE", help="Where to; by default standard output.")] = None,
) -> None:
    """Export a year as an iCalendar file."""
    from cli.calendar_entries import export_year

    export_year(year, out)


_MOST_NUMBERS = 1000


def _numbers(written: list[str]) -> list[int]:
    numbers: set[int] = set()
    for each in written:
        first, dash, last = each.partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise Refusal(f"{each}: is not the number of an entry; expected one as in 3 or 3-12")
        span = range(int(first), int(last if dash else first) + 1)
        if not 0 < len(span) <= _MOST_NUMBERS:
            raise Refusal(f"{each}: expected a range from the smaller number to the larger, of {_MOST_NUMBERS} at most")
        numbers.update(span)
    return sorted(numbers)


def _name(by: str) -> str:
    return _words(by, "--by")


def _words(written: str, option: str) -> str:
    words = " ".join(written.split())
    if not words or len(words) > 500:
        raise Refusal(f"{option}: expected 1 to 500 characters")
    return words
