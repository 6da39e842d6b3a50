"""A month with its holidays and last days, and the personal link for calendar programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from calendars.decrees import Decree, Entry
from calendars.kazakhstan import Swapped, year_of_days
from cases.deadlines import LastDay
from escalation.ladder import Language
from gateway.desk.calendar_links import REVOKE, CalendarLink, CalendarLinks, is_revoked, link_of
from gateway.desk.day_words import reason_words
from gateway.desk.deadlines import weeks_of
from gateway.desk.language import desk_words
from register.calendar import RecordedEntry, RegisteredCalendar
from register.desk_acts import DeskAct, record_act
from tests.cli.conftest import Office
from tests.cli.test_case_list import row
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import Served
from tests.support.waiting import until

DECREE = Decree(number="7", date=date(2026, 1, 5), title="On the transfer of a day off")
NOW = datetime(2026, 1, 6, tzinfo=UTC)
NOTHING = RegisteredCalendar((), ())


def swapped() -> RegisteredCalendar:
    """A calendar in which a Friday is off for the Saturday of the week after."""
    entry = Entry(day=date(2026, 6, 5), working=False, swapped_with=date(2026, 6, 13), decree=DECREE)
    return RegisteredCalendar((RecordedEntry(1, entry, "A", NOW, "B", NOW),), ())


def kinds(of: date, registered: RegisteredCalendar = NOTHING) -> dict[int, str]:
    """The kinds of the days of a month."""
    weeks = weeks_of(of, [], registered, desk_words(Language.ENGLISH))
    return {each.day.day: each.kind for week in weeks for each in week if each.within}


def test_a_month_begins_on_its_monday_and_ends_on_its_sunday() -> None:
    weeks = weeks_of(date(2026, 2, 1), [], NOTHING, desk_words(Language.ENGLISH))
    assert [week[0].day for week in weeks] == [date(2026, 1, 26), *(date(2026, 2, day) for day in (2, 9, 16, 23))]
    assert all(len(week) == 7 for week in weeks)


def test_holidays_and_what_the_ministry_has_entered_are_told_apart() -> None:
    assert kinds(date(2026, 3, 1))[8] == "holiday"
    assert (kinds(date(2026, 6, 1))[5], kinds(date(2026, 6, 1))[13]) == ("working", "weekend")
    assert (kinds(date(2026, 6, 1), swapped())[5], kinds(date(2026, 6, 1), swapped())[13]) == ("holiday", "swapped")


def test_a_last_day_stands_in_its_day() -> None:
    last = LastDay("x", date(2026, 3, 12), "inspect", row("rex-ch-1"))
    weeks = weeks_of(date(2026, 3, 1), [last], NOTHING, desk_words(Language.ENGLISH))
    assert [each.day for week in weeks for each in week if each.last_days] == [last.day]


@pytest.mark.parametrize("language", [Language.RUSSIAN, Language.KAZAKH])
def test_no_reason_of_the_official_calendar_is_left_in_english(language: Language) -> None:
    years = [year_of_days(year) for year in range(2024, 2030)]
    words = desk_words(language)
    for year in years:
        for reason in [*year.off.values(), *year.working.values(), *year.festive.values()]:
            told = reason_words(reason, words)
            assert not any("a" <= letter <= "z" for letter in told.lower()), told
    assert reason_words(Swapped(date(2026, 6, 5), DECREE.cited()), words).count("7") == 1


def test_a_link_that_we_did_not_sign_is_none() -> None:
    links, link = CalendarLinks(b"secret"), CalendarLink("A. Nurlan", "password", 1, Language.KAZAKH)
    key = links.key(link)
    assert links.read(key) == link
    assert links.read(key[:-1] + ("A" if key[-1] != "A" else "B")) is None
    assert CalendarLinks(b"other").read(key) is None


def test_a_revoked_link_is_followed_by_another(served: Served) -> None:
    register: Engine = served.register
    first = link_of(register, "officer", "password", Language.ENGLISH)
    act = DeskAct(id=first.id, outcome="done", at=NOW, who="officer", how="password", address="10.0.0.7", act=REVOKE)
    record_act(register, act)
    assert is_revoked(register, first)
    second = link_of(register, "officer", "password", Language.RUSSIAN)
    assert (second.number, is_revoked(register, second)) == (2, False)
    assert not is_revoked(register, link_of(register, "head", "password", Language.ENGLISH))


async def test_the_link_of_an_account_that_is_gone_shows_nothing(browser: Browser, served: Served) -> None:
    key = served.desk.calendar_links.key(CalendarLink("Nobody", "password", 1, Language.ENGLISH))
    assert (await browser.get(f"/desk/deadlines/{key}.ics")).status_code == 404
    assert (await browser.get("/desk/deadlines/forged.ics")).status_code == 404


async def test_the_link_shows_the_last_days_until_it_is_revoked(
    office_desk: Callable[[], Browser], office: Office
) -> None:
    officer, stranger = office_desk(), office_desk()
    await officer.log_in("officer")
    case_id = await office.open()

    def path() -> str:
        """Of the link that the page shows."""
        link = next(each for each in officer.links("http") if each.endswith(".ics"))
        return f"/desk/deadlines/{link.rpartition('/')[2]}"

    async def subscribed() -> bool:
        await officer.get("/desk/deadlines")
        answer = await stranger.get(path())
        assert answer.headers["content-type"].startswith("text/calendar")
        return f"UID:{case_id}.limit@rex-verification" in answer.text and case_id in officer.text

    await until(subscribed)
    before = path()
    assert (await officer.send("/desk/deadlines/revoke")).status_code == 200
    assert (await stranger.get(before)).status_code == 410
    assert path() != before
    assert (await stranger.get(path())).status_code == 200
