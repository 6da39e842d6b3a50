"""The commands of on-call: ``escalations`` across all cases, and ``acknowledge`` to take one on (contract, section 9).

The list comes from the register: it is there when Temporal is down, which is when on-call looks for it.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.asking import link_to
from cli.connected import connected
from cli.decisions import decide
from cli.errors import CannotDo
from cli.printing import console, plain_table, print_json, print_page
from cli.words import day_of, day_words, last_day_before, time_words
from register.database import RegisterError, check_migrated, open_register
from register.overview import ListedEscalation, list_escalations
from rules.instant import rfc_3339
from runtime.connection import connection_config
from runtime.settings import ClientSettings, read_settings


async def escalations(*, open_only: bool, level: int | None, as_json: bool) -> None:
    """Print the escalations of all cases, open ones first, the nearest due at the top.

    :raises CannotDo: where the register does not answer.
    """
    settings = read_settings(ClientSettings)
    namespace = connection_config()["namespace"]
    found = await asyncio.to_thread(_read, settings.database_url.get_secret_value(), open_only)
    if level is not None:
        found = [each for each in found if each.level == level]
    links = {each.case_id: link_to(settings.ui_url, namespace, each.case_id) for each in found}
    if as_json:
        print_json([as_data(each, links[each.case_id]) for each in found])
    elif found:
        print_page(Group(escalation_table(found), _links(found, links)))
    else:
        kind = "open escalations" if open_only else "escalations"
        console().print(f"No {kind}{f' at level {level}' if level else ''} in the register.")


async def acknowledge(case_id: str, escalation_id: str, *, by: str, until: str, as_json: bool) -> None:
    """Take an escalation on until the end of a day: the update ``acknowledge_escalation`` of its case.

    :raises rules.refusal.Refusal: for a date that is none, before anything is sent.
    :raises CannotDo: where the case refuses, or does not answer.
    """
    world = await connected()
    decision = {"escalation_id": escalation_id, "by": by, "until": until}
    answer = await decide(world.client, case_id, "acknowledge_escalation", decision)
    if as_json:
        print_json(answer)
        return
    last_day = day_words(date.fromisoformat(until))
    console().print(
        Text.assemble((case_id, "bold"), f"  {escalation_id} is taken on by {by} until the end of {last_day}"),
        soft_wrap=True,
    )


def _read(database_url: str, open_only: bool) -> list[ListedEscalation]:
    engine = open_register(database_url)
    try:
        check_migrated(engine)
        return list_escalations(engine, open_only=open_only)
    except RegisterError as error:
        raise CannotDo(str(error)) from None
    finally:
        engine.dispose()


def as_data(each: ListedEscalation, link: str) -> dict[str, Any]:
    """A row as ``escalations --json`` prints it: times in RFC 3339, null where not known."""
    ladder = each.ladder
    return {
        "case_id": each.case_id,
        **each.escalation.model_dump(mode="json", exclude={"level"}),
        "level": each.level,
        "ladder": ladder.state if ladder else None,
        "next_at": rfc_3339(ladder.next_at) if ladder and ladder.next_at else None,
        "nobody_since": rfc_3339(ladder.nobody_since) if ladder and ladder.nobody_since else None,
        "link": link,
    }


def escalation_table(found: list[ListedEscalation]) -> Table:
    """The rows as a table for the terminal."""
    table = plain_table()
    table.add_column("case", overflow="fold", style="bold")
    table.add_column("escalation", overflow="fold")
    table.add_column("level", justify="right")
    table.add_column("due", no_wrap=True)
    table.add_column("raised", no_wrap=True)
    table.add_column("how it stands")
    today = day_of(datetime.now(UTC))
    for each in found:
        escalation = each.escalation
        overdue = escalation.resolved_at is None and escalation.due_at and escalation.due_at <= datetime.now(UTC)
        table.add_row(
            each.case_id,
            escalation.id,
            str(each.level),
            Text(day_words(last_day_before(escalation.due_at)), style="bold red" if overdue else ""),
            day_words(day_of(escalation.raised_at)),
            _standing(each, today),
            style="dim" if escalation.resolved_at else None,
        )
    return table


def _standing(each: ListedEscalation, today: date | None) -> Text:
    escalation, ladder = each.escalation, each.ladder
    if escalation.resolved_at:
        return Text(f"settled {day_words(day_of(escalation.resolved_at))}: {escalation.resolved_by or 'by the fact'}")
    until = escalation.acknowledged_until
    if until and today and until >= today:
        return Text(f"{escalation.acknowledged_by} until {day_words(until)}", style="green")
    if ladder and ladder.nobody_since and not ladder.ended_at:
        return Text(f"nobody reached since {time_words(ladder.nobody_since)}", style="bold red")
    if ladder and ladder.state == "exhausted":
        return Text("told to the last level, nobody has taken it on", style="bold red")
    lapsed = f"{escalation.acknowledged_by} had it until {day_words(until)}; " if until else ""
    if ladder and ladder.next_at and not ladder.ended_at:
        return Text(f"{lapsed}open, told again {time_words(ladder.next_at)}", style="yellow")
    return Text(f"{lapsed}open", style="yellow")


def _links(found: list[ListedEscalation], links: dict[str, str]) -> RenderableType:
    """Each case's link once, below the table: in a column it would be cut, and could not be copied."""
    cases = dict.fromkeys(each.case_id for each in found)
    lines = Text("\n", overflow="fold")
    for case_id in cases:
        lines.append(f"{links[case_id]}\n", style="cyan")
    lines.append("From the register. To take one on: python starter.py acknowledge CASE ID --by NAME --until DATE")
    return lines
