"""What the parts of a page are written with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime

from pages.tree import Break, Code, Line, Section, line
from pages.words import moment
from rules.case_view import CaseView
from rules.clock import Clock


class Writer:
    """Writes of one case; ``today`` is the day in Almaty."""

    def __init__(self, case: CaseView, clock: Clock, now: datetime) -> None:
        self.case, self.clock, self.today = case, clock, clock.day_of(now)

    def moment(self, at: datetime | None) -> str:
        """``Mon 30 Nov 2026 14:05`` in Almaty; nothing where it is not known."""
        return moment(self.clock, at) if at else ""

    def updates_about(self, about: str | None) -> list[Line]:
        """The updates that may be sent about an escalation or a document, or for the case to go on."""
        return [
            line("Update ", Code(each.update), Break(), Code(json.dumps(each.fields, ensure_ascii=False)))
            for each in self.case.to_send
            if each.about == about
        ]


def short(of: date) -> str:
    """``30 Nov 2026``, where a column has no room for the day of the week."""
    return f"{of.day} {of:%b %Y}"


def section(title: str, items: list[Line], note: Line = ()) -> Iterator[Section]:
    """A section, unless it is empty."""
    if items:
        yield Section(title, tuple(items), note)


def below(parts: list[Line]) -> Line:
    """Lines of one entry, each below the one before."""
    found: list[Line] = []
    for each in parts:
        found += [(Break(),), each] if found else [each]
    return tuple(part for each in found for part in each)


def capital(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def starter() -> str:
    """How people start our command line. Asked only where somebody looks, as it may stand in a file."""
    from runtime.commands import STARTER

    return STARTER
