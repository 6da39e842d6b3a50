"""``today`` and ``deadlines``: over all open cases of a server."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

from activities.signals import CASE
from cases import deciding
from cases.asking import NobodyAnswers, open_cases
from cases.deadlines import calendar_of, last_days
from cases.listing import list_cases
from cases.tasks import Task
from cases.whose import Whose
from cli import decisions
from cli.deadlines import IN_ENGLISH, deadlines
from cli.today import task_table, today
from rules.instant import rfc_3339
from starter import app
from tests.cli.conftest import Office
from tests.cli.test_case_list import row
from tests.cli.test_listing import printed_lines
from tests.cli.test_messages import at, to_draft

Printed = Callable[[], Any]


@pytest.fixture
def dev_server(dev_server_of_its_own: WorkflowEnvironment) -> WorkflowEnvironment:
    """Without the cases of other tests, which no worker answers for."""
    return dev_server_of_its_own


async def listed(office: Office, *case_ids: str) -> None:
    """Wait until Temporal's list, which follows a moment later, has these open cases."""
    async with asyncio.timeout(10):
        while await open_cases(office.client) != sorted(case_ids):  # noqa: ASYNC110 - the server has to be asked
            await asyncio.sleep(0.1)


async def test_the_queue_has_every_open_case_that_waits_for_somebody(
    office: Office, capsys: pytest.CaptureFixture[str], printed: Printed
) -> None:
    late = await office.open(office.request(received_at=rfc_3339(datetime.now(UTC) - timedelta(days=60))))
    await at(office, late, "await_documents")
    signing = await to_draft(office)
    closed = await office.open()
    await decisions.assign(signing, to="A. Serikova", by="B. Omarov", as_json=False)
    await deciding.decide(office.client, closed, "withdraw", {"by": "A. Serikova", "reason": "no longer needed"})
    await listed(office, late, signing)
    capsys.readouterr()

    await today(whose=None, mine=None, in_csv=False, in_json=True)
    tasks = printed()
    assert {(each["case_id"], each["whose"]) for each in tasks} == {
        (late, "on-call"),
        (late, "atameken"),
        (signing, "signatory"),
    }
    assert [each["late"] for each in tasks] == sorted((each["late"] for each in tasks), reverse=True)
    assert (tasks[0]["case_id"], tasks[0]["whose"], tasks[0]["late"]) == (late, "on-call", True)

    await today(whose=Whose.SIGNATORY, mine=" a. SERIKOVA", in_csv=True, in_json=False)
    [line] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert line["command"] == f".venv/bin/python starter.py sign {signing} --by NAME"
    assert (line["responsible"], line["late"]) == ("A. Serikova", "false")

    await office.stop_worker()  # Of the cases of others none is asked.
    await today(whose=None, mine="B. Omarov", in_csv=False, in_json=False)
    assert capsys.readouterr().out == "Nothing to do in cases of B. Omarov.\n"


