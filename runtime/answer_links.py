"""Links in notices by which a recipient acknowledges without logging in: who has the link is the recipient.

A link is good for the escalations of one notice, and for the recipient that this notice was sent to. Workers make it,
the gateway takes it; both have the secret ``REXV_LINK_KEY``. It holds no address and no secret of ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

ANSWER_PATH = "/desk/answer/"
"""Below the gateway's address; the key follows."""


@dataclass(frozen=True)
class AnswerKey:
    """What a link is good for. ``notice``: the key of the notice; ``recipient``: the short hash of the address."""

    case_id: str
    notice: str
    recipient: str
    level: int
    escalation_ids: tuple[str, ...]

    @property
    def digest(self) -> str:
        """By which it is known whether it has been used."""
        return hashlib.sha256(f"{self.notice}\n{self.recipient}".encode()).hexdigest()


class AnswerLinks:
    """Makes the links, and reads them.

    :param base: the public address of the gateway, without a slash at its end.
    """

    def __init__(self, secret: bytes, base: str) -> None:
        self._base = base
        self._keys = URLSafeSerializer(
            secret, salt="answer", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def desk(self, case_id: str) -> str:
        """Where the desk shows the open escalations of a case."""
        return f"{self._base}/desk/cases/{case_id}#escalations"

    def link(self, case_id: str, notice: str, recipient: str, level: int, escalation_ids: Sequence[str]) -> str:
        """The link for a notice."""
        return f"{self._base}{ANSWER_PATH}{self._keys.dumps([case_id, notice, recipient, level, list(escalation_ids)])}"

    def read(self, key: str) -> AnswerKey | None:
        """What a key is good for; None for one that we did not sign."""
        try:
            case_id, notice, recipient, level, escalation_ids = self._keys.loads(key)
        except (BadSignature, ValueError, TypeError):
            return None
        return AnswerKey(case_id, notice, recipient, level, tuple(escalation_ids))
