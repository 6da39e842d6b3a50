"""How our two programs are started from the project's folder, as every text writes it.

Imported before anything else, by a Python that may lack our libraries.
"""

from __future__ import annotations

import os
from typing import Final

USUAL: Final = ".venv/bin/python starter.py"
SETTING: Final = "REXV_COMMAND"


def _starter() -> str:
    """As the setting says, in the environment or in ``.env``; what does not fit is said when settings are read."""
    written: dict[str, str | None] = {}
    try:
        from dotenv import dotenv_values

        written = dotenv_values(".env")
    except (ModuleNotFoundError, OSError, UnicodeDecodeError):
        pass
    return os.environ.get(SETTING) or written.get(SETTING) or USUAL


STARTER: Final = _starter()
WORKER: Final = ".venv/bin/python worker.py"
