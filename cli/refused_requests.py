"""``list --refused`` and ``dismiss``: requests that were refused and opened no case (contract, section 1).

Both work on the register alone, so they are there when Temporal is down.
"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import Engine

from cli.errors import CannotDo
from cli.printing import console, print_json, print_page
from cli.words import time_words
from register.database import RegisterError, check_migrated, open_register
from register.refused_requests import RefusedRequests, dismiss_refused_request, list_refused_requests
from rules.refusal import Refusal
from rules.text import one_line, shown
from runtime.commands import STARTER
from runtime.connection import connection_config
from runtime.links import case_link
from runtime.settings import ClientSettings, read_settings

Answer = TypeVar("Answer")


async def list_refused(*, as_json: bool) -> None:
    """Print the refused requests, those that nobody has dealt with first.

    :raises CannotDo: where the register does not answer.
    """
    found = await asyncio.to_thread(_ask, list_refused_requests)
    ui_url, namespace = read_settings(ClientSettings).ui_url, connection_config()["namespace"]
    if as_json:
        print_json([as_data(each, case_link(ui_url, namespace, each.case_id)) for each in found])
    elif found:
        print_page(Group(*(_page(each, case_link(ui_url, namespace, each.case_id)) for each in found)))
    else:
        console().print("No refused requests in the register.")


async def dismiss(case_id: str, *, by: str, because: str, as_json: bool) -> None:
    """Record that no case is wanted for a refused request; what was kept stays.

    :raises rules.refusal.Refusal: where none is open under this number, or a name or a reason is empty.
    :raises CannotDo: where the register does not answer.
    """
    who, why = one_line(by), one_line(because)
    if not who or not why:
        raise Refusal(f"--{'because' if who else 'by'}: expected a text")
    now = datetime.now(UTC)
    entry = await asyncio.to_thread(
        _ask, lambda register: dismiss_refused_request(register, case_id, by=who, because=why, now=now)
    )
    if as_json:
        print_json({"case_id": case_id, "escalation_id": entry.id, "by": who, "because": why})
    else:
        console().print(Text.assemble((case_id, "bold"), f"  {entry.id} is dismissed by {who}"), soft_wrap=True)


def _ask(question: Callable[[Engine], Answer]) -> Answer:
    engine = open_register(read_settings(ClientSettings).database_url.get_secret_value())
    try:
        check_migrated(engine)
        return question(engine)
    except RegisterError as error:
        raise CannotDo(str(error)) from None
    finally:
        engine.dispose()


def as_data(each: RefusedRequests, link: str) -> dict[str, Any]:
    """As ``list --refused --json`` prints it, the requests whole; times in RFC 3339, null where not known."""
    return {
        "case_id": each.case_id,
        "escalation": each.escalation.model_dump(
            mode="json", include={"id", "level", "summary", "raised_at", "resolved_at", "resolved_by"}
        ),
        "requests": [
            request.model_dump(mode="json", include={"at", "reason", "sha256", "size", "body"})
            for request in each.requests
        ],
        "link": link,
    }


def _page(each: RefusedRequests, link: str) -> Padding:
    last, times = each.requests[-1], len(each.requests)
    when = f"refused {f'{times} times, the last ' if times > 1 else ''}{time_words(last.at)}"
    lines = [Text(shown(reason)) for reason in last.reason.split("; ")]
    if each.open:
        lines.append(
            Text("open: have it sent again, corrected, under the same reference, or dismiss it:", style="yellow")
        )
        # On a line of its own, to be copied.
        number = shlex.quote(one_line(each.case_id))  # a stranger chose it
        status = Text(f"{STARTER} dismiss {number} --by NAME --because WHY", no_wrap=True, overflow="ignore")
    else:
        status = Text(f"resolved {time_words(each.escalation.resolved_at)}: ").append(
            shown(each.escalation.resolved_by or "")
        )
    head = Text.assemble((shown(each.case_id), "bold" if each.open else ""), f"  {when}")
    body = Padding(Group(*lines, status, Text(link, style="cyan")), (0, 0, 0, 2))
    return Padding(Group(head, body), (0, 0, 1, 0), style="" if each.open else "dim")
