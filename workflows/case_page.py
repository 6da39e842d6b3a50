"""The case page in the Temporal UI: its current details, in Markdown.

Lists and no tables: UI 2.54 renders tables without cell padding. No emoji either: many have no glyph there.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from escalation.kinds import LEVEL_NAMES
from escalation.resolution import resolved_by
from rules.calendar import WorkingCalendar
from rules.documents import Signature
from rules.registration import RexLookup
from rules.terms import TERMS, Risk, Step
from workflows.alerts import upcoming
from workflows.case import Case, StepState
from workflows.escalation_state import EscalationState, Notification
from workflows.markdown import code, plain
from workflows.next_action import next_action
from workflows.papers import Document

_RISK_WORDS = {
    Risk.ON_TRACK: "on track",
    Risk.TIGHT: "tight",
    Risk.AT_RISK: "AT RISK",
    Risk.EXCEEDED: "EXCEEDED",
}
_HOLDS = {True: "the signature holds", False: "**the signature does not hold**", None: "the signature is not verified"}
SHOWN = 10
"""Entries of a list shown before the rest is only counted: the page is to be read at a glance."""


def case_page(case: Case, calendar: WorkingCalendar | None, now: datetime) -> str:
    """Where the case stands and what to do next, then escalations, steps, documents, findings, refused messages."""
    papers = case.papers
    parts = [
        _standing(case),
        f"**What to do next.** {next_action(case)}",
        _section("Open escalations", [_escalation(case, calendar, each, now) for each in case.open_escalations]),
        _section("Actions that gave up", [f"{code(a.key)}: {plain(a.error or '')}" for a in case.failed_actions]),
        _section("Steps", [_step(state, calendar) for state in case.steps]),
        _section("Missing documents", [_words(kind) for kind in papers.missing()] if _awaits(case) else []),
        _section("Documents", _documents(case)),
        _section("Documents in quarantine", [_quarantined(case, each) for _, each in papers.quarantined]),
        _section("Stated long before it arrived", _stated(case, calendar) if calendar else []),
        _section("Refused documents", [f"{plain(d.filename)}: {plain(d.reason)}" for _, d in papers.refused]),
        _section("Findings", [f"{finding.severity}: {plain(finding.text)}" for finding in case.findings]),
        _section("Looked up in REX", [_lookup(case, each) for each in case.registration.lookups]),
        _section("How the order is read", _readings(case)),
        _section(
            f"Refused messages ({case.rejected_count})",
            [f"{code(each.name)}: {plain(each.reason)}" for each in reversed(case.rejected)],
        ),
        _section("Earlier escalations", [_past(each) for each in case.escalations if not each.open]),
    ]
    return "\n\n".join(part for part in parts if part)


def _document(case: Case, each: Document) -> str:
    words = f"{_words(each.kind)}: {plain(each.filename)}"
    signed = "; ".join(_signature(case, one) for one in each.signatures)
    released = f"released from quarantine by {plain(each.released_by)}" if each.released_by else ""
    return "; ".join(part for part in (words, signed, released) if part)


def _signature(case: Case, one: Signature) -> str:
    on = f" {_day(case.clock.day_of(one.signed_at))}" if one.signed_at else ""
    return f"signed by {plain(one.signer)}{on}, {_HOLDS[one.holds]}"


def _quarantined(case: Case, each: Document) -> str:
    state = f"being released for {plain(each.released_by)}" if each.released_by else plain(each.reason)
    return f"{_document(case, each.model_copy(update={'released_by': None}))}: **{state}**, sha256 {code(each.sha256)}"


def _escalation(case: Case, calendar: WorkingCalendar | None, each: EscalationState, now: datetime) -> str:
    """What happened, who was notified when, who has acknowledged, and who is notified next."""
    parts = [f"{code(each.id)}: {plain(each.summary)}."]
    parts += [f"Level {level} ({LEVEL_NAMES[level]}): {words}." for level, words in _by_level(case, each)]
    if each.rests(now) and each.acknowledged_by and each.acknowledged_until:
        parts.append(f"**Acknowledged** by {plain(each.acknowledged_by)} until {_day(each.acknowledged_until)}.")
    if each.nobody_since:
        parts.append("**Nobody can be reached: call somebody.**")
    coming = upcoming(case, calendar, each, now)
    if coming is not None:
        parts.append(f"Next: level {coming.level} ({LEVEL_NAMES[coming.level]}), {_clock(case, coming.due_at)}.")
    elif each.last_rung is not None:
        parts.append("**Everyone has been notified and no one has acknowledged: call somebody.**")
    return " ".join(parts)


def _by_level(case: Case, each: EscalationState) -> list[tuple[int, str]]:
    """For each level the latest that is known of its recipients."""
    latest: dict[int, list[Notification]] = {}
    for notification in each.notified:
        of_level = latest.setdefault(notification.rung.level, [])
        if of_level and of_level[0].rung != notification.rung:
            of_level.clear()
        of_level.append(notification)
    return [(level, _reached(case, notifications)) for level, notifications in sorted(latest.items())]


def _reached(case: Case, notifications: list[Notification]) -> str:
    told = [each.notified_at for each in notifications if each.notified_at is not None]
    failed = [each.error for each in notifications if each.notified_at is None and each.error]
    words = []
    if told:
        words.append(f"notified {_clock(case, max(told))}")
    if failed:
        words.append(f"{len(failed)} of {len(notifications)} not reached ({plain(failed[0])})")
    return ", ".join(words) or f"being notified since {_clock(case, notifications[0].handed_at)}"


def _past(each: EscalationState) -> str:
    if each.resolution is not None:
        return f"{code(each.id)}: {resolved_by(each.resolution, plain(each.resolved_who or '') or None)}"
    return f"{code(each.id)}: overtaken by {code(each.overtaken_by or '')}"


def _clock(case: Case, at: datetime) -> str:
    return f"{case.clock.local(at):%Y-%m-%d %H:%M}"


def _standing(case: Case) -> str:
    request = case.request
    exporter, authority = plain(request.exporter.name), plain(request.requesting_authority)
    lines = [f"**{exporter}**, {request.rex_number}, asked by {authority}"]
    if case.step is Step.CLOSED:
        lines.append(f"The case is **closed**: outcome **{_words(case.outcome or 'none')}**.")
        if case.limit_met is not None:
            lines.append(
                "The 30 working days were kept." if case.limit_met else "The 30 working days were **exceeded**."
            )
        return "  \n".join(lines)
    state = case.running
    where = f"Current step: **{_words(case.step)}**"
    if state is not None:
        where += f" (¶{TERMS[state.step].paragraph})"
        if state.last_day:
            where += f", last day **{_day(state.last_day)}** until 24:00"
        if state.late:
            where += f", **overdue by {_days(state.late_days)}**"
    lines.append(where + ".")
    if case.limit_last_day:
        reserve = "" if case.reserve_days is None else f"reserve {_days(case.reserve_days)}, "
        lines.append(f"Limit (¶5): last day **{_day(case.limit_last_day)}**, {reserve}**{_RISK_WORDS[case.risk]}**.")
    else:
        lines.append("No term is counted yet: the working calendar is not recorded.")
    if case.conclusion is not None and case.conclusion.held_because:
        lines.append(f"**The letters are held**: {plain(case.conclusion.held_because)}.")
    if case.days_provisional:
        lines.append("The days are provisional: the calendar of a year in the term is not confirmed.")
    if case.outcome or case.conclusion:
        outcome = case.outcome or (case.conclusion.outcome if case.conclusion else None)
        lines.append(f"{'Outcome' if case.outcome else 'Draft outcome'}: **{_words(outcome or 'none')}**.")
    if case.responsible:
        lines.append(f"Responsible: {plain(case.responsible)}.")
    if request.reply_by:
        lines.append(f"The customs ask for a reply by {_day(request.reply_by)} (shown, not counted).")
    return "  \n".join(lines)


def _step(state: StepState, calendar: WorkingCalendar | None) -> str:
    term = TERMS[state.step]
    words = f"¶{term.paragraph} {_words(state.step)}" + (f", round {state.round}" if state.round > 1 else "")
    parts = [f"{words}: **{state.state}**", f"{term.working_days} working days"]
    if state.last_day:
        parts.append(f"last day {_day(state.last_day)}" + (" (provisional)" if state.provisional else ""))
    if state.ended_at and calendar:
        parts.append(f"ended {_moment(calendar, state.ended_at)}")
    if state.late:
        parts.append(f"**{_days(state.late_days)} late**")
    return ", ".join(parts)


def _stated(case: Case, calendar: WorkingCalendar) -> list[str]:
    """Times that a sender stated and that arrived more than one working day later (contract, section 2)."""
    found: list[tuple[str, datetime | None, datetime | None]] = [
        ("Atameken's receipt of our request", each.proof_of_receipt, each.proof_arrived_at)
        for each in case.papers.requests
    ]
    found += [
        (f"{_words(each.kind)} {plain(each.filename)}", came.sent_at or came.received_at, came.arrived_at)
        for came, each in case.papers.stored
    ]
    if case.inspection is not None:
        found.append(("the inspection's result", case.inspection.result.completed_at, case.inspection.arrived_at))
    if case.conclusion is not None:
        found.append(("the signature", case.conclusion.signed_at, case.conclusion.signature_arrived_at))
    days = [(what, calendar.day_of(at), calendar.day_of(came)) for what, at, came in found if at and came]
    return [
        f"{what}: stated {_day(at)}, arrived {_day(came)}" for what, at, came in days if calendar.between(at, came) > 1
    ]


def _documents(case: Case) -> list[str]:
    """Each once, however often it came."""
    stored = [each for _, each in case.papers.stored]
    often = Counter((each.document_id, each.kind) for each in stored)
    first = {(each.document_id, each.kind): each for each in reversed(stored)}
    return [
        _document(case, first[key]) + (f", came {count} times" if count > 1 else "") for key, count in often.items()
    ]


def _lookup(case: Case, lookup: RexLookup) -> str:
    by = f", by hand by {plain(lookup.by)}" if lookup.by else ""
    return f"{_clock(case, lookup.at)} ({_words(lookup.occasion)}{by}): {lookup.status or 'no registration'}"


def _readings(case: Case) -> list[str]:
    """Those that are not the default: the page says nothing of what goes without saying."""
    return [option.sentence for reading, option in case.readings.chosen() if option is not reading.default]


def _section(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    rest = [f"- and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([f"**{title}**", "", *(f"- {line}" for line in lines[:SHOWN]), *rest])


def _awaits(case: Case) -> bool:
    return case.step in (Step.REQUEST_DOCUMENTS, Step.AWAIT_DOCUMENTS)


def _words(value: str) -> str:
    return str(value).replace("_", " ")


def _days(count: int) -> str:
    return f"{count} working day" + ("" if count in (1, -1) else "s")


def _day(day: date) -> str:
    return f"{day.isoformat()} {day:%a}"


def _moment(calendar: WorkingCalendar, instant: datetime) -> str:
    return _day(calendar.day_of(instant))
