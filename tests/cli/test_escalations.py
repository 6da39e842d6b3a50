"""``escalations`` lists across cases from the register; ``acknowledge`` acknowledges one or all, or says why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.errors import CannotDo
from cli.escalations import acknowledge, escalations
from cli.words import day_of
from register.database import open_register
from register.deliveries import append_deliveries
from register.record import write
from register.rows import RegisterEntries
from rules.instant import rfc_3339
from rules.refusal import Refusal
from starter import app
from tests.cli.conftest import Office
from tests.register import examples

NOW = datetime.now(UTC)
TODAY = day_of(NOW) or NOW.date()
DUE = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)


@pytest.fixture
def register(sqlite_register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A register with escalations of four cases; Temporal is out of reach."""
    monkeypatch.setenv("REXV_DATABASE_URL", sqlite_register_url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "rex")
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    engine = open_register(sqlite_register_url)
    for case_id, escalation in {
        "rex-ch-1": examples.escalation(id="inspect.step_overdue", level=2, due_at=DUE + timedelta(days=2)),
        "rex-ch-2": examples.escalation(id="case.limit_at_risk", level=2, overtaken_by="case.limit_exceeded"),
        "rex-no-1": examples.escalation(
            id="conclude.step_overdue", acknowledged_by="Aigul", acknowledged_until=TODAY + timedelta(days=3)
        ),
        "rex-no-2": examples.escalation(
            id="inspect.step_due_soon", level=1, resolved_at=DUE, resolved_by="the step is done"
        ),
    }.items():
        write(engine, RegisterEntries(case=examples.case(case_id=case_id), escalations=[escalation]))
    of_the_first = {"case_id": "rex-ch-1", "escalation_id": "inspect.step_overdue"}
    append_deliveries(engine, [examples.delivery(**of_the_first, level=3, next_level=None, next_at=None)])
    engine.dispose()
    return engine


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize(
    ("open_only", "level", "cases"),
    [
        (False, None, ["rex-no-1", "rex-ch-1", "rex-ch-2", "rex-no-2"]),
        (True, None, ["rex-no-1", "rex-ch-1"]),
        (False, 1, ["rex-no-2"]),
        (True, 1, []),
        (True, 2, ["rex-no-1"]),
        (True, 3, ["rex-ch-1"]),  # by the level that was notified last
    ],
)
async def test_they_are_sorted_by_due_and_chosen_by_openness_and_level(
    printed: Callable[[], Any], open_only: bool, level: int | None, cases: list[str]
) -> None:
    await escalations(open_only=open_only, level=level, as_json=True)
    assert [each["case_id"] for each in printed()] == cases


@pytest.mark.usefixtures("register")
async def test_json_has_the_escalation_its_last_notice_and_the_link(printed: Callable[[], Any]) -> None:
    await escalations(open_only=True, level=3, as_json=True)
    (row,) = printed()
    assert row["link"] == "http://localhost:8233/namespaces/rex/workflows/rex-ch-1"
    assert (row["id"], row["level"], row["due_at"]) == ("inspect.step_overdue", 3, "2026-03-07T19:00:00Z")
    notice = {"at": "2026-03-05T19:01:00Z", "level": 3, "scheme": "mailto", "notified": True, "error": None}
    assert (row["last_notice"], row["next_level"], row["next_at"]) == (notice, None, None)


@pytest.mark.usefixtures("register")
async def test_the_table_says_how_each_stands_and_links_to_its_case(capsys: pytest.CaptureFixture[str]) -> None:
    await escalations(open_only=False, level=None, as_json=False)
    page = capsys.readouterr().out
    page = " ".join(page.split())
    assert "level 3 (head) notified Fri 6 Mar 2026 00:01; not acknowledged, and no level is left" in page
    assert "acknowledged by Aigul until" in page
    assert "overtaken by case.limit_exceeded" in page
    assert "resolved Fri 6 Mar 2026: the step is done" in page  # in Almaty 19:00 UTC is the next day
    assert "http://localhost:8233/namespaces/rex/workflows/rex-no-2" in page


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("width", [80, 120])
async def test_what_has_to_be_typed_is_never_broken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    await escalations(open_only=False, level=None, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    table = lines[: lines.index("")]
    assert max(map(len, table)) <= width
    assert "acknowledged," in " ".join(table).split()
    for word in ("rex-ch-1", "inspect.step_overdue", "case.limit_at_risk", "conclude.step_overdue"):
        assert any(line.split()[:1] == [word] for line in lines)


@pytest.mark.usefixtures("register")
def test_the_commands_say_what_they_take() -> None:
    answer = CliRunner().invoke(app, ["escalations", "--open", "--level", "2", "--json"])
    assert (answer.exit_code, [each["case_id"] for each in json.loads(answer.stdout)]) == (0, ["rex-no-1"])
    assert CliRunner().invoke(app, ["escalations", "--level", "4"]).exit_code == 2
    assert CliRunner().invoke(app, ["acknowledge", "rex-ch-1", "inspect.step_overdue", "--by", "A"]).exit_code == 2


@pytest.mark.usefixtures("register")
async def test_where_there_are_none_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    await escalations(open_only=True, level=1, as_json=False)
    assert capsys.readouterr().out == "No open escalations at level 1 in the register.\n"


async def test_a_register_that_is_not_set_up_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REXV_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CannotDo, match=r"not migrated; run: \.venv/bin/python starter\.py setup"):
        await escalations(open_only=False, level=None, as_json=False)


