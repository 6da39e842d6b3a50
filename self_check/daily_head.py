"""The daily head as a message to level 3: short, to be kept, with the command that compares it."""

from __future__ import annotations

from typing import Final

from escalation.kinds import HEAD
from escalation.ladder import Language
from notifications.message import Code, Gap, Heading, Line, Message, Part, Small, as_html, as_text, cut
from notifications.words import words_of
from runtime.commands import STARTER
from self_check.interface import DailyHeadRecorded

GROUP: Final = "daily_head"

_COLOUR: Final = "#2f5d8a"
_COLOUR_OF_BROKEN: Final = "#b3362b"


def message_of(recorded: DailyHeadRecorded, language: Language) -> Message:
    """Write the head of a day. The same head gives the same words on every attempt.

    :param recorded: with a head.
    """
    words = words_of(language)
    day = words.plain_day(recorded.day)
    holds = "broken" if recorded.broken else "holds"
    colour = _COLOUR_OF_BROKEN if recorded.broken else _COLOUR
    parts: list[Part] = [
        Heading(
            above=words("to_level", level=HEAD, name=words.level(HEAD)),
            words=words.of(GROUP, "heading", day=day),
            colour=colour,
        ),
        Code(recorded.head or ""),
        Line(words.of(GROUP, "covers", cases=recorded.cases, lines=recorded.lines)),
        Line(words.of(GROUP, holds, broken=recorded.broken), strong=recorded.broken > 0),
        Gap(),
        Line(words.of(GROUP, "keep")),
        Code(f"{STARTER} audit --head {recorded.head}"),
        Small(f"daily_head.{recorded.day}"),
    ]
    return Message(
        id=f"daily_head.{recorded.day}",
        subject=cut(words.of(GROUP, f"subject_{holds}", day=day, broken=recorded.broken)),
        text=as_text(parts),
        html=as_html(parts, language=language.value, colour=colour),
    )
