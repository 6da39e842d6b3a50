"""The ladders of a case's escalations: which rung is due when, whom it notifies, and what became of that.

The ladder's rules stand in ``escalation.ladder``; here a case applies them. What one case has to say to one recipient
at one moment is one notice, in words of that moment. What is resolved meanwhile is withdrawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from activities.interface import Activity, Notified, Notify
from escalation.kinds import LEVEL_NAMES, LIMIT_KINDS, Escalation
from escalation.ladder import LadderBook, OfficeClock, Recipient, Rung, next_rung, working_days_left
from escalation.notice import Earlier, Matter, Next, Notice, Outcome, Resolved, Withdrawn
from rules.calendar import WorkingCalendar
from rules.terms import TERMS, WHOLE
from workflows.case import Action, Case
from workflows.deadlines import Alarm
from workflows.escalation_state import EscalationState, Notification
from workflows.next_action import what_to_do_about

DELAYED_AFTER: Final = timedelta(minutes=1)
"""A notice later than this after it was due says so. A busy worker takes seconds."""

KEEPS_INFORMING: Final = timedelta(days=7)
"""How long it is tried to inform a recipient that a matter is resolved; longer, and nobody asks any more."""

_BREACHES: Final = (Escalation.STEP_OVERDUE, Escalation.LIMIT_EXCEEDED)


def inform(case: Case, calendar: WorkingCalendar | None, now: datetime) -> None:
    """Hand out the notices that are due, and withdraw what is resolved or acknowledged."""
    due = [each for each in case.escalations if _is_due(case, calendar, each, now)]
    ending = [each for each in case.escalations if not each.ended and not each.open]
    if not due and not ending and not any(each.rests(now) for each in case.open_escalations):
        return
    if case.doing(Activity.NOTIFY):
        return  # One after the other: a withdrawal must not overtake what it withdraws.
    if case.book is None:
        if due or any(_was_breach_alone(each) for each in ending):
            case.want(Activity.READ_LADDERS, None)
            return
        for each in ending:
            each.ended = True
        return
    round_ = _Round(case, case.book, calendar, now)
    for each in due:
        round_.climb(each)
    for each in ending:
        round_.end(each)
    for each in case.open_escalations:
        if each.rests(now):
            round_.withdraw(each)
    round_.hand_out()


def informed(case: Case) -> bool:
    """Whether nobody is still to be given a notice, or its withdrawal."""
    return all(each.ended for each in case.escalations)


def moments(case: Case, calendar: WorkingCalendar | None, now: datetime) -> list[Alarm]:
    """When a ladder goes on: for each open escalation its next rung, or the end of its acknowledgement."""
    if case.book is None:
        return []
    alarms = []
    for each in case.open_escalations:
        rung = upcoming(case, calendar, each, now)
        if rung is not None:
            who = f"level {rung.level} ({LEVEL_NAMES[rung.level]})"
            words = f"{each.name}: if nobody acknowledges, {who} is notified"
            if each.rests(now):
                words = f"{each.name}: acknowledged until then, {who} is notified again"
            alarms.append(Alarm(rung.due_at, words))
    return alarms


def upcoming(case: Case, calendar: WorkingCalendar | None, each: EscalationState, now: datetime) -> Rung | None:
    """The next rung of an escalation, or the last one once more for whom it did not reach in time; None without one.

    One that an outage has missed waits for the office where it is not urgent.
    """
    book = case.book
    if book is None or not each.open or each.found_late:
        return None
    rung = next_rung(
        book,
        each.kind,
        calendar,
        each.last_rung,
        raised_at=each.raised_at,
        nobody_since=each.nobody_since,
        rests_until=each.rests_until,
    )
    left = _unreached(case, book, each)
    if left and each.last_rung is not None and not each.rests(now):
        again = each.last_rung.model_copy(update={"due_at": now})
        rung = again if rung is None or rung.due_at > now else rung
    if rung is not None and not book.kinds[each.kind].urgent:
        opening = OfficeClock(calendar, book.levels[rung.level].office_hours).opening(now)
        rung = rung.model_copy(update={"due_at": max(rung.due_at, opening) if opening > now else rung.due_at})
    return rung


def _unreached(case: Case, book: LadderBook, each: EscalationState) -> list[Recipient]:
    """Recipients of the last rung's level who have not got it: new to level or case, or not reached in its time."""
    if each.last_rung is None or each.last_rung.level not in book.levels:
        return []
    latest = {notification.recipient.id: notification for notification in each.of_last_rung()}
    return [
        recipient
        for recipient in book.recipients(each.last_rung.level, case.responsible)
        if recipient.id not in latest or latest[recipient.id].expired
    ]


