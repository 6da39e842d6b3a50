"""Every path that a case can take, from its opening to its end, as a script of what people and systems do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from activities.interface import Activity
from rules.readings import READINGS
from tests.support.calendars import plain_days
from tests.support.cases import CaseUnderTest
from tests.support.messages import documents, inspection, signature
from tests.support.views import step_of
from tests.support.world import REX_RECORD, World

Path = Callable[[CaseUnderTest], Awaitable[None]]


async def valid(case: CaseUnderTest) -> None:
    """In order and in time; the messages come on different days."""
    await case.at_step("await_documents")
    await case.sleep_to(2)
    await case.signal("document_request_received", {**signed_off("p1"), "received_at": (await case.now()).isoformat()})
    await case.sleep_to(4)
    await case.signal("documents_arrived", documents("d1", "invoice"))
    await case.sleep_to(5)
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    await case.at_step("inspect")
    await case.sleep_to(8)
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.sleep_to(12)
    await case.signal("conclusion_signed", signature())
    await case.result()


async def appeal(case: CaseUnderTest) -> None:
    """A ground of ¶10: not valid, with an appeal."""
    await case.bring_to("conclude", grounds=["scheme_terms"])
    await case.sleep_to(3)
    await case.signal("conclusion_signed", signature())
    await case.result()


async def late(case: CaseUnderTest) -> None:
    """Every step late and the thirty days exceeded: every warning and every breach; one is acknowledged."""
    await case.at_step("await_documents")
    await case.sleep_to(9)
    until = case.day(12).isoformat()
    await case.update("acknowledge_escalation", escalation_id="await_documents.step_overdue", until=until)
    await case.signal("documents_arrived", documents(application={"name": "Altyn Dan"}))
    await case.at_step("inspect")
    await case.sleep_to(20)
    await case.signal("inspection_completed", inspection(grounds=["activity_ended"]))
    await case.drafted()
    await case.sleep_to(32)
    await case.signal("conclusion_signed", signature())
    await case.result()


async def rounds(case: CaseUnderTest) -> None:
    """Missing documents are asked for again from both steps, and the draft goes back twice."""
    await case.bring_to("inspect")
    await case.update("request_missing_documents", missing=["invoice"], remarks="page 2 is illegible")
    await case.until(lambda view: step_of(view, "await_documents", 2)["started_at"])
    await case.sleep_to(2)
    await case.signal("documents_arrived", documents("d2", "invoice"))
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection("i2"))
    await case.drafted()
    await case.update("return_conclusion", reason="a misprint")
    await case.drafted()
    await case.update("return_conclusion", reason="the dates differ", reopen_inspection=True)
    await case.signal("inspection_completed", inspection("i3", rex_data_match=False))
    await case.drafted()
    await case.update("request_missing_documents", missing=["origin_evidence"], remarks="of the second lot")
    await case.until(
        lambda view: view["step"] == "await_documents" and step_of(view, "await_documents", 3)["started_at"]
    )
    await case.signal("documents_arrived", documents("d3", "contract"))
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection("i4"))
    view = await case.drafted()
    await case.signal("conclusion_signed", signature(document_id=view["conclusion"]["document_id"]))
    await case.result()


async def recount(case: CaseUnderTest) -> None:
    """The calendar changes while a step runs, and again when it is late."""
    await case.bring_to("inspect")
    await case.sleep_to(3)
    off = [case.day(5).isoformat(), case.day(6).isoformat()]
    case.world.calendar = lambda first, last: plain_days(first, last, version="two days off", days_off={"decree": off})
    await case.update("recount", reason="a decree")
    await case.sleep_to(10)
    more = [*off, *(case.day(n).isoformat() for n in (7, 8, 9))]
    case.world.calendar = lambda first, last: plain_days(first, last, version="a week off", days_off={"decree": more})
    await case.update("recount", reason="another decree")
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.signal("conclusion_signed", signature())
    await case.result()


async def signed_file(case: CaseUnderTest) -> None:
    """The first signed file is refused, the second leaves; the draft before it was returned."""
    await case.bring_to("conclude")
    await case.update("return_conclusion", reason="a misprint")
    view = await case.drafted()
    draft = view["conclusion"]["document_id"]
    stored = {"document_id": f"sha256-{'ab' * 32}"}
    await case.signal(
        "conclusion_signed", signature("s1", document_id=draft, signed_file={**stored, "filename": "bad"})
    )
    await case.until(lambda view: view["rejected_count"] == 1)
    await case.signal("conclusion_signed", signature("s2", document_id=draft, signed_file=stored))
    await case.result()


async def withdrawn(case: CaseUnderTest) -> None:
    """The customs take their request back."""
    await case.bring_to("inspect")
    await case.sleep_to(2)
    await case.update("withdraw", reason="sent by mistake")
    await case.result()


async def without_documents(case: CaseUnderTest) -> None:
    """The documents do not come; it is concluded without them, and they come after all."""
    await case.at_step("await_documents")
    await case.sleep_to(7)
    await case.update("conclude_without_documents", reason="Atameken has none")
    await case.drafted()
    await case.signal("documents_arrived", documents())
    await case.until(lambda view: len(view["documents"]) == 2)
    await case.signal("conclusion_signed", signature())
    await case.result()


async def action_failed_and_retried(case: CaseUnderTest) -> None:
    """The request is sent by hand, the look-up done by hand, the draft and the reply tried again."""
    await case.until(lambda view: len(view["failed_actions"]) == 2)
    sent_at = (await case.now()).isoformat()
    await case.update("record_dispatch", sent_at=sent_at, letter_reference="L-17")
    await case.update("record_lookup", record=None, reason="REX was down")
    case.world.mend(Activity.LOOK_UP_REGISTRATION)
    await case.bring_to("inspect")
    await case.signal("inspection_completed", inspection(data_reliable=False))
    for which in (Activity.DRAFT_CONCLUSION, Activity.SEND_REPLY):
        await case.until(lambda view: view["failed_actions"])
        case.world.mend(which)
        await case.update("retry_action")
        if which is Activity.DRAFT_CONCLUSION:
            await case.drafted()
            await case.signal("conclusion_signed", signature())
    await case.result()


async def refused_messages(case: CaseUnderTest) -> None:
    """Everything that can be wrong with a message, a repeat, a bad document and a cancel, in between."""
    await case.at_step("await_documents")
    await case.signal("documents_arrived")
    await case.signal("documents_arrived", 1, 2)
    await case.signal("never_heard_of", {"message_id": "u"})
    await case.signal("conclusion_signed", signature("early"))
    await case.signal("inspection_completed", inspection("i1"))
    await case.handle.cancel()
    case.world.bad_documents = {"contract.pdf": "its sha256 differs"}
    await case.signal("documents_arrived", documents("d1", "contract", "invoice"))
    await case.signal("documents_arrived", documents("d1", "contract", "invoice"))
    await case.signal("documents_arrived", documents("d1", "invoice"))
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    await case.drafted()
    await case.signal("conclusion_signed", signature("early"))
    await case.result()


async def calendar_failed_at_first(case: CaseUnderTest) -> None:
    """No term can be counted until the calendar is there; what comes meanwhile is kept."""
    await case.until(lambda view: view["failed_actions"])
    await case.signal("documents_arrived", documents())
    await case.until(lambda view: view["documents"])
    case.world.mend(Activity.RECORD_CALENDAR)
    await case.update("retry_action", action="record_calendar")
    await case.at_step("inspect")
    await case.signal("inspection_completed", inspection())
    await case.drafted()
    await case.signal("conclusion_signed", signature())
    await case.result()


async def nobody_reached(case: CaseUnderTest) -> None:
    """Nobody of on-call is reached, so the head is notified at once; all is acknowledged; then it is resolved."""
    case.world.unreached = {"r20": "no such number"}
    await case.at_step("await_documents")
    await case.sleep_to(6)
    await case.until(lambda view: any(each["notified"] for each in view["escalations"]))
    await case.update("acknowledge_escalation", escalation_id="all", until=case.day(7).isoformat())
    await case.sleep_to(9, 15)
    await case.bring_to_end()


async def hastened(case: CaseUnderTest) -> None:
    """Atameken is out of reach; the request waits for its next try, and a person has it tried at once."""
    case.world.lose(Activity.REQUEST_DOCUMENTS)
    await case.sleep_days(0.02)
    case.world.mend(Activity.REQUEST_DOCUMENTS)
    await case.update("retry_action", action="request_documents")
    await case.at_step("await_documents")
    await case.bring_to_end()


async def failed_again(case: CaseUnderTest) -> None:
    """What gave up is tried again and gives up again, is done by hand, and the request is withdrawn by hand too."""
    await case.until(lambda view: view["failed_actions"])
    await case.update("retry_action")
    await case.until(lambda view: len(view["escalations"]) == 2)
    await case.update("record_dispatch", sent_at=(await case.now()).isoformat(), letter_reference="L-17")
    await case.at_step("await_documents")
    await case.update("withdraw", reason="sent by mistake")
    await case.result()


async def registration_changed(case: CaseUnderTest) -> None:
    """REX changes after the signature: the conclusion is returned; it changes again: the letters are released."""
    await case.bring_to("conclude")
    case.world.rex_record = {**REX_RECORD, "status": "revoked"}
    await case.signal("conclusion_signed", signature())
    await case.until(lambda view: view["conclusion"]["held_because"])
    await case.update("return_conclusion", reason="revoked meanwhile", reopen_inspection=True)
    await case.signal("inspection_completed", inspection("i2", registration="revoked"))
    view = await case.drafted()
    case.world.rex_record = {**REX_RECORD, "status": "revoked", "name": "Altyn Nan LLP"}
    await case.signal("conclusion_signed", signature("s2", document_id=view["conclusion"]["document_id"]))
    await case.until(lambda view: view["conclusion"]["held_because"])
    await case.update("release_conclusion", reason="a new name, nothing else")
    await case.result()


async def confirmed(case: CaseUnderTest) -> None:
    """A person confirms the request on its second day, before the letter of ¶7 leaves."""
    await case.until(lambda view: view["limit_at"])
    await case.sleep_to(1)
    await case.update("confirm_request", note="the seal is genuine")
    await case.at_step("await_documents")
    await case.bring_to_end()


async def read_strictly(case: CaseUnderTest) -> None:
    """Every reading is the other one, then one after the other changes back while the case goes on."""
    await case.at_step("await_documents")
    await case.signal("documents_arrived", documents("d1", "invoice"))
    await case.at_step("inspect")
    await case.sleep_to(3)
    await case.update("request_missing_documents", missing=["registration_application"], remarks="it is not there")
    await case.signal("documents_arrived", documents("d2", "registration_application"))
    await case.until(lambda view: not view["missing_documents"])
    await _change(case, "grounds", "any")
    await case.signal("inspection_completed", inspection(grounds=["scheme_terms"]))
    await case.drafted()
    await case.sleep_to(8)
    await _change(case, "thirty_end", "signature")
    await case.drafted()
    await _change(case, "appeal_starts", "signature")
    view = await case.drafted()
    await case.signal("conclusion_signed", signature(document_id=view["conclusion"]["document_id"]))
    await case.result()


async def _change(case: CaseUnderTest, reading: str, option: str) -> None:
    await case.update("change_reading", reading=reading, option=option, reason="the lawyers have decided")


def signed_off(message_id: str) -> dict[str, str]:
    """What every message carries."""
    return {"message_id": message_id, "sent_by": "Atameken"}


PATHS: dict[str, Path] = {
    path.__name__: path
    for path in (
        valid,
        appeal,
        late,
        rounds,
        recount,
        signed_file,
        withdrawn,
        without_documents,
        action_failed_and_retried,
        refused_messages,
        calendar_failed_at_first,
        nobody_reached,
        hastened,
        failed_again,
        registration_changed,
        confirmed,
        read_strictly,
    )
}

REFUSING: dict[str, tuple[Activity, ...]] = {
    "action_failed_and_retried": (
        Activity.REQUEST_DOCUMENTS,
        Activity.LOOK_UP_REGISTRATION,
        Activity.DRAFT_CONCLUSION,
        Activity.SEND_REPLY,
    ),
    "calendar_failed_at_first": (Activity.RECORD_CALENDAR,),
    "failed_again": (Activity.REQUEST_DOCUMENTS,),
}
"""What refuses from the start, by path."""


def world_of(path: str, world: World) -> World:
    """The world as a path needs it before the case is opened."""
    for which in REFUSING.get(path, ()):
        world.refuse(which, "not today")
    world.confirm_request = path == "confirmed"
    if path == "signed_file":
        world.bad_signed_files["bad"] = "a signature in it does not hold"
    if path == "read_strictly":
        world.readings = {name: str(list(reading.options)[-1]) for name, reading in READINGS.items()}
    return world
