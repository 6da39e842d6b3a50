"""One case of the demo: what it is to show, where it stands, and whether all is as expected."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from rules.case_view import CaseView


@dataclass
class Story:
    """``sample`` names a request in ``samples/``; ``received_at`` is aware. What is not known yet is empty or None."""

    title: str
    sample: str
    received_at: datetime
    doing: str = "waits to be opened"
    case_id: str = ""
    case: CaseView | None = None
    link: str = ""
    papers: str = ""
    checks: list[tuple[str, bool]] = field(default_factory=list)

    def check(self, what: str, holds: bool) -> None:
        """Note an expectation and whether it holds."""
        self.checks.append((what, holds))

    @property
    def as_expected(self) -> bool:
        """Whether the case came to its end and every expectation holds."""
        return bool(self.checks) and all(holds for _, holds in self.checks)
