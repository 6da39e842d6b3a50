"""The commands ``open``, ``show`` and ``list``: opening cases and looking at them (contract, section 9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from cases.asking import ask_case, read_case
from cases.listing import list_cases
from cli.case_list import case_table
from cli.case_page import case_page
from cli.connected import connected
from cli.files import read_object
from cli.printing import console, print_json, print_page
from cli.samples import made_now
from cli.standing import standing
from cli.views import view_links
from cli.words import day_words
from runtime.commands import STARTER, WORKER

if TYPE_CHECKING:
    from cases.opening import Opened


async def open_from_file(file: str, *, received_at: str | None, as_json: bool) -> None:
    """Open the case of the request in a file, and print its number, its first term and the link to it."""
    from cases.opening import (
        open_case,  # here, because only this asks the register, whose libraries take a second to load
    )

    data = _with_receipt(read_object(file), received_at)
    world = await connected()
    opened = await open_case(world.client, world.settings.task_queue, world.database_url, data)
    link = world.link(opened.case_id)
    if as_json:
        print_json(opened.as_json(link))
    else:
        console().print(_opened_page(opened, link), soft_wrap=True)


def _with_receipt(request: dict[str, Any], received_at: str | None) -> dict[str, Any]:
    given = request if received_at is None else request | {"received_at": received_at}
    return made_now(given, datetime.now(UTC))


def _opened_page(opened: Opened, link: str) -> Group:
    what = "opened" if opened.new else "is open already for this same request"
    lines = [Text.assemble((opened.case_id, "bold"), f"  {what}")]
    if opened.case is None:
        lines.append(Text(f"No worker has taken it up yet; start one: {WORKER}", style="yellow"))
    else:
        lines.append(Text(standing(opened.case)))
        if opened.case.limit_last_day:
            lines.append(Text(f"The 30 working days of ¶5 end on {day_words(opened.case.limit_last_day)}"))
    return Group(*lines, Text(link, style="cyan"))


async def show(case_id: str, *, as_json: bool) -> None:
    """Print the page of a case, or the object of its query unchanged."""
    world = await connected()
    answer = await ask_case(world.client, case_id)
    if as_json:
        print_json(answer)
    else:
        print_page(case_page(read_case(answer), world.link(case_id), datetime.now(UTC)))


async def list_(*, step: str | None, risk: str | None, as_json: bool) -> None:
    """Print the cases, open ones first, the nearest due at the top."""
    world = await connected()
    rows = await list_cases(world.client, world.settings.ui_url, step=step, risk=risk)
    if as_json:
        print_json([row.as_json() for row in rows])
    elif rows:
        print_page(case_table(rows, console().width))
        console().print("\nreserve: working days to spare within the 30", style="dim", soft_wrap=True)
        console().print(view_links(world.settings.ui_url, world.client.namespace), style="dim", soft_wrap=True)
    else:
        print_page("No cases" + (" of this kind." if step or risk else f" yet; open one: {STARTER} open FILE"))
