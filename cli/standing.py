"""Where a case stands, in one line."""

from __future__ import annotations

from cli.words import OUTCOMES, day_words, time_words, words
from rules.case_view import CaseView
from rules.terms import Step
from rules.text import shown


def standing(case: CaseView) -> str:
    """``Await documents (¶8): last day Thu 12 Mar 2026, 3 working days late``, or the outcome of a closed case."""
    if case.step is Step.CLOSED:
        outcome = OUTCOMES.get(case.outcome or "", "no outcome")
        if case.conclusion and case.conclusion.signed_at and case.conclusion.signed_by:
            outcome += f", signed by {shown(case.conclusion.signed_by)} on {time_words(case.conclusion.signed_at)}"
        return f"Closed: {outcome}"
    running = case.running
    if running is None:
        return words(case.step).capitalize()
    late = f", {running.late_days} working day{'s' * (running.late_days != 1)} late" if running.late else ""
    again = f", round {running.round}" if running.round > 1 else ""
    step = f"{words(running.step).capitalize()} (¶{running.paragraph}{again})"
    return f"{step}: last day {day_words(running.last_day)}{late}"