async def test_a_case_that_does_not_answer_hides_no_other_and_is_for_on_call(
    office: Office, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.asking.PATIENCE", timedelta(seconds=2))
    case_id = await office.open()
    await at(office, case_id, "await_documents")
    await office.client.start_workflow(CASE, id="rex-ch-stuck", task_queue="nobody-polls")
    await listed(office, case_id, "rex-ch-stuck")
    printed()
    await today(whose=None, mine=None, in_csv=False, in_json=True)
    tasks = {each["case_id"]: each for each in printed()}
    assert tasks[case_id]["whose"] == "atameken"
    assert tasks["rex-ch-stuck"]["whose"] == "on-call"
    assert "does not answer" in tasks["rex-ch-stuck"]["to_do"]
    await office.stop_worker()
    with pytest.raises(NobodyAnswers, match="no worker answers"):
        await today(whose=None, mine=None, in_csv=False, in_json=True)


def task(case_id: str, **other: Any) -> Task:
    fields: dict[str, Any] = {"to_do": "Acknowledge: step overdue", "last_day": date(2026, 12, 7)} | other
    command = f"acknowledge {case_id} all --by NAME --until DATE"
    return Task(case_id, Whose.ON_CALL, command=command, **fields)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_case_and_command_stand_whole_and_late_ones_are_marked(width: int) -> None:
    long = task("rex-no-" + "9" * 30, responsible="A. Serikova")
    late = task("rex-ch-1", late=True, late_days=2)
    lines = printed_lines(task_table([late, long], width), width)
    for each in (late, long):
        assert any(line.strip().startswith(each.command) for line in lines)
        assert any(line.startswith(f"{each.case_id}  on-call") for line in lines)
    assert sum("2 d late" in line for line in lines) == 1


def test_the_commands_say_what_they_take() -> None:
    assert CliRunner().invoke(app, ["today", "--csv", "--json"]).exit_code == 2
    assert CliRunner().invoke(app, ["today", "--whose", "nobody"]).exit_code == 2
    assert CliRunner().invoke(app, ["deadlines"]).exit_code == 2


async def test_a_cell_from_outside_is_no_formula_to_a_spreadsheet(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "=HYPERLINK(1)"
    case_id = await office.open(office.request(exporter={"name": evil}))
    await at(office, case_id, "await_documents")
    await listed(office, case_id)
    capsys.readouterr()
    await today(whose=None, mine=None, in_csv=True, in_json=False)
    [line] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert line["exporter"] == f"'{evil}"


# -- deadlines --------------------------------------------------------------------------------------------------------


def parsed(data: bytes) -> list[Any]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def events(data: bytes) -> dict[str, tuple[date, date]]:
    return {str(each["UID"]): (each["DTSTART"].dt, each["DTEND"].dt) for each in parsed(data)}


async def test_the_last_days_of_open_cases_are_whole_days_in_almaty_without_a_worker(office: Office) -> None:
    case_id, closed = await office.open(), await office.open()
    case = await at(office, case_id, "await_documents")
    await deciding.decide(office.client, closed, "withdraw", {"by": "A. Serikova", "reason": "no longer needed"})
    await listed(office, case_id)
    async with asyncio.timeout(10):
        while True:
            rows = await list_cases(office.client, "http://localhost:8233", step="await_documents", risk=None)
            if rows:
                break
            await asyncio.sleep(0.1)
    await office.stop_worker()
    file = office.folder / "days.ics"
    await deadlines(str(file))
    step = date.fromisoformat(case["steps"][1]["last_day"])
    limit = date.fromisoformat(case["limit_last_day"])
    assert events(await asyncio.to_thread(file.read_bytes)) == {
        f"{case_id}.term@rex-verification": (step, step + timedelta(days=1)),
        f"{case_id}.limit@rex-verification": (limit, limit + timedelta(days=1)),
    }


def test_a_later_file_has_the_same_uid_for_the_next_step_and_a_newer_stamp() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    first, then = row("rex-ch-1"), row("rex-ch-1", step="inspect", last_day=date(2026, 3, 23))
    before, after = (
        parsed(calendar_of(list(last_days(case)), IN_ENGLISH, made_at))[0]
        for case, made_at in ((first, now), (then, now + timedelta(days=9)))
    )
    assert before["UID"] == after["UID"]
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (date(2026, 3, 12), date(2026, 3, 23))
    assert (before["DTSTAMP"].dt, after["DTSTAMP"].dt) == (now, now + timedelta(days=9))
    assert str(after["SUMMARY"]) == "rex-ch-1: inspection of documents and REX data"


def test_what_has_no_term_yet_has_no_event_and_text_from_outside_makes_no_line_of_its_own() -> None:
    fresh = row("rex-ch-1", last_day=None, limit_last_day=None)
    assert list(last_days(fresh)) == []
    evil = row("rex-ch-2", exporter="A\r\nBEGIN:VEVENT\r\nUID:x")
    assert len(events(calendar_of(list(last_days(evil)), IN_ENGLISH, datetime(2026, 3, 2, tzinfo=UTC)))) == 2


async def test_a_file_that_cannot_be_written_is_one_line(office: Office, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot be written: Is a directory"):
        await deadlines(str(tmp_path))
