"""How the reader of a notice answers it: in the Temporal UI, with JSON to paste, or by a command in the terminal."""

from __future__ import annotations

import json
import shlex
from typing import Final

from escalation.notice import Notice
from notifications.message import Code, Line, Part
from notifications.words import Words
from runtime.commands import STARTER

ALL: Final = "all"
ANY_CASE: Final = "CASE"
"""Stands for the number of a case in a command for several."""


def how_to_answer(notice: Notice, words: Words) -> list[Part]:
    """For one notice: how to acknowledge it, or to dismiss what has no case; nothing for what is resolved."""
    if notice.resolved:
        return []
    if not notice.can_be_acknowledged:
        command = f'{_command("dismiss", notice.case_id, words)} --because "{words("because")}"'
        return [Line(words("dismiss")), Code(command)]
    several = len(notice.matters) > 1
    opening = words("acknowledge_all" if several else "acknowledge")
    return _acknowledge(notice, words, opening, ALL if several else notice.matters[0].escalation_id, notice.case_id)


def how_to_answer_each(notice: Notice, words: Words) -> list[Part]:
    """Once for many notices, of which this is one that can be acknowledged."""
    return _acknowledge(notice, words, words("acknowledge_listed"), ALL, ANY_CASE)


def _acknowledge(notice: Notice, words: Words, opening: str, escalation_id: str, case_id: str) -> list[Part]:
    until = str(notice.acknowledge_until)
    given = {"by": words("name"), "escalation_id": escalation_id, "until": until}
    command = _command("acknowledge", case_id, words, shlex.quote(escalation_id))
    return [
        Line(opening),
        Code(json.dumps(given, ensure_ascii=False)),
        Line(words("command_listed" if case_id == ANY_CASE else "command")),
        Code(f"{command} --until {until}"),
        Line(words("pauses")),
    ]


def _command(name: str, case_id: str, words: Words, *arguments: str) -> str:
    return " ".join([STARTER, name, shlex.quote(case_id), *arguments, f'--by "{words("name")}"'])
