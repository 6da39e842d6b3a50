"""How tests ask for an activity's error: by its kind, with its words, at some attempt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.interface import ErrorKind

Given = ParamSpec("Given")
Result = TypeVar("Result")


async def at_attempt(
    number: int, function: Callable[Given, Awaitable[Result]], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Run it as an activity does at this attempt, counted from 1."""

    async def run() -> Result:
        return await function(*args, **kwargs)

    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=number)
    return await environment.run(run)


@dataclass
class Failure:
    """Filled when the block has failed as expected."""

    error: ApplicationError | None = None

    @property
    def message(self) -> str:
        """The error's one line."""
        assert self.error is not None
        return self.error.message


@contextmanager
def failing(kind: ErrorKind) -> Iterator[Failure]:
    """Expect an error of this kind, on one line, tried again or not as its kind says."""
    failure = Failure()
    with pytest.raises(ApplicationError) as caught:
        yield failure
    failure.error = caught.value
    assert caught.value.type == kind.value, caught.value.message
    assert caught.value.non_retryable is (kind is not ErrorKind.UNREACHABLE)
    assert "\n" not in caught.value.message
    # Nothing of what lies behind goes into a history with it.
    assert caught.value.__cause__ is None
