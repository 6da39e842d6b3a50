"""The self-check's report to on-call: one message that lists every finding with what to do and its link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from escalation.ladder import Language
from notifications.dates import english_date
from notifications.message import Gap, Line, Link, Message, Part, Small, as_html, as_text, cut
from runtime.links import case_link
from self_check.interface import CheckFinding, CheckScope

_SUBJECTS: Final[dict[CheckScope, str]] = {"cases": "REX self-check", "calendar": "REX calendar check"}
_OPENINGS: Final[dict[CheckScope, str]] = {
    "cases": "The daily self-check on {day} has {count}. Until this is fixed, a warning could be missed "
    "or the register be wrong.",
    "calendar": "The weekly check of the working calendar on {day} has {count}. Until the year is confirmed, "
    "due dates can still change.",
}
_ENDS: Final[dict[CheckScope, str]] = {
    "cases": "Each finding is reported once a day until it is fixed.",
    "calendar": "This is reported once a week until the year is confirmed.",
}
_COLOUR: Final = "#8a5a00"


def report_of(
    findings: Sequence[CheckFinding], *, scope: CheckScope, day: date, more: int, ui_url: str, namespace: str
) -> Message:
    """Write the report. The same findings of one day give the same words on every attempt.

    :param findings: at least one.
    :param day: the day of the check, in Asia/Almaty.
    :param more: how many findings there are beyond these.
    :param ui_url: base of the Temporal UI.
    """
    total = len(findings) + more
    count = "1 finding" if total == 1 else f"{total} findings"
    parts: list[Part] = [Line(_OPENINGS[scope].format(day=english_date(day), count=count)), Gap()]
    for number, finding in enumerate(findings, 1):
        parts += [Line(f"{number}. {finding.what}", strong=True), Line(finding.what_to_do, "What to do")]
        if finding.workflow_id:
            parts.append(Link("In the Temporal UI", case_link(ui_url, namespace, finding.workflow_id)))
        parts.append(Gap())
    if more:
        parts += [Line(f"... and {more} more; the result of this self-check in Temporal gives the number."), Gap()]
    identity = f"{scope}.{day.isoformat()}"
    parts.append(Small(f"Report {identity}. {_ENDS[scope]}"))
    return Message(
        id=identity,
        subject=cut(f"{_SUBJECTS[scope]}: {count}. {findings[0].what}"),
        text=as_text(parts),
        html=as_html(parts, language=Language.ENGLISH.value, colour=_COLOUR),
    )
