"""A message as people get it, and the texts of a language that it is made of."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import notifications
from escalation.ladder import Language
from escalation.notice import Notice
from notifications.message import Message
from notifications.notice import message_of
from runtime.answer_links import AnswerLinks
from tests.escalation.notices import NOW

TEXTS = Path(notifications.__file__).parent / "texts"


def write(
    *notices: Notice, sent_at: datetime = NOW, limited: bool = False, links: AnswerLinks | None = None
) -> Message:
    return message_of(
        notices, ui_url="http://ui.example/", namespace="a b", sent_at=sent_at, limited=limited, links=links
    )


def texts(language: Language) -> dict[str, Any]:
    return tomllib.loads((TEXTS / f"{language.value}.toml").read_text(encoding="utf-8"))
