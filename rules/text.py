"""Text from outside made fit to show or to compare: on one line, as canonical JSON, as a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any


def one_line(text: str, longest: int | None = None) -> str:
    """The text without line breaks and other control characters, so that it cannot pass for more than one line.

    :param longest: characters; what is longer is cut and ends with "…".
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if longest is None or len(line) <= longest else line[: longest - 1] + "…"


def canonical_json(value: Any, unreadable: Callable[[Any], Any] | None = None) -> str:
    """The value as JSON in one spelling, so that the same content is the same text: sorted keys, no blanks.

    :param unreadable: gives JSON for what has none.
    :raises TypeError: for what has no JSON, without ``unreadable``.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=unreadable)


def sha256_of(content: str | bytes) -> str:
    """The SHA-256 in 64 hex digits; of a text, that of its UTF-8, half a surrogate pair included."""
    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()
