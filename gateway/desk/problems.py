"""What a person is told where something cannot be done: one sentence in their own language."""

from __future__ import annotations

from typing import Any

from gateway.problems import Problem


class DeskProblem(Problem):
    """A problem in the person's own language.

    :param words: its sentence, a name of ``problems`` in ``words/*.toml``; the values fill it in.
    :param told: what the system itself says about it, in English; it is shown below as such.
    """

    def __init__(self, status: int, words: str, told: str | None = None, **values: Any) -> None:
        super().__init__(status, told or words)
        self.words, self.told, self.values = words, told, values


class NotLoggedIn(DeskProblem):
    """Nobody is logged in. Who only looks is led to the login; a form that was sent has to be told."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__(401, "expired" if expired else "log_in")
