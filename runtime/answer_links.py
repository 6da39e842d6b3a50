"""Links in notices by which a recipient acknowledges without logging in: who has the link is the recipient.

A link is good for one escalation of one notice, and for the recipient that this notice was sent to. Workers make it,
the gateway takes it; both have the secret ``REXV_LINK_KEY``. It holds no address and no secret of ours.
"""

from __future__ import annotations

import hashlib
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
    escalation_id: str

    @property
    def digest(self) -> str:
        """By which it is known whether it has been used."""
        return hashlib.sha256(f"{self.notice}\n{self.recipient}\n{self.escalation_id}".encode()).hexdigest()


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

    def link(self, of: AnswerKey) -> str:
        """The link with this key."""
        key = self._keys.dumps([of.case_id, of.notice, of.recipient, of.level, of.escalation_id])
        return f"{self._base}{ANSWER_PATH}{key}"

    def read(self, key: str) -> AnswerKey | None:
        """What a key is good for; None for one that we did not sign."""
        try:
            case_id, notice, recipient, level, escalation_id = self._keys.loads(key)
        except (BadSignature, ValueError, TypeError):
            return None
        return AnswerKey(case_id, notice, recipient, level, escalation_id)
