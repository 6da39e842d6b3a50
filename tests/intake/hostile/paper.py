"""A hostile document, and what has to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["refused", "quarantined"]


@dataclass(frozen=True)
class Hostile:
    """``state`` is None where either will do; ``says`` is a part of the reason."""

    name: str
    filename: str
    content: bytes
    state: State | None
    says: str = ""
    media_type: str | None = None
