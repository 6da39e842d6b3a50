from __future__ import annotations

import hashlib
import json
import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.atameken import AtamekenActivities, atameken_client
from activities.document_store import DocumentStore
from activities.interface import ErrorKind
from activities.letter_book import LetterBook
from activities.outgoing import Appeal, DocumentRequest, Letter, MadeLetter, Reminder, Taken, Withdrawal
from register.letter_numbers import letters_made
from rules.messages import Ground
from simulators.atameken import create_app
from tests.activities.failing import at_attempt, failing
from tests.servers import Answer, Host, running

TOKEN = "s3cret-t0ken"
NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)

ABOUT: dict[str, Any] = {
    "case_id": "rex-ch-1",
    "rex_number": "KZREX18034001",
    "exporter": {"name": "Қостанай Дән Экспорт ЖШС", "bin": "180340021791"},
    "country": "CH",
    "authority": "Federal Office for Customs and Border Security",
    "reference": "1",
    "received_on": date(2026, 2, 27),
}
SENT_BEFORE = Letter(number="REX/26-ZP-0001", date=date(2026, 3, 2))
REQUEST = DocumentRequest(
    **ABOUT,
    key="rex-ch-1.request_documents.1",
    documents_wanted=["registration_application", "origin_evidence"],
    respond_by=date(2026, 3, 10),
)
REMINDER = Reminder(
    **ABOUT,
    key="r1",
    request_id="1",
    request_letter=SENT_BEFORE,
    last_day=date(2026, 3, 10),
    late_days=0,
    count=1,
    missing=["registration_application"],
    message="Due.",
)
WITHDRAWAL = Withdrawal(
    **ABOUT, key="w1", request_id="1", request_letter=SENT_BEFORE, reason="withdrawn by the customs"
)
APPEAL = Appeal(
    **ABOUT,
    key="rex-ch-1.appeal.1",
    grounds=[Ground.ACTIVITY_ENDED],
    conclusion_number="REXV-1/C",
    conclusion_date=date(2026, 3, 30),
    conclusion_sha256="a" * 64,
)


BOOK: list[LetterBook] = []


@pytest.fixture(autouse=True)
def book(sqlite_register: Engine, tmp_path: Path) -> Iterator[LetterBook]:
    """The book in which the letters of a test get their numbers."""
    made = LetterBook(sqlite_register, DocumentStore(str(tmp_path / "documents")), clock=lambda: NOW)
    BOOK.append(made)
    yield made
    BOOK.pop()


@asynccontextmanager
async def atameken(app: Any, seconds: float = 5) -> AsyncIterator[tuple[AtamekenActivities, httpx.AsyncClient]]:
    """The activities at a server, and a client that looks at that server."""
    async with (
        running(app) as url,
        atameken_client(url, TOKEN, seconds) as client,
        httpx.AsyncClient(base_url=url, verify=False) as look,
    ):
        yield AtamekenActivities(client, BOOK[0], clock=lambda: NOW), look


