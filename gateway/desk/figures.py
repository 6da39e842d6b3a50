"""Figures: the account of any period (``docs/reports.md``) as charts and tables, and as files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from calendars.time_zone import almaty_clock
from gateway.connected import Connected
from gateway.desk import charts
from gateway.desk.charts import Chart
from gateway.desk.download import attachment
from gateway.desk.language import desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import ThePerson
from gateway.desk.workbook import XLSX, Table, workbook
from register.accounts import read_standing
from reports.counting import count
from reports.figures import Account
from reports.listing import csv_of
from reports.period import EARLIEST, Period, asked_period, month_before, month_of
from reports.sheets import Sheet, made_words, period_of, sheets_of
from rules.instant import Day
from rules.refusal import Refusal

router = APIRouter(include_in_schema=False)

_DAY: TypeAdapter[date] = TypeAdapter(Day)


@dataclass(frozen=True)
class Asked:
    """A period as an address names it; ``wrong`` where it names none that can be, and last month is shown."""

    period: Period
    wrong: bool


def asked(first: Annotated[str, Query(alias="from")] = "", last: Annotated[str, Query(alias="to")] = "") -> Asked:
    """The period of an address; the month before by default."""
    today = almaty_clock().day_of(datetime.now(UTC))
    try:
        days = [_DAY.validate_python(each) if each else None for each in (first, last)]
        return Asked(asked_period(days[0], days[1], today), wrong=False)
    except (ValidationError, Refusal):
        return Asked(month_before(today), wrong=True)


Wanted = Annotated[Asked, Depends(asked)]


@router.get("/desk/figures")
async def figures(request: Request, person: ThePerson, world: World, wanted: Wanted) -> Response:
    """The page."""
    account = await _account(world, wanted.period)
    words = desk_words(language_of(request)).notices
    today = almaty_clock().day_of(datetime.now(UTC))
    this_month, this_year = month_of(today).first, today.replace(month=1, day=1)
    last_month = month_before(today)
    return await page(
        request,
        "figures.html",
        status=422 if wanted.wrong else 200,
        wrong=wanted.wrong,
        earliest=EARLIEST,
        today=today,
        period=wanted.period,
        period_words=period_of(account, words),
        made=made_words(account, words),
        parts=_parts(sheets_of(account, words), account, request),
        ready={
            "last_month": (last_month.first, last_month.last),
            "this_month": (this_month, today),
            "this_year": (this_year, today),
        },
    )


@router.get("/desk/figures.csv")
async def figures_csv(person: ThePerson, world: World, wanted: Wanted) -> Response:
    """The same as ``starter.py report --csv``; with a byte order mark, by which Excel knows UTF-8."""
    account = await _account(world, wanted.period)
    return Response(
        "\ufeff".encode() + csv_of(account),
        media_type="text/csv; charset=utf-8",
        headers=attachment(f"figures-{account.first}-{account.last}.csv"),
    )


@router.get("/desk/figures.xlsx")
async def figures_xlsx(request: Request, person: ThePerson, world: World, wanted: Wanted) -> Response:
    """The tables of the page, each as a sheet."""
    account = await _account(world, wanted.period)
    words = desk_words(language_of(request)).notices
    tables = [_table(each) for each in sheets_of(account, words) if each.rows]
    content = await asyncio.to_thread(workbook, tables)
    return Response(content, media_type=XLSX, headers=attachment(f"figures-{account.first}-{account.last}.xlsx"))


async def _account(world: Connected, period: Period) -> Account:
    standing = await asyncio.to_thread(read_standing, world.register)
    return await asyncio.to_thread(count, standing, period, datetime.now(UTC))


def _parts(sheets: Sequence[Sheet], account: Account, request: Request) -> list[tuple[Sheet, Chart | None]]:
    words = desk_words(language_of(request)).notices
    drawn = (charts.of_cases, charts.of_outcomes, charts.of_terms, charts.of_steps, charts.of_reserve)
    made = [draw(account, words) for draw in drawn]
    return [(sheet, made[number] if number < len(made) else None) for number, sheet in enumerate(sheets)]


def _table(sheet: Sheet) -> Table:
    rows = [[*row.cells[: sheet.numbers_from], *map(_number, row.cells[sheet.numbers_from :])] for row in sheet.rows]
    return Table(sheet.title or sheet.head[1], sheet.head, rows)


def _number(written: str) -> int | str:
    return int(written) if written.isdecimal() else written
