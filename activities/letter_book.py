"""The book of outgoing letters: gives a letter its number, sets it and puts it into the store, once for each key."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

from sqlalchemy import Engine

from activities.document_store import DocumentStore
from activities.errors import broken, register_errors
from activities.http import Now, utc_now
from activities.outgoing import Letter, MadeLetter
from letters.folder import BadTemplate, Folder, our_folder
from letters.kinds import Paper
from letters.typesetting import CannotBeSet
from notifications.dates import almaty_day
from register.letter_numbers import draw_number, keep_document
from register.rows import LetterNumber

Compose = Callable[[Folder, Letter], bytes]
"""Sets a letter that has its number and day."""


class LetterBook:
    """Makes letters before anything sends them: what cannot be sent is there to be sent by hand."""

    def __init__(
        self, register: Engine, store: DocumentStore, folder: Folder | None = None, clock: Now = utc_now
    ) -> None:
        """:param register: where the numbers are drawn.
        :param store: where the letters go.
        :param folder: the templates; ours by default.
        :param clock: gives the day of a letter, in Almaty.
        """
        self._register, self.store, self._clock = register, store, clock
        self.folder = folder or our_folder()

    async def make(self, key: str, case_id: str, kind: Paper, compose: Compose) -> tuple[MadeLetter, bytes]:
        """The letter with this key, in the store; asked again, the same number, day and bytes.

        :raises ApplicationError: unreachable or broken, from register and store; broken, where it cannot be set.
        """
        drawn = await self.number(key, case_id, kind)
        if drawn.document_id is None:
            letter = Letter(number=drawn.number, date=drawn.dated)
            try:
                # Setting takes milliseconds, of a long paper a tenth of a second: not on the event loop.
                pdf = await asyncio.to_thread(compose, self.folder, letter)
            except (CannotBeSet, BadTemplate) as error:
                raise broken(f"the {kind.value} cannot be set: {error}") from None
            document_id = await self.store.put(pdf)
            with register_errors():
                drawn = await asyncio.to_thread(keep_document, self._register, key, document_id)
        kept_id = drawn.document_id or ""
        pdf = await self.store.read(kept_id)
        sha256 = hashlib.sha256(pdf).hexdigest()
        return MadeLetter(number=drawn.number, date=drawn.dated, document_id=kept_id, sha256=sha256), pdf

    async def number(self, key: str, case_id: str, kind: Paper) -> LetterNumber:
        """The outgoing number that belongs to the key, drawn where there is none; raises as ``make`` does."""
        with register_errors():
            return await asyncio.to_thread(
                draw_number,
                self._register,
                key=key,
                case_id=case_id,
                kind=kind.value,
                dated=almaty_day(self._clock()),
                form=self.folder.letterhead.form(kind),
            )
