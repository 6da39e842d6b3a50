"""The self-check's report to on-call: one message that lists every finding with what to do and its link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Final

from notifications.dates import english_date
from notifications.message import LONGEST_SUBJECT, Message
from rules.text import one_line
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
    opening = _OPENINGS[scope].format(day=english_date(day), count=count)
    rest = f"... and {more} more; the result of this self-check in Temporal gives the number." if more else ""
    identity = f"Report {scope}.{day.isoformat()}. {_ENDS[scope]}"
    lines, items = [opening, ""], []
    for number, finding in enumerate(findings, 1):
        what, to_do = one_line(finding.what), one_line(finding.what_to_do)
        lines += [f"{number}. {what}", f"   What to do: {to_do}"]
        item = f"<strong>{escape(what)}</strong><br>What to do: {escape(to_do)}"
        if finding.workflow_id:
            link = case_link(ui_url, namespace, finding.workflow_id)
            lines.append(f"   {link}")
            item += f'<br><a href="{escape(link)}">{escape(link)}</a>'
        lines.append("")
        items.append(f"<li>{item}</li>")
    return Message(
        id=f"{scope}.{day.isoformat()}",
        subject=one_line(f"{_SUBJECTS[scope]}: {count}. {findings[0].what}", LONGEST_SUBJECT),
        text="\n".join([*lines, *([rest, ""] if rest else []), identity, ""]),
        html="\n".join(
            [
                f"<p>{escape(opening)}</p>",
                "<ol>",
                *items,
                "</ol>",
                *([f"<p>{escape(rest)}</p>"] if rest else []),
                f"<p><small>{escape(identity)}</small></p>",
            ]
        ),
    )
