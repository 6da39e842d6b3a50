"""The look as a process of its own: ``python -m intake`` with the document on stdin; its name and media type, as the
sender says them, are the first argument, as JSON.

It takes limits upon itself before it reads a byte of the document, says that it is ready with one line, and then
writes the verdict as one line of JSON. What goes wrong in between, however it goes wrong, goes wrong here.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys

from intake.limits import EXIT_MEMORY, LIMITS, READY


def main() -> None:
    """Look into what stdin is; exits with ``EXIT_MEMORY`` where the memory does not suffice."""
    filename, declared = json.loads(sys.argv[1])
    logging.disable(logging.CRITICAL)  # libraries tell of each oddity, in words of the document
    for kind, limit in LIMITS.items():
        resource.setrlimit(kind, limit)
    print(READY, flush=True)
    try:
        from intake.contents import look

        with os.fdopen(0, "rb", closefd=False) as file:
            verdict = look(file, filename, declared)
        print(json.dumps(verdict), flush=True)
    except MemoryError:
        os._exit(EXIT_MEMORY)


if __name__ == "__main__":
    main()
