"""The conclusion on a registration, its draft and its final paper, as PDFs in the document store (¶10).

Its words are in ``letters``.
"""

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
from activities.outgoing import Draft, Drafted, DraftSource, LookedUp, MadeLetter, Seal, Sealed, Signed
from letters.conclusion import render
from letters.folder import BadTemplate
from letters.inspection import render_record
from letters.kinds import Paper
from letters.typesetting import CannotBeSet
from rules.conclusion import FinalConclusion
from rules.registration import Occasion

LOOKS_FOR: Final = 10.0
"""Seconds that a draft, or a final paper, waits for REX, which answers within one as a rule."""

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

        The facts that it was made from are stored beside it, for the final paper, and a copy to be signed.

        :raises ApplicationError: ``BROKEN`` where the draft holds what cannot be printed; the store's own errors.
        """
        number = draft.registration.called_for + 1
        lookup = Lookup(rex_number=draft.request.rex_number, occasion=Occasion.DRAFT, number=number)
        looked_up = await self._shown_by_rex(lookup)
        drawn = await self._book.number(f"{draft.case_id}.{Paper.CONCLUSION.value}", draft.case_id, Paper.CONCLUSION)
        draft = draft.model_copy(update={"number": drawn.number})
        pdf = await self._set(draft, looked_up)
        to_sign = await self._set(draft, looked_up, to_sign=True)
        record = await self._record(draft) if draft.inspection is not None else None
        source = DraftSource(draft=draft, looked_up=looked_up).model_dump_json().encode()
        return Drafted(
            number=drawn.number,
            document_id=await self._book.store.put(pdf),
            sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf),
            source=await self._book.store.put(source),
            to_sign=await self._book.store.put(to_sign),
            at=self._clock(),
            looked_up=looked_up,
            record=record,
        )

    @activity.defn(name=Activity.SEAL_CONCLUSION)
    async def seal_conclusion(self, seal: Seal) -> Sealed:
        """Make the final paper of a signed conclusion (¶10): the draft's facts, and who signed, when and as what.

        It looks at REX once more (¶9), and does not wait for it.

        :raises ApplicationError: ``BROKEN`` where it cannot be printed; the store's own errors.
        """
        lookup = Lookup(rex_number=seal.rex_number, occasion=Occasion.SIGNATURE, number=seal.lookup_number)
        source = DraftSource.model_validate_json(await self._book.store.read(seal.source))
        pdf = await self._set(source.draft, source.looked_up, seal.signed)
        final = FinalConclusion(
            document_id=await self._book.store.put(pdf),
            sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf),
            media_type="application/pdf",
            signed_file=False,
            from_draft=True,
        )
        return Sealed(final=final, looked_up=await self._shown_by_rex(lookup))

    async def _shown_by_rex(self, lookup: Lookup) -> LookedUp | None:
        try:
            async with asyncio.timeout(LOOKS_FOR):
                return await self._look_up(lookup)
        except (ApplicationError, TimeoutError):
            return None  # The case has it tried on by an action of its own, which says why.

    async def _set(
        self, draft: Draft, looked_up: LookedUp | None, signed: Signed | None = None, *, to_sign: bool = False
    ) -> bytes:
        # Setting takes a tenth of a second, up to a second for a hundred documents: not on the event loop.
        try:
            return await asyncio.to_thread(render, draft, looked_up, signed, self._book.folder, to_sign=to_sign)
        except (CannotBeSet, BadTemplate) as error:
            raise broken(f"the conclusion cannot be set: {error}") from None

    async def _record(self, draft: Draft) -> MadeLetter:
        """The record of the inspection (¶9), made once for each result."""
        key = f"{draft.case_id}.{Paper.INSPECTION.value}.{draft.inspection.message_id if draft.inspection else ''}"
        made, _ = await self._book.make(
            key, draft.case_id, Paper.INSPECTION, lambda folder, letter: render_record(folder, letter, draft)
        )
        return made
