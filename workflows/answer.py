"""A decision that waits for its turn, and the answer that a person waits for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rules.decisions import Decision
from rules.refusal import Refusal
from workflows.case import Action


@dataclass
class Answer:
    """A decision that waits for its turn, and what the person is answered then."""

    name: str
    decision: Decision
    arguments: Sequence[Any]
    found: tuple[Action, Any] | None = None
    """What the outside world has answered, where it was asked first."""
    content: dict[str, Any] | None = None
    refusal: Refusal | None = None

    @property
    def given(self) -> bool:
        """Whether the person can be answered."""
        return self.content is not None or self.refusal is not None
