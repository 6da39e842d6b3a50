"""What each step of the order asks of the outside world, and what its answers change.

Each function changes the state of the case only; the workflow carries the wanted actions out.
"""

from __future__ import annotations

from datetime import datetime

from activities.interface import (
    Activity,
    Appeal,
    CustomsReply,
    Draft,
    Drafted,
    Fetch,
    Fetched,
    Letter,
    LookedUp,
    Lookup,
    RefusedDocument,
    Reminder,
    Sent,
    Taken,
    Withdrawal,
)
from activities.interface import DocumentRequest as DocumentRequestCall
from escalation.kinds import Escalation
from register.rows import LetterEntry
from rules.calendar import WorkingCalendar
from rules.documents import NO_EVIDENCE, ORIGIN_EVIDENCE, Kind
from rules.findings import RexRecord
from rules.outcome import Outcome
from rules.terms import TERMS, Step
from workflows import reminders
from workflows.case import (
    Action,
    Case,
    ConclusionState,
    Dispatch,
    Document,
    EscalationState,
    RefusedDocumentState,
    RequestRound,
)

ATAMEKEN = "Atameken"


def ask_for_documents(case: Case, calendar: WorkingCalendar, now: datetime, wanted: list[str] | None = None) -> None:
    """¶7: ask Atameken for the application and the documents of origin, or (a later round) for what is missing."""
    first = not case.requests
    asked = RequestRound(
        round=len(case.requests) + 1,
        wanted=wanted or [Kind.REGISTRATION_APPLICATION.value, ORIGIN_EVIDENCE],
        documents_from=0 if first else len(case.documents),
    )
    case.requests.append(asked)
    today = calendar.day_of(now)
    kinds = [kind.value for kind in Kind if kind.value in asked.wanted]
    if ORIGIN_EVIDENCE in asked.wanted:
        kinds += [kind.value for kind in Kind if kind not in NO_EVIDENCE and kind.value not in kinds]
    exporter = case.request.exporter.model_dump(mode="json")
    case.want(
        Activity.REQUEST_DOCUMENTS,
        DocumentRequestCall(
            key=f"{case.case_id}.{Activity.REQUEST_DOCUMENTS.value}.{asked.round}",
            case_id=case.case_id,
            rex_number=case.request.rex_number,
            exporter=exporter,
            documents_wanted=kinds,
            respond_by=calendar.after(today, TERMS[Step.AWAIT_DOCUMENTS].working_days),
            letter=Letter(number=case.next_letter_number(), date=today),
        ),
    )


def look_up_registration(case: Case) -> None:
    """¶9: have the registration looked up in REX; it holds up nothing else."""
    case.want(Activity.LOOK_UP_REGISTRATION, Lookup(rex_number=case.request.rex_number))


def request_sent(case: Case, dispatch: Dispatch, number: str) -> None:
    """Our request has left: by interface or by hand."""
    asked = case.request_round
    if asked is None:
        return
    asked.dispatch = dispatch
    case.unwritten.letters.append(
        _letter(case, f"request.{asked.round}", "document_request", ATAMEKEN, number, dispatch)
    )
    case.note(dispatch.sent_at, dispatch.by or "case", "request_sent", round=asked.round, reference=dispatch.reference)


def begin_await(case: Case, calendar: WorkingCalendar) -> None:
    """¶8 begins: our request has been sent."""
    starts_at = start_of_wait(case)
    if starts_at is not None:
        case.begin(calendar, Step.AWAIT_DOCUMENTS, starts_at)


def start_of_wait(case: Case) -> datetime | None:
    """¶8 runs from Atameken's receipt of our request, else from our sending and is then provisional.

    It never runs from before our sending, nor from before the step that it follows had ended.
    """
    asked, state = case.request_round, case.current(Step.AWAIT_DOCUMENTS)
    if asked is None or asked.dispatch is None:
        return None
    received_at = asked.proof_of_receipt or asked.dispatch.received_at
    state.start_provisional = received_at is None
    ended = [each.ended_at for each in case.steps[: case.steps.index(state)] if each.ended_at is not None]
    return max(received_at or asked.dispatch.sent_at, asked.dispatch.sent_at, *ended)


def propose(case: Case, outcome: Outcome, reason: str | None = None) -> None:
    """Give the conclusion its outcome; its number stays through every draft."""
    if case.conclusion is None:
        case.conclusion = ConclusionState(number=f"{case.case_id}-C", outcome=outcome, reason=reason)
    else:
        case.conclusion.outcome, case.conclusion.reason = outcome, reason


