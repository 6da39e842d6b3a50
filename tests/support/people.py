"""The people who are notified: who is reached, and what waits with whom."""

from __future__ import annotations

from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.interface import (
    NOTICE_OUTCOME,
    Activity,
    Notified,
    Notify,
)
from escalation.kinds import KINDS, LEVELS
from escalation.ladder import Hours, KindPlan, LadderBook, Language, LevelPlan, Recipient
from escalation.notice import Matter, Notice, Outcome
from tests.support.outside import Outside

OFFICE = (Hours(begins=9 * 60, ends=18 * 60),)


def ladder_book(version: str = "plain", *, recipients: int = 1, **changes: Any) -> LadderBook:
    """The ladders of the default file: one recipient a level, 4 working hours to climb (2 for what failed)."""
    return LadderBook(
        version=version,
        kinds={
            kind: KindPlan(
                first_level=row.first_level,
                climb_after=2 if kind.value == "action_failed" else 4,
                repeat_every=9,
                repeat_at_most=5,
                urgent=row.urgent,
            )
            for kind, row in KINDS.items()
        },
        levels={
            level: LevelPlan(
                language=Language.ENGLISH,
                office_hours=OFFICE,
                recipients=tuple(
                    Recipient(id=f"r{level}{index}", level=level, index=index, scheme="mailto")
                    for index in range(recipients)
                ),
            )
            for level in LEVELS
        },
        working_hours=OFFICE,
        **changes,
    )


class People(Outside):
    """The recipients of notices: who is reached, and what waits with whom."""

    def __init__(self, client: Client | None = None) -> None:
        super().__init__(client)
        self.book = ladder_book()
        self.unreached: dict[str, str] = {}
        self.silent = False
        self.waiting: list[Notice] = []
        self.tried: set[str] = set()
        self.told: list[Notice] = []

    @activity.defn(name=Activity.READ_LADDERS)
    async def read_ladders(self) -> LadderBook:
        await self._asked(Activity.READ_LADDERS, None)
        return self.book

    @activity.defn(name=Activity.NOTIFY)
    async def notify(self, notify: Notify) -> Notified:
        """Every recipient has its notices at once, and is told at once; ``unreached`` are not."""
        await self._asked(Activity.NOTIFY, notify)
        for withdrawn in notify.withdrawn:
            self._strike(withdrawn.recipient.id, withdrawn.case_id, withdrawn.escalation_ids)
        of_all = (*(level.recipients for level in self.book.levels.values()), *self.book.officers.values())
        known = {recipient.id for recipients in of_all for recipient in recipients}
        for notice in [each for each in notify.notices if each.recipient.id in known]:
            if notice.resolved and self._strike(
                notice.recipient.id, notice.case_id, [each.escalation_id for each in notice.matters]
            ):
                continue  # Nobody tried to tell this recipient of the matter itself.
            if self.silent or notice.recipient.id in self.unreached:
                self.waiting.append(notice)
            if not self.silent:
                await self._report(notice, self.unreached.get(notice.recipient.id))
        return Notified(
            book=None if notify.book_version == self.book.version else self.book,
            unknown=sorted({each.recipient.id for each in notify.notices} - known),
        )

    async def get_through(self) -> None:
        """Everybody can be reached again: what waits is told, and what holds no longer comes back."""
        self.unreached, self.silent = {}, False
        waiting, self.waiting = self.waiting, []
        for notice in waiting:
            over = notice.hold_until <= self.now()
            await self._report(notice, "its words hold no longer" if over else None, final=over)

    def _strike(self, recipient_id: str, case_id: str, escalation_ids: list[str]) -> bool:
        """Take out what waits of these; whether any of it had not even been tried."""
        struck = [
            each
            for each in self.waiting
            if (each.recipient.id, each.case_id) == (recipient_id, case_id)
            and {matter.escalation_id for matter in each.matters} <= set(escalation_ids)
        ]
        self.waiting = [each for each in self.waiting if each not in struck]
        return any(each.key not in self.tried for each in struck)

    async def _report(self, notice: Notice, error: str | None, *, final: bool = False) -> None:
        notified_at = None if error else self.now()
        self.tried.add(notice.key)
        if notified_at:
            self.told.append(notice)
        outcome = Outcome(
            key=notice.key,
            recipient_id=notice.recipient.id,
            notified_at=notified_at,
            error=error,
            at=self.now(),
            final=final,
        )
        await self.tell(notice.case_id, outcome)

    def notices(self) -> list[Notice]:
        """All that was handed out, in that order."""
        return [notice for call in self.calls[Activity.NOTIFY] for notice in call.notices]

    def matters(self, rung: int | None = None) -> list[Matter]:
        """What people were notified of, by the first recipient of each level; of one rung, where it is given."""
        said = [notice for notice in self.notices() if notice.resolved is None and notice.recipient.index == 0]
        return [each for notice in said for each in notice.matters if rung is None or each.rung == rung]

    async def tell(self, case_id: str, outcome: Outcome) -> None:
        """Report to the case what became of a notice."""
        assert self.client is not None
        try:
            await self.client.get_workflow_handle(case_id).signal(NOTICE_OUTCOME, outcome)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
