"""Personal links to the deadlines, for calendar programs, which cannot log in.

A person has one link at a time. Revoking it is an act on record (``desk_acts``) under the link's own id; the next link
has the next number. One of a local account ends with the account.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Engine

from escalation.ladder import Language
from register.desk_acts import find_act

REVOKE = "revoke_calendar_link"
"""The act."""


@dataclass(frozen=True)
class CalendarLink:
    """Whose it is, how they log in, and in which language the calendar speaks."""

    name: str
    how: str
    number: int
    language: Language

    @property
    def id(self) -> str:
        """Under which it is revoked, in all languages at once."""
        return hashlib.sha256(f"calendar\n{self.name}\n{self.how}\n{self.number}".encode()).hexdigest()


class CalendarLinks:
    """Signs the links with the secret of the gateway, and reads them."""

    def __init__(self, secret: bytes) -> None:
        self._keys = URLSafeSerializer(
            secret, salt="calendar", signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )

    def key(self, link: CalendarLink) -> str:
        """As an address holds it."""
        return str(self._keys.dumps([link.name, link.how, link.number, link.language.value]))

    def read(self, key: str) -> CalendarLink | None:
        """The link of a key; None for one that we did not sign."""
        try:
            name, how, number, language = self._keys.loads(key)
            return CalendarLink(name, how, number, Language(language))
        except (BadSignature, ValueError, TypeError):
            return None


def is_revoked(register: Engine, link: CalendarLink) -> bool:
    """Whether it was revoked."""
    return find_act(register, link.id, "done") is not None


def link_of(register: Engine, name: str, how: str, language: Language) -> CalendarLink:
    """The link that a person has now: the first that was not revoked."""
    number = 1
    while is_revoked(register, link := CalendarLink(name, how, number, language)):
        number += 1
    return link
