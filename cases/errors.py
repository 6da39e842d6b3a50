"""That something cannot be done with a case, in one line for whoever asked."""

from __future__ import annotations


class CannotDo(Exception):
    """What was asked for cannot be done. Its text is the one line that the person gets."""


class RefusedByCase(CannotDo):
    """The case refuses it; ``reason`` is what it says, without the number of the case."""

    def __init__(self, case_id: str, reason: str) -> None:
        super().__init__(f"{case_id}: refused: {reason}")
        self.reason = reason


class CaseClosed(CannotDo):
    """The case is closed, and takes nothing more."""


class Conflict(CannotDo):
    """What is there already stands against it: the case number is used up, or open for another request."""


class OutOfReach(CannotDo):
    """Nobody answers who would have to: Temporal, or a worker. Nothing was done as far as is known."""
