"""A year of the calendar to look at: twelve months with colours, signs, a legend and what is behind each day."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from calendars.kazakhstan import Swapped, YearOfDays
from cli.printing import plain_table
from pages.words import working_days as days_words
from rules.calendar import SATURDAY

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH_WIDTH = 30


@dataclass(frozen=True)
class Kind:
    """How a kind of day looks. The sign is for those who see no colours."""

    sign: str
    style: str
    meaning: str


WORKING = Kind(" ", "", "working day")
WEEKEND = Kind(" ", "bright_black", "weekend")
HOLIDAY = Kind("*", "bold red", "holiday")
OBSERVED = Kind("'", "magenta", "day off observed for a holiday on a weekend, or by decree")
SWAPPED_OFF = Kind("-", "yellow", "day off, swapped")
SWAPPED_IN = Kind("+", "bold black on green", "weekend day that counts")
ESTIMATED = Kind("~", "bold red underline", "Kurban Ait, estimated")

LEGEND = (WORKING, SWAPPED_IN, WEEKEND, HOLIDAY, OBSERVED, SWAPPED_OFF, ESTIMATED)


def kind_of(year: YearOfDays, day: date) -> Kind:
    """What kind of day it is."""
    if day in year.working:
        return SWAPPED_IN if day.weekday() >= SATURDAY else WORKING
    if day in year.estimated:
        return ESTIMATED
    reason = year.off.get(day) or year.festive.get(day)
    if isinstance(reason, Swapped):
        return SWAPPED_OFF if day.weekday() < SATURDAY else WEEKEND
    if reason is None:
        return WEEKEND if day.weekday() >= SATURDAY else WORKING
    return OBSERVED if reason.startswith(("observed for ", "day off by ")) else HOLIDAY


def year_page(year: YearOfDays, version: str, *, confirmed: bool, width: int) -> RenderableType:
    """The page of a year, in as many columns as fit into ``width``."""
    total = sum(year.working_days(month) for month in range(1, 13))
    columns = max(1, min(4, width // _MONTH_WIDTH))
    months = Table.grid(padding=(0, 4, 0, 0))
    for first in range(1, 13, columns):
        months.add_row(*(_month(year, month) for month in range(first, min(first + columns, 13))))
        months.add_row()
    status = Text("confirmed", style="green") if confirmed else Text("provisional: not confirmed", style="yellow")
    return Group(
        Text.assemble((str(year.year), "bold"), f"  {days_words(total)}  ", status, f"  calendar {version}"),
        Text(),
        months,
        _legend(),
        Text(),
        _reasons(year),
    )


def year_json(year: YearOfDays, version: str, *, confirmed: bool) -> dict[str, Any]:
    """The year as ``calendar show --json`` prints it."""
    months = {month: year.working_days(month) for month in range(1, 13)}
    return {
        "year": year.year,
        "version": version,
        "confirmed": confirmed,
        "working_days": sum(months.values()),
        "months": [{"month": month, "working_days": count} for month, count in months.items()],
        "days_off": [{"day": day.isoformat(), "why": str(why)} for day, why in sorted(_by_day(year.off))],
        "working": [{"day": day.isoformat(), "why": str(why)} for day, why in sorted(_by_day(year.working))],
        "on_weekends": [{"day": day.isoformat(), "why": str(why)} for day, why in sorted(_by_day(year.festive))],
        "estimated": [day.isoformat() for day in sorted(year.estimated)],
    }


def _by_day(days: dict[date, Any]) -> list[tuple[date, str]]:
    return [(day, str(why)) for day, why in days.items()]


def _month(year: YearOfDays, month: int) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    for _ in range(7):
        grid.add_column(width=3)
    grid.add_row(*(Text(f"{name}", style="bright_black") for name in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")))
    cells = [Text() for _ in range(monthrange(year.year, month)[0])]
    cells += [_cell(kind_of(year, day), f"{day.day:>2}") for day in year.days(month)]
    for start in range(0, len(cells), 7):
        grid.add_row(*cells[start : start + 7])
    return Group(Text.assemble((MONTHS[month - 1], "bold"), f"  {days_words(year.working_days(month))}"), grid)


def _cell(kind: Kind, text: str) -> Text:
    return Text(f"{text}{kind.sign}", style=kind.style)


def _legend() -> RenderableType:
    legend = Table.grid(padding=(0, 1, 0, 0))
    for kind in LEGEND:
        legend.add_row(_cell(kind, "15"), kind.meaning)
    return legend


def _reasons(year: YearOfDays) -> RenderableType:
    table = plain_table()
    for name in ("day", "", "why"):
        table.add_column(name)
    for day in sorted({*year.off, *year.working, *year.festive}):
        kind = kind_of(year, day)
        table.add_row(
            Text(day.strftime("%a %-d %b"), style=kind.style if kind is not WORKING else ""),
            "counts" if year.works(day) else "off",
            str(year.reason(day)),
        )
    return table
