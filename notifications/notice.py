"""The words of an escalation, as people read them (contract, section 6): a subject, a text and the same as HTML.

In the language of the level; the words of each language are in ``texts/*.toml``. What the case itself says
(``summary``, ``what_to_do``) is English: in other languages the kind and the step say it.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final
from urllib.parse import quote

from activities.interface import Notification, Telling
from escalation.kinds import Escalation
from escalation.ladder import Language
from notifications.dates import ALMATY, almaty_day, one_line

LONGEST_SUBJECT: Final = 200
"""Characters. Longer ones are cut by phones and by some services."""

WHOLE_NOTICES: Final = 10
"""In a bundle of more than this each notice is a line and its command: nobody reads ten pages."""


_IN_OWN_WORDS: Final = frozenset({Escalation.ACTION_FAILED, Escalation.DOCUMENTS_REFUSED, Escalation.MESSAGE_REJECTED})
"""Kinds whose summary says more than kind, step and day do: it is given in every language."""

_TEMPLATES: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Notice:
    """One message. ``text`` and ``html`` say the same; ``command`` acknowledges, empty where nothing is to be.

    ``id`` is the same in every delivery of the same notification.
    """

    id: str
    level: int
    day: str
    subject: str
    text: str
    html: str
    command: str
    language: str

    def words(self) -> dict[str, Any]:
        """As JSON, for the outbox."""
        return asdict(self)


class _Words:
    def __init__(self, language: Language) -> None:
        self.language = language
        with (_TEMPLATES / f"{language.value}.toml").open("rb") as file:
            self._all: dict[str, Any] = tomllib.load(file)

    def __call__(self, name: str, **values: object) -> str:
        return Template(str(self._all[name])).substitute(values)

    def one_of(self, group: str, name: str, **values: object) -> str | None:
        found = self._all.get(group, {}).get(name)
        return None if found is None else Template(str(found)).substitute(values)

    def working_days(self, count: int) -> str:
        forms: list[str] = self._all["working_days"]
        return f"{count} {forms[min(_form(self.language, count), len(forms) - 1)]}"

    def day(self, day: date) -> str:
        return f"{self._all['weekdays'][day.weekday()]} {day.isoformat()}"

    def level(self, level: int) -> str:
        return str(self._all["levels"][level - 1])


def _form(language: Language, count: int) -> int:
    """Which form of a noun goes with a number: Russian has three, Kazakh one."""
    if language is Language.RUSSIAN:
        if count % 10 == 1 and count % 100 != 11:
            return 0
        return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2
    return 0 if count == 1 else 1


@cache
def _words(language: Language) -> _Words:
    return _Words(language)


def notice_of(telling: Telling, ui_url: str, namespace: str) -> Notice:
    """Write the notice of a rung. The same telling gives the same words on every attempt.

    :param ui_url: base of the Temporal UI, for the link to the case.
    :param namespace: the Temporal namespace of the case.
    """
    words, about = _words(telling.language), telling.notification
    link = f"{ui_url.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows/{quote(about.case_id, safe='')}"
    headline = _headline(words, about)
    notes = _notes(words, telling)
    facts = _facts(words, telling)
    identity = words("identity", id=f"{about.case_id}.{about.escalation_id}.{telling.rung}")
    command = ""
    if telling.settled is None:
        to_do = _what_to_do(words, about)
        command = (
            f"python starter.py acknowledge {shlex.quote(about.case_id)} {shlex.quote(about.escalation_id)} "
            f'--by "{words("name")}" --until {telling.told_on.isoformat()}'
        )
    else:
        to_do = words("nothing_to_do")
    day = _due_day(about) or almaty_day(telling.since)
    return Notice(
        id=f"{about.case_id}.{about.escalation_id}.{telling.rung}",
        level=telling.level,
        day=day.isoformat(),
        subject=_cut(f"[REX L{telling.level}] {day.isoformat()} {about.case_id} {_marked(words, telling)}: {headline}"),
        text=_text(words, headline, notes, facts, to_do, link, command, identity),
        html=_html(words, telling, headline, notes, facts, to_do, link, command, identity),
        command=command,
        language=telling.language.value,
    )


def bundle_of(notices: Sequence[Notice], *, limited: bool) -> Notice:
    """Several notices to one recipient as one message.

    :param limited: they were held back by the limit per hour, and are told as a summary.
    """
    first = min(notices, key=_place)
    words = _words(Language(first.language))
    level = max(notice.level for notice in notices)
    opening = words("bundle_limited" if limited else "bundle_words", count=len(notices))
    cases = ", ".join(dict.fromkeys(notice.subject.split()[3] for notice in notices))
    subject = _cut(f"[REX L{level}] {first.day} {words('bundle', count=len(notices))}: {cases}")
    # By day and escalation; that it is settled (rung 0) comes after what it settles.
    in_order = sorted(notices, key=_place)
    if limited or len(notices) > WHOLE_NOTICES:
        text = [
            "\n".join([notice.subject, *([f"    {notice.command}"] if notice.command else []), f"    {notice.id}"])
            for notice in in_order
        ]
        html = [
            f"<li style='margin-bottom:12px'>{escape(notice.subject)}"
            + (f"<pre style='{_PRE}'>{escape(notice.command)}</pre>" if notice.command else "")
            + f"<br><small style='color:#5f6b7a'>{escape(notice.id)}</small></li>"
            for notice in in_order
        ]
        body_html = f"<ul>{''.join(html)}</ul>"
        body_text = "\n\n".join(text)
    else:
        body_text = "\n\n".join(f"{'=' * 72}\n{notice.subject}\n\n{notice.text}" for notice in in_order)
        body_html = "".join(notice.html for notice in in_order)
    return Notice(
        id=first.id,
        level=level,
        day=first.day,
        subject=subject,
        text=f"{opening}\n\n{body_text}\n",
        html=f"<p style='{_FONT}'><strong>{escape(opening)}</strong></p>{body_html}",
        command="",
        language=first.language,
    )


def _place(notice: Notice) -> tuple[bool, str, str, int]:
    escalation, _, rung = notice.id.rpartition(".")
    return rung == "0", notice.day, escalation, int(rung)


def _cut(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


def _marked(words: _Words, telling: Telling) -> str:
    """The kind, which sorts, with what tells this rung apart."""
    marks = [telling.notification.kind]
    if telling.settled is not None:
        marks.append(words("settled_mark"))
    if telling.repeat:
        marks.append(words("repeat_mark", repeat=telling.repeat))
    if telling.late_since is not None:
        marks.append(words("late_mark"))
    return " ".join(marks)


def _headline(words: _Words, about: Notification) -> str:
    if words.language is Language.ENGLISH:
        return one_line(about.summary)
    headline = words.one_of("headlines", about.kind, step=words.one_of("steps", about.step or "none"))
    return headline or one_line(about.summary)


def _what_to_do(words: _Words, about: Notification) -> str:
    if words.language is Language.ENGLISH:
        return about.what_to_do.strip().replace("`", "")  # Markdown is for the case page; here it would be read as is
    by_kind = words.one_of("to_do_by_kind", about.kind)
    return by_kind or words.one_of("to_do_by_step", about.step or "none") or about.what_to_do.strip()


def _notes(words: _Words, telling: Telling) -> list[str]:
    notes: list[str] = []
    if telling.settled is not None:
        by = telling.settled.by
        notes.append(words("settled", by=one_line(words.one_of("settled_by", by) or by)))
    elif telling.late_since is not None:
        notes.append(words("late", when=_moment(telling.late_since)))
    if telling.settled is None and telling.rung > 1:
        notes.append(words("as_of"))
    return notes


def _moment(instant: datetime) -> str:
    return instant.astimezone(ALMATY).strftime("%Y-%m-%d %H:%M")


def _facts(words: _Words, telling: Telling) -> list[tuple[str, str]]:
    about = telling.notification
    paragraph = f", {words('order', paragraph=about.paragraph)}" if about.paragraph else ""
    facts = [
        (words("case"), words("reference", case_id=about.case_id, reference=one_line(about.reference))),
        (words("exporter"), one_line(about.exporter)),
        (words("step"), (_step(words, about.step) if about.step else words("whole")) + paragraph),
    ]
    if words.language is not Language.ENGLISH and about.kind in _IN_OWN_WORDS:
        facts.append((words("details"), one_line(about.summary)))
    if telling.settled is not None:
        facts.append((words("settled_at"), f"{_moment(telling.settled.at)} (Asia/Almaty)"))
        return facts
    day = _due_day(about)
    if day:
        facts.append((words("due"), words("due_day", day=words.day(day))))
        if telling.working_days_left is not None:
            facts.append((words("left"), _left(words, telling.working_days_left, day, telling.told_on)))
    facts.append((words("reserve"), _reserve(words, about.reserve_days)))
    facts.append((words("risk"), words.one_of("risk_words", about.risk) or about.risk))
    called = words("rung", rung=telling.rung, level=telling.level, level_name=words.level(telling.level))
    facts.append((words("called"), called + (words("again", repeat=telling.repeat) if telling.repeat else "")))
    return facts


def _step(words: _Words, step: str) -> str:
    name = words.one_of("steps", step)
    return f"{name} ({step})" if name else step


def _left(words: _Words, left: int, last_day: date, today: date) -> str:
    if last_day == today:
        return words("left_today")
    if left > 0 and today.weekday() >= 5:
        return words.working_days(left)  # a Saturday or Sunday is not among them; where it works this is true as well
    if left > 0:
        return words("left_days", days=words.working_days(left))
    return words("over", days=words.working_days(-left)) if left < 0 else words("over_less")


def _reserve(words: _Words, days: int | None) -> str:
    if days is None:
        return words("reserve_unknown")
    return words("reserve_days" if days >= 0 else "reserve_beyond", days=words.working_days(abs(days)))


def _due_day(about: Notification) -> date | None:
    """The last day on which it is still in time. ``due_at`` is the 24:00 of that day (contract, section 2)."""
    if about.last_day is not None or about.due_at is None:
        return about.last_day
    return almaty_day(about.due_at - timedelta(microseconds=1))


def _text(
    words: _Words,
    headline: str,
    notes: list[str],
    facts: list[tuple[str, str]],
    to_do: str,
    link: str,
    command: str,
    identity: str,
) -> str:
    lines = [headline, *notes, "", *(f"{name}: {value}" for name, value in facts), ""]
    lines += [f"{words('to_do')}: {to_do}", "", f"{words('link')}: {link}", ""]
    if command:
        lines += [words("acknowledge"), f"    {command}", ""]
    return "\n".join([*lines, identity, ""])


_FONT: Final = "font-family:Segoe UI,Roboto,Arial,sans-serif;font-size:15px;line-height:1.45;color:#1c2733"
_PRE: Final = (
    "background:#f2f4f7;border:1px solid #d5dbe3;border-radius:4px;padding:10px;margin:6px 0;"
    "font-family:Consolas,Menlo,monospace;font-size:13px;white-space:pre-wrap;word-break:break-word"
)
_COLOURS: Final = {"settled": "#1b7f4b", "urgent": "#b3261e", "plain": "#9a6200"}


def _html(
    words: _Words,
    telling: Telling,
    headline: str,
    notes: list[str],
    facts: list[tuple[str, str]],
    to_do: str,
    link: str,
    command: str,
    identity: str,
) -> str:
    # Styles stand in the elements: mail programs drop style sheets. The one table lays out names beside values.
    colour = _COLOURS["settled" if telling.settled else "urgent" if telling.urgent else "plain"]
    mark = f" {words('settled_mark')}" if telling.settled else ""
    rows = "".join(
        f"<tr><td style='padding:3px 16px 3px 0;color:#5f6b7a;vertical-align:top;white-space:nowrap'>{escape(name)}:"
        f"</td><td style='padding:3px 0;vertical-align:top'>{escape(value)}</td></tr>"
        for name, value in facts
    )
    parts = [
        f"<div lang='{telling.language.value}' style='{_FONT};max-width:680px;border-left:5px solid {colour};"
        "padding:2px 0 2px 18px;margin:0 0 24px'>",
        f"<p style='margin:0 0 4px;color:{colour};font-weight:600'>L{telling.level} "
        f"{escape(telling.notification.kind)}{escape(mark)}</p>",
        f"<p style='margin:0 0 10px;font-size:18px;font-weight:600'>{escape(headline)}</p>",
        *(f"<p style='margin:0 0 10px'><em>{escape(note)}</em></p>" for note in notes),
        f"<table style='border-collapse:collapse;margin:0 0 12px;{_FONT}'>{rows}</table>",
        f"<p style='margin:0 0 12px'><strong>{escape(words('to_do'))}:</strong> {escape(to_do)}</p>",
        f"<p style='margin:0 0 12px'>{escape(words('link'))}: <a href='{escape(link)}'>{escape(link)}</a></p>",
    ]
    if command:
        parts.append(
            f"<p style='margin:0'>{escape(words('acknowledge'))}</p><pre style='{_PRE}'>{escape(command)}</pre>"
        )
    parts.append(f"<p style='margin:10px 0 0;color:#5f6b7a;font-size:12px'>{escape(identity)}</p></div>")
    return "\n".join(parts)
