"""The links to the views of cases in the Temporal UI, as commands print them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from calendars.time_zone import almaty_clock
from runtime.views import VIEWS, View


def view_links(ui_url: str, namespace: str, views: Sequence[View] = VIEWS, now: datetime | None = None) -> str:
    """A line for each view, with its link as of today in Almaty."""
    today = almaty_clock().day_of(now or datetime.now(UTC))
    width = max(len(view.name) for view in views)
    lines = (f"{view.name.ljust(width)}  {view.link(ui_url, namespace, today)}" for view in views)
    return "\n".join(["In the Temporal UI:", *lines])
