"""A request that is refused at its start: before its workflow fails, the register keeps it and people are notified.

It opens no case, so its escalation lives in the register (``register/refused_requests.py``): level 1 is notified once,
and the daily self-check reports it to on-call until a corrected request opens the case or a person dismisses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.interface import Activity, Notified, Notify, RefusedRequest, RefusedRequestKept
from escalation.kinds import LEVEL_NAMES, Escalation, escalation_id
from escalation.ladder import LadderBook
from escalation.notice import NO_STEP, Matter, Notice
from register.rows import REQUEST_KEY, RefusedMessageEntry
from rules.clock import PRESENT
from rules.text import one_line
from workflows import inbox
from workflows.markdown import plain
from workflows.profiles import NOTIFY, OWN
from workflows.received import received

AGAIN_AFTER: Final = timedelta(hours=1)
"""The register did not take the request within a quarter of an hour: an outage. Its first hours pass by themselves."""

KEEPS_TRYING: Final = timedelta(days=7)
"""How long a recipient is tried; the self-check has reported the request every day until then."""

WHAT_TO_DO: Final = (
    "Have the request sent again, corrected, under the same reference: the 30 working days run from its receipt. "
    "If no case is wanted, dismiss it."
)


class Refused:
    """The refused request, and whatever is sent to its workflow until that fails."""

    def __init__(self, given: Sequence[Any], reason: str) -> None:
        """:param given: the start arguments as they came."""
        info = workflow.info()
        whole = received(given)
        self.reason = reason
        self.is_kept = False
        self._case_id, self._run_id, self._messages = info.workflow_id, info.run_id, 0
        self._given = given[0] if len(given) == 1 and isinstance(given[0], dict) else {}
        self._request = RefusedMessageEntry(
            key=f"{REQUEST_KEY}{info.run_id}",
            name="request",
            message_id=None,
            reason=reason[: inbox.LONGEST_REASON],
            at=workflow.now(),
            sha256=whole.sha256,
            size=whole.size,
            body=whole.body,
        )
        self._unkept: list[RefusedMessageEntry] = []

    def arrived(self, name: str, arguments: Sequence[Any], now: datetime) -> None:
        """A message came for the case that there will not be."""
        self._messages += 1
        parcel = inbox.parcel(name, list(arguments), run_id=self._run_id, number=self._messages, seen_at=now)
        self._unkept.append(inbox.refused(parcel, now, "the request of this case was refused"))

    async def see_through(self) -> None:
        """Return once the register has the request and all that was sent to it, however long that takes."""
        notified = False
        while not self.is_kept or self._unkept:
            kept = await self._keep()
            if not notified and (kept is None or kept.raised):
                await self._notify(kept.escalation_id if kept else escalation_id(Escalation.REQUEST_REFUSED, None, 1))
            notified = True
            if kept is None:
                await workflow.sleep(AGAIN_AFTER, summary="the register does not take the refused request: try again")

    def page(self) -> str:
        """The page in the Temporal UI, in Markdown."""
        kept = "The register has it." if self.is_kept else "**The register does not have it yet**; it is tried again."
        reasons = "\n".join(f"- {plain(each)}" for each in self.reason.split("; "))
        return f"## The request was refused\n\n{reasons}\n\n{WHAT_TO_DO} {kept}"

    async def _keep(self) -> RefusedRequestKept | None:
        """None where the register does not take it for now."""
        messages = list(self._unkept)
        try:
            kept: RefusedRequestKept = await workflow.execute_activity(
                Activity.KEEP_REFUSED_REQUEST,
                RefusedRequest(case_id=self._case_id, request=self._request, messages=messages),
                result_type=RefusedRequestKept,
                summary="the request was refused: keep it in the register",
                **OWN.options(),
            )
        except ActivityError:
            return None
        self.is_kept = True
        del self._unkept[: len(messages)]
        return kept

    async def _notify(self, escalation: str) -> None:
        """Give the first level its notices. What fails here is left to the self-check."""
        try:
            book: LadderBook = await workflow.execute_activity(
                Activity.READ_LADDERS,
                result_type=LadderBook,
                summary="read the ladders of escalation",
                **NOTIFY.options(),
            )
            level = book.kinds[Escalation.REQUEST_REFUSED].first_level
            await workflow.execute_activity(
                Activity.NOTIFY,
                Notify(book_version=book.version, notices=self._notices(book, level, escalation)),
                result_type=Notified,
                summary=f"notify level {level} ({LEVEL_NAMES[level]}): {escalation}",
                **NOTIFY.options(),
            )
        except ActivityError as error:
            workflow.logger.warning("nobody is notified of a refused request: %s", error)

    def _notices(self, book: LadderBook, level: int, escalation: str) -> list[Notice]:
        now, kind = workflow.now(), Escalation.REQUEST_REFUSED
        matter = Matter(
            escalation_id=escalation,
            kind=kind,
            level=level,
            rung=1,
            repeat=0,
            step=None,
            paragraph=None,
            summary=self.reason,
            what_to_do=WHAT_TO_DO,
            due_at=None,
            last_day=None,
            working_days_left=None,
            late_days=0,
            provisional=False,
            since=self._request.at,
            delayed_since=None,
            earlier=[],
            next=None,
        )
        exporter = self._given.get("exporter")
        return [
            Notice(
                key=f"{self._case_id}.{recipient.id}.{self._run_id}",
                recipient=recipient,
                case_id=self._case_id,
                exporter=_shown(exporter.get("name") if isinstance(exporter, dict) else None),
                reference=_shown(self._given.get("reference")),
                step=NO_STEP,
                language=book.levels[level].language,
                level=level,
                urgent=book.kinds[kind].urgent,
                today=PRESENT.day_of(now),
                limit_last_day=None,
                risk=None,
                reserve_days=None,
                matters=[matter],
                acknowledge_until=None,
                not_before=now,
                hold_until=now + KEEPS_TRYING,
            )
            for recipient in book.levels[level].recipients
        ]


def _shown(value: Any) -> str:
    """A field of a request that does not fit, for people."""
    return one_line(value, 200) if isinstance(value, str) and value.strip() else "–"
