"""How our two programs are started from the project's folder, as every text writes it."""

from __future__ import annotations

from typing import Final

STARTER: Final = ".venv/bin/python starter.py"
WORKER: Final = ".venv/bin/python worker.py"