async def taking(send: Callable[[Any], Any], letter: Any, scheduled: datetime = NOW - timedelta(minutes=1)) -> Taken:
    """Send a letter in an activity that was scheduled then."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, scheduled_time=scheduled)
    taken: Taken = await environment.run(send, letter)
    return taken


def simulator() -> Any:
    return create_app(TOKEN, clock=lambda: NOW - timedelta(seconds=2))


async def test_the_request_is_taken_once_however_often_it_is_sent() -> None:
    async with atameken(simulator()) as (activities, look):
        first = await taking(activities.request_documents, REQUEST)
        again = await taking(activities.request_documents, REQUEST)
        taken = (await look.get("/simulator/requests")).json()
    assert first == again
    assert first.sent_at == first.received_at == NOW - timedelta(seconds=2)
    assert [(each["id"], each["times"]) for each in taken] == [(first.reference, 2)]


async def test_every_letter_has_the_body_and_the_key_of_the_contract(book: LetterBook) -> None:
    async with atameken(simulator()) as (activities, look):
        taken = await taking(activities.request_documents, REQUEST)
        reminded = await activities.remind_atameken(REMINDER.model_copy(update={"request_id": taken.reference}))
        assert (reminded.reference, reminded.sent_at, reminded.received_at) == (taken.reference, NOW, None)
        withdrawn = await activities.withdraw_request(WITHDRAWAL.model_copy(update={"request_id": taken.reference}))
        appeal = await taking(activities.appeal_for_revocation, APPEAL)
        books = {
            name: (await look.get(f"/simulator/{name}")).json()[0]
            for name in ("requests", "reminders", "withdrawals", "appeals")
        }
    assert (books["requests"]["key"], books["requests"]["body"]) == (
        "rex-ch-1.request_documents.1",
        {
            "case_id": "rex-ch-1",
            "rex_number": "KZREX18034001",
            "exporter": {"name": "Қостанай Дән Экспорт ЖШС", "address": None, "bin": "180340021791"},
            "documents_wanted": ["registration_application", "origin_evidence"],
            "respond_by": "2026-03-10",
            "letter": await as_sent(taken.letter, book),
        },
    )
    assert [each.letter.number for each in (taken, reminded, withdrawn, appeal)] == [
        "REX/26-ZP-0001",
        "REX/26-NP-0001",
        "REX/26-OT-0001",
        "REX/26-OB-0001",
    ]
    assert (books["reminders"]["key"], books["reminders"]["request_id"], books["reminders"]["body"]) == (
        "r1",
        taken.reference,
        {
            "case_id": "rex-ch-1",
            "last_day": "2026-03-10",
            "message": "Due.",
            "letter": await as_sent(reminded.letter, book),
        },
    )
    assert (books["withdrawals"]["key"], books["withdrawals"]["request_id"], books["withdrawals"]["body"]) == (
        "w1",
        taken.reference,
        {
            "case_id": "rex-ch-1",
            "reason": "withdrawn by the customs",
            "letter": await as_sent(withdrawn.letter, book),
        },
    )
    assert (books["appeals"]["id"], books["appeals"]["key"], books["appeals"]["body"]) == (
        appeal.reference,
        "rex-ch-1.appeal.1",
        {
            "case_id": "rex-ch-1",
            "rex_number": "KZREX18034001",
            "grounds": ["activity_ended"],
            "conclusion": {"number": "REXV-1/C", "date": "2026-03-30", "sha256": "a" * 64},
            "letter": await as_sent(appeal.letter, book),
        },
    )


async def as_sent(made: MadeLetter, book: LetterBook) -> dict[str, str]:
    """The letter over the interface: what is in the store."""
    pdf = await book.store.read(made.document_id)
    assert made.document_id == f"sha256-{made.sha256}"
    return {
        "number": made.number,
        "date": made.date.isoformat(),
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "pdf": b64encode(pdf).decode(),
    }


async def test_a_letter_that_cannot_be_sent_is_made_once_and_kept(sqlite_register: Engine, book: LetterBook) -> None:
    async with atameken(simulator()) as (activities, look):
        await look.post("/simulator/faults", json={"status": 503, "times": None})
        for _ in range(3):
            with failing(ErrorKind.UNREACHABLE):
                await taking(activities.request_documents, REQUEST)
        [kept] = letters_made(sqlite_register, "rex-ch-1")
        await look.delete("/simulator/faults")
        taken = await taking(activities.request_documents, REQUEST)
    assert (taken.letter.number, taken.letter.document_id) == (kept.number, kept.document_id)
    assert (await book.store.read(taken.letter.document_id)).startswith(b"%PDF")


async def test_a_request_whose_answer_got_lost_is_not_taken_twice() -> None:
    async with atameken(simulator()) as (activities, look):
        await look.post(
            "/simulator/faults", json={"path_prefix": "/document-requests", "status": "drop", "after": True}
        )
        with failing(ErrorKind.UNREACHABLE) as failure:
            await taking(activities.request_documents, REQUEST)
        await taking(activities.request_documents, REQUEST)
        taken = (await look.get("/simulator/requests")).json()
    assert failure.message.startswith("Atameken (document request) is out of reach: the line was lost")
    assert [each["times"] for each in taken] == [2]


async def test_the_same_key_with_another_body_is_refused() -> None:
    async with atameken(simulator()) as (activities, _):
        await taking(activities.request_documents, REQUEST)
        with failing(ErrorKind.REFUSED) as failure:
            await taking(activities.request_documents, REQUEST.model_copy(update={"case_id": "rex-ch-2"}))
    assert failure.message == (
        "Atameken (document request) answered 409: this Idempotency-Key was used before for something else"
    )


async def test_a_reminder_of_an_unknown_request_is_refused() -> None:
    async with atameken(simulator()) as (activities, _):
        with failing(ErrorKind.REFUSED):
            await activities.remind_atameken(REMINDER.model_copy(update={"request_id": "../x/y?z"}))


async def test_an_id_is_no_way_to_another_path() -> None:
    host = Host()
    async with atameken(host) as (activities, _):
        with failing(ErrorKind.REFUSED):
            await activities.withdraw_request(WITHDRAWAL.model_copy(update={"request_id": "a/../../b?c#d"}))
    assert host.asked == ["/document-requests/a/../../b?c#d/withdrawal"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (503, ErrorKind.UNREACHABLE),
        (429, ErrorKind.UNREACHABLE),
        (500, ErrorKind.UNREACHABLE),
        (400, ErrorKind.REFUSED),
        (403, ErrorKind.REFUSED),
    ],
)
async def test_the_errors_of_atameken_are_told_apart(status: int, kind: ErrorKind) -> None:
    async with atameken(simulator()) as (activities, look):
        await look.post("/simulator/faults", json={"status": status, "retry_after": 17})
        with failing(kind) as failure:
            await taking(activities.appeal_for_revocation, APPEAL)
        assert (await look.get("/simulator/appeals")).json() == []
    assert failure.error is not None
    assert failure.error.next_retry_delay == (timedelta(seconds=17) if kind is ErrorKind.UNREACHABLE else None)


PAGE = Answer(b"<html>Log in</html>", headers={"Content-Type": "text/html"})


@pytest.mark.parametrize("answer", [PAGE, Answer(status=302, headers={"Location": "/login"})])
async def test_a_proxy_s_page_takes_no_letter_and_a_person_sees_it_at_the_third_attempt(answer: Answer) -> None:
    paths = (
        "/document-requests",
        "/document-requests/1/reminders",
        "/document-requests/1/withdrawal",
        "/revocation-appeals",
    )
    async with atameken(Host(dict.fromkeys(paths, answer))) as (activities, _):
        for attempt, kind in ((1, ErrorKind.UNREACHABLE), (2, ErrorKind.UNREACHABLE), (3, ErrorKind.BROKEN)):
            for send, letter in (
                (activities.request_documents, REQUEST),
                (activities.remind_atameken, REMINDER),
                (activities.withdraw_request, WITHDRAWAL),
                (activities.appeal_for_revocation, APPEAL),
            ):
                with failing(kind):
                    await at_attempt(attempt, send, letter)  # type: ignore[arg-type]  # each with its own letter


async def test_an_atameken_that_hangs_is_out_of_reach() -> None:
    async with atameken(simulator(), seconds=0.2) as (activities, look):
        await look.post("/simulator/faults", json={"status": "hang"})
        with failing(ErrorKind.UNREACHABLE):
            await taking(activities.request_documents, REQUEST)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"received_at": "2026-03-02T09:30:00+05:00"}, "request_id: is required"),
        ({"request_id": "", "received_at": None}, "request_id: "),
        ({"request_id": 7, "received_at": None}, "request_id: "),
        ({"request_id": "1"}, "received_at: is required"),
        ({"request_id": "1", "received_at": "2026-03-02T09:30:00"}, "received_at: the time has no offset"),
        ({"request_id": "1", "received_at": "2 March 2026"}, "received_at: expected a time as in"),
        ({"request_id": "1", "received_at": 1772424000}, "received_at: expected a time as in"),
        (
            {"request_id": "1", "received_at": "2026-03-02T09:36:00+05:00"},
            "received_at: 2026-03-02T04:36:00Z lies in the future",
        ),
        ([], "expected a JSON object"),
    ],
)
async def test_an_answer_that_does_not_fit_is_broken_and_names_the_field(answer: Any, said: str) -> None:
    host = Host({"/document-requests": Answer(json.dumps(answer).encode(), 201)})
    async with atameken(host) as (activities, _):
        with failing(ErrorKind.BROKEN) as failure:
            await taking(activities.request_documents, REQUEST)
    assert failure.message.startswith(f"Atameken (document request): {said}")


async def test_a_receipt_without_a_time_is_taken_as_unknown_and_further_fields_are_ignored() -> None:
    host = Host({"/revocation-appeals": Answer(b'{"appeal_id": "A-1", "received_at": null, "clerk": "x"}', 201)})
    async with atameken(host) as (activities, _):
        taken = await taking(activities.appeal_for_revocation, APPEAL)
    assert (taken.reference, taken.sent_at, taken.received_at) == ("A-1", NOW, None)


MIDNIGHT = datetime(2026, 3, 5, 19, tzinfo=UTC)
"""24:00 in Almaty."""


@pytest.mark.parametrize(
    ("received", "scheduled", "sent"),
    [
        pytest.param(-10, -15, -10, id="what it took before midnight was sent before midnight"),
        pytest.param(-60, -15, -15, id="never before it was asked, for its clock may be slow"),
        pytest.param(60, -15, 5, id="never after its answer, for its clock may be fast"),
        pytest.param(None, -15, 5, id="where it gives no time, as it answers"),
    ],
)
async def test_where_an_answer_came_with_a_later_try_the_letter_was_sent_when_the_interface_took_it(
    received: int | None, scheduled: int, sent: int
) -> None:
    def after_midnight(seconds: int) -> datetime:
        return MIDNIGHT + timedelta(seconds=seconds)

    received_at = None if received is None else after_midnight(received).isoformat()
    for letter, path, name in (
        (REQUEST, "/document-requests", "request_id"),
        (APPEAL, "/revocation-appeals", "appeal_id"),
    ):
        answer = json.dumps({name: "A-1", "received_at": received_at}).encode()
        async with running(Host({path: Answer(answer, 201)})) as url, atameken_client(url, TOKEN) as client:
            activities = AtamekenActivities(client, BOOK[0], clock=lambda: after_midnight(5))
            send = activities.request_documents if letter is REQUEST else activities.appeal_for_revocation
            taken = await taking(send, letter, after_midnight(scheduled))
        assert taken.sent_at == after_midnight(sent)


async def test_a_wrong_token_is_refused_and_stands_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with running(create_app("another")) as url, atameken_client(url, TOKEN) as client:
        with failing(ErrorKind.REFUSED) as failure:
            await taking(AtamekenActivities(client, BOOK[0]).request_documents, REQUEST)
    assert failure.message.startswith("Atameken (document request) answered 401")
    assert TOKEN not in failure.message + repr(failure.error) + caplog.text


async def test_the_token_goes_to_atamekens_origin_and_to_no_other() -> None:
    ours, other = Host(), Host()
    async with running(ours) as url, running(other) as elsewhere, atameken_client(url, TOKEN) as client:
        await client.get("/a")
        await client.get(f"{elsewhere}/b")
        await client.get(url.replace("127.0.0.1", "localhost") + "/c")
    assert ours.headers[0]["authorization"] == f"Bearer {TOKEN}"
    assert ["authorization" in each for each in [*other.headers, *ours.headers[1:]]] == [False, False]