def draft(case: Case, calendar: WorkingCalendar, now: datetime) -> None:
    """¶10: have the conclusion drafted."""
    conclusion = case.conclusion
    if conclusion is None:
        return
    case.want(
        Activity.DRAFT_CONCLUSION,
        Draft(
            case_id=case.case_id,
            number=conclusion.number,
            version=conclusion.version,
            outcome=conclusion.outcome.value,
            dated=calendar.day_of(now),
            request=case.request.model_dump(mode="json"),
            inspection=case.inspection.result.model_dump(mode="json") if case.inspection else None,
            grounds=[ground.value for ground in case.grounds],
            findings=[finding.model_dump(mode="json") for finding in case.findings],
            documents=[document.model_dump(mode="json") for document in case.documents],
            reason=conclusion.reason,
        ),
    )


def send_appeal(case: Case, calendar: WorkingCalendar) -> None:
    """¶10: appeal to Atameken for revocation of the registration."""
    conclusion = case.conclusion
    if conclusion is None or conclusion.signed_at is None or case.appeal is not None:
        return
    case.want(
        Activity.APPEAL_FOR_REVOCATION,
        Appeal(
            key=f"{case.case_id}.{Activity.APPEAL_FOR_REVOCATION.value}",
            case_id=case.case_id,
            rex_number=case.request.rex_number,
            grounds=[ground.value for ground in case.grounds],
            conclusion_number=conclusion.number,
            conclusion_date=calendar.day_of(conclusion.signed_at),
            conclusion_sha256=conclusion.sha256 or "",
        ),
    )


def send_reply(case: Case, calendar: WorkingCalendar) -> None:
    """Reply to the requesting customs, once the conclusion is signed; the order sets no term for it."""
    conclusion = case.conclusion
    if conclusion is None or conclusion.signed_at is None or case.reply is not None:
        return
    request = case.request
    case.want(
        Activity.SEND_REPLY,
        CustomsReply(
            key=f"{case.case_id}.{Activity.SEND_REPLY.value}",
            case_id=case.case_id,
            to_name=request.reply_to.name,
            to_email=request.reply_to.email,
            language=request.language,
            reference=request.reference,
            rex_number=request.rex_number,
            exporter=request.exporter.name,
            outcome=conclusion.outcome.value,
            conclusion_number=conclusion.number,
            conclusion_date=calendar.day_of(conclusion.signed_at),
            conclusion_document_id=conclusion.document_id or "",
        ),
    )


def tell_withdrawal(case: Case, reason: str) -> None:
    """Tell Atameken that a request it has taken is withdrawn."""
    for asked in case.requests:
        if asked.dispatch is not None and asked.dispatch.reference is not None and asked.dispatch.by is None:
            case.want(
                Activity.WITHDRAW_REQUEST,
                Withdrawal(
                    key=f"{case.case_id}.{Activity.WITHDRAW_REQUEST.value}.{asked.round}",
                    case_id=case.case_id,
                    request_id=asked.dispatch.reference,
                    reason=reason,
                ),
                key=f"{Activity.WITHDRAW_REQUEST.value} {asked.round}",
            )


def to_be_told_by_hand(case: Case) -> bool:
    """Whether a withdrawn request had gone to Atameken by hand: then no interface can take it back."""
    by_hand = any(asked.dispatch is not None and asked.dispatch.by is not None for asked in case.requests)
    return case.outcome is Outcome.WITHDRAWN and by_hand


# -- answers --------------------------------------------------------------------------------------------------


