"""Messages of systems: taken in whatever they are, judged in order, and either applied or kept with the reason.

Nothing here can raise on what came from outside: by default Temporal's SDK would drop such a signal or wedge the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from activities.interface import Activity, ArrivalsWanted, SignedFileChecked
from escalation.kinds import Escalation
from escalation.resolution import Resolution
from register.rows import MESSAGE_KEY, RefusedMessageEntry
from rules.calendar import WorkingCalendar
from rules.messages import MESSAGES, ConclusionSigned, digest_of, only_argument, read_message
from rules.refusal import Refusal, read
from rules.seal import Seal, content_sha256, seal_of
from rules.terms import Step
from workflows import door, facts, signing
from workflows.case import SHOWN_REJECTIONS, Accepted, Action, Case, Parcel, Rejected
from workflows.escalating import escalate, failure_of, resolve
from workflows.escalation_state import Identity
from workflows.received import received

DESCRIPTIONS = {
    "document_request_received": "¶8: Atameken's proof that it received our request; the 5 days run from received_at.",
    "documents_arrived": "¶8: documents that Atameken sent: kind, filename, url and sha256 of each.",
    "inspection_completed": "¶9: the result of the inspection, with the grounds of ¶10 that it found.",
    "conclusion_signed": "¶10: the conclusion is signed; that keeps the 30 working days of ¶5.",
}
"""The messages by name, in the words of the Temporal UI; ``rules.messages.MESSAGES`` has their form."""

MOST_KEPT = 5
"""Messages kept until what they speak of is done; one is what anybody sends."""

LONGEST_REASON = 1000
"""Characters of a reason that are kept."""


def parcel(name: str, arguments: list[Any], *, run_id: str, number: int, seen_at: datetime) -> Parcel:
    """Wrap a signal as it came. A message that does not fit is marked so, and only as much of it kept as is promised.

    :param arguments: decoded where that was possible, else ``RawValue``.
    :param number: of the signal in its run, from 1.
    """
    whole = received(arguments)
    data: dict[str, Any] | None = None
    fault: str | None = None
    seal: Seal | None = None
    try:
        seal = seal_of(arguments[0]) if len(arguments) == 1 else None
        model = MESSAGES.get(name)
        if model is None:
            raise Refusal(f"unknown message {name[:100]!r}; expected one of {', '.join(MESSAGES)}")
        data = read(model, only_argument(arguments)).model_dump(mode="json")
    except Refusal as refusal:
        fault = str(refusal)
    claimed = arguments[0].get("message_id") if len(arguments) == 1 and isinstance(arguments[0], dict) else None
    return Parcel(
        name=name[:100],
        run_id=run_id,
        number=number,
        seen_at=seen_at,
        # The gateway has stamped it: the history need not be asked. Who lies here is refused, whenever it came.
        arrived_at=min(seal.received_at, seen_at) if seal is not None else None,
        seal=seal,
        content=content_sha256(arguments[0]) if seal is not None else "",
        message_id=claimed[:128] if isinstance(claimed, str) else None,
        digest=whole.sha256,
        size=whole.size,
        body=whole.body,
        data=data,
        fault=fault,
    )


def arrival_counts(case: Case, parcel: Parcel) -> bool:
    """Whether the answer to "when did it arrive" can change a date or a verdict.

    It cannot where the message is refused anyway, where it states the times that decide, or where both bounds lie on
    one day, before or after the office's cut-off alike: it came after the case last looked and before it looks now.
    """
    if parcel.arrived_at is not None or parcel.fault is not None or parcel.data is None:
        return False
    deciding = _DECIDING.get(parcel.name, ())
    if all(parcel.data.get(field) for field in deciding):
        return False
    clock = case.clock
    earliest, latest = clock.local(case.seen_at), clock.local(parcel.seen_at)
    cutoff = case.calendar.receipt_cutoff if case.calendar else None
    crossed = cutoff is not None and f"{earliest:%H:%M}" <= cutoff <= f"{latest:%H:%M}"
    return earliest.date() != latest.date() or crossed


def asked_with_documents(parcel: Parcel) -> bool:
    """Whether its arrival can wait until its documents are fetched: until then nothing is decided by it.

    A message that states one time of two is judged by it now, and so asks now.
    """
    data = parcel.data or {}
    return parcel.name == "documents_arrived" and not any(data.get(field) for field in _DECIDING[parcel.name])


_DECIDING = {
    "document_request_received": ("received_at",),
    "documents_arrived": ("sent_at", "received_at"),
    "inspection_completed": ("completed_at",),
    "conclusion_signed": ("signed_at",),
}
"""The stated times by which a term begins or ends, where a message states them."""


_WAITS_FOR = {
    "document_request_received": Activity.REQUEST_DOCUMENTS,
    "conclusion_signed": Activity.DRAFT_CONCLUSION,
}
"""What a message may overtake: Atameken has our request, or a person the draft, before its answer is taken in here."""


def too_early(case: Case, parcel: Parcel, now: datetime) -> bool:
    """Whether a message is to be judged later.

    It has overtaken the answer to what it speaks of, what the case is told at its opening of whose messages it takes,
    or the key by which the gateway has sealed it.
    """
    if door.not_told_yet(case) or door.waits_for_keys(case, parcel.seal, now):
        return True
    awaited = _WAITS_FOR.get(parcel.name) if parcel.fault is None else None
    return awaited is not None and case.doing(awaited) and len(case.kept) < MOST_KEPT


def no_longer_early(case: Case, now: datetime) -> list[Parcel]:
    """Take the messages that were too early, once what they wait for is there, or has given up."""
    kept, case.kept = case.kept, []
    for parcel in kept:
        if too_early(case, parcel, now):
            case.kept.append(parcel)
    return [parcel for parcel in kept if parcel not in case.kept]


def arrived_at(case: Case, action: Action, times: list[datetime] | None) -> None:
    """Take in when Temporal recorded messages; None where that cannot be known: then when the case saw them counts."""
    wanted = action.payload
    if not isinstance(wanted, ArrivalsWanted):
        return
    known = dict(zip(wanted.numbers, times or [], strict=False))
    for parcel in case.inbox:
        if parcel.run_id == wanted.run_id and parcel.number in wanted.numbers:
            parcel.arrived_at = known.get(parcel.number, parcel.seen_at)


def judge(case: Case, calendar: WorkingCalendar | None, parcel: Parcel, found: SignedFileChecked | None = None) -> None:
    """Apply a message to the case, or refuse and keep it; one with a signed file once that was looked into.

    :param found: what was found in its signed file, where it has one and that was looked into.
    """
    arrived_at = parcel.arrived_at or parcel.seen_at
    lines = len(case.unwritten.log)
    try:
        if parcel.fault is not None:
            raise Refusal(parcel.fault)
        data = parcel.data or {}
        who = door.authenticated(case, parcel.seal, parcel.name, parcel.content, data.get("sent_by"))
        message_id = str(data.get("message_id"))
        digest = digest_of(data)
        before = case.accepted.get(message_id)
        if before is not None and before.digest == digest and before.name == parcel.name:
            case.judged_count += 1
            return
        if before is not None:
            raise Refusal(f"message_id: {message_id!r} was used before for another content; expected a new id")
        message = read_message(parcel.name, [data], case.request.received_at, arrived_at)
        if case.step is Step.CLOSED:
            raise Refusal("the case is closed")
        arrival = None
        if parcel.provisional:
            arrival = ArrivalsWanted(workflow_id=case.case_id, run_id=parcel.run_id, numbers=[parcel.number])
        if isinstance(message, ConclusionSigned) and message.signed_file is not None and found is None:
            _look_into(case, parcel, message, arrived_at)
            return
        final = signing.accepted(case, found) if found is not None else None
        facts.apply(case, calendar, message, arrived_at, arrival, final)
    except Refusal as refusal:
        case.judged_count += 1
        reject(case, parcel, arrived_at, str(refusal))
    else:
        case.judged_count += 1
        case.accepted[message.message_id] = Accepted(
            name=parcel.name, digest=digest, at=arrived_at, number=case.judged_count
        )
        key = f"{MESSAGE_KEY}{message.message_id}"
        case.note(key, arrived_at, message.sent_by, parcel.name, message_id=message.message_id)
        door.note_who(case, who, parcel.name, lines, message.message_id)


def _look_into(case: Case, parcel: Parcel, message: ConclusionSigned, arrived_at: datetime) -> None:
    """Have the signed file of a signature looked into, which is judged then. :raises Refusal: where it is none now."""
    facts.check(case, message, arrived_at)
    waiting = [each for each in case.unseen if each.message_id == parcel.message_id]
    if any(each.data != parcel.data for each in waiting):
        raise Refusal(f"message_id: {parcel.message_id!r} was used before for another content; expected a new id")
    if waiting:
        return
    if len(case.unseen) >= signing.MOST_UNSEEN:
        raise Refusal(f"signed_file: {signing.MOST_UNSEEN} signed files are being looked into; expected one at a time")
    case.unseen.append(parcel)
    case.want(Activity.CHECK_SIGNED_FILE, signing.question(case, message), key=_looking_key(parcel))


def _looking_key(parcel: Parcel) -> str:
    return f"{Activity.CHECK_SIGNED_FILE.value} {parcel.message_id}"


def looked_into(case: Case, action: Action, found: SignedFileChecked, now: datetime) -> None:
    """The signed file of a signature was looked into: now the signature is judged."""
    for parcel in [each for each in case.unseen if _looking_key(each) == action.key]:
        case.unseen.remove(parcel)
        judge(case, None, parcel, found)


def not_to_be_looked_into(case: Case) -> list[Parcel]:
    """Take the signatures that are refused whatever is in their file: the draft is void, or signed by another."""
    void = []
    for parcel in case.unseen:
        arrived_at = parcel.arrived_at or parcel.seen_at
        try:
            facts.check(
                case, read_message(parcel.name, [parcel.data], case.request.received_at, arrived_at), arrived_at
            )
        except Refusal:
            void.append(parcel)
    case.unseen = [each for each in case.unseen if each not in void]
    for parcel in void:
        action = case.actions.pop(_looking_key(parcel), None)
        if action is not None:
            about = failure_of(action)
            resolve(case, case.seen_at, Resolution.NOT_NEEDED, Escalation.ACTION_FAILED, about=about)
    return void


def reject(case: Case, parcel: Parcel, at: datetime, reason: str) -> None:
    """Keep a refused message and the reason, and escalate once per step with the count."""
    case.rejected_count += 1
    case.rejected.append(
        Rejected(
            name=parcel.name,
            message_id=parcel.message_id,
            reason=reason[:LONGEST_REASON],
            at=at,
            digest=parcel.digest,
            number=case.judged_count,
        )
    )
    del case.rejected[:-SHOWN_REJECTIONS]
    case.unwritten.refused_messages.append(refused(parcel, at, reason))
    identity = Identity(
        Escalation.MESSAGE_REJECTED, case.open_step, case.running.round if case.running else 1, about=case.step.value
    )
    summary = f"{case.rejected_count} messages refused so far; the last, {parcel.name}: {reason[:300]}"
    if case.rejected_count == 1:
        summary = f"a message was refused, {parcel.name}: {reason[:300]}"
    if escalate(case, identity, at, summary) is None:
        for each in case.open_escalations:
            if each.identity == identity:
                each.summary = summary


def reject_decision(case: Case, name: str, arguments: Sequence[Any], run_id: str, at: datetime, reason: str) -> None:
    """Keep a decision that nobody may take so, as a message is kept."""
    # Messages count upwards: no two things that were refused may share a key in the register.
    number = -(case.rejected_count + 1)
    reject(case, parcel(name, list(arguments), run_id=run_id, number=number, seen_at=at), at, reason)


def refused(parcel: Parcel, at: datetime, reason: str) -> RefusedMessageEntry:
    """A message that was not accepted, as the register keeps it."""
    return RefusedMessageEntry(
        key=f"{parcel.run_id}.{parcel.number}",
        name=parcel.name,
        message_id=parcel.message_id,
        reason=reason[:LONGEST_REASON],
        at=at,
        sha256=parcel.digest,
        size=parcel.size,
        body=parcel.body,
    )
