"""What people do at the desk is written down before it is done, and what became of it after."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cases.errors import OutOfReach, RefusedByCase
from gateway.desk.audit import on_record
from gateway.desk.people import Person
from gateway.desk.roles import DeskRole
from register.database import writing
from register.desk_acts import acts_between
from rules.refusal import Refusal
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import Served

WHO = Person("A. Omarova", frozenset({DeskRole.OFFICER}), "password", "10.0.0.7")


@pytest.mark.parametrize(
    ("error", "outcomes"),
    [
        (None, ["asked", "done"]),
        (Refusal("day: is over"), ["asked", "refused"]),
        (RefusedByCase("rex-ch-1", "is closed"), ["asked", "refused"]),
        (OutOfReach("nobody answered: it may have been done"), ["asked"]),
    ],
)
async def test_an_act_is_refused_only_where_somebody_refused_it(
    served: Served, error: Exception | None, outcomes: list[str]
) -> None:
    raised = None
    try:
        async with on_record(served.register, WHO, "retry_action", case_id="rex-ch-1") as known:
            known["found"] = 1
            if error is not None:
                raise error
    except (Refusal, RefusedByCase, OutOfReach) as error_:
        raised = error_
    assert raised is error
    rows = acts_between(served.register, served.since, served.since + timedelta(hours=1))
    assert [each.outcome for each in rows] == outcomes
    assert len({each.id for each in rows}) == 1
    assert (rows[0].case_id, rows[0].details) == ("rex-ch-1", {"roles": ["officer"]})
    assert error is not None or rows[1].details == {"found": 1}


async def test_no_day_is_entered_where_it_cannot_be_written_down(browser: Browser, served: Served) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/calendar")
    day: dict[str, Any] = {"day": "2026-12-30", "working": "no", "decree.number": "9", "decree.date": "2026-01-05"}
    day["decree.title"] = "Not to be entered"
    with writing(served.register) as connection:
        connection.execute(text("ALTER TABLE desk_acts RENAME TO away"))
    answer = await browser.send("/desk/calendar", **day)
    with writing(served.register) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO desk_acts"))
    assert answer.status_code == 503
    await browser.get("/desk/calendar")
    assert "Not to be entered" not in browser.text
