"""The gateway's public keys as a file: one a line in base64, as workers read them (``REXV_DOOR_KEYS``).

A key's id is derived from it: the first 16 hex digits of its SHA-256. Keys stay in the file for as long as cases may
carry what they sealed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Final

BYTES: Final = 32
"""Of an Ed25519 public key."""

_HEADER: Final = "# Public keys of the gateway, one a line; what it seals with another is refused.\n"


class WrongKeys(ValueError):
    """The file cannot be read. One line that names it."""


def key_id_of(public: bytes) -> str:
    """The id of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def read_door_keys(file: Path) -> dict[str, str]:
    """The public keys by id, in base64; none where there is no such file.

    :raises WrongKeys: where it cannot be read, or a line is no key.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise WrongKeys(f"{file}: cannot be read ({type(error).__name__})") from None
    keys: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not (text := line.partition("#")[0].strip()):
            continue
        try:
            public = base64.b64decode(text, validate=True)
        except binascii.Error:
            public = b""
        if len(public) != BYTES:
            raise WrongKeys(f"{file}, line {number}: expected {BYTES} bytes in base64")
        keys[key_id_of(public)] = text
    return keys


def add_door_key(file: Path, public: bytes) -> None:
    """Add a public key to the file, which is made where it is missing; one that is there already is not repeated."""
    if key_id_of(public) in read_door_keys(file):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text("utf-8") if file.exists() else None
    # An editor may leave the last line open: what is added to it would make one wrong key of two.
    begin = _HEADER if before is None else "" if before.endswith("\n") else "\n"
    with file.open("a", encoding="utf-8") as keys:
        keys.write(begin + base64.b64encode(public).decode() + "\n")
