"""The ways in which an activity fails (design, section 4: errors are told apart).

Each function gives the error to raise; raise it ``from None`` where the cause could carry a secret. Messages are one
line that names the thing and what was expected; they go into histories, so no token, password or URL may be in them.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.interface import ErrorKind

LONGEST_WAIT = timedelta(hours=1)
"""A ``Retry-After`` is honoured up to this; who asks for more is tried again all the same (contract, section 8)."""

LONGEST_MESSAGE = 1000
"""Characters. A message is read by people in a list; what is longer is a foreign system's chatter."""


def refused(message: str) -> ApplicationError:
    """A person or a rule says no; trying again would bring the same answer."""
    return ApplicationError(_one_line(message), type=ErrorKind.REFUSED.value, non_retryable=True)


def broken(message: str) -> ApplicationError:
    """An answer that does not fit what was agreed; a person must look at it."""
    return ApplicationError(_one_line(message), type=ErrorKind.BROKEN.value, non_retryable=True)


def closed(message: str) -> ApplicationError:
    """The case number is used up: there is nothing to try again and nothing to count."""
    return ApplicationError(_one_line(message), type=ErrorKind.CLOSED.value, non_retryable=True)


def unreachable(message: str, retry_after: timedelta | None = None) -> ApplicationError:
    """Out of reach for now; Temporal tries again.

    :param retry_after: the wait that the other side asks for; None, zero or less leaves it to the retry policy,
        which never tries at once for ever.
    """
    wait = min(retry_after, LONGEST_WAIT) if retry_after and retry_after > timedelta() else None
    return ApplicationError(_one_line(message), type=ErrorKind.UNREACHABLE.value, next_retry_delay=wait)


def _one_line(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