def _is_due(case: Case, calendar: WorkingCalendar | None, each: EscalationState, now: datetime) -> bool:
    if not each.open or each.found_late:
        return False
    if case.book is None or _level_below(case.book, each) is not None:
        return True
    rung = upcoming(case, calendar, each, now)
    return rung is not None and rung.due_at <= now


def _level_below(book: LadderBook, each: EscalationState) -> int | None:
    """Where the first level is the last and nobody of it is reached, the next level below to be notified, once each."""
    rung = each.last_rung
    if rung is None or each.nobody_since is None or book.kinds[each.kind].first_level != book.top:
        return None
    level = min(n.rung.level for n in each.notified if n.rung.number == rung.number) - 1
    below = [n for n in each.notified if n.rung.level < rung.level]
    reached = any(n.notified_at is not None or (n.waits and n.error is None) for n in below)
    return level if level in book.levels and not reached else None


def _was_breach_alone(each: EscalationState) -> bool:
    """A breach that was over when it was found: nobody has heard of it, and somebody has to."""
    return each.kind in _BREACHES and each.resolved_at is not None and not each.notified


class _Round:
    """The notices of one moment, gathered for each recipient."""

    def __init__(self, case: Case, book: LadderBook, calendar: WorkingCalendar | None, now: datetime) -> None:
        self._case, self._book, self._calendar, self._now = case, book, calendar, now
        self._number = case.rounds_of_notices + 1
        self._calls: dict[str, list[tuple[Recipient, EscalationState, Rung]]] = defaultdict(list)
        self._resolved: dict[str, list[tuple[Recipient, EscalationState]]] = defaultdict(list)
        self._withdrawn: dict[str, Withdrawn] = {}

    def climb(self, each: EscalationState) -> None:
        """Take the rungs that are due, after an outage several; of repeats that were missed the last alone."""
        now = self._now
        while (rung := upcoming(self._case, self._calendar, each, now)) is not None and rung.due_at <= now:
            again = each.last_rung is not None and rung.number == each.last_rung.number
            recipients = self._recipients(rung.level)
            if again and each.last_rung is not None:
                recipients, rung = _unreached(self._case, self._book, each), each.last_rung
            else:
                self._drop_calls(each, rung.level)
                each.last_rung, each.nobody_since, each.rests_until = rung, None, None
            for recipient in recipients:
                self._call(recipient, each, rung)
            if again:
                break
        self._call_below(each)

    def _recipients(self, level: int) -> list[Recipient]:
        return list(self._book.recipients(level, self._case.responsible))

    def _call(self, recipient: Recipient, each: EscalationState, rung: Rung) -> None:
        self._calls[recipient.id].append((recipient, each, rung))
        each.notified.append(
            Notification(key=self._key(recipient.id), recipient=recipient, rung=rung, handed_at=self._now)
        )

    def _call_below(self, each: EscalationState) -> None:
        level = _level_below(self._book, each)
        if level is not None and each.last_rung is not None:
            for recipient in self._recipients(level):
                self._call(recipient, each, each.last_rung.model_copy(update={"level": level}))

    def _drop_calls(self, each: EscalationState, level: int) -> None:
        """A repeat of a level replaces the call to it that was missed."""
        for calls in self._calls.values():
            calls[:] = [call for call in calls if call[1] is not each or call[2].level != level]
        key_of_now = {self._key(recipient_id) for recipient_id in self._calls}
        each.notified = [n for n in each.notified if n.rung.level != level or n.key not in key_of_now]

    def end(self, each: EscalationState) -> None:
        """Resolved or overtaken: whoever was notified hears that it is resolved.

        Of a recipient that still has it waiting the mailbox knows whether it was too late to withdraw it. Of a warning
        that its breach has overtaken nobody hears any more: they hear of the breach.
        """
        each.ended = True
        if each.overtaken_by is not None or each.resolved_at is None:
            self.withdraw(each)
            return
        notified = [n for n in each.notified if (n.notified_at or n.error or n.waits) and not n.knows_the_end]
        recipients = {notification.recipient.id: notification.recipient for notification in notified}
        for notification in notified:
            notification.knows_the_end, notification.final = True, True
        if _was_breach_alone(each):
            first = self._recipients(self._book.kinds[each.kind].first_level)
            recipients = {recipient.id: recipient for recipient in first}
        for recipient in recipients.values():
            self._resolved[recipient.id].append((recipient, each))

    def withdraw(self, each: EscalationState) -> None:
        """What waits with its recipients is not to be sent any more."""
        for notification in each.notified:
            if notification.waits:
                notification.final = True
                recipient = notification.recipient
                known = self._withdrawn.get(recipient.id)
                ids = [*(known.escalation_ids if known else []), each.id]
                self._withdrawn[recipient.id] = Withdrawn(
                    recipient=recipient, case_id=self._case.case_id, escalation_ids=ids
                )

    def hand_out(self) -> None:
        """Have the recipients given what was gathered for them."""
        notices = [*self._notices(), *self._resolutions()]
        if not notices and not self._withdrawn:
            return
        self._case.rounds_of_notices = self._number
        self._case.want(
            Activity.NOTIFY,
            Notify(book_version=self._book.version, notices=notices, withdrawn=list(self._withdrawn.values())),
            key=f"{Activity.NOTIFY.value} {self._number}",
        )

    def _notices(self) -> Iterator[Notice]:
        for recipient_id, calls in self._calls.items():
            if calls:
                recipient = calls[0][0]
                matters = [self._matter(each, rung) for _, each, rung in calls]
                level = max(rung.level for *_, rung in calls)
                urgent = any(self._book.kinds[each.kind].urgent for _, each, _ in calls)
                yield self._notice(
                    self._key(recipient_id), recipient, level, matters, urgent, self._hold(level, urgent)
                )

    def _resolutions(self) -> Iterator[Notice]:
        for recipient_id, ended in self._resolved.items():
            by_fact: dict[Any, list[EscalationState]] = defaultdict(list)
            for _, each in ended:
                by_fact[each.resolution, each.resolved_who, each.resolved_at].append(each)
            for number, ((fact, who, at), resolved) in enumerate(by_fact.items()):
                recipient = ended[0][0]
                level = max(each.level for each in resolved)
                urgent = any(self._book.kinds[each.kind].urgent for each in resolved)
                opens = self._now
                if not urgent:
                    opens = OfficeClock(self._calendar, self._book.levels[level].office_hours).opening(self._now)
                rungs = [each.last_rung or Rung(number=0, level=level, due_at=each.raised_at) for each in resolved]
                matters = [self._matter(each, rung) for each, rung in zip(resolved, rungs, strict=True)]
                key = f"{self._key(recipient_id)}.resolved.{number}"
                notice = self._notice(key, recipient, level, matters, urgent, self._now + KEEPS_INFORMING)
                yield notice.model_copy(update={"not_before": opens, "resolved": Resolved(by=fact, who=who, at=at)})

    def _notice(
        self, key: str, recipient: Recipient, level: int, matters: list[Matter], urgent: bool, hold_until: datetime
    ) -> Notice:
        case = self._case
        today = case.clock.day_of(self._now)
        return Notice(
            key=key,
            recipient=recipient,
            case_id=case.case_id,
            exporter=case.request.exporter.name,
            reference=case.request.reference,
            responsible=case.responsible,
            step=case.step.value,
            language=self._book.levels[level].language,
            level=level,
            urgent=urgent,
            today=today,
            limit_last_day=case.limit_last_day,
            risk=case.risk.value if case.limit_at else None,
            reserve_days=case.reserve_days,
            matters=sorted(matters, key=lambda matter: -matter.gravity),
            # The next working day: until the end of today would be an hour for who reads it at 23:00.
            acknowledge_until=self._calendar.after(today, 1) if self._calendar else today + timedelta(days=1),
            not_before=self._now,
            hold_until=hold_until,
        )

    def _matter(self, each: EscalationState, rung: Rung) -> Matter:
        case, now = self._case, self._now
        step = each.step if each.step in TERMS else None
        state = case.current(step) if step else None
        last_day = state.last_day if state else case.limit_last_day if each.kind in LIMIT_KINDS else None
        coming = upcoming(case, self._calendar, each, now)
        earlier = {n.rung.level: n.notified_at for n in each.notified if n.notified_at is not None}
        due_at = rung.due_at if rung.number > 1 or rung.due_at > each.raised_at else each.since
        return Matter(
            escalation_id=each.id,
            kind=each.kind,
            level=rung.level,
            rung=rung.number,
            repeat=rung.repeat,
            step=each.step.value if each.step else None,
            paragraph=TERMS[step].paragraph if step else WHOLE.paragraph if each.kind in LIMIT_KINDS else None,
            summary=each.summary,
            what_to_do=what_to_do_about(case, each),
            due_at=each.due_at,
            last_day=last_day,
            working_days_left=working_days_left(self._calendar, last_day, now),
            late_days=state.late_days if state else 0,
            provisional=state.provisional if state else case.days_provisional,
            since=each.since,
            delayed_since=due_at if now - due_at > DELAYED_AFTER else None,
            earlier=[Earlier(level=level, at=at) for level, at in sorted(earlier.items())],
            next=Next(level=coming.level, at=coming.due_at) if coming is not None else None,
        )

    def _hold(self, level: int, urgent: bool) -> datetime:
        """How long the words hold: to the end of the day, whose date they have, and of the office's hours."""
        clock = self._case.clock
        ends = clock.end_of(clock.day_of(self._now))
        if urgent:
            return ends
        office = OfficeClock(self._calendar, self._book.levels[level].office_hours)
        return min(ends, office.closing(self._now) or ends)

    def _key(self, recipient_id: str) -> str:
        # By time and count: two rounds may have one instant, and a case that was reset counts again; what comes under a
        # known key reaches nobody.
        return f"{self._case.case_id}.{recipient_id}.{self._now:%Y%m%dT%H%M%S}.{self._number}"


