"""The gateway's seal on what it passes on: who was authenticated, how, and when it was received, signed with its key.

A message, a decision or a request carries it in the field ``door``. Whoever reaches Temporal past the gateway cannot
make one, and cannot put one from elsewhere on another content: it is signed together with the content, the case, the
name and, for a decision, the id of the update.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import StringConstraints

from rules.instant import Instant, rfc_3339
from rules.refusal import Refusal, read
from rules.request import Incoming, Text
from rules.text import canonical_json, sha256_of

FIELD: Final = "door"

REQUEST: Final = "request"
"""As a name: the request that opens a case."""

PublicKeys = Mapping[str, str]
"""By key id: Ed25519 public keys (RFC 8032), 32 bytes in base64."""

NOT_SEALED: Final = "it did not come through the gateway; this office takes nothing else (REXV_ONLY_AUTHENTICATED)"


class Authenticated(Incoming):
    """Who sent it, by which means the gateway knew that, and when the gateway received it."""

    client: Text
    how: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
    received_at: Instant


class Seal(Authenticated):
    """The field ``door``. ``update_id``: of the update that carries a decision, so that none is taken twice."""

    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    update_id: Annotated[str, StringConstraints(max_length=300)] | None = None
    signature: Annotated[str, StringConstraints(max_length=100)]

    @property
    def authenticated(self) -> Authenticated:
        """What a case records of it once it is verified."""
        return Authenticated(client=self.client, how=self.how, received_at=self.received_at)


def sealed_text(seal: Seal, case_id: str, name: str, content_sha256: str) -> bytes:
    """What is signed.

    :param name: of the signal or update, or ``REQUEST``.
    :param content_sha256: as ``content_sha256`` gives it.
    """
    told = {
        "case_id": case_id,
        "name": name,
        "content": content_sha256,
        "client": seal.client,
        "how": seal.how,
        "received_at": rfc_3339(seal.received_at),
        "key_id": seal.key_id,
        "update_id": seal.update_id,
    }
    return b"rexv-door-1\n" + canonical_json(told).encode()


def content_sha256(content: Mapping[str, Any]) -> str:
    """The digest of a message, decision or request without its seal, 64 hex digits."""
    return sha256_of(canonical_json({name: value for name, value in content.items() if name != FIELD}))


def seal_of(content: object) -> Seal | None:
    """The seal that a message, decision or request carries; None where it has none.

    :raises Refusal: for one of another form.
    """
    if not isinstance(content, dict) or content.get(FIELD) is None:
        return None
    try:
        return read(Seal, content[FIELD])
    except Refusal as refusal:
        raise Refusal(f"{FIELD}: {refusal}") from None


def verify(seal: Seal, case_id: str, name: str, content_sha256: str, keys: PublicKeys) -> Authenticated:
    """Who sent it, once the signature is verified.

    :raises Refusal: for an unknown key, and for a signature that was not made with it over this very content.
    """
    # Here, as it takes a third of a second to load: most programs that read this module never verify anything.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = keys.get(seal.key_id)
    if public is None:
        raise Refusal(f"{FIELD}.key_id: {seal.key_id} is no key of the gateway (REXV_DOOR_KEYS)")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(
            base64.b64decode(seal.signature, validate=True), sealed_text(seal, case_id, name, content_sha256)
        )
    except (InvalidSignature, binascii.Error, ValueError):
        raise Refusal(f"{FIELD}.signature: was not made by the gateway for this content") from None
    return seal.authenticated
