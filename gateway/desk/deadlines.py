"""Deadlines: a month of working days and holidays, with the cases that have their last days in it."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from calendars.build import year_with_entries
from calendars.kazakhstan import is_confirmed, years_with_data
from calendars.time_zone import almaty_clock
from cases.deadlines import CalendarWords, LastDay, calendar_of, open_last_days
from cases.listing import list_cases
from gateway.connected import Connected
from gateway.desk.audit import write_down
from gateway.desk.calendar_links import REVOKE, is_revoked, link_of
from gateway.desk.day_words import reason_words
from gateway.desk.language import DeskWords, desk_words, language_of
from gateway.desk.login import World
from gateway.desk.pages import page
from gateway.desk.people import TheDesk, TheForm, ThePerson
from gateway.desk.problems import DeskProblem
from gateway.desk.roles import CALENDAR
from gateway.desk.sessions import PASSWORD
from register.calendar import RegisteredCalendar, read_calendar
from reports.period import month_after, month_before, month_of
from rules.calendar import SATURDAY
from rules.clock import ONE_DAY

router = APIRouter(include_in_schema=False)

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class DayView:
    """A day of the month. ``kind``: working, weekend, holiday, estimated, or swapped for a weekend day that counts."""

    day: date
    kind: str
    reason: str
    within: bool
    last_days: tuple[LastDay, ...]


@router.get("/desk/deadlines")
async def deadlines(request: Request, person: ThePerson, of: TheDesk, world: World, month: str = "") -> Response:
    """The page."""
    today = almaty_clock().day_of(datetime.now(UTC))
    language = language_of(request)
    words = desk_words(language)
    shown = month_of(_month(month) or today)
    found = await _last_days(world)
    registered = await asyncio.to_thread(read_calendar, world.register)
    link = await asyncio.to_thread(link_of, world.register, person.name, person.how, language)
    before, after = month_before(shown.first).first, month_after(shown.first).first
    return await page(
        request,
        "deadlines.html",
        today=today,
        month=shown.first,
        month_name=words(f"month.{shown.first.month}"),
        weeks=weeks_of(shown.first, found, registered, words),
        working_days=year_with_entries(shown.first.year, registered.in_force()).working_days(shown.first.month),
        provisional=not is_confirmed(shown.first.year, registered.confirmed()),
        before=f"{before:%Y-%m}" if before.year in years_with_data() else None,
        after=f"{after:%Y-%m}" if after.year in years_with_data() else None,
        overdue=[each for each in found if each.day < today],
        link=f"{world.settings.gateway_base}/desk/deadlines/{of.calendar_links.key(link)}.ics",
        may_change=person.may(CALENDAR),
    )


@router.post("/desk/deadlines/revoke")
async def revoke(request: Request, person: ThePerson, world: World, form: TheForm) -> Response:
    """Revoke the personal link; the person has another one from then on."""
    link = await asyncio.to_thread(link_of, world.register, person.name, person.how, language_of(request))
    await write_down(world.register, person.name, person.how, person.address, REVOKE, "done", id=link.id)
    return RedirectResponse("/desk/deadlines#subscribe", 303)


@router.get("/desk/deadlines/{key}.ics")
async def subscribed(of: TheDesk, world: World, key: str) -> Response:
    """The last days of all open cases, for whoever has the link."""
    link = of.calendar_links.read(key)
    if link is None or (link.how == PASSWORD and of.account(link.name) is None):
        raise DeskProblem(404, "404")
    if await asyncio.to_thread(is_revoked, world.register, link):
        raise DeskProblem(410, "link_revoked")
    words = desk_words(link.language)
    told = CalendarWords(
        words("deadlines.calendar_name"),
        lambda each: what_ends(each, words),
        words.notices("responsible"),
        lambda row: f"{world.settings.gateway_base}/desk/cases/{row.case_id}",
    )
    made = calendar_of(await _last_days(world), told, datetime.now(UTC).replace(microsecond=0))
    return Response(made, media_type="text/calendar; charset=utf-8")


def what_ends(last_day: LastDay, words: DeskWords) -> str:
    """What has its last day: a step, or the thirty days."""
    return words("deadlines.thirty") if last_day.step is None else words.notices.of("steps", last_day.step)


def weeks_of(
    first: date, found: list[LastDay], registered: RegisteredCalendar, words: DeskWords
) -> list[list[DayView]]:
    """The weeks of a month, from Monday to Sunday, with the days of the months beside it that fill them."""
    by_day: defaultdict[date, list[LastDay]] = defaultdict(list)
    for each in found:
        by_day[each.day].append(each)
    month = month_of(first)
    begin = month.first - month.first.weekday() * ONE_DAY
    weeks = []
    while begin <= month.last:
        days = [begin + number * ONE_DAY for number in range(7)]
        weeks.append([_day(day, month.holds(day), tuple(by_day[day]), registered, words) for day in days])
        begin += 7 * ONE_DAY
    return weeks


def _day(
    day: date, within: bool, last_days: tuple[LastDay, ...], registered: RegisteredCalendar, words: DeskWords
) -> DayView:
    if day.year not in years_with_data():
        return DayView(day, "weekend" if day.weekday() >= SATURDAY else "working", "", within, last_days)
    year = year_with_entries(day.year, registered.in_force())
    reason = year.off.get(day) or year.festive.get(day) or year.working.get(day)
    if day in year.estimated:
        kind = "estimated"
    elif day in year.off or day in year.festive:
        kind = "holiday"
    elif day in year.working:
        kind = "swapped"
    else:
        kind = "weekend" if day.weekday() >= SATURDAY else "working"
    return DayView(day, kind, reason_words(reason, words) if reason else "", within, last_days)


async def _last_days(world: Connected) -> list[LastDay]:
    return open_last_days(await list_cases(world.client, world.settings.ui_url, step=None, risk=None))


def _month(written: str) -> date | None:
    """Its first day, where it is one that the calendar has."""
    found = _MONTH.fullmatch(written)
    if found is None or int(found[1]) not in years_with_data():
        return None
    return date(int(found[1]), int(found[2]), 1)
