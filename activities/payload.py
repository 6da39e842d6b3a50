"""What every payload of an activity is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """What crosses into a history: small, and never a secret."""

    model_config = ConfigDict(frozen=True)
