"""What came from outside, as it came: its digest, its size, and the whole of it as JSON where that is not too large."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from temporalio.common import RawValue

from register.rows import LARGEST_BODY
from rules.text import canonical_json, sha256_of


@dataclass(frozen=True)
class Received:
    """``size`` in bytes; ``body`` is JSON, None where it is over ``LARGEST_BODY``."""

    sha256: str
    size: int
    body: str | None


def received(arguments: Sequence[Any]) -> Received:
    """The arguments of a signal or of a start, decoded where that was possible, else ``RawValue``.

    JSON is written canonically, so that the same content has the same digest; what nobody could read stays as it came.
    """
    shown = arguments[0] if len(arguments) == 1 else list(arguments)
    text = canonical_json(shown, _unreadable)
    content = _bytes(shown) or text.encode(errors="replace")
    return Received(sha256_of(content), len(content), text if len(content) <= LARGEST_BODY else None)


def _bytes(value: object) -> bytes | None:
    return value.payload.data if isinstance(value, RawValue) else value if isinstance(value, bytes) else None


def _unreadable(value: object) -> dict[str, str]:
    """A payload that is no JSON, as JSON: its text where it is one, so that people can see what was sent."""
    data = _bytes(value)
    if data is None:
        return {"type": type(value).__name__, "text": str(value)}
    encoding = value.payload.metadata.get("encoding", b"") if isinstance(value, RawValue) else b"binary/plain"
    named = {"encoding": encoding.decode(errors="replace")}
    try:
        return {**named, "text": data.decode()}
    except UnicodeDecodeError:
        return {**named, "base64": base64.b64encode(data).decode()}
