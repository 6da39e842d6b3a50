"""``open``: a request becomes a case once, under its own number (contract, section 1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from cases import deciding
from cli import cases
from cli.errors import CannotDo
from register.database import OutOfReach, migrate, open_register
from register.record import find_case, write
from register.rows import RegisterEntries
from rules.instant import rfc_3339
from rules.refusal import Refusal
from tests.cli.conftest import Office

Printed = Callable[[], Any]


async def open_(office: Office, request: dict[str, Any], received_at: str | None = None) -> None:
    await cases.open_from_file(office.file(request), received_at=received_at, as_json=True)


async def withdrawn(office: Office, request: dict[str, Any]) -> str:
    case_id = await office.open(request)
    await deciding.decide(office.client, case_id, "withdraw", {"by": "A. Serikova", "reason": "no longer needed"})
    await asyncio.wait_for(office.client.get_workflow_handle(case_id).result(), 20)
    return case_id


async def test_a_case_is_opened_and_its_number_step_due_and_link_are_printed(office: Office, printed: Printed) -> None:
    request = office.request(reference=f"26/{office.settings.task_queue[5:]} Ä")
    await open_(office, request)
    answer = printed()
    assert answer["case_id"] == f"rex-ch-26-{office.settings.task_queue[5:]}-a"
    assert answer["opened"] is True
    case = await office.case(answer["case_id"])
    assert answer["limit_last_day"] == case["limit_last_day"]
    assert answer["due_at"] in [step["due_at"] for step in case["steps"]]
    assert answer["link"] == f"http://localhost:8233/namespaces/default/workflows/{answer['case_id']}"


async def test_the_case_carries_what_the_list_of_the_ui_shows(office: Office) -> None:
    case_id = await office.open()
    described = await office.client.get_workflow_handle(case_id).describe()
    summary, details = await described.static_summary(), await described.static_details()
    assert summary is not None
    assert "Қостанай Дән Экспорт ЖШС, KZREX18034001" in summary
    assert details is not None
    assert "#### Statements on origin" in details


async def test_the_same_request_again_answers_with_the_case_that_runs(office: Office, printed: Printed) -> None:
    request = office.request()
    await open_(office, request)
    first = printed()
    await open_(office, request)
    again = printed()
    assert (first["opened"], again["opened"]) == (True, False)
    assert first["case_id"] == again["case_id"]


@pytest.mark.parametrize(
    "other",
    [
        {"rex_number": "KZREX12064002"},
        {"received_at": "2026-11-02T09:00:00+05:00"},
    ],
)
async def test_another_request_under_the_same_number_is_refused_and_both_are_named(
    office: Office, other: dict[str, Any]
) -> None:
    request = office.request()
    await open_(office, request)
    changed = request | {"received_at": rfc_3339(datetime.now(UTC) - timedelta(days=2))} | other
    if "rex_number" in other:
        changed["received_at"] = request["received_at"]
    with pytest.raises(CannotDo) as refused:
        await open_(office, changed)
    for each in (request, changed):
        assert each["rex_number"] in str(refused.value)
    assert str(refused.value).count("received_at") == 2


async def test_another_reference_that_makes_the_same_number_is_refused(office: Office) -> None:
    request = office.request()
    await open_(office, request)
    other = request["reference"].replace("-", "/")
    with pytest.raises(CannotDo) as refused:
        await open_(office, request | {"reference": other})
    assert other in str(refused.value)
    assert request["reference"] in str(refused.value)


async def test_a_closed_number_stays_refused_when_temporal_has_forgotten_it(office: Office) -> None:
    closed = await withdrawn(office, office.request())
    forgotten = office.request()
    register = open_register(office.database_url)
    entry = find_case(register, closed)
    assert entry is not None
    number = f"rex-ch-{forgotten['reference'].lower()}"
    write(register, RegisterEntries(case=entry.model_copy(update={"case_id": number})))
    register.dispose()
    with pytest.raises(
        CannotDo, match=r"by the register, closed .* \(withdrawn\); this case number cannot be used again"
    ):
        await open_(office, forgotten)


async def test_a_closed_number_is_refused_by_temporal_where_the_register_has_lost_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = office.request()
    await withdrawn(office, request)
    fresh = f"sqlite:///{office.folder / 'fresh.db'}"
    migrate(open_register(fresh))
    monkeypatch.setenv("REXV_DATABASE_URL", fresh)
    with pytest.raises(CannotDo, match="the case is closed; this case number cannot be used again"):
        await open_(office, request)


async def test_a_terminated_case_is_not_opened_over_its_own_rows(office: Office) -> None:
    request = office.request()
    case_id = await office.open(request)
    register = open_register(office.database_url)
    for _ in range(100):
        if await asyncio.to_thread(find_case, register, case_id):
            break
        await asyncio.sleep(0.1)
    register.dispose()
    await office.client.get_workflow_handle(case_id).terminate()
    with pytest.raises(CannotDo, match="Temporal does not run it"):
        await open_(office, request)


async def test_a_number_whose_request_was_refused_may_be_used_again(office: Office, printed: Printed) -> None:
    request = office.request()
    case_id = f"rex-ch-{request['reference'].lower()}"
    handle = await office.client.start_workflow(
        "VerificationWorkflow",
        request | {"rex_number": "DEREX1"},
        id=case_id,
        task_queue=office.settings.task_queue,
    )
    for _ in range(100):
        if (await handle.describe()).status is WorkflowExecutionStatus.FAILED:
            break
        await asyncio.sleep(0.1)
    with pytest.raises(CannotDo, match="the request was refused: rex_number: DEREX1 was not issued by Kazakhstan"):
        await cases.show(case_id, as_json=False)
    await open_(office, request)
    assert printed()["opened"] is True


async def test_a_request_that_does_not_fit_starts_nothing_and_names_each_field(closed_office: Office) -> None:
    request = closed_office.request(rex_number="DEREX1", requesting_country="DE", exporter={"name": "x", "bin": "1"})
    with pytest.raises(Refusal) as refused:
        await open_(closed_office, request)
    for field in ("rex_number", "requesting_country", "exporter.bin"):
        assert f"{field}: " in str(refused.value)


async def test_without_a_worker_the_case_stands_open_and_says_so(
    closed_office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.asking.PATIENCE", timedelta(seconds=1))
    request = closed_office.request()
    await cases.open_from_file(closed_office.file(request), received_at=None, as_json=False)
    assert "No worker has taken it up yet" in capsys.readouterr().out


async def test_a_register_out_of_reach_opens_no_case_because_nobody_knows_whether_it_was_closed(
    closed_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REXV_DATABASE_URL", "postgresql://rexv:secret@127.0.0.1:1/rexv")
    with pytest.raises(OutOfReach) as refused:
        await open_(closed_office, closed_office.request())
    assert "secret" not in str(refused.value)


async def test_the_receipt_may_be_given_beside_the_file(office: Office, printed: Printed) -> None:
    request = office.request(received_at="2020-01-01T00:00:00Z")
    await open_(office, request, received_at="now")
    case = await office.case(printed()["case_id"])
    assert datetime.now(UTC) - datetime.fromisoformat(case["received_at"]) < timedelta(minutes=5)
