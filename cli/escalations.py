"""The commands of on-call: ``escalations`` lists those of all cases, ``acknowledge`` answers one (contract, section 9).

The list comes from the register, so it is there when Temporal is down.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from cases.deciding import decide
from cli.connected import connected
from cli.errors import CannotDo
from cli.listing import Column, listing
from cli.printing import console, print_json, print_page
from cli.words import day_of, day_words, last_day_before, level_words, short_day, time_words
from escalation.kinds import Escalation
from register.database import RegisterError, check_migrated, open_register
from register.overview import ListedEscalation, list_escalations
from rules.instant import rfc_3339
from rules.text import shown
from runtime.commands import STARTER
from runtime.connection import connection_config
from runtime.links import case_link
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
    links = {each.case_id: case_link(settings.ui_url, namespace, each.case_id) for each in found}
    if as_json:
        print_json([as_data(each, links[each.case_id]) for each in found])
    elif found:
        print_page(escalation_table(found, console().width))
        console().print(_links(links), soft_wrap=True)
    else:
        kind = "open escalations" if open_only else "escalations"
        console().print(f"No {kind}{f' at level {level}' if level else ''} in the register.")


async def acknowledge(
    case_id: str, escalation_id: str, *, by: str, until: str, take_over: bool = False, as_json: bool
) -> None:
    """Send a case the decision ``acknowledge_escalation``: its notices pause until the end of a day.

    :param escalation_id: or ``all``.
    :param take_over: also what another holds.
    :raises rules.refusal.Refusal: for a date that is none, before anything is sent.
    :raises CannotDo: where the case refuses, or does not answer.
    """
    world = await connected()
    decision = {"escalation_id": escalation_id, "by": by, "until": until, "take_over": take_over}
    answer = await decide(world.client, case_id, "acknowledge_escalation", decision)
    if as_json:
        print_json(answer)
        return
    last_day = day_words(date.fromisoformat(until))
    lines = [f"{each} is acknowledged by {shown(by)} until the end of {last_day}" for each in answer["acknowledged"]]
    lines += [f"{each['escalation_id']} was held by {_holder(each)}" for each in answer["taken_over"]]
    lines += [
        f"{each['escalation_id']} is held by {_holder(each)}; to take it over: --take-over"
        for each in answer["held_by_others"]
    ]
    for line in lines:
        console().print(Text.assemble((case_id, "bold"), f"  {line}"), soft_wrap=True)


def _holder(held: dict[str, str]) -> str:
    return f"{shown(held['by'])} until {day_words(date.fromisoformat(held['until']))}"


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
    last = each.last
    return {
        "case_id": each.case_id,
        **each.escalation.model_dump(mode="json", exclude={"level"}),
        "level": each.level,
        "last_notice": last.model_dump(mode="json", include={"at", "level", "scheme", "notified", "error"})
        if last
        else None,
        "next_level": last.next_level if last else None,
        "next_at": rfc_3339(last.next_at) if last and last.next_at else None,
        "link": link,
    }


def escalation_table(found: list[ListedEscalation], width: int) -> RenderableType:
    """The rows as a table for the terminal; what has to be typed, the case and the id, is never folded or cut.

    :param width: of the terminal, in columns.
    """
    now = datetime.now(UTC)
    columns: tuple[Column[ListedEscalation], ...] = (
        Column(
            "case and escalation",
            lambda each: Text.assemble((each.case_id, "bold"), f"\n{each.escalation.id}"),
        ),
        Column("level", lambda each: str(each.level), right=True),
        Column("due", lambda each: _due(each, now)),
        Column("status", lambda each: _status(each, now), folds_at=26),
    )
    return listing(columns, found, width, dim=lambda each: not each.open)


def _due(each: ListedEscalation, now: datetime) -> Text:
    due_at = each.escalation.due_at
    overdue = each.open and due_at is not None and due_at <= now
    return Text(short_day(last_day_before(due_at)), style="bold red" if overdue else "")


def _status(each: ListedEscalation, now: datetime) -> Text:
    escalation, last = each.escalation, each.last
    if escalation.resolved_at:
        reason = shown(escalation.resolved_by or "no reason")
        return Text(f"resolved {day_words(day_of(escalation.resolved_at))}: {reason}")
    if escalation.overtaken_by:
        return Text(f"overtaken by {escalation.overtaken_by}")
    by = shown(escalation.acknowledged_by or "")
    until, today = escalation.acknowledged_until, day_of(now)
    if until and today and until >= today:
        return Text(f"acknowledged by {by} until {day_words(until)}", style="green")
    lapsed = f"{by}'s acknowledgement ended on {day_words(until)}; " if until else ""
    if last is None:
        return Text(f"{lapsed}raised {time_words(escalation.raised_at)}, nobody notified yet", style="yellow")
    who = f"level {last.level} ({level_words(last.level)})"
    reached = f"{who} notified" if last.notified else f"{who} not reached"
    text = Text(f"{lapsed}{reached} {time_words(last.at)}", style="yellow" if last.notified else "bold red")
    if last.next_level and last.next_at:
        return text.append(
            f"; next level {last.next_level} ({level_words(last.next_level)}) {time_words(last.next_at)}"
        )
    if escalation.kind == Escalation.REQUEST_REFUSED:
        return text.append("; to be sent again, corrected, or dismissed", style="yellow")
    return text.append("; not acknowledged, and no level is left", style="bold red")


def _links(links: dict[str, str]) -> Text:
    """Each case's link once, below the table: in a column it would be cut, and could not be copied."""
    lines = Text("\n")
    for link in links.values():
        lines.append(f"{link}\n", style="cyan")
    return lines.append(
        f"To acknowledge one or all of a case: {STARTER} acknowledge CASE ID|all --by NAME --until DATE"
    )
