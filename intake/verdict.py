"""What a look into a document finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypedDict


class NotAccepted(Exception):
    """It is not what it says, broken, or too large: nobody could use it. One line for whoever sent it."""


class SignatureSeen(TypedDict):
    """One signature of a signed container (``rules.documents.Signature``).

    ``signed_at`` is what the signer's own clock said, RFC 3339; ``holds`` is None where that cannot be told here.
    """

    signer: str
    issuer: str
    signed_at: str | None
    holds: bool | None
    fault: str


@dataclass(frozen=True)
class Seen:
    """A whole document of an accepted type; ``concerns`` says what in it is active or hidden, a few words each."""

    media_type: str
    concerns: list[str] = field(default_factory=list)
    signatures: list[SignatureSeen] = field(default_factory=list)


class Verdict(TypedDict):
    """What becomes of a document; crosses from the looking process as JSON. ``reason`` is empty for a good one."""

    state: Literal["good", "refused", "quarantined"]
    reason: str
    media_type: str
    signatures: list[SignatureSeen]


class SignedVerdict(Verdict):
    """What becomes of a signed conclusion.

    ``from_draft``: it holds the draft, byte for byte; False where that cannot be told. ``around``: what stands before
    and behind the draft in the container to be made of a signature that came apart (Base64), else None.
    """

    from_draft: bool
    around: tuple[str, str] | None


LONGEST_REASON = 600


def verdict_of(seen: Seen) -> Verdict:
    """Good where nothing is of concern, else quarantined."""
    reasons = "; ".join(dict.fromkeys(seen.concerns))
    if len(reasons) > LONGEST_REASON:
        reasons = f"{reasons[:LONGEST_REASON]} …"
    state: Literal["good", "quarantined"] = "quarantined" if reasons else "good"
    return Verdict(state=state, reason=reasons, media_type=seen.media_type, signatures=seen.signatures)


def refusal(reason: str) -> Verdict:
    """Refused, for this reason."""
    return Verdict(state="refused", reason=reason, media_type="", signatures=[])
