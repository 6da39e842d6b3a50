"""Samples are complete and have the time of their use."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from cli.errors import CannotDo
from cli.samples import FOLDER, made_now, names, sample
from rules.instant import rfc_3339
from starter import app

NOW = datetime(2031, 3, 2, 4, 30, 15, 123456, tzinfo=UTC)


def test_the_time_of_a_sample_is_that_of_its_use_to_the_second() -> None:
    assert sample("request-ch", NOW)["received_at"] == "2031-03-02T04:30:15Z"
    assert sample("receipt", NOW)["received_at"] == "2031-03-02T04:30:15Z"


def test_only_a_time_may_be_now() -> None:
    given = {"sent_at": "now", "remarks": "now", "signed_at": "2031-03-02T04:30:15Z"}
    assert made_now(given, NOW) == given | {"sent_at": rfc_3339(NOW.replace(microsecond=0))}


@pytest.mark.parametrize("name", names())
def test_no_time_is_written_down(name: str) -> None:
    written = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert {value for field, value in written.items() if field.endswith("_at")} <= {"now"}
    assert "reply_by" not in written


def test_the_command_prints_one_or_names_them_all() -> None:
    printed = CliRunner().invoke(app, ["sample", "inspection-valid"])
    assert json.loads(printed.output)["message_id"] == "sample-inspection-valid"
    assert CliRunner().invoke(app, ["sample"]).output.splitlines() == names()


def test_an_unknown_one_is_refused_with_the_names() -> None:
    with pytest.raises(CannotDo, match=r"^no sample request; expected one of dispatch, inspection-ground, "):
        sample("request", NOW)