def answered(case: Case, action: Action, result: object, now: datetime) -> None:
    """An action is through: take its result into the case, and settle the matter of its failure."""
    case.actions.pop(action.key, None)
    settled(case, action, "the action is through", now)
    match result:
        case Taken() if action.activity is Activity.REQUEST_DOCUMENTS:
            call = DocumentRequestCall.model_validate(action.input)
            request_sent(case, _taken(result), call.letter.number)
            if case.outcome is Outcome.WITHDRAWN:
                tell_withdrawal(case, "the request was withdrawn")
        case Taken():
            appeal_sent(case, _taken(result), case.next_letter_number())
        case LookedUp():
            case.rex_record = RexRecord.model_validate(result.record) if result.record is not None else None
            case.rex_looked_up = True
            case.compare_with_rex()
            case.note(result.at, "case", "rex_looked_up", found=result.record is not None)
        case Fetched():
            _fetched(case, Fetch.model_validate(action.input), result, now)
        case Drafted() if case.conclusion is not None:
            case.conclusion.document_id, case.conclusion.sha256 = result.document_id, result.sha256
            case.conclusion.drafted_at = now
            case.note(
                now, "case", "conclusion_drafted", document_id=result.document_id, version=case.conclusion.version
            )
        case Sent():
            dispatch = Dispatch(sent_at=result.sent_at, reference=result.message_id)
            reply_sent(case, dispatch, case.next_letter_number())
        case _:
            if action.activity is Activity.WITHDRAW_REQUEST:
                case.note(now, "case", "withdrawal_told")
            elif action.activity is Activity.REMIND_ATAMEKEN:
                reminders.reminded(case, Reminder.model_validate(action.input), now)


def settled(case: Case, action: Action, by: str, now: datetime) -> None:
    """The matter of an action that had failed is settled, by its success or by hand."""
    case.resolve(now, by, Escalation.ACTION_FAILED, cause=_cause(action))


def gave_up(case: Case, action: Action, error: str, now: datetime) -> None:
    """An action gave up: it waits for a person, and on-call is told; the clocks go on."""
    settled(case, action, "it was tried again, in vain", now)
    if _pointless(case, action):
        del case.actions[action.key]
        return
    if case.step is Step.CLOSED and action.activity is Activity.FETCH_DOCUMENTS:
        _never_fetched(case, action, error, now)
        return
    action.state, action.error, action.since = "failed", error, now
    case.note(now, "case", "action_failed", action=action.key, error=error)
    if action.activity in (Activity.START_LADDER, Activity.TELL_LADDER):
        return  # It is shown, and the daily sweep finds it; another ladder would go the same way.
    case.escalate(
        Escalation.ACTION_FAILED,
        now,
        f"{action.key.replace('_', ' ')} gave up: {error}",
        step=case.step if case.step is not Step.CLOSED else None,
        cause=_cause(action),
        due_at=case.running.due_at if case.running else None,
    )


def _pointless(case: Case, action: Action) -> bool:
    """Whether nobody needs to try it again: a request withdrawn before it was sent, a reminder of what has come."""
    if action.activity is Activity.REQUEST_DOCUMENTS:
        return case.outcome is Outcome.WITHDRAWN
    return action.activity is Activity.REMIND_ATAMEKEN and case.step is not Step.AWAIT_DOCUMENTS


def drop_pointless(case: Case, now: datetime) -> None:
    """Forget what has lost its sense, as a step ends or the request is withdrawn; the main flow stops what runs.

    A request under way may have been taken already: only one that gave up is forgotten.
    """
    for action in [
        each
        for each in case.actions.values()
        if _pointless(case, each) and (each.state == "failed" or each.activity is Activity.REMIND_ATAMEKEN)
    ]:
        settled(case, action, "there is no need for it any more", now)
        del case.actions[action.key]


def _never_fetched(case: Case, action: Action, error: str, now: datetime) -> None:
    fetch = Fetch.model_validate(action.input)
    reason = f"out of reach until the case closed: {error}"
    refused = [RefusedDocument(index=index, reason=reason) for index in range(len(fetch.documents))]
    del case.actions[action.key]
    _fetched(case, fetch, Fetched(stored=[], refused=refused, out_of_reach=[]), now)


def resolve_all(case: Case, now: datetime) -> None:
    """A closed case has nothing left that somebody would have to see to."""
    for each in case.open_escalations:
        each.resolved_at, each.resolved_by = now, "the case is closed"


def close(case: Case, now: datetime) -> None:
    """The work is done: the case closes, whatever look-up or document is still out of reach."""
    for action in list(case.actions.values()):
        if action.activity in (Activity.LOOK_UP_REGISTRATION, Activity.RECORD_CALENDAR):
            del case.actions[action.key]
        elif action.activity is Activity.FETCH_DOCUMENTS and action.state == "failed":
            _never_fetched(case, action, action.error or "", now)
    case.step, case.closed_at = Step.CLOSED, now
    drop_pointless(case, now)
    resolve_all(case, now)
    case.note(now, "case", "closed", outcome=case.outcome.value if case.outcome else None)


