"""The gateway's own key: it seals what it passes on (``rules/seal.py``). The private key is here and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from rules.seal import FIELD, Authenticated, Seal, content_sha256, sealed_text
from runtime.door_keys import add_door_key, key_id_of
from runtime.private_file import write_private_file


class WrongKey(ValueError):
    """The private key cannot be read. One line that names the file and never what is in it."""


class Signer:
    """Seals messages, decisions and requests with the gateway's Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()
        self.key_id = key_id_of(self.public)

    def sealed(
        self,
        content: Mapping[str, Any],
        case_id: str,
        name: str,
        authenticated: Authenticated,
        *,
        update_id: str | None = None,
    ) -> dict[str, Any]:
        """The content with its seal; one that it had is replaced.

        :param name: of the signal or update, or ``rules.seal.REQUEST``.
        :param update_id: of the update that will carry it.
        """
        told = {**authenticated.model_dump(), "key_id": self.key_id, "update_id": update_id}
        unsigned = Seal(**told, signature="")
        signature = self._key.sign(sealed_text(unsigned, case_id, name, content_sha256(content)))
        seal = unsigned.model_copy(update={"signature": base64.b64encode(signature).decode()})
        return {**content, FIELD: seal.model_dump(mode="json", exclude_none=True)}


def authenticated(client: str, how: str, received_at: datetime) -> Authenticated:
    """Who sent something, how that is known, and when it was received (aware)."""
    return Authenticated(client=client, how=how, received_at=received_at)


def new_key(file: Path, public_keys: Path) -> Signer:
    """Make a key and keep it in a file that nobody else may read; its public half goes into ``public_keys`` first.

    :param file: replaced where it is there: what the key before it sealed stays valid by its public half.
    :raises OSError: where a file cannot be written.
    """
    signer = Signer(Ed25519PrivateKey.generate())
    add_door_key(public_keys, signer.public)
    write_private_file(file, signer._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return signer


def read_or_make_key(file: Path, public_keys: Path) -> Signer:
    """The key in the file; one is made at the first start.

    :raises WrongKey: where the file holds no such key.
    :raises OSError: where it cannot be read or written.
    """
    if not file.exists():
        return new_key(file, public_keys)
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongKey(f"REXV_DOOR_KEY: {file} holds no Ed25519 private key without password (PEM)")
    signer = Signer(key)
    add_door_key(public_keys, signer.public)
    return signer
