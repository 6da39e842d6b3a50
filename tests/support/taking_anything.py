"""A workflow that takes anything and says what it saw; in a module of its own, which the sandbox imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError


def described(argument: Any) -> str:
    if isinstance(argument, RawValue):
        return f"raw {argument.payload.data.decode()}"
    return repr(argument)


@workflow.defn
class TakesAnything:
    def __init__(self) -> None:
        self._seen: list[list[str]] = []
        self._closed = False

    @workflow.run
    async def run(self, *arguments: Any) -> list[list[str]]:
        await workflow.wait_condition(lambda: self._closed)
        return self._seen

    @workflow.signal
    def message(self, *arguments: Any) -> None:
        self._seen.append([described(each) for each in arguments])

    @workflow.signal(dynamic=True)
    def unknown(self, name: str, arguments: Sequence[RawValue]) -> None:
        self._seen.append([name, *(described(each) for each in arguments)])

    @workflow.update
    async def close(self, *arguments: Any) -> int:
        self._closed = True
        return len(arguments)

    @close.validator
    def check(self, *arguments: Any) -> None:
        if len(arguments) != 1 or isinstance(arguments[0], RawValue):
            raise ApplicationError("by: is required", type="Refused", non_retryable=True)
