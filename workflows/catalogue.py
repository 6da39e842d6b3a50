"""The activities of a case, one row each: what it gives, how it is called, and what follows (in words: ``wording``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from activities.interface import Activity, DoorKeys, Fetched, Notified, Recorded, SignedFileChecked
from activities.outgoing import Drafted, LookedUp, Sealed, Sent, Taken, Withdrawn
from escalation.ladder import LadderBook
from rules.instant import Instant
from workflows import answers, deliveries, inbox
from workflows.case import Action, Case
from workflows.profiles import FETCH, LETTER, LOOKUP, NOTIFY, OWN, Profile

Answered = Callable[[Case, Action, Any, datetime], None]
"""What an answer changes: the case, the action, its result (of the row's type), and the present."""


@dataclass(frozen=True)
class Row:
    """One activity.

    ``answered`` is None where the turn itself takes the result in. ``of_the_step``: the running step's term hangs on
    it, so that its summary names the last day. ``quiet``: where it gives up nobody is notified of that.
    """

    result: Any
    profile: Profile
    answered: Answered | None = None
    of_the_step: bool = False
    quiet: bool = False


CATALOGUE: Final[dict[Activity, Row]] = {
    Activity.RECORD_CALENDAR: Row(Recorded, OWN),
    Activity.READ_ARRIVALS: Row(list[Instant], OWN, quiet=True),
    Activity.WRITE_REGISTER: Row(None, OWN, lambda *_: None),
    Activity.ACKNOWLEDGE_RECEIPT: Row(Sent, LETTER, answers.receipt_acknowledged),
    Activity.REQUEST_DOCUMENTS: Row(Taken, LETTER, answers.request_taken, of_the_step=True),
    Activity.REMIND_ATAMEKEN: Row(Taken, LETTER, answers.reminder_taken),
    Activity.WITHDRAW_REQUEST: Row(Withdrawn, LETTER, answers.withdrawal_taken),
    Activity.LOOK_UP_REGISTRATION: Row(LookedUp, LOOKUP, answers.looked_up),
    Activity.FETCH_DOCUMENTS: Row(Fetched, FETCH, deliveries.fetched, of_the_step=True),
    Activity.RELEASE_DOCUMENT: Row(None, OWN, deliveries.released),
    Activity.DRAFT_CONCLUSION: Row(Drafted, OWN, answers.drafted, of_the_step=True),
    Activity.CHECK_SIGNED_FILE: Row(SignedFileChecked, FETCH, inbox.looked_into, of_the_step=True),
    Activity.SEAL_CONCLUSION: Row(Sealed, OWN, answers.sealed),
    Activity.APPEAL_FOR_REVOCATION: Row(Taken, LETTER, answers.appeal_taken, of_the_step=True),
    Activity.SEND_REPLY: Row(Sent, LETTER, answers.replied),
    Activity.READ_DOOR_KEYS: Row(DoorKeys, OWN, quiet=True),
    Activity.READ_LADDERS: Row(LadderBook, NOTIFY, quiet=True),
    Activity.NOTIFY: Row(Notified, NOTIFY, quiet=True),
}
