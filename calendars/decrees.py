"""An entry of the ministry in the calendar: a day by decree, alone or swapped with another."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from calendars.kazakhstan import Reason, Swapped
from rules.instant import Day

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\r\n\t]*$")]
"""Words on one line."""

DecreeNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]
"""Short, because it goes into the recorded calendar of every case that it touches."""


class Decree(BaseModel):
    """The act that a day rests on."""

    model_config = ConfigDict(frozen=True)
    number: DecreeNumber
    date: Day
    title: Line

    def cited(self) -> str:
        """As reasons cite it: number and date; the title stays in the register."""
        return f"decree No. {self.number} of {self.date.isoformat()}"


class Entry(BaseModel):
    """``day`` works or is off by the decree; with ``swapped_with``, the same entry makes that day the opposite."""

    model_config = ConfigDict(frozen=True)
    day: Day
    working: bool
    swapped_with: Day | None = None
    decree: Decree

    def changes(self) -> dict[date, tuple[bool, Reason]]:
        """Each day that the entry decides: whether it works, and why."""
        cited = self.decree.cited()
        if self.swapped_with is None:
            return {self.day: (self.working, f"{'working day' if self.working else 'day off'} by {cited}")}
        return {
            self.day: (self.working, Swapped(self.swapped_with, cited)),
            self.swapped_with: (not self.working, Swapped(self.day, cited)),
        }


class Confirmation(BaseModel):
    """The official calendar of ``year`` has been taken in; ``decree`` is what it rests on."""

    model_config = ConfigDict(frozen=True)
    year: int
    decree: Decree
