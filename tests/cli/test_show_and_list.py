"""``show`` and ``list``: with Temporal alone, and a worker where a running case has to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cases import deciding
from cli import cases, decisions
from cli.errors import CannotDo
from tests.cli.conftest import SAMPLES, Office

Printed = Callable[[], Any]


async def test_show_as_json_prints_the_object_of_the_query_unchanged(office: Office, printed: Printed) -> None:
    case_id = await office.open()
    await office.case(case_id)
    printed()
    await cases.show(case_id, as_json=True)
    shown = printed()
    assert shown.keys() == (await office.case(case_id)).keys()
    assert shown["request"]["exporter"]["name"] == "Қостанай Дән Экспорт ЖШС"


async def test_a_real_case_has_a_page(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = await office.open()
    await cases.show(case_id, as_json=False)
    page = capsys.readouterr().out
    assert case_id in page
    assert "Terms, in working days" in page
    assert f"http://localhost:8233/namespaces/default/workflows/{case_id}" in page


async def test_a_closed_case_is_shown_also_without_a_worker_a_running_one_not(
    office: Office, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.asking.PATIENCE", timedelta(seconds=1))
    running, closed = await office.open(), await office.open()
    await deciding.decide(office.client, closed, "withdraw", {"by": "A. Serikova", "reason": "no longer needed"})
    await office.client.get_workflow_handle(closed).result()
    await office.stop_worker()
    with pytest.raises(ValueError, match="Extra data"):
        printed()  # what the two openings printed
    await cases.show(closed, as_json=True)
    assert printed()["outcome"] == "withdrawn"
    with pytest.raises(CannotDo, match="no worker answers for it"):
        await cases.show(running, as_json=True)


async def test_an_unknown_number_and_another_kind_of_workflow_are_refused(office: Office) -> None:
    with pytest.raises(CannotDo, match="rex-ch-none: no such case in namespace default"):
        await cases.show("rex-ch-none", as_json=False)
    with pytest.raises(CannotDo, match="no such case"):
        await cases.show("", as_json=False)
    other = f"other-{office.settings.task_queue}"
    await office.client.start_workflow("Other", id=other, task_queue=office.settings.task_queue)
    with pytest.raises(CannotDo, match="is not a case but a workflow of type Other"):
        await cases.show(other, as_json=False)


async def test_the_list_has_the_cases_and_filters_by_step_and_risk(office: Office, printed: Printed) -> None:
    opened, closed = await office.open(), await office.open()
    await decisions.update(closed, "withdraw", str(SAMPLES / "withdraw.json"), as_json=False)
    await office.client.get_workflow_handle(closed).result()
    with pytest.raises(ValueError, match="Extra data"):
        printed()  # what came before

    async def listed(step: str | None = None, risk: str | None = None) -> dict[str, dict[str, Any]]:
        await cases.list_(step=step, risk=risk, as_json=True)
        return {row["case_id"]: row for row in printed()}

    async with asyncio.timeout(20):  # visibility follows a moment later
        while True:
            rows = await listed()
            seen = (rows.get(opened, {}).get("step"), rows.get(closed, {}).get("status"))
            if seen == ("await_documents", "completed"):
                break
            await asyncio.sleep(0.1)
    assert rows[opened]["risk"] == "on_track"
    assert rows[opened]["step_due_at"] is not None
    case = await office.case(opened)
    assert rows[opened]["limit_last_day"] == case["limit_last_day"]
    assert rows[opened]["rex_number"] == "KZREX18034001"
    assert (rows[closed]["step"], rows[closed]["outcome"]) == ("closed", "withdrawn")
    assert list(rows).index(opened) < list(rows).index(closed)
    assert opened in await listed(step="await_documents", risk="on_track")
    assert closed not in await listed(step="await_documents")
    assert opened not in await listed(risk="exceeded")
    await cases.list_(step=None, risk=None, as_json=False)
