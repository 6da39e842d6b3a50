"""The ways in which an activity fails (design, section 4): refused, unreachable or broken.

Each function gives the error to raise; raise it ``from None`` where the cause could carry a secret. Messages are one
line that names the thing and what was expected; they go into histories, so no token, password or URL may be in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.interface import ErrorKind
from register.database import OutOfReach, RegisterError
from rules.text import one_line

LONGEST_WAIT = timedelta(hours=1)
"""A ``Retry-After`` is honoured up to this; who asks for more is tried again all the same (contract, section 8)."""

LONGEST_MESSAGE = 1000
"""Characters. A message is read by people in a list; what is longer is a foreign system's chatter."""

TRIES_OF_THE_UNEXPECTED = 3
"""Attempts in all. A proxy's page is gone by the third, or a person has to look at it."""

UNEXPECTED_AGAIN_AFTER = timedelta(seconds=30)
"""The retry policy alone would have used the tries up within seconds."""


def refused(message: str) -> ApplicationError:
    """A person or a rule says no; another try would get the same answer."""
    return ApplicationError(one_line(message, LONGEST_MESSAGE), type=ErrorKind.REFUSED.value, non_retryable=True)


def broken(message: str) -> ApplicationError:
    """The other side's answer does not fit what was agreed; a person must look at it."""
    return ApplicationError(one_line(message, LONGEST_MESSAGE), type=ErrorKind.BROKEN.value, non_retryable=True)


def closed(message: str) -> ApplicationError:
    """The case number is used up: there is nothing to try again and nothing to count."""
    return ApplicationError(one_line(message, LONGEST_MESSAGE), type=ErrorKind.CLOSED.value, non_retryable=True)


def not_authenticated(message: str) -> ApplicationError:
    """The request did not come through the gateway as it should have: no case is opened by it."""
    return ApplicationError(
        one_line(message, LONGEST_MESSAGE), type=ErrorKind.NOT_AUTHENTICATED.value, non_retryable=True
    )


def unreachable(message: str, retry_after: timedelta | None = None) -> ApplicationError:
    """Out of reach for now; Temporal tries again.

    :param retry_after: the wait that the other side asks for; None, zero or less leaves it to the retry policy,
        which never tries at once for ever.
    """
    wait = min(retry_after, LONGEST_WAIT) if retry_after and retry_after > timedelta() else None
    return ApplicationError(one_line(message, LONGEST_MESSAGE), type=ErrorKind.UNREACHABLE.value, next_retry_delay=wait)


def unexpected(message: str) -> ApplicationError:
    """An answer that is not the interface's at all, as a proxy's login page: unreachable at first, then broken.

    Outside an activity it counts as the first attempt.
    """
    attempt = activity.info().attempt if activity.in_activity() else 1
    return broken(message) if attempt >= TRIES_OF_THE_UNEXPECTED else unreachable(message, UNEXPECTED_AGAIN_AFTER)


@contextmanager
def register_errors() -> Iterator[None]:
    """Give every error of the register as that of an activity.

    :raises ApplicationError: ``UNREACHABLE`` where the database does not answer, ``BROKEN`` where it says no.
    """
    try:
        yield
    except OutOfReach as error:
        raise unreachable(str(error)) from None
    except RegisterError as error:
        raise broken(str(error)) from None
