"""All recipients of one level at once, past the mailboxes of notices: for what must arrive when those do not work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

from escalation.ladder_file import recipient_id, scheme_of
from notifications.channel import send
from notifications.message import Message


class Level:
    """The recipients of a level, known by the short hashes of their addresses.

    :param level: its number, for the words of a failure.
    :param urls: Apprise URLs, which hold secrets.
    """

    def __init__(self, level: int, urls: Sequence[str]) -> None:
        self._level = level
        self._urls = {recipient_id(url): url for url in urls}

    @property
    def recipients(self) -> tuple[str, ...]:
        """All of them, in the order of the ladder."""
        return tuple(self._urls)

    async def send(
        self,
        message: Message,
        recipients: Iterable[str],
        *,
        pressing: bool,
        reached: Callable[[str, str], None] = lambda recipient, scheme: None,
    ) -> list[str]:
        """Send to each of them.

        :param reached: called in a thread with the recipient and the scheme of its channel, once it has taken it.
        :return: for each who was not reached its place, scheme and why, without a word of its address.
        """
        answers = await asyncio.gather(*(self._send_to(each, message, pressing, reached) for each in recipients))
        return [answer for answer in answers if answer is not None]

    async def _send_to(
        self, recipient: str, message: Message, pressing: bool, reached: Callable[[str, str], None]
    ) -> str | None:
        url = self._urls[recipient]
        answer = await asyncio.to_thread(send, url, message, pressing=pressing)
        if answer is not None:
            return f"level {self._level}, recipient {self.recipients.index(recipient) + 1} ({scheme_of(url)}): {answer}"
        await asyncio.to_thread(reached, recipient, scheme_of(url))
        return None
