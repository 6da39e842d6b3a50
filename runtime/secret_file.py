"""A secret of our own in a file that nobody else may read, made at the first start."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from runtime.private_file import new_private_file

BYTES: Final = 32


class WrongSecret(ValueError):
    """There is no such secret in the file. One line that names it and never what is in it."""


def read_or_make_secret(file: Path) -> bytes:
    """The secret in the file. Of several that start at once one makes it, and all have the same.

    :raises WrongSecret: where the file holds something else, or cannot be read or made.
    """
    try:
        return _read_or_make(file)
    except OSError as error:
        raise WrongSecret(f"{file}: cannot be read or made: {error.strerror}") from None


def _read_or_make(file: Path) -> bytes:
    if not file.exists():
        part = new_private_file(file, f"{secrets.token_hex(BYTES)}\n".encode())
        try:
            os.link(part, file)  # fails where another was faster, and the whole file is there or none
        except FileExistsError:
            pass
        finally:
            part.unlink()
    try:
        secret = bytes.fromhex(file.read_text("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != BYTES:
        raise WrongSecret(f"{file}: expected {BYTES} bytes in hex")
    return secret
