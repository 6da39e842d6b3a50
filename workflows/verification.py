"""The verification of one exporter's registration, from the customs' request to the reply (order No. 358-RL).

``run`` reads like the order: ¶7 ask, ¶8 await, ¶9 inspect, ¶10 conclude and appeal, the whole within ¶5. Handlers
only record what arrives; the main flow acts on it, in order, between two waits. All state is in ``self.case``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from activities.interface import Activity
from escalation.kinds import Escalation
from rules.decisions import Decision, read_decision
from rules.outcome import outcome_of
from rules.refusal import Refusal
from rules.request import read_request
from rules.terms import Step
from workflows import decisions, steps
from workflows.case import Case
from workflows.deadlines import count_whole, finish_step, finish_whole, ladders_know
from workflows.flow import ContinueAsNew, Flow
from workflows.view import case_view, verdict


@workflow.defn
class VerificationWorkflow:
    """One case: one request for verification, from its receipt to the reply."""

    @workflow.init
    def __init__(self, *given: Any) -> None:
        self._flow: Flow | None = None
        self._refused: Refusal | None = None
        try:
            self._flow = Flow(_begin(list(given)))
        except Refusal as refusal:
            self._refused = refusal

    @property
    def flow(self) -> Flow:
        """The main flow of the case; a refused request has none."""
        if self._flow is None:
            raise ApplicationError(f"the request was refused: {self._refused}", type=Refusal.__name__)
        return self._flow

    @property
    def case(self) -> Case:
        """The state of the case."""
        return self.flow.case

    # -- what people and systems may ask and send ---------------------------------------------------------------

    @workflow.query(name="case", description="The whole case as it stands: steps, dates, documents, escalations.")
    def case_query(self, *_arguments: Any) -> dict[str, Any]:
        """Contract, section 5."""
        return case_view(self.case)

    @workflow.query(name="message", description="What became of a message: give its message_id.")
    def message_query(self, *arguments: Any) -> dict[str, Any]:
        """``{"state": "accepted" | "refused" | "unknown", "reason", "judged"}``."""
        return verdict(self.case, str(arguments[0]) if arguments else "")

    @workflow.signal(description="¶8: Atameken's proof that it received our request; the 5 days run from received_at.")
    def document_request_received(self, *arguments: Any) -> None:
        """Contract, section 3."""
        self._arrived("document_request_received", arguments)

    @workflow.signal(description="¶8: documents that Atameken sent: kind, filename, url and sha256 of each.")
    def documents_arrived(self, *arguments: Any) -> None:
        """Contract, section 3."""
        self._arrived("documents_arrived", arguments)

    @workflow.signal(description="¶9: the result of the inspection, with the grounds of ¶10 that it found.")
    def inspection_completed(self, *arguments: Any) -> None:
        """Contract, section 3."""
        self._arrived("inspection_completed", arguments)

    @workflow.signal(description="¶10: the conclusion is signed; it keeps the 30 working days of ¶5.")
    def conclusion_signed(self, *arguments: Any) -> None:
        """Contract, section 3."""
        self._arrived("conclusion_signed", arguments)

    @workflow.signal(description="Internal: a ladder reaches nobody of its last level, or somebody again.")
    def ladder_reports(self, *arguments: Any) -> None:
        """Sent by ``EscalationLadder``; no message of an outside system."""
        if self._flow is not None:
            self._flow.ladder_reported(arguments)

    @workflow.signal(dynamic=True, description="Any other name: kept, shown and escalated as a refused message.")
    def unknown_message(self, name: str, arguments: Sequence[RawValue]) -> None:
        """Contract, section 3, "Refused"."""
        self._arrived(name, workflow.payload_converter().from_payloads([each.payload for each in arguments]))

    @workflow.update(
        description="Take an escalation on: escalation_id, until (a date), by. Stops its ladder till then."
    )
    async def acknowledge_escalation(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("acknowledge_escalation", arguments)

    @workflow.update(
        description="A letter was sent by hand: what (request, appeal, reply), sent_at, letter_reference, by."
    )
    async def record_dispatch(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("record_dispatch", arguments)

    @workflow.update(description="The REX record as looked up by hand: record (or null for none), reason, by.")
    async def record_lookup(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("record_lookup", arguments)

    @workflow.update(description="Try again what gave up: action (may be left out where only one waits), by.")
    async def retry_action(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("retry_action", arguments)

    @workflow.update(description="¶8 and ¶9 anew: ask Atameken for missing (kinds or origin_evidence), remarks, by.")
    async def request_missing_documents(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("request_missing_documents", arguments)

    @workflow.update(description="¶10: the draft goes back: reason, reopen_inspection, by. The clock goes on.")
    async def return_conclusion(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("return_conclusion", arguments)

    @workflow.update(description="Conclude not_confirmed because documents do not come or suffice: reason, by.")
    async def conclude_without_documents(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("conclude_without_documents", arguments)

    @workflow.update(
        description="The request is withdrawn, up to the signature: reason, by. The way to end a case early."
    )
    async def withdraw(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("withdraw", arguments)

    @workflow.update(description="Count every open term by the calendar as it is now: reason, by.")
    async def recount(self, *arguments: Any) -> dict[str, Any]:
        """Contract, section 4."""
        return await self._decide("recount", arguments)

    @acknowledge_escalation.validator
    def _check_acknowledge_escalation(self, *arguments: Any) -> None:
        self._read("acknowledge_escalation", arguments)

    @record_dispatch.validator
    def _check_record_dispatch(self, *arguments: Any) -> None:
        self._read("record_dispatch", arguments)

    @record_lookup.validator
    def _check_record_lookup(self, *arguments: Any) -> None:
        self._read("record_lookup", arguments)

    @retry_action.validator
    def _check_retry_action(self, *arguments: Any) -> None:
        self._read("retry_action", arguments)

    @request_missing_documents.validator
    def _check_request_missing_documents(self, *arguments: Any) -> None:
        self._read("request_missing_documents", arguments)

    @return_conclusion.validator
    def _check_return_conclusion(self, *arguments: Any) -> None:
        self._read("return_conclusion", arguments)

    @conclude_without_documents.validator
    def _check_conclude_without_documents(self, *arguments: Any) -> None:
        self._read("conclude_without_documents", arguments)

    @withdraw.validator
    def _check_withdraw(self, *arguments: Any) -> None:
        self._read("withdraw", arguments)

    @recount.validator
    def _check_recount(self, *arguments: Any) -> None:
        self._read("recount", arguments)

    def _arrived(self, name: str, arguments: Sequence[Any]) -> None:
        if self._flow is not None:
            self._flow.arrived(name, arguments)

    def _read(self, name: str, arguments: Sequence[Any]) -> Decision:
        try:
            decision = read_decision(name, list(arguments), self.case.request.received_at, workflow.now())
            decisions.check(self.case, self.flow.calendar, decision, workflow.now())
        except Refusal as refusal:
            raise _told(refusal) from None
        return decision

    async def _decide(self, name: str, arguments: Sequence[Any]) -> dict[str, Any]:
        try:
            return await self.flow.decided(self._read(name, arguments))
        except Refusal as refusal:
            raise _told(refusal) from None

    # -- the case -------------------------------------------------------------------------------------------------

    @workflow.run
    async def run(self, *given: Any) -> dict[str, Any]:
        """Run the case to its end, whatever fails on the way.

        :param given: the request (contract, section 1).
        :return: the case as the query ``case`` answers it.
        :raises ApplicationError: type ``Refusal``, at once, for a request that does not fit or a number that is closed.
        """
        if self._refused is not None:
            raise _told(self._refused)
        flow = asyncio.create_task(self._verify())
        while True:
            try:
                # Shielded: a click on Cancel is recorded and does not end the case; the way out is ``withdraw``.
                await asyncio.shield(flow)
                break
            except asyncio.CancelledError:
                if flow.cancelled():
                    raise
                self.flow.cancelled(workflow.cancellation_reason() or "no reason given")
            except ContinueAsNew:
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(args=[given[0], self.case.model_dump(mode="json")])
        await workflow.wait_condition(workflow.all_handlers_finished)
        return case_view(self.case)

    def _at(self, step: Step) -> bool:
        return self.case.step is step

    async def _verify(self) -> None:
        await self.open()
        await self.request_documents()
        while self.case.step in (Step.AWAIT_DOCUMENTS, Step.INSPECT, Step.CONCLUDE):
            await self.await_documents()
            await self.inspect()
            await self.conclude()
        await self.appeal()
        await self.reply()
        await self.close()

    async def open(self) -> None:
        """¶5: record the calendar that the case counts by, and count the thirty days and the first term."""
        case = self.case
        if case.calendar is None:
            case.note(case.opened_at, "case", "opened", reference=case.request.reference)
            case.current(Step.REQUEST_DOCUMENTS).state = "running"
            self.flow.want_calendar()
            await self.flow.until(lambda: bool(case.calendar or self.flow.used_up or self._at(Step.CLOSED)))
            if self.flow.used_up is not None:
                raise _told(self.flow.used_up)
        if case.limit_at is None and self._at(Step.REQUEST_DOCUMENTS):
            calendar = self.flow.counted()
            count_whole(case, calendar)
            case.begin(calendar, Step.REQUEST_DOCUMENTS, case.request.received_at, is_receipt=True)
            steps.ask_for_documents(case, calendar, workflow.now())
            steps.look_up_registration(case)

    async def request_documents(self) -> None:
        """¶7: within 3 working days of the receipt, send a request to the authorized organization."""
        case = self.case
        if not self._at(Step.REQUEST_DOCUMENTS):
            return
        await self.flow.until(lambda: case.requests[0].dispatch is not None or not self._at(Step.REQUEST_DOCUMENTS))
        sent = case.requests[0].dispatch
        if sent is None or not self._at(Step.REQUEST_DOCUMENTS):
            return
        finish_step(case, self.flow.counted(), Step.REQUEST_DOCUMENTS, sent.sent_at, workflow.now())
        steps.begin_await(case, self.flow.counted())

    async def await_documents(self) -> None:
        """¶8: within 5 working days the authorized organization sends the documents."""
        case = self.case
        if not self._at(Step.AWAIT_DOCUMENTS):
            return
        state = case.current(Step.AWAIT_DOCUMENTS)
        if state.started_at is None:  # a later round: its request is still to be sent
            await self.flow.until(lambda: self._sent_again() or not self._at(Step.AWAIT_DOCUMENTS))
            if not self._at(Step.AWAIT_DOCUMENTS):
                return
            steps.begin_await(case, self.flow.counted())
        await self.flow.until(lambda: not case.missing() or not self._at(Step.AWAIT_DOCUMENTS))
        sent_at, received_at = case.set_sent_at(), case.set_received_at()
        if not self._at(Step.AWAIT_DOCUMENTS) or sent_at is None or received_at is None:
            return
        now = workflow.now()
        ended_at = finish_step(case, self.flow.counted(), Step.AWAIT_DOCUMENTS, sent_at, now)
        case.resolve(now, "the set is complete", Escalation.DOCUMENTS_REFUSED)
        case.begin(self.flow.counted(), Step.INSPECT, max(received_at, ended_at), is_receipt=received_at >= ended_at)
        steps.drop_pointless(case, now)

    def _sent_again(self) -> bool:
        asked = self.case.request_round
        return asked is not None and asked.dispatch is not None

    async def inspect(self) -> None:
        """¶9: within 7 working days of the receipt of the documents, inspect whether they are complete and reliable."""
        case = self.case
        if not self._at(Step.INSPECT):
            return
        await self.flow.until(lambda: self._inspected() or not self._at(Step.INSPECT))
        if not self._at(Step.INSPECT) or case.inspection is None:
            return
        now = workflow.now()
        ended_at = finish_step(case, self.flow.counted(), Step.INSPECT, case.inspection.completed, now)
        self._propose()
        case.begin(self.flow.counted(), Step.CONCLUDE, ended_at)

    def _inspected(self) -> bool:
        return self.case.inspection is not None and outcome_of(self.case.inspection.result) is not None

    def _propose(self) -> None:
        inspection = self.case.inspection
        outcome = outcome_of(inspection.result) if inspection else None
        if outcome is not None:
            steps.propose(self.case, outcome)

    async def conclude(self) -> None:
        """¶10: within 7 working days, form a conclusion that gives the results of the inspection."""
        case = self.case
        if not self._at(Step.CONCLUDE):
            return
        while self._at(Step.CONCLUDE) and not case.signed:
            if case.inspection_reopened and self._inspected():
                case.inspection_reopened = False
                self._propose()
            if self._to_draft():
                steps.draft(case, self.flow.counted(), workflow.now())
            await self.flow.until(lambda: case.signed or not self._at(Step.CONCLUDE) or self._to_draft())
        conclusion = case.conclusion
        if not self._at(Step.CONCLUDE) or conclusion is None or conclusion.signed_at is None:
            return
        now = workflow.now()
        finish_step(case, self.flow.counted(), Step.CONCLUDE, conclusion.signed_at, now)
        case.outcome = conclusion.outcome
        finish_whole(case, self.flow.counted(), conclusion.signed_at, now)
        steps.send_reply(case, self.flow.counted())
        if case.appeal_due:
            case.begin(self.flow.counted(), Step.APPEAL, conclusion.signed_at)
            steps.send_appeal(case, self.flow.counted())
        else:
            case.skip(case.current(Step.APPEAL))
            case.step = Step.REPLY

    def _to_draft(self) -> bool:
        """Whether a draft is called for that is neither there nor being made."""
        case = self.case
        if case.inspection_reopened:
            return self._inspected()
        drafted = case.conclusion is not None and case.conclusion.document_id is not None
        return not drafted and Activity.DRAFT_CONCLUSION.value not in case.actions

    async def appeal(self) -> None:
        """¶10: where a ground is found, within 3 working days send an appeal for revocation of the registration."""
        case = self.case
        if not self._at(Step.APPEAL):
            return
        await self.flow.until(lambda: case.appeal is not None)
        if case.appeal is not None:
            finish_step(case, self.flow.counted(), Step.APPEAL, case.appeal.sent_at, workflow.now())
            case.step = Step.REPLY

    async def reply(self) -> None:
        """Tell the requesting customs; sent when the conclusion is signed, with no term in the order."""
        case = self.case
        if not self._at(Step.REPLY):
            return
        await self.flow.until(lambda: case.reply is not None and not self._fetching())
        steps.close(case, workflow.now())

    def _fetching(self) -> bool:
        return any(
            action.activity is Activity.FETCH_DOCUMENTS and action.state != "failed"
            for action in self.case.actions.values()
        )

    async def close(self) -> None:
        """The work is done: what is still under way is brought to its end, and the register told."""
        while True:
            await self.flow.until(self._settled)
            if self.case.open_escalations:  # raised since it closed: nobody could settle them any more
                steps.resolve_all(self.case, workflow.now())
                continue
            await self.flow.publish()
            if self._settled():
                return

    def _settled(self) -> bool:
        """Nothing is under way; ladders outlive the case, and one that could not be told holds up no case."""
        case = self.case
        told = all(escalation.sent for escalation in case.escalations) and ladders_know(case)
        ladders = (Activity.START_LADDER, Activity.TELL_LADDER)
        under_way = [a for a in case.actions.values() if a.activity not in ladders or a.state != "failed"]
        return told and not under_way and not self.flow.pending()


def _begin(given: list[Any]) -> Case:
    """The case of a new request, or the one that a run before this one carried so far."""
    if len(given) == 2 and workflow.info().continued_run_id is not None:
        return Case.model_validate(given[1])
    if len(given) != 1:
        raise Refusal(f"expected the request as one JSON object, got {len(given)} arguments")
    now = workflow.now()
    return Case(case_id=workflow.info().workflow_id, request=read_request(given[0], now), opened_at=now)


def _told(refusal: Refusal) -> ApplicationError:
    return ApplicationError(str(refusal), type=Refusal.__name__, non_retryable=True)
