"""The feed: what happened, in an order that stays, and no more of it than a client may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from register.database import open_register
from register.events import events_after, last_event, number_events, record_taken, webhook_taken
from register.record import write
from register.rows import LogEntry, RegisterEntries
from tests.cli.conftest import Office
from tests.register import examples

System = Callable[..., dict[str, str]]


def line(key: str, who: str = "case", **details: Any) -> LogEntry:
    return LogEntry(key=key, at=examples.RECEIVED_AT, who=who, what="documents_arrived", details=details)


def add(register: Engine, write_number: int, *lines: LogEntry, case_id: str = examples.CASE_ID) -> None:
    case = examples.case(write_number).model_copy(update={"case_id": case_id})
    write(register, RegisterEntries(case=case, log=list(lines)))


def test_a_line_gets_its_number_when_it_is_first_seen_so_that_whoever_reads_on_misses_none(register: Engine) -> None:
    add(register, 5, line("a"), line("b"))
    assert number_events(register) == 2
    assert number_events(register) == 0
    assert [(each.number, each.key) for each in events_after(register, 0, 10)] == [(1, "a"), (2, "b")]
    add(register, 1, line("late"), case_id="rex-ch-late")  # of a write that came late, with an older time
    number_events(register)
    assert [(each.number, each.key) for each in events_after(register, 2, 10)] == [(3, "late")]
    assert [each.number for each in events_after(register, 0, 1)] == [1]
    assert last_event(register) == 3


def test_a_part_of_the_lines_leaves_out_no_earlier_one_of_a_case(
    register: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("register.events.NUMBERED_AT_ONCE", 2)
    add(register, 5, line("first"), line("second"))
    add(register, 1, line("third"))  # of an older write of the same case, that came late
    assert [number_events(register) for _ in range(3)] == [2, 1, 0]
    assert [each.key for each in events_after(register, 0, 10)] == ["first", "second", "third"]


def test_how_far_a_webhook_got_never_goes_back(register: Engine) -> None:
    assert webhook_taken(register, "Atameken") is None
    for number in (3, 2):
        record_taken(register, "Atameken", number)
    assert webhook_taken(register, "Atameken") == 3


async def test_a_client_reads_on_from_its_cursor_and_sees_what_it_may(
    gateway_client: httpx.AsyncClient, closed_office: Office, system: System
) -> None:
    register = open_register(closed_office.database_url)
    by = {"client": "Atameken", "how": "token", "received_at": "2026-03-02T04:30:00Z"}
    add(register, 1, line("a"), line("b", "Atameken", authenticated=by), line("c"))
    register.dispose()
    every, own, none = system("office", "read"), system("Atameken", "events"), system("desk", "withdraw")

    answer = await gateway_client.get("/api/v1/events?limit=2", headers=every)
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    assert [each["id"].rpartition("/")[2] for each in answer.json()] == ["a", "b"]
    event = answer.json()[0]
    assert (event["specversion"], event["type"]) == ("1.0", "kz.gov.trade.rexv.documents_arrived")
    assert (event["subject"], event["time"]) == (examples.CASE_ID, "2026-03-02T04:30:00.123456Z")
    rest = await gateway_client.get(f"/api/v1/events?after={answer.headers['next-after']}", headers=every)
    assert [each["id"].rpartition("/")[2] for each in rest.json()] == ["c"]

    mine = await gateway_client.get("/api/v1/events", headers=own)
    assert [each["data"]["who"] for each in mine.json()] == ["Atameken"]
    assert mine.headers["next-after"] == "3"
    assert (await gateway_client.get("/api/v1/events", headers=none)).status_code == 403


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=0", "limit=501", "after=99999999999999"])
async def test_a_cursor_that_is_none_is_refused(gateway_client: httpx.AsyncClient, system: System, query: str) -> None:
    answer = await gateway_client.get(f"/api/v1/events?{query}", headers=system("office", "read"))
    assert (answer.status_code, answer.json()["field"]) == (400, query.partition("=")[0])