def handed_out(case: Case, action: Action, result: Notified, now: datetime) -> None:
    """The recipients have their notices. Who is not in the ladder file any more got none; the newer ladders apply."""
    if result.book is not None:
        case.book = result.book
    for each in case.escalations:
        for notification in each.notified:
            if notification.waits and notification.recipient.id in result.unknown:
                notification.error, notification.gone = "is no longer in the ladder file", True
        _see_whether_anybody(case, each, now)


def take_outcome(case: Case, arguments: tuple[Any, ...], now: datetime) -> None:
    """A recipient reports what became of a notice; anything else is ignored, for it is no message of ours."""
    try:
        outcome = Outcome.model_validate(arguments[0] if len(arguments) == 1 else None)
    except ValidationError:
        return
    for each in case.escalations:
        for notification in each.notified:
            if notification.key == outcome.key and notification.recipient.id == outcome.recipient_id:
                notification.notified_at = notification.notified_at or outcome.notified_at
                notification.error = None if notification.notified_at else outcome.error
                notification.final |= outcome.final
        _see_whether_anybody(case, each, now)


def _see_whether_anybody(case: Case, each: EscalationState, now: datetime) -> None:
    """Note since when nobody of the last rung can be reached: the next level is notified at once.

    While somebody of it is still to be told, in words of another day or as new in the ladder file, that is open.
    """
    latest = each.of_last_rung()
    if not latest or any(n.notified_at is not None or (n.waits and n.error is None) for n in latest):
        each.nobody_since = None
    elif each.open and each.nobody_since is None and not (case.book and _unreached(case, case.book, each)):
        each.nobody_since = now
