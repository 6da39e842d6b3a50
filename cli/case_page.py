"""The page of one case in the terminal: where it stands and what to do next first, the details below."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from cli.case_view import CaseView, StepView
from cli.next_action import next_actions, standing
from cli.printing import bullets, plain_table, section
from cli.words import (
    COUNTRIES,
    OUTCOME_STYLES,
    RISK_STYLES,
    RISKS,
    day_of,
    day_words,
    days_words,
    short_day,
    size_words,
    step_words,
    time_words,
    words,
)

LEVELS = {1: "case officer", 2: "on-call", 3: "the head"}


def case_page(case: CaseView, link: str) -> Group:
    """The whole page.

    :param link: of the case in the Temporal UI.
    """
    parts: list[RenderableType] = [_head(case), _standing(case), Text(link, style="cyan", overflow="fold")]
    parts.append(_steps(case))
    parts += _documents(case)
    parts += _findings(case)
    parts += _escalations(case)
    parts += _refused_messages(case)
    return Group(*parts, Text(""))


def _head(case: CaseView) -> RenderableType:
    request = case.request
    country = COUNTRIES.get(request.requesting_country, request.requesting_country)
    number = f", BIN {request.exporter.bin}" if request.exporter.bin else ""
    asked = f"; the customs ask for an answer by {day_words(request.reply_by)}" if request.reply_by else ""
    return Text.assemble(
        (f"\n{case.case_id}\n", "bold"),
        f"{country}, {request.requesting_authority}, reference {request.reference}\n",
        f"{request.exporter.name}, {request.rex_number}{number}\n",
        f"Received {time_words(request.received_at)}{asked}",
    )


def _standing(case: CaseView) -> RenderableType:
    style = OUTCOME_STYLES.get(case.outcome or "", "bold") if case.step == "closed" else "bold"
    if case.running and case.running.late:
        style = "bold red"
    lines: list[RenderableType] = [Text(standing(case), style=style), _whole(case)]
    actions = next_actions(case)
    if actions:
        lines += [Text("\nNext", style="bold"), bullets(actions)]
    return Panel(Group(*lines), box=ROUNDED, padding=(0, 1), expand=True)


def _whole(case: CaseView) -> Text:
    if case.limit_met is not None:
        kept = "kept" if case.limit_met else "exceeded"
        return Text(f"The 30 working days of ¶5 were {kept}; they ended on {day_words(case.limit_last_day)}")
    if case.limit_last_day is None:
        return Text("The 30 working days of ¶5 are not counted yet")
    text = Text(
        RISKS.get(case.risk or "", words(case.risk or "not known yet")).capitalize(),
        style=RISK_STYLES.get(case.risk or "", ""),
    )
    reserve = "" if case.reserve_days is None else f": reserve {days_words(case.reserve_days)}"
    end = f"{reserve}; the 30 working days of ¶5 end on {day_words(case.limit_last_day)}"
    return text.append(end, style="not bold default")


def _steps(case: CaseView) -> RenderableType:
    table = plain_table()
    table.add_column("¶", justify="right")
    table.add_column("step")
    table.add_column("term", justify="right", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("last day", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("late", no_wrap=True)
    for step in case.steps:
        name = step_words(step.step) + (f" (round {step.round})" if step.round > 1 else "")
        table.add_row(
            str(step.paragraph),
            Text(name, style="bold" if step.state == "running" else ""),
            f"{step.working_days} d",
            short_day(day_of(step.started_at)),
            Text(day_words(step.last_day) + (" ?" if step.provisional else "")),
            _state(step),
            Text(f"{step.late_days} d", style="bold red") if step.late else "",
            style="dim" if step.state in ("pending", "skipped") else None,
        )
    note = "?  may still move: the receipt is not proven yet, or a holiday not confirmed"
    if any(step.provisional for step in case.steps):
        return section("Terms, in working days", Group(table, Text(note, style="dim")))
    return section("Terms, in working days", table)


def _state(step: StepView) -> Text:
    if step.state == "done":
        return Text(f"done {short_day(day_of(step.ended_at))}", style="" if step.late else "green")
    return Text(words(step.state), style="bold" if step.state == "running" else "")


def _documents(case: CaseView) -> Iterator[RenderableType]:
    if case.documents:
        lines = []
        for each in case.documents:
            line = Text(f"{words(each.kind)}: {each.filename}, {size_words(each.size)}, ")
            line.append(f"arrived {day_words(day_of(each.arrived_at))}\n")
            lines.append(line.append(each.document_id, style="dim"))
        yield section("Documents", bullets(lines))
    if case.missing_documents and case.step != "closed":
        yield section("Missing documents", bullets(words(kind) for kind in case.missing_documents))
    if case.refused_documents:
        yield section(
            "Refused documents",
            bullets(f"{each.filename} ({words(each.kind)}): {each.reason}" for each in case.refused_documents),
        )


def _findings(case: CaseView) -> Iterator[RenderableType]:
    if case.findings:
        lines = []
        for finding in case.findings:
            line = Text(f"{finding.severity}: ", style="bold red" if finding.severity == "serious" else "")
            line.append(finding.text, style="not bold default")
            if finding.application is not None:
                line.append(f"\napplication: {finding.application}\nREX: {finding.rex or '–'}", style="not bold dim")
            lines.append(line)
        yield section("Findings", bullets(lines))


def _escalations(case: CaseView) -> Iterator[RenderableType]:
    if case.open_escalations:
        lines = []
        for each in case.open_escalations:
            line = Text(each.id, style="bold")
            line.append(
                f", level {each.level} ({LEVELS.get(each.level, 'further up')}), raised {time_words(each.raised_at)}\n",
                style="not bold",
            )
            line.append(f"{each.summary}\n", style="not bold")
            until = f" until {day_words(each.acknowledged_until)}" if each.acknowledged_until else ""
            if each.acknowledged_by:
                line.append(f"taken on by {each.acknowledged_by}{until}", style="not bold green")
            else:
                line.append("nobody has taken it on yet", style="not bold yellow")
            lines.append(line)
        yield section("Open escalations", bullets(lines))


def _refused_messages(case: CaseView) -> Iterator[RenderableType]:
    if case.rejected_count:
        shown = len(case.rejected_messages)
        newest = f" (the newest {shown} of {case.rejected_count})" if shown < case.rejected_count else ""
        lines = []
        for each in case.rejected_messages:
            line = Text(each.name, style="bold")
            line.append(f", {time_words(each.at)}, message_id {each.message_id or '–'}\n", style="not bold")
            lines.append(line.append(each.reason, style="not bold"))
        yield section(f"Refused messages{newest}", bullets(lines))
