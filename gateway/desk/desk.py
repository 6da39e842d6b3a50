"""What every page of the desk needs, opened once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request

from gateway.desk.accounts import Account, Accounts
from gateway.desk.calendar_links import CalendarLinks
from gateway.desk.openid import OpenId
from gateway.desk.sessions import Signing
from gateway.rates import Rate
from runtime.answer_links import AnswerLinks

HASHING: Final = 2
"""Passwords that are hashed at the same time: each takes 64 MB."""


@dataclass(frozen=True)
class Guesses:
    """How often somebody may try to log in: hashing a password takes time, and guessing is to take years."""

    of_account: Rate = field(default_factory=lambda: Rate("wrong passwords", per_second=1 / 60, burst=5))
    from_address: Rate = field(default_factory=lambda: Rate("wrong passwords", per_second=1 / 10, burst=20))


@dataclass(frozen=True)
class Desk:
    """``secure``: whether people reach it by https. ``openid``: where people log in; None where by local accounts."""

    accounts: Accounts
    signing: Signing
    links: AnswerLinks
    calendar_links: CalendarLinks
    secure: bool
    four_eyes: bool
    openid: OpenId | None
    guesses: Guesses = field(default_factory=Guesses)
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHING))

    def account(self, name: str) -> Account | None:
        """The local account of exactly this name; none where people log in at a provider."""
        return self.accounts.get(name) if self.openid is None else None


def desk(request: Request) -> Desk:
    """The desk of the application that serves the request, for ``Depends``."""
    found: Desk = request.app.state.desk
    return found
