"""How the worker logs: plain lines on stderr, in which no secret stands."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from rules.text import one_line
from runtime.connection import is_for_people

CHATTY = ("httpx", "httpcore", "apprise", "alembic", "fsspec")
"""Libraries that log addresses of every call, and some of them tokens, below WARNING."""

SHORTEST_SECRET = 6
"""Characters. What is shorter stands in ordinary words too, and would strike out half a line."""


class PlainFormatter(logging.Formatter):
    """One line an event; a stack trace only for a defect of ours; secrets struck out as a last resort.

    Nothing should log a secret in the first place: this holds where a library does.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = sorted({each for each in secrets if len(each) >= SHORTEST_SECRET}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """See base class."""
        if record.exc_info and record.exc_info[1] and is_for_people(record.exc_info[1]):
            said = record.exc_info[1]
            record = logging.makeLogRecord(
                {
                    **record.__dict__,
                    "msg": f"{record.getMessage()}: {said}",
                    "args": (),
                    "exc_info": None,
                    "exc_text": None,
                }
            )
        line = super().format(record)
        if not (record.exc_info or record.exc_text or record.stack_info):
            line = one_line(line)  # what a message quotes from outside cannot pass for a line of its own
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


def log_plainly(secrets: Iterable[SecretStr]) -> None:
    """Send everything from INFO on to stderr; nothing that is secret, or a password in a secret URL, is written."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter(part for secret in secrets for part in _parts(secret.get_secret_value())))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _parts(secret: str) -> Iterable[str]:
    """The secret, the URLs in it, and their passwords as written and as meant."""
    for each in {secret, *secret.split()}:
        yield each
        try:
            password = urlsplit(each).password
        except ValueError:
            continue
        if password:
            yield from {password, unquote(password)}
