"""What the commands print of text from outside acts on no terminal, and is the same for programs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from cases.asking import read_case
from cli.case_page import case_page
from cli.errors import CannotDo, in_one_line
from cli.printing import print_json
from tests.cli import examples
from tests.support.nasty import LINKED, acts, nasty

LINK = "http://localhost:8233/namespaces/default/workflows/rex-ch-2026-0042"


def of_outsiders(case: dict[str, Any], text: str) -> dict[str, Any]:
    """The case, with the text wherever somebody outside or a person writes freely."""
    case["request"] = case["request"] | {"requesting_authority": f"x{text}"[:500], "reference": f"x{text}"[:64]}
    case["request"]["exporter"] = case["request"]["exporter"] | {"name": f"x{text}"[:500]}
    for each in [*case["documents"], *case["refused_documents"]]:
        each["filename"] = text
    for each in [*case["refused_documents"], *case["rejected_messages"]]:
        each["reason"] = text
    for each in case["rejected_messages"]:
        each["name"] = each["message_id"] = text
    for each in case["escalations"]:
        each["summary"] = text
        each["acknowledged_by"] = each["acknowledged_by"] and text
        for notified in each["notified"]:
            notified["error"] = notified["error"] and text
    for each in case["findings"]:
        each |= {"application": text, "rex": text, "text": text}
    return case


def lines_of(case: dict[str, Any]) -> list[str]:
    out = Console(file=StringIO(), width=4000, highlight=False, emoji=False, markup=False, color_system="standard")
    out.print(case_page(read_case(case), LINK, datetime.now(UTC)))
    assert isinstance(out.file, StringIO)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.file.getvalue()).splitlines()


@settings(max_examples=15, deadline=None)
@given(nasty.map(lambda text: text.replace("\ud800", "")))  # which no JSON text of a case has
def test_the_page_of_a_case_has_no_line_address_or_escape_of_an_outsider(text: str) -> None:
    lines = lines_of(of_outsiders(examples.waiting_late(), text))
    assert acts("\n".join(lines)) == []
    assert not any(LINKED.search(line) for line in lines if LINK not in line)
    assert len(lines) == len(lines_of(of_outsiders(examples.waiting_late(), "x")))


@given(nasty)
def test_an_error_is_one_visible_line(text: str) -> None:
    assert acts(in_one_line(CannotDo(text))) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(nasty, nasty | st.text() | st.integers()))
def test_json_is_the_same_data_and_acts_on_no_terminal(
    capsys: pytest.CaptureFixture[str], data: dict[str, Any]
) -> None:
    capsys.readouterr()
    print_json(data)
    printed = capsys.readouterr().out
    assert [each for each in printed if not each.isprintable() and each != "\n"] == []
    assert json.loads(printed) == data
