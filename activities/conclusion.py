"""The draft of the conclusion on a registration, as a PDF in the document store (¶10); its words are in ``letters``."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.errors import broken
from activities.http import Now, utc_now
from activities.interface import Activity, Lookup
from activities.letter_book import LetterBook
from activities.outgoing import Draft, Drafted, LookedUp, MadeLetter
from letters.conclusion import render
from letters.folder import BadTemplate
from letters.inspection import render_record
from letters.kinds import Paper
from letters.typesetting import CannotBeSet
from rules.registration import Occasion

LOOKS_FOR: Final = 10.0
"""Seconds that a draft waits for REX, which answers within one as a rule."""

LookUp = Callable[[Lookup], Awaitable[LookedUp]]
"""``RexActivities.look_up_registration``."""


class ConclusionActivities:
    """Draws the conclusion up and puts it into the document store."""

    def __init__(self, book: LetterBook, look_up: LookUp, clock: Now = utc_now) -> None:
        """:param book: gives the conclusion its number, and makes the record of the inspection (¶9). The PDF goes into
            its store: the same draft is the same bytes and so the same document id.
        :param look_up: the look-up in REX; what it raises means that REX could not be looked up for this draft.
        :param clock: gives the time at which it was made.
        """
        self._book = book
        self._look_up = look_up
        self._clock = clock

    @activity.defn(name=Activity.DRAFT_CONCLUSION)
    async def draft_conclusion(self, draft: Draft) -> Drafted:
        """Draw up the conclusion (¶10), with one more look at REX (¶9), which it does not wait for.

        :raises ApplicationError: ``BROKEN`` where the draft holds what cannot be printed; the store's own errors.
        """
        number = draft.registration.called_for + 1
        lookup = Lookup(rex_number=draft.request.rex_number, occasion=Occasion.DRAFT, number=number)
        try:
            async with asyncio.timeout(LOOKS_FOR):
                looked_up = await self._look_up(lookup)
        except (ApplicationError, TimeoutError):
            looked_up = None  # The case has it tried on by an action of its own, which says why.
        drawn = await self._book.number(f"{draft.case_id}.{Paper.CONCLUSION.value}", draft.case_id, Paper.CONCLUSION)
        draft = draft.model_copy(update={"number": drawn.number})
        # Setting takes a tenth of a second, up to a second for a hundred documents: not on the event loop.
        try:
            pdf = await asyncio.to_thread(render, draft, looked_up, None, self._book.folder)
        except (CannotBeSet, BadTemplate) as error:
            raise broken(f"the conclusion cannot be set: {error}") from None
        record = await self._record(draft) if draft.inspection is not None else None
        document_id = await self._book.store.put(pdf)
        return Drafted(
            number=drawn.number,
            document_id=document_id,
            sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf),
            at=self._clock(),
            looked_up=looked_up,
            record=record,
        )

    async def _record(self, draft: Draft) -> MadeLetter:
        """The record of the inspection (¶9), made once for each result."""
        key = f"{draft.case_id}.{Paper.INSPECTION.value}.{draft.inspection.message_id if draft.inspection else ''}"
        made, _ = await self._book.make(
            key, draft.case_id, Paper.INSPECTION, lambda folder, letter: render_record(folder, letter, draft)
        )
        return made
