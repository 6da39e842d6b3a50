"""The page of one case in the terminal: where it stands and what to do next first, the details below."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from cli.printing import bullets, plain_table, section
from cli.standing import standing
from cli.words import (
    COUNTRIES,
    OUTCOME_STYLES,
    OUTCOMES,
    RISK_STYLES,
    RISKS,
    day_of,
    day_words,
    days_words,
    level_words,
    often_words,
    short_day,
    size_words,
    step_words,
    time_words,
    words,
)
from rules.case_view import CaseView, EscalationView, NotifiedView, StepView
from rules.terms import Step
from rules.text import all_shown
from runtime.commands import STARTER


def case_page(case: CaseView, link: str) -> Group:
    """The whole page.

    :param link: of the case in the Temporal UI.
    """
    case = all_shown(case)
    parts: list[RenderableType] = [_head(case), _standing(case), Text(link, style="cyan", overflow="fold")]
    parts += _failed_actions(case)
    parts += _escalations(case)
    parts.append(_steps(case))
    parts += _conclusion(case)
    parts += _documents(case)
    parts += _findings(case)
    parts += _lookups(case)
    parts += _readings(case)
    parts += _refused_messages(case)
    return Group(*parts, Text(""))


def _head(case: CaseView) -> RenderableType:
    request = case.request
    number = f", BIN {request.exporter.bin}" if request.exporter.bin else ""
    reply_by = f"; the customs ask for a reply by {day_words(request.reply_by)}" if request.reply_by else ""
    responsible = f"\nResponsible: {case.responsible}" if case.responsible else ""
    return Text.assemble(
        (f"\n{case.case_id}\n", "bold"),
        f"{COUNTRIES[request.requesting_country]}, {request.requesting_authority}, reference {request.reference}\n",
        f"{request.exporter.name}, {request.rex_number}{number}\n",
        f"Received {time_words(request.received_at)}{reply_by}{responsible}",
    )


def _standing(case: CaseView) -> RenderableType:
    style = OUTCOME_STYLES.get(case.outcome or "", "bold") if case.step is Step.CLOSED else "bold"
    if case.running and case.running.late:
        style = "bold red"
    lines: list[RenderableType] = [Text(standing(case), style=style), _limit(case)]
    if case.step is not Step.CLOSED or case.open_escalations:
        lines += [Text("\nNext", style="bold"), Text(case.to_do)]
    return Panel(Group(*lines), box=ROUNDED, padding=(0, 1), expand=True)


def _limit(case: CaseView) -> Text:
    if not case.thirty_run:
        kept = "were not counted to their end" if case.limit_met is None else "were kept"
        kept = "were exceeded" if case.limit_met is False else kept
        return Text(f"The 30 working days of ¶5 {kept}; their last day is {day_words(case.limit_last_day)}")
    if case.limit_last_day is None:
        return Text("The 30 working days of ¶5 are not counted yet")
    text = Text(
        RISKS.get(case.risk or "", "not known yet").capitalize(),
        style=RISK_STYLES.get(case.risk or "", ""),
    )
    reserve = "" if case.reserve_days is None else f": reserve {days_words(case.reserve_days)}"
    end = f"{reserve}; the 30 working days of ¶5 end on {day_words(case.limit_last_day)}"
    return text.append(end, style="not bold default")


def _failed_actions(case: CaseView) -> Iterator[RenderableType]:
    if case.failed_actions:
        lines = [
            f"{words(each.action)}, since {time_words(each.since)}: {each.error or 'no reason given'}"
            for each in case.failed_actions
        ]
        yield section("Failed actions", bullets(lines))


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
            short_day(step.last_day) + (" ?" if step.provisional else ""),
            _state(step),
            Text(f"{step.late_days} d", style="bold red") if step.late else "",
            style="dim" if step.state in ("pending", "skipped") else None,
        )
    note = "?  provisional: the receipt is not proven yet, or a holiday is not confirmed"
    if any(step.provisional for step in case.steps):
        return section("Terms, in working days", Group(table, Text(note, style="dim")))
    return section("Terms, in working days", table)


def _state(step: StepView) -> Text:
    if step.state == "done":
        return Text(f"done {short_day(day_of(step.ended_at))}", style="" if step.late else "green")
    return Text(words(step.state), style="bold" if step.state == "running" else "")


def _conclusion(case: CaseView) -> Iterator[RenderableType]:
    conclusion = case.conclusion
    if conclusion is None or conclusion.document_id is None:
        return
    line = Text(f"{conclusion.number} ({OUTCOMES[conclusion.outcome]}), ")
    line.append(f"drafted {time_words(conclusion.drafted_at)}\n{conclusion.document_id}")
    if conclusion.held_because:
        line.append(f"\nThe letters are held: {conclusion.held_because}", "bold red")
    if conclusion.signed_at is None:
        line.append(f"\nTo read it: {STARTER} draft {case.case_id} --out {conclusion.number}.pdf", "dim")
        line.append(f"\nTo sign it: {STARTER} sign {case.case_id} --by NAME --document {conclusion.document_id}", "dim")
    yield section("Conclusion", bullets([line]))


_HOLDS = {True: "it holds", False: "it does NOT hold", None: "not verified"}
"""A signature, in words."""


def _documents(case: CaseView) -> Iterator[RenderableType]:
    if case.documents:
        lines = []
        for each, count in case.documents_once:
            line = Text(f"{words(each.kind)}: {each.filename}, {size_words(each.size)}, ")
            line.append(f"arrived {day_words(day_of(each.arrived_at))}{often_words(count)}\n")
            for signature in each.signatures:
                line.append(f"signed by {signature.signer}, {time_words(signature.signed_at)}: ")
                line.append(f"{_HOLDS[signature.holds]}\n", style="" if signature.holds else "bold red")
            if each.released_by:
                line.append(f"released from quarantine by {each.released_by}: {each.released_because}\n")
            lines.append(line.append(each.document_id, style="dim"))
        command = f"To have them as files: {STARTER} papers {case.case_id} --out DIR"
        yield section("Documents", Group(bullets(lines), Text(command, style="dim", overflow="fold")))
    if case.quarantined_documents:
        lines = []
        for kept in case.quarantined_documents:
            state = f"being released for {kept.released_by}" if kept.released_by else kept.reason
            line = Text(f"{kept.filename} ({words(kept.kind)}): {state}\n")
            lines.append(line.append(f"sha256 {kept.sha256}", style="dim"))
        command = f"To release one: {STARTER} update {case.case_id} release_document FILE (docs/documents.md)"
        yield section("Documents in quarantine", Group(bullets(lines), Text(command, style="dim", overflow="fold")))
    if case.missing_documents and case.step is not Step.CLOSED:
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


def _lookups(case: CaseView) -> Iterator[RenderableType]:
    if case.rex_lookups:
        lines = []
        for each in case.rex_lookups:
            shown = each.status or "no registration"
            by = f", by hand by {each.by}" if each.by else ""
            lines.append(f"{time_words(each.at)} ({words(each.occasion)}{by}): {shown}")
        yield section("Looked up in REX", bullets(lines))


def _readings(case: CaseView) -> Iterator[RenderableType]:
    """Those that are not the default: the page says nothing of what goes without saying."""
    chosen = [option.sentence for reading, option in case.readings.chosen() if option is not reading.default]
    if chosen:
        yield section("How the order is read", bullets(chosen))


def _escalations(case: CaseView) -> Iterator[RenderableType]:
    if case.open_escalations:
        listed = bullets(_escalation(each) for each in case.open_escalations)
        command = f"To acknowledge one or all: {STARTER} acknowledge {case.case_id} ID|all --by NAME --until DATE"
        yield section("Open escalations", Group(listed, Text(command, style="dim", overflow="fold")))
    overtaken = [each for each in case.escalations if each.resolved_at is None and each.overtaken_by is not None]
    if overtaken:
        lines = (f"{each.id}, overtaken by {each.overtaken_by}" for each in overtaken)
        yield section("Overtaken warnings", bullets(lines))


def _escalation(each: EscalationView) -> Text:
    text = Text(each.id, style="bold")
    text.append(f", level {each.level} ({level_words(each.level)}), raised {time_words(each.raised_at)}", "not bold")
    text.append(f"\n{each.summary}", "not bold")
    if each.acknowledged_by:
        until = f" until {day_words(each.acknowledged_until)}" if each.acknowledged_until else ""
        text.append(f"\nacknowledged by {each.acknowledged_by}{until}", "not bold green")
    else:
        text.append("\nnot acknowledged", "not bold yellow")
    for notified in each.notified:
        text.append(f"\n{_notified(notified)}", "not bold" if notified.notified_at else "not bold red")
    if each.nobody_reached_since:
        text.append(f"\nnobody reached since {time_words(each.nobody_reached_since)}", "bold red")
    if each.next_level and each.next_at:
        who = f"level {each.next_level} ({level_words(each.next_level)})"
        text.append(f"\nnext: {who}, {time_words(each.next_at)}", "not bold")
    return text


def _notified(each: NotifiedView) -> str:
    who = f"level {each.level} ({level_words(each.level)}) by {each.scheme}"
    if each.notified_at:
        return f"notified: {who}, {time_words(each.notified_at)}"
    why = f": {each.error}" if each.error else ""
    return f"not reached yet: {who}, since {time_words(each.handed_at)}{why}"


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
