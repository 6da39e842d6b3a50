"""This project's own packages, listed once: build id, sandbox, images, tests and error reports read them here."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

OWN: Final = (
    "activities",
    "audit",
    "calendars",
    "cases",
    "cli",
    "embedded",
    "escalation",
    "gateway",
    "intake",
    "letters",
    "notifications",
    "pages",
    "register",
    "reports",
    "rules",
    "runtime",
    "self_check",
    "simulators",
    "workflows",
)
"""Every package of ours at the top level; ``worker.py`` and ``starter.py`` stand beside them."""

OF_A_WORKER: Final = tuple(each for each in OWN if each not in ("embedded", "simulators"))
"""What the image of a worker holds."""

DECIDING: Final = (
    "rules",
    "escalation",
    "workflows",
    "activities.interface",
    "activities.opening",
    "activities.outgoing",
    "activities.payload",
    "activities.signals",
    "register.rows",
    "self_check.interface",
    "pages",
    "runtime.commands",
    "runtime.links",
    "runtime.search_attributes",
    "runtime.views",
)
"""The modules and packages that decide what becomes of a case: pure, taken by the workflow sandbox as they are."""


def build_id() -> str:
    """Which code decides the cases: a short hash over every file of ``DECIDING``."""
    sources: list[Path] = []
    for name in DECIDING:
        path = ROOT.joinpath(*name.split("."))
        sources += sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]
