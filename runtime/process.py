"""The last thing that a program of ours does, where it has spoken to Temporal."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """Leave without tearing the interpreter down.

    A thread of Temporal's SDK may still be handing over a last result; a Python that is being torn down under it dies
    of it now and then ("thread state must be current when releasing", exit code 134), and what went well, or was
    refused in one line, would look like a crash.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
