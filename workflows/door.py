"""Who sent a message or a decision, as the gateway's seal proves it (``rules/seal.py``); pure.

A seal whose key the case does not know has the keys asked for anew, by an activity, once a minute at the most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from activities.interface import Activity, SealedRequest
from rules.refusal import Refusal
from rules.seal import NOT_SEALED, REQUEST, Authenticated, Seal, content_sha256, seal_of, verify
from rules.terms import Step
from rules.text import shown
from workflows.case import Case
from workflows.door_state import SHOWN, Came

WITHDRAW: Final = "withdraw"
"""The one decision before the calendar is recorded that nobody could take back."""

ASK_AGAIN_AFTER: Final = timedelta(minutes=1)
"""Somebody who invents key ids must not have the file read once for each."""

FRESH_FOR: Final = timedelta(minutes=10)
"""How old the seal of a decision may be: people wait for its answer, so an older one is somebody's copy."""


def sealed_request(given: object) -> SealedRequest | None:
    """The seal on a request, for the activity that opens the case. :raises Refusal: for one of another form."""
    seal = seal_of(given)
    if seal is None or not isinstance(given, dict):
        return None
    return SealedRequest(seal=seal, content_sha256=content_sha256(given))


def opened_by(case: Case, who: Authenticated | None) -> None:
    """Take in who sent the request through the gateway; None for one that came by another way."""
    if who is not None:
        case.door.came.append(Came(**who.model_dump(), name=REQUEST))
        case.note("request authenticated", who.received_at, who.client, "request_authenticated", **_told(who))


def not_told_yet(case: Case) -> bool:
    """Whether the case is still to be told whose messages it takes.

    One whose request has no seal takes anybody's, or is not opened at all.
    """
    return case.calendar is None and case.door.request is not None and case.step is not Step.CLOSED


def waits_for_keys(case: Case, seal: Seal | None, now: datetime) -> bool:
    """Whether the seal can only be judged once the keys are known; asks for them where that is worth it."""
    if seal is None or seal.key_id in case.door.keys:
        return False
    asking = case.doing(Activity.READ_DOOR_KEYS)
    if not asking and (case.door.asked_at is None or now >= case.door.asked_at + ASK_AGAIN_AFTER):
        case.door.asked_at = now
        case.want(Activity.READ_DOOR_KEYS, None)
        return True
    return asking


def authenticated(case: Case, seal: Seal | None, name: str, content_sha256: str, says: object) -> Authenticated | None:
    """Who sent it; None for what did not come through the gateway, where the office takes that too.

    :param says: whom the content itself names as its sender (``sent_by`` or ``by``).
    :raises Refusal: for a seal that does not hold, and for what has none where nothing else is taken.
    """
    if seal is None:
        if case.door.only_sealed:
            raise Refusal(NOT_SEALED)
        return None
    who = verify(seal, case.case_id, name, content_sha256, case.door.keys)
    if says != who.client:
        raise Refusal(f"{shown(str(says), 100)} is named as the sender, but it was sent by {who.client}")
    return who


def check_seal(case: Case, name: str, given: Any, by: str, now: datetime, update_id: str | None) -> None:
    """Whether the seal of a decision, if it has one, holds as far as its key is known.

    :raises Refusal: also where it was sealed for another update, or too long ago.
    """
    seal = seal_of(given)
    if seal is None:
        if not_told_yet(case) and name == WITHDRAW:
            raise Refusal("whose decisions the case takes is not recorded yet; try again, or through the gateway")
        return
    if seal.key_id in case.door.keys:
        authenticated(case, seal, name, content_sha256(given), by)
    if seal.update_id != update_id:
        raise Refusal("door.update_id: was sealed for another update; send the decision through the gateway again")
    if not now - FRESH_FOR <= seal.received_at <= now + FRESH_FOR:
        raise Refusal("door.received_at: was sealed too long ago; send the decision through the gateway again")


def note_who(
    case: Case, who: Authenticated | None, name: str, lines_before: int, message_id: str | None = None
) -> None:
    """Write into the log, beside what was done, who was authenticated, and list it.

    :param lines_before: how many lines the unwritten log had before it was done.
    """
    if who is None:
        return
    case.door.came.append(Came(**who.model_dump(), name=name, message_id=message_id))
    del case.door.came[:-SHOWN]
    log, told = case.unwritten.log, _told(who)
    for index, line in enumerate(log[lines_before:], lines_before):
        if line.what == name:
            log[index] = line.model_copy(update={"details": {**line.details, **told}})


def _told(who: Authenticated) -> dict[str, Any]:
    return {"authenticated": who.model_dump(mode="json")}
