"""What one person enters in the working calendar another puts in force, having seen which cases it moves."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Office
from tests.cli.test_calendar_recount import a_day_off_ahead, dev_server, today_in_almaty
from tests.cli.test_messages import at
from tests.gateway.desk.browser import Browser

__all__ = ["dev_server"]

DECREE: dict[str, Any] = {
    "decree.number": "7",
    "decree.date": "2026-01-05",
    "decree.title": "On the transfer of a day off",
}


async def test_a_day_is_entered_by_one_person_and_put_in_force_by_another(
    office_desk: Callable[[], Browser], office: Office
) -> None:
    head, officer = office_desk(), office_desk()
    await head.log_in("head")
    await officer.log_in("officer")
    case_id = await office.open()
    before = await at(office, case_id, "await_documents")
    day = a_day_off_ahead(today_in_almaty()).day.isoformat()

    await head.get("/desk/calendar")
    await head.send("/desk/calendar", day=day, working="no", **DECREE)
    number = re.search(r'name="entry" value="(\d+)"', head.page)
    assert number
    assert "proposed" in head.text
    await head.get(f"/desk/calendar/preview?entry={number[1]}")
    assert "1 of 1 open cases would move." in head.text
    assert "somebody else has to put it in force" in head.text
    own = await head.send("/desk/calendar/apply", entry=number[1])
    assert own.status_code == 422
    assert "expected a second person" in head.text
    assert (await office.case(case_id))["limit_last_day"] == before["limit_last_day"]

    await officer.get(f"/desk/calendar/preview?entry={number[1]}")
    assert case_id in officer.text
    applied = await officer.send("/desk/calendar/apply", entry=number[1])
    assert applied.url.path.startswith("/desk/calendar/recounts/")
    assert officer.heading == "All open cases are counted anew."
    assert "1 of 1 open cases have moved." in officer.text
    after = await office.case(case_id)
    assert after["limit_last_day"] > before["limit_last_day"]
    assert ("recount", "officer") in {(each["name"], each["client"]) for each in after["authenticated"]}

    await head.get("/desk/calendar")
    await head.send("/desk/calendar/withdraw", entry=number[1], because="A mistake")
    assert "withdrawal proposed" in head.text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"day": "2026-02-30"}, "Not a day that exists"),
        ({"working": ""}, "This is needed."),
        ({"decree.title": ""}, "This is needed."),
        ({"day": "1999-01-04"}, "1999"),
    ],
)
async def test_what_is_wrong_with_a_day_is_said_at_the_form(
    browser: Browser, fields: dict[str, Any], told: str
) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/calendar")
    answer = await browser.send("/desk/calendar", **{"day": "2026-12-31", "working": "no"} | DECREE | fields)
    assert answer.status_code == 422
    assert told in browser.text
    assert "On the transfer of a day off" in browser.page or "decree.title" in fields


async def test_who_may_not_change_the_calendar_sees_it_and_changes_nothing(browser: Browser) -> None:
    await browser.log_in("viewer")
    assert (await browser.get("/desk/calendar")).status_code == 200
    assert "Enter a day" not in browser.text
    for path in ("", "/withdraw", "/apply", "/recounts/all.1"):
        await browser.get("/desk/calendar")
        assert (await browser.send(f"/desk/calendar{path}", entry="1")).status_code == 403
    assert (await browser.get("/desk/calendar/recounts/none")).status_code == 404


async def test_a_year_is_confirmed_once(browser: Browser) -> None:
    await browser.log_in("head")
    await browser.get("/desk/calendar/confirm")
    assert (await browser.send("/desk/calendar/confirm", year="next", **DECREE)).status_code == 422
    assert (await browser.send("/desk/calendar/confirm", year="2027", **DECREE)).url.path == "/desk/calendar"
    assert "2027 decree No. 7 of 2026-01-05" in browser.text
    assert (await browser.send("/desk/calendar/confirm", year="2027", **DECREE)).status_code == 422
    assert "confirmed already" in browser.text or "is confirmed" in browser.text
