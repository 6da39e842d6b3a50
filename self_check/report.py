"""The words of the sweep's report to on-call: one message that lists every gap, each with what to do and its link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from urllib.parse import quote

from activities.interface import Gap
from escalation.ladder import Language
from notifications.dates import english_date, one_line
from notifications.notice import LONGEST_SUBJECT, Notice

OPENINGS = {
    "cases": "The daily sweep of register and Temporal on {day} found {found}: a warning might silently never come.",
    "calendar": "The weekly look at the working calendar on {day} found {found}: running terms may still move.",
}
SUBJECTS = {"cases": "sweep", "calendar": "calendar"}
ENDS = {
    "cases": "Each gap is told once a day, until it is closed.",
    "calendar": "It is told once a week, until the year is confirmed.",
}


def report_of(
    gaps: Sequence[Gap], *, through: str, day: date, level: int, more: int, ui_url: str, namespace: str
) -> Notice:
    """Write the report. The same gaps of one day give the same words on every attempt.

    :param through: which look it comes from, a key of ``OPENINGS``.
    :param day: the day of the look, in Asia/Almaty.
    :param level: who is told; level 2 unless nobody of it can be.
    :param more: further gaps, which no message could hold.
    :param ui_url: base of the Temporal UI.
    """
    count = len(gaps) + more
    found = "1 gap" if count == 1 else f"{count} gaps"
    opening = OPENINGS[through].format(day=english_date(day), found=found)
    rest = f"... and {more} more, which the result of the sweep in Temporal counts." if more else ""
    identity = f"Report {through}.{day.isoformat()}. {ENDS[through]}"
    subject = f"[REX L{level}] {day.isoformat()} {SUBJECTS[through]}: {found}; {one_line(gaps[0].what)}"
    workflows = f"{ui_url.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows"
    lines, items = [opening, ""], []
    for number, gap in enumerate(gaps, 1):
        what, to_do = one_line(gap.what), one_line(gap.what_to_do)
        lines += [f"{number}. {what}", f"   What to do: {to_do}"]
        item = f"<strong>{escape(what)}</strong><br>What to do: {escape(to_do)}"
        if gap.workflow_id:
            link = f"{workflows}/{quote(gap.workflow_id, safe='')}"
            lines.append(f"   {link}")
            item += f'<br><a href="{escape(link)}">{escape(link)}</a>'
        lines.append("")
        items.append(f"<li>{item}</li>")
    lines += [rest, ""] if rest else []
    return Notice(
        id=f"{through}.{day.isoformat()}",
        level=level,
        day=day.isoformat(),
        subject=subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…",
        text="\n".join([*lines, identity, ""]),
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
        command="",
        language=Language.ENGLISH.value,
    )