# -- acknowledging ----------------------------------------------------------------------------------------------------


async def until(office: Office, case_id: str, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The case, once it has come so far; each question is a round trip to the worker."""
    for _ in range(400):
        case = await office.case(case_id)
        if reached(case):
            return case
    raise AssertionError(f"the case does not get there: {case}")


def still_open(case: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in case["escalations"] if each["resolved_at"] is None and each["overtaken_by"] is None]


async def case_with_an_escalation(office: Office) -> str:
    """A case that has refused a message, which is an escalation of level 1."""
    case_id = await office.open()
    await until(office, case_id, lambda case: case["step"] == "await_documents")
    await office.client.get_workflow_handle(case_id).signal("no_such_signal", {"message_id": "m1"})
    await until(office, case_id, lambda case: bool(case["escalations"]))
    return case_id


async def test_acknowledging_is_in_the_case_and_then_in_the_list(
    office: Office, printed: Callable[[], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await case_with_an_escalation(office)
    (escalation,) = (await office.case(case_id))["escalations"]
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    capsys.readouterr()

    await acknowledge(case_id, escalation["id"], by="Aigul Serikova", until=tomorrow, as_json=False)

    assert f"{case_id}  {escalation['id']} is acknowledged by Aigul Serikova until" in capsys.readouterr().out
    (acknowledged,) = (await office.case(case_id))["escalations"]
    assert (acknowledged["acknowledged_by"], acknowledged["acknowledged_until"]) == ("Aigul Serikova", tomorrow)


async def test_all_acknowledges_every_open_escalation_of_the_case(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    received = rfc_3339(NOW - timedelta(days=20))  # its reserve is used up
    case_id = await office.open(office.request(received_at=received))
    await until(office, case_id, lambda case: case["step"] == "await_documents")
    await office.client.get_workflow_handle(case_id).signal("no_such_signal", {"message_id": "m1"})
    await until(office, case_id, lambda case: len(still_open(case)) == 2)
    tomorrow = (TODAY + timedelta(days=1)).isoformat()

    await acknowledge(case_id, "all", by="Aigul Serikova", until=tomorrow, as_json=False)

    out = capsys.readouterr().out
    assert out.count("is acknowledged by Aigul Serikova until the end of") == 2
    acknowledged_by = [each["acknowledged_by"] for each in still_open(await office.case(case_id))]
    assert acknowledged_by == ["Aigul Serikova", "Aigul Serikova"]

    first, second = (each["id"] for each in still_open(await office.case(case_id)))
    with pytest.raises(CannotDo, match=r"is held by Aigul Serikova until .*--take-over"):
        await acknowledge(case_id, first, by="Erzhan", until=tomorrow, as_json=False)
    await acknowledge(case_id, first, by="Erzhan", until=tomorrow, take_over=True, as_json=False)
    assert f"{first} was held by Aigul Serikova until" in capsys.readouterr().out
    await acknowledge(case_id, "all", by="Erzhan", until=tomorrow, as_json=False)
    assert f"{second} is held by Aigul Serikova until" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("escalation_id", "until", "reason"),
    [
        ("no.such", (TODAY + timedelta(days=1)).isoformat(), "no.such"),
        (None, (TODAY - timedelta(days=2)).isoformat(), "until"),
        (None, "tomorrow", "expected a date as in 2026-03-02"),
    ],
)
async def test_what_cannot_be_acknowledged_is_refused_with_the_reason(
    office: Office, escalation_id: str | None, until: str, reason: str
) -> None:
    case_id = await case_with_an_escalation(office)
    (escalation,) = (await office.case(case_id))["escalations"]
    with pytest.raises((CannotDo, Refusal), match=reason):
        await acknowledge(case_id, escalation_id or escalation["id"], by="Aigul", until=until, as_json=False)
    (unchanged,) = (await office.case(case_id))["escalations"]
    assert unchanged["acknowledged_by"] is None


async def test_a_case_that_nobody_knows_is_refused(office: Office) -> None:
    with pytest.raises(CannotDo, match="no such case"):
        await acknowledge("rex-ch-nobody", "inspect.step_overdue", by="Aigul", until="2030-01-01", as_json=False)
