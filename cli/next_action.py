"""What has to be done next in a case, by whom: the first thing that somebody who opens it wants to know."""

from __future__ import annotations

from cli.case_view import CaseView
from cli.words import OUTCOMES, day_words, time_words, words

_SHOWN = 3
"""Escalations named here; the page lists them all further down."""


def next_actions(case: CaseView) -> list[str]:
    """One line for each thing to do, the most pressing first."""
    lines = [
        f"{words(failed.action).capitalize()} gave up ({failed.error or 'no reason given'}): put that right and send "
        "retry_action, or do it by hand and record it"
        for failed in case.failed_actions
    ]
    lines += _of_the_step(case)
    unanswered = [each for each in case.open_escalations if each.acknowledged_by is None]
    if unanswered and case.step != "closed":
        lines += [f"Somebody has to take on {each.id}: acknowledge_escalation" for each in unanswered[:_SHOWN]]
        if len(unanswered) > _SHOWN:
            lines.append(f"and {len(unanswered) - _SHOWN} more escalations that nobody has taken on")
    return lines


def _of_the_step(case: CaseView) -> list[str]:
    running = case.running
    by = ""
    if running and running.last_day:
        by = (
            f"; its last day was {day_words(running.last_day)}"
            if running.late
            else f" by {day_words(running.last_day)}"
        )
    match case.step:
        case "request_documents":
            return [f"The request to Atameken goes out{by}; where it was sent by hand: record_dispatch"]
        case "await_documents":
            wanted = " and ".join(words(each) for each in case.missing_documents) or "the documents"
            return [f"Atameken has to send {wanted}{by}"]
        case "inspect":
            return [_inspect(case, by)]
        case "conclude":
            return [_conclude(case, by)]
        case "appeal":
            return [f"The appeal goes to Atameken{by}; where it was sent by hand: record_dispatch"]
        case "reply":
            return ["The reply goes to the customs; where it was sent by hand: record_dispatch"]
        case _:
            return []


def _inspect(case: CaseView, by: str) -> str:
    if case.inspection is None:
        return (
            f"The inspector compares the documents with REX and reports{by}\n"
            f"python starter.py inspect {case.case_id} FILE"
        )
    return (
        "The documents do not suffice, so decide: request_missing_documents, conclude_without_documents, "
        "or another inspection result"
    )


def _conclude(case: CaseView, by: str) -> str:
    draft = case.conclusion
    if draft is None or draft.document_id is None:
        return f"The conclusion is being drafted; it has to be signed{by}"
    outcome = OUTCOMES.get(draft.outcome, draft.outcome)
    return (
        f"Read draft {draft.number} ({outcome}), then sign it{by}, or send it back: return_conclusion\n"
        f"python starter.py sign {case.case_id} --by NAME --document {draft.document_id}"
    )


def standing(case: CaseView) -> str:
    """Where the case stands, in one line."""
    if case.step == "closed":
        outcome = OUTCOMES.get(case.outcome or "", "without outcome")
        if case.conclusion and case.conclusion.signed_at and case.conclusion.signed_by:
            signed = f", signed by {case.conclusion.signed_by} on {time_words(case.conclusion.signed_at)}"
        else:
            signed = ""
        return f"Closed: {outcome}{signed}"
    running = case.running
    if running is None:
        return words(case.step).capitalize()
    late = f", {running.late_days} working day{'s' * (running.late_days != 1)} late" if running.late else ""
    again = f", round {running.round}" if running.round > 1 else ""
    step = f"{words(running.step).capitalize()} (¶{running.paragraph}{again})"
    return f"{step}: last day {day_words(running.last_day)}{late}"
