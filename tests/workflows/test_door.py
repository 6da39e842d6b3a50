"""What comes through the gateway is known by its seal; what pretends to is refused, and so is the rest where told."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.interface import Activity
from gateway.signing import Signer, authenticated
from rules.refusal import Refusal
from rules.seal import NOT_SEALED, REQUEST
from tests.support.calendars import at
from tests.support.driver import Driver
from tests.support.messages import documents, inspection
from tests.support.requests import request
from tests.support.world import World

CASE = "rex-ch-1"
OPENED = at(datetime(2026, 3, 2, tzinfo=UTC).date(), 9)
"""A Monday."""


def new_signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


def keys(*signers: Signer) -> dict[str, str]:
    return {each.key_id: base64.b64encode(each.public).decode() for each in signers}


class Office:
    """A case in memory and the gateway before it."""

    def __init__(self, *, only: bool = False, known: bool = True, sealed: bool = True) -> None:
        self.world, self.signer = World(), new_signer()
        self.world.door_keys = keys(self.signer) if known else {}
        self.world.only_authenticated = only
        given = request(OPENED)
        if sealed:
            given = self.signer.sealed(given, CASE, REQUEST, authenticated("front office", "token", OPENED))
        self.case = Driver(self.world, CASE, given, OPENED)

    def sealed(self, name: str, content: dict[str, Any], **other: Any) -> dict[str, Any]:
        """As the gateway passes it on, from whoever the content names."""
        client = str(other.get("client") or content.get("sent_by") or content.get("by"))
        who = authenticated(client, "token", other.get("at") or self.case.now)
        case_id = other.get("case_id", CASE)
        return self.signer.sealed(content, case_id, name, who, update_id=other.get("update_id"))

    def view(self) -> dict[str, Any]:
        return self.case.view()

    @property
    def refused(self) -> list[str]:
        return [each["reason"] for each in self.view()["rejected_messages"]]

    async def bring_to_await_documents(self) -> None:
        await self.case.settle()
        assert self.view()["step"] == "await_documents"


async def test_query_log_and_page_say_who_was_authenticated_and_the_gateways_stamp_is_the_arrival() -> None:
    office = Office()
    await office.bring_to_await_documents()
    stamped = office.case.now + timedelta(days=1)
    await office.case.sleep_until(stamped + timedelta(hours=20))
    await office.case.signal("documents_arrived", office.sealed("documents_arrived", documents(), at=stamped))
    view = office.view()
    assert view["step"] == "inspect"
    assert datetime.fromisoformat(view["documents"][0]["arrived_at"]) == stamped
    assert office.world.calls[Activity.READ_ARRIVALS] == []
    told = {"client": "Atameken", "how": "token", "received_at": view["documents"][0]["arrived_at"]}
    assert view["authenticated"][1] == {"name": "documents_arrived", "message_id": "d1", **told}
    assert view["authenticated"][0]["client"] == "front office"
    lines = {line.what: line for entries in office.world.written for line in entries.log}
    assert lines["documents_arrived"].details["authenticated"] == told
    assert lines["request_authenticated"].who == "front office"
    assert "Came through the gateway" in office.case.page()


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (lambda office, message: office.sealed("inspection_completed", message), "door.signature"),
        (lambda office, message: office.sealed("documents_arrived", message, case_id="rex-ch-2"), "door.signature"),
        (
            lambda office, message: office.sealed("documents_arrived", message) | {"via_representative": True},
            "door.sig",
        ),
        (lambda office, message: _with(office, message, client="front office"), "door.signature"),
        (lambda office, message: _with(office, message, received_at="2026-03-02T00:00:00Z"), "door.signature"),
        (lambda office, message: _with(office, message, signature="nonsense"), "door.signature"),
        (lambda office, message: _with(office, message, key_id="0" * 16), "door.key_id"),
        (lambda office, message: _with(office, message, key_id=None), "door: key_id"),
        (
            lambda office, message: office.sealed("documents_arrived", message, client="front office"),
            "Atameken is named",
        ),
    ],
    ids=["name", "case", "content", "client", "time", "signature", "key", "form", "another's name"],
)
async def test_what_only_pretends_to_have_come_through_the_gateway_is_refused(forged: Any, reason: str) -> None:
    office = Office()
    await office.bring_to_await_documents()
    await office.case.signal("documents_arrived", forged(office, documents()))
    [said] = office.refused
    assert reason in said
    assert office.view()["documents"] == []


def _with(office: Office, message: dict[str, Any], **other: Any) -> dict[str, Any]:
    sealed = office.sealed("documents_arrived", message)
    return {**sealed, "door": {**sealed["door"], **other}}


async def test_what_comes_past_the_gateway_is_taken_unless_the_office_takes_nothing_else() -> None:
    office = Office(sealed=False)
    await office.bring_to_await_documents()
    await office.case.signal("documents_arrived", documents())
    assert office.view()["step"] == "inspect"
    assert office.view()["authenticated"] == []


async def test_an_office_that_takes_nothing_else_refuses_keeps_and_escalates_messages_and_decisions() -> None:
    office = Office(only=True)
    await office.bring_to_await_documents()
    await office.case.signal("documents_arrived", documents())
    with pytest.raises(Refusal, match="did not come through the gateway"):
        await office.case.update("withdraw", {"by": "The Minister", "reason": "no"})
    view = office.view()
    assert (view["step"], view["outcome"], view["documents"]) == ("await_documents", None, [])
    assert [each["name"] for each in view["rejected_messages"]] == ["documents_arrived", "withdraw"]
    assert office.refused == [NOT_SEALED] * 2
    [escalation] = [each for each in view["escalations"] if each["kind"] == "message_rejected"]
    assert "2 messages refused" in escalation["summary"]
    kept = [each for entries in office.world.written for each in entries.refused_messages]
    assert [(each.name, "The Minister" in (each.body or "")) for each in kept] == [
        ("documents_arrived", False),
        ("withdraw", True),
    ]


async def test_such_an_office_opens_no_case_that_did_not_come_through_the_gateway() -> None:
    office = Office(only=True, sealed=False)
    await office.case.settle()
    assert NOT_SEALED in str(office.case.failed)


async def test_a_request_whose_seal_does_not_hold_opens_no_case() -> None:
    office = Office(known=False)
    await office.case.settle()
    assert "is no key of the gateway" in str(office.case.failed)


async def test_a_message_that_comes_before_the_case_knows_whose_it_takes_is_judged_once_it_does() -> None:
    office = Office(only=True)
    office.world.lose(Activity.RECORD_CALENDAR)
    await office.case.signal("documents_arrived", documents("past"))
    await office.case.signal("documents_arrived", office.sealed("documents_arrived", documents("through")))
    assert office.refused == []
    office.world.mend(Activity.RECORD_CALENDAR)
    await office.case.sleep_until(office.case.now + timedelta(minutes=1))
    assert office.refused == [NOT_SEALED]
    assert {each["message_id"] for each in office.view()["documents"]} == {"through"}


async def test_nobody_ends_a_case_past_the_gateway_before_it_knows_whose_decisions_it_takes() -> None:
    office = Office(only=True)
    office.world.refuse(Activity.RECORD_CALENDAR)
    await office.case.settle()
    decision = {"by": "A. Nurlan", "reason": "not needed"}
    with pytest.raises(Refusal, match="not recorded yet"):
        await office.case.update("withdraw", decision)
    await office.case.update("withdraw", office.sealed("withdraw", decision))
    assert office.view()["outcome"] == "withdrawn"


async def test_a_key_that_the_case_does_not_know_is_asked_for_once_a_minute_at_the_most() -> None:
    office = Office()
    await office.bring_to_await_documents()
    old, office.signer = office.signer, new_signer()
    office.world.door_keys = keys(old, office.signer)
    await office.case.signal("documents_arrived", office.sealed("documents_arrived", documents()))
    assert office.view()["step"] == "inspect"
    asked = office.world.attempts
    assert asked[Activity.READ_DOOR_KEYS] == 1
    office.signer = new_signer()
    for number in range(5):
        await office.case.signal(
            "inspection_completed", office.sealed("inspection_completed", inspection(f"i{number}"))
        )
    assert asked[Activity.READ_DOOR_KEYS] == 1
    assert len(office.refused) == 5
    await office.case.sleep_until(office.case.now + timedelta(minutes=2))
    office.world.door_keys |= keys(office.signer)
    decision = {"by": "A. Nurlan", "reason": "not needed"}
    await office.case.update("withdraw", office.sealed("withdraw", decision))
    assert office.view()["outcome"] == "withdrawn"
    assert asked[Activity.READ_DOOR_KEYS] == 2


async def test_where_the_keys_cannot_be_read_the_message_is_refused_and_the_case_goes_on() -> None:
    office = Office()
    await office.bring_to_await_documents()
    office.world.refuse(Activity.READ_DOOR_KEYS)
    office.signer = new_signer()
    await office.case.signal("documents_arrived", office.sealed("documents_arrived", documents()))
    assert "door.key_id" in office.refused[0]
    assert office.view()["failed_actions"] == []


@pytest.mark.parametrize(
    ("other", "reason"),
    [({"update_id": "another"}, "for another update"), ({"at": OPENED - timedelta(hours=1)}, "too long ago")],
)
async def test_a_decision_cannot_be_copied_and_sent_again(other: dict[str, Any], reason: str) -> None:
    office = Office()
    await office.bring_to_await_documents()
    decision = {"by": "A. Nurlan", "reason": "not needed"}
    with pytest.raises(Refusal, match=reason):
        await office.case.update("withdraw", office.sealed("withdraw", decision, **other))
    assert office.view()["outcome"] is None


async def test_a_decision_through_the_gateway_is_known_by_whom() -> None:
    office = Office(only=True)
    await office.bring_to_await_documents()
    for name, message in (("documents_arrived", documents()), ("inspection_completed", inspection())):
        await office.case.signal(name, office.sealed(name, message))
    decision = {"by": "B. Omarov", "signature_reference": "14-02/31"}
    await office.case.update("sign_conclusion", office.sealed("sign_conclusion", decision))
    view = office.view()
    assert view["outcome"] == "valid"
    assert view["authenticated"][-1]["name"] == "sign_conclusion"
    assert view["authenticated"][-1]["client"] == "B. Omarov"
    lines = [line for entries in office.world.written for line in entries.log if line.what == "sign_conclusion"]
    assert lines[0].details["authenticated"]["client"] == "B. Omarov"
