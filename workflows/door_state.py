"""What a case knows of the gateway: its public keys, whether nothing else is taken, and who has come through it."""

from __future__ import annotations

from pydantic import BaseModel, Field

from activities.interface import SealedRequest
from rules.instant import Instant
from rules.seal import Authenticated

SHOWN = 50
"""How many acts the case itself lists; the register's log has them all."""


class Came(Authenticated):
    """Something that came through the gateway: ``name`` of the message or decision, or ``request``."""

    name: str
    message_id: str | None = None


class Door(BaseModel):
    """Recorded at the opening with the calendar; the keys again where one is not known."""

    keys: dict[str, str] = Field(default_factory=dict, description="Ed25519 public keys in base64, by id")
    asked_at: Instant | None = Field(default=None, description="when the keys were last asked for anew")
    only_sealed: bool = Field(default=False, description="what did not come through the gateway is refused")
    request: SealedRequest | None = None
    came: list[Came] = Field(default_factory=list)
