"""A message as canonical JSON: the same content gives the same bytes, so its SHA-256 identifies it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

LARGEST_BODY: Final = 64 * 1024
"""Bytes up to which a refused message is kept whole; of a larger one sha256 and size (contract, section 3)."""


def canonical_json(value: Any, *, default: Callable[[Any], Any] | None = None) -> str:
    """The value as JSON with sorted keys and no spaces.

    :param default: turns what JSON does not have into something that it has.
    """
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=default)


def sha256_of(text: str) -> str:
    """The digest of the text's UTF-8 bytes in hexadecimal; half a surrogate pair counts as it stands."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
