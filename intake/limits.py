"""What a look into one document may take of the machine."""

from __future__ import annotations

import resource
from datetime import timedelta
from typing import Final

MEMORY: Final = 768 * 1024 * 1024
"""Bytes of address space: a picture of ``pictures.MOST_PIXELS`` takes 320 MB decoded, and what reads it 100 MB."""

PROCESSOR: Final = timedelta(seconds=20)
"""Time of one processor. 100 MB of scanned pages take three seconds."""

WHOLE: Final = timedelta(seconds=60)
"""By the clock, on a machine that is busy with other things."""

READY: Final = "ready"
EXIT_MEMORY: Final = 3

_SECONDS = int(PROCESSOR.total_seconds())

LIMITS: Final = {
    resource.RLIMIT_AS: (MEMORY, MEMORY),
    resource.RLIMIT_CPU: (_SECONDS, _SECONDS + 1),  # SIGXCPU tells it apart from whatever else may kill a process
    resource.RLIMIT_FSIZE: (0, 0),  # it writes no file
    resource.RLIMIT_CORE: (0, 0),
    resource.RLIMIT_NOFILE: (32, 32),
    resource.RLIMIT_NPROC: (0, 0),  # it starts no program; this one does not hold for root
}
"""Soft and hard, by the kind of ``resource``."""
