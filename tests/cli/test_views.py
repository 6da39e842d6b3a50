"""The links that commands print: to the lists as they are today in Almaty."""

from __future__ import annotations

from datetime import UTC, datetime

from cli.views import view_links
from runtime.views import VIEWS


def test_each_view_is_a_line_with_its_link_as_of_today_in_almaty() -> None:
    late_in_the_evening = datetime(2026, 11, 27, 20, tzinfo=UTC)  # the 28th in Almaty
    head, *lines = view_links("http://ui", "default", now=late_in_the_evening).splitlines()
    assert head == "In the Temporal UI:"
    assert [line.split("  http")[0].strip() for line in lines] == [view.name for view in VIEWS]
    assert all("  http://ui/namespaces/default/workflows?query=WorkflowType" in line for line in lines)
    assert next(line for line in lines if line.startswith("Due today")).endswith(
        "RexLastDay%20%3C%3D%20%272026-11-28%27"
    )