def appeal_sent(case: Case, dispatch: Dispatch, number: str) -> None:
    """The appeal has left."""
    case.appeal = dispatch
    case.unwritten.letters.append(_letter(case, "appeal", "appeal", ATAMEKEN, number, dispatch))
    case.note(dispatch.sent_at, dispatch.by or "case", "appeal_sent", reference=dispatch.reference)


def reply_sent(case: Case, dispatch: Dispatch, number: str) -> None:
    """The reply to the customs has left."""
    case.reply = dispatch
    case.unwritten.letters.append(_letter(case, "reply", "reply", case.request.reply_to.email, number, dispatch))
    case.note(dispatch.sent_at, dispatch.by or "case", "reply_sent", reference=dispatch.reference)


_CANCELLATION = "cancel "


def cancellation_asked(case: Case, reason: str, run_id: str, now: datetime) -> None:
    """Somebody clicked on Cancel: on-call is told, once in each run, and the case goes on."""
    case.escalate(
        Escalation.ACTION_FAILED,
        now,
        f"somebody asked Temporal to cancel the case ({reason}); it goes on: to end it, send the update withdraw",
        step=case.step if case.step is not Step.CLOSED else None,
        cause=f"{_CANCELLATION}{run_id}",
    )


def is_cancellation(escalation: EscalationState) -> bool:
    """Whether an escalation is of a click on Cancel: no action waits, and nothing comes of it by itself."""
    return escalation.kind is Escalation.ACTION_FAILED and escalation.cause.startswith(_CANCELLATION)


def settle_cancellation(case: Case, by: str, now: datetime) -> None:
    """Somebody knows of the click on Cancel, or the case has gone on in spite of it: there is nothing left to do."""
    for each in case.open_escalations:
        if is_cancellation(each):
            case.resolve(now, by, each.kind, cause=each.cause)


def _cause(action: Action) -> str:
    return f"action {action.key} {action.since.isoformat() if action.since else ''}"


def _taken(result: Taken) -> Dispatch:
    return Dispatch(sent_at=result.sent_at, received_at=result.received_at, reference=result.reference)


def _letter(case: Case, key: str, what: str, addressee: str, number: str, dispatch: Dispatch) -> LetterEntry:
    return LetterEntry(
        key=f"{case.case_id}.{key}",
        what=what,
        addressee=addressee,
        number=number,
        sent_at=dispatch.sent_at,
        reference=dispatch.reference,
        document_id=case.conclusion.document_id if case.conclusion and what in ("appeal", "reply") else None,
        by=dispatch.by,
    )


def _fetched(case: Case, fetch: Fetch, result: Fetched, now: datetime) -> None:
    offer = case.offers.get(fetch.message_id)
    if offer is None:
        return
    for stored in result.stored:
        offered = fetch.documents[stored.index]
        case.documents.append(
            Document(
                kind=offered.kind,
                filename=offered.filename,
                document_id=stored.document_id,
                sha256=stored.sha256,
                size=stored.size,
                media_type=stored.media_type,
                sent_at=offer.sent_at,
                received_at=offer.received_at,
                arrived_at=offer.arrived_at,
                message_id=fetch.message_id,
            )
        )
        case.note(now, "case", "document_stored", filename=offered.filename, document_id=stored.document_id)
    for refused in result.refused:
        offered = fetch.documents[refused.index]
        reason = refused.reason.removeprefix(f"{offered.filename}: ")
        case.refused_documents.append(
            RefusedDocumentState(
                kind=offered.kind, filename=offered.filename, reason=reason, message_id=fetch.message_id
            )
        )
        case.note(now, "case", "document_refused", filename=offered.filename, reason=reason)
    if result.refused:
        first = fetch.documents[result.refused[0].index].filename
        reason_of_first = result.refused[0].reason.removeprefix(f"{first}: ")
        case.escalate(
            Escalation.DOCUMENTS_REFUSED,
            now,
            f"{len(result.refused)} of {len(fetch.documents)} documents refused; {first}: {reason_of_first}",
            step=case.step if case.step is not Step.CLOSED else None,
            cause=f"documents {fetch.message_id}",
        )
    rest = [fetch.documents[index] for index in result.out_of_reach]
    if rest:
        offer.kinds = [each.kind for each in rest]
        case.want(
            Activity.FETCH_DOCUMENTS,
            fetch.model_copy(update={"documents": rest}),
            key=f"{Activity.FETCH_DOCUMENTS.value} {fetch.message_id}",
        )
    else:
        del case.offers[fetch.message_id]
