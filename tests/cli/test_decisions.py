"""``update``: the answer comes at once: what was wrong, or what the case has done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cases import listing
from cli import decisions
from cli.errors import CannotDo
from rules.refusal import Refusal
from starter import app
from tests.cli.conftest import SAMPLES, Office

Printed = Callable[[], Any]


async def test_a_decision_is_taken_and_the_answer_printed(office: Office, printed: Printed) -> None:
    case_id = await office.open()
    printed()
    await decisions.update(case_id, "withdraw", str(SAMPLES / "withdraw.json"), as_json=True)
    assert printed()["step"] == "closed"
    case = await office.case(case_id)
    assert case["outcome"] == "withdrawn"


async def test_an_officer_is_made_responsible_and_the_list_has_the_name(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = await office.open()
    await decisions.assign(case_id, to="A. Serikova", by="B. Omarov", as_json=False)
    assert f"{case_id}  A. Serikova is responsible" in capsys.readouterr().out
    async with asyncio.timeout(20):  # visibility follows a moment later
        while True:
            rows = await listing.list_cases(office.client, "http://localhost:8233", step=None, risk=None)
            if [row.responsible for row in rows if row.case_id == case_id] == ["A. Serikova"]:
                break
            await asyncio.sleep(0.1)
    await decisions.assign(case_id, to=None, by="B. Omarov", as_json=False)
    assert "nobody is responsible any more" in capsys.readouterr().out
    assert (await office.case(case_id))["responsible"] is None


@pytest.mark.parametrize("options", [[], ["--to", "A. Serikova", "--nobody"]])
def test_assign_takes_a_name_or_nobody(options: list[str]) -> None:
    assert CliRunner().invoke(app, ["assign", "rex-ch-1", "--by", "B. Omarov", *options]).exit_code == 2


async def test_a_recount_answers_with_the_terms_before_and_after(office: Office, printed: Printed) -> None:
    case_id = await office.open()
    printed()
    file = office.file({"by": "A. Serikova", "reason": "a new decree"})
    await decisions.update(case_id, "recount", file, as_json=True)
    assert printed()["limit"]["before"] is not None


async def test_the_reason_of_a_refusal_is_the_cases_own(office: Office) -> None:
    case_id = await office.open()
    file = office.file({"by": "A. Serikova", "reason": "unclear"})
    with pytest.raises(CannotDo) as refused:
        await decisions.update(case_id, "return_conclusion", file, as_json=False)
    assert str(refused.value).endswith("expected conclude before the signature, or letters that are held")
    assert str(refused.value).startswith(f"{case_id}: refused: the case stands at ")


async def test_an_unknown_decision_is_refused_with_the_names_there_are(closed_office: Office) -> None:
    with pytest.raises(Refusal, match=r"unknown decision approve; expected one of acknowledge_escalation, .* recount"):
        await decisions.update("rex-ch-1", "approve", str(SAMPLES / "withdraw.json"), as_json=False)


async def test_a_field_that_does_not_fit_is_named_before_the_case_is_asked(closed_office: Office) -> None:
    with pytest.raises(Refusal, match="reason: is required"):
        await decisions.update("rex-ch-1", "withdraw", closed_office.file({"by": "A. Serikova"}), as_json=False)


async def test_an_unknown_case_and_a_closed_one_have_different_reasons(office: Office) -> None:
    with pytest.raises(CannotDo, match="rex-ch-none: no such case"):
        await decisions.update("rex-ch-none", "withdraw", str(SAMPLES / "withdraw.json"), as_json=False)
    case_id = await office.open()
    await decisions.update(case_id, "withdraw", str(SAMPLES / "withdraw.json"), as_json=False)
    await office.client.get_workflow_handle(case_id).result()
    with pytest.raises(CannotDo, match="is closed: no further decisions are possible"):
        await decisions.update(case_id, "withdraw", str(SAMPLES / "withdraw.json"), as_json=False)


async def test_without_a_worker_it_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await office.open()
    await office.stop_worker()
    monkeypatch.setattr("cases.deciding.WAIT", timedelta(seconds=1))
    with pytest.raises(CannotDo, match="no worker answered within 1 s"):
        await decisions.update(case_id, "withdraw", str(SAMPLES / "withdraw.json"), as_json=False)
