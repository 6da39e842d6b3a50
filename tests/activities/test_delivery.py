"""Rungs reach people through real mail and web servers and a real register, each recipient once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import delivery
from activities.delivery import DeliveryActivities
from activities.interface import ErrorKind, Notification, Settlement, Telling, Told
from escalation.kinds import Escalation
from escalation.ladder import Language
from escalation.ladder_file import Ladders, read_ladders
from notifications.channel import fault_of, send
from notifications.notice import bundle_of, notice_of
from register.database import open_register
from register.outbox import attempts_of, notifications_of
from simulators import mail

CASE = "rex-ch-2026-0042"
CERTIFICATE = Path(__file__).parent / "certificates" / "mail.gov.example.pem"


class Hook:
    """A chat service: answers ``answers`` in turn, then 200, and keeps what it was told."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.arrived = threading.Semaphore(0)
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.port = 0

    def url(self, name: str = "T0KEN") -> str:
        return f"json://hookuser:hooksecret@127.0.0.1:{self.port}/{name}"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            made.arrived.release()
            made.may_answer.wait(10)
            self.send_response(made.answers.pop(0) if made.answers else 200)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PAUSES", (timedelta(milliseconds=10), timedelta(milliseconds=20)))


@asynccontextmanager
async def inbox(folder: Path, **options: Any) -> AsyncIterator[int]:
    server = await mail.start(folder, 0, **options)
    try:
        yield mail.port_of(server)
    finally:
        server.close()


def letters(folder: Path) -> list[EmailMessage]:
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return [each for each in found if isinstance(each, EmailMessage)]


def ladders(*urls: str, more: str = "") -> Ladders:
    levels = "".join(f"[levels.{level}]\nrecipients = {json.dumps(list(urls))}\n" for level in (1, 2, 3))
    return read_ladders(levels + more, "escalation.toml", {})


def telling(of: Ladders, *, case: str = CASE, urgent: bool = True, rung: int = 1, **changes: Any) -> Telling:
    about = {
        "key": f"{case}.inspect.step_overdue.2",
        "case_id": case,
        "escalation_id": "inspect.step_overdue",
        "kind": "step_overdue",
        "level": 2,
        "step": "inspect",
        "paragraph": 9,
        "summary": "inspect (¶9) is overdue: its last day was 2026-12-01",
        "what_to_do": "Inspect the documents, then send the signal `inspection_completed`.",
        "due_at": "2026-12-01T19:00:00Z",
        "last_day": "2026-12-01",
        "risk": "tight",
        "reserve_days": 1,
        "exporter": "ТОО «Өндіріс» & Co <b>",
        "reference": "2026/0042",
    }
    given: dict[str, Any] = {
        "rung": rung,
        "level": 2,
        "recipients": of.plans[Escalation.STEP_OVERDUE].levels[2].recipients,
        "language": Language.ENGLISH,
        "told_on": date(2026, 12, 2),
        "since": datetime(2026, 12, 1, 19, tzinfo=UTC),
        "working_days_left": -1,
        **changes,
    }
    return Telling(notification=Notification.model_validate(about), urgent=urgent, **given)


class Teller:
    """The activity over its attempts, as Temporal runs it: the heartbeat of one is handed to the next."""

    def __init__(self, register: Engine, of: Ladders, **options: Any) -> None:
        self.activities = DeliveryActivities(register, of, "https://temporal.gov.example/", "default", **options)
        self.heartbeat: tuple[Any, ...] = ()

    async def tell(self, what: Telling, environment: ActivityEnvironment | None = None) -> Told:
        environment = environment or ActivityEnvironment()
        environment.info = replace(environment.info, heartbeat_details=json.loads(json.dumps(self.heartbeat)))
        environment.on_heartbeat = self._beat
        told: Told = await environment.run(self.activities.tell_rung, what)
        return told

    def _beat(self, *details: Any) -> None:
        self.heartbeat = details


def states(register: Engine, case: str = CASE) -> list[str]:
    return [row["state"] for row in notifications_of(register, case)]


async def test_a_web_service_that_answers_500_and_then_200_has_it_once_and_both_are_on_record(
    register: Engine, hook: Hook
) -> None:
    hook.answers.append(500)
    of = ladders(hook.url())
    told = await Teller(register, of).tell(telling(of))
    assert len(told.sent) == 1
    assert len(hook.calls) == 2
    assert hook.calls[0] == hook.calls[1]
    tries = attempts_of(register, CASE)
    assert [(each["scheme"], each["sent"]) for each in tries] == [("json", False), ("json", True)]
    assert "500" in tries[0]["error"]
    assert states(register) == ["sent"]


async def test_an_email_goes_over_starttls_with_login(
    register: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    async with inbox(tmp_path / "mail", login="rex:s3cret", certificate=CERTIFICATE) as port:
        server = f"127.0.0.1:{port}?mode=starttls&verify=no&from=rex@trade.gov.example&to=head@trade.gov.example"
        of = ladders(f"mailtos://rex:s3cret@{server}", f"mailtos://rex:wrong@{server}")
        told = await Teller(register, of).tell(telling(of))
    assert (len(told.sent), len(told.failed)) == (1, 1)
    [letter] = letters(tmp_path / "mail")
    assert letter["To"] == "head@trade.gov.example"
    assert letter["X-REX-Notice"] == f"{CASE}.inspect.step_overdue.1"
    assert letter["Subject"].startswith(f"[REX L2] 2026-12-01 {CASE} step_overdue: inspect (¶9) is overdue")
    html, plain = letter.get_body(("html",)), letter.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "ТОО «Өндіріс» &amp; Co &lt;b&gt;" in html.get_content()
    assert "ТОО «Өндіріс» & Co <b>" in plain.get_content()
    assert "s3cret" not in str(told) + str(attempts_of(register, CASE))


async def test_the_first_goes_at_once_and_the_next_together(register: Engine, hook: Hook) -> None:
    of = ladders(hook.url(), more="[delivery]\nbundle_minutes = 0.1\n")
    teller = Teller(register, of)
    assert len((await teller.tell(telling(of, case="rex-ch-1", urgent=False))).sent) == 1
    waiting = [await Teller(register, of).tell(telling(of, case=f"rex-ch-{n}", urgent=False)) for n in (2, 3, 4)]
    [until] = {instant for told in waiting for instant in told.waiting.values()}
    assert len(hook.calls) == 1
    await asyncio.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))
    for number in (2, 3, 4):
        told = await Teller(register, of).tell(telling(of, case=f"rex-ch-{number}", urgent=False))
        assert len(told.sent) == 1
    assert len(hook.calls) == 2
    together = hook.calls[1]
    assert together["title"] == "[REX L2] 2026-12-01 3 notices: rex-ch-2, rex-ch-3, rex-ch-4"
    for number in (2, 3, 4):
        assert f"rex-ch-{number}.inspect.step_overdue.1" in together["message"]


async def test_what_is_urgent_is_never_gathered(register: Engine, hook: Hook) -> None:
    of = ladders(hook.url())
    for number in range(5):
        await Teller(register, of).tell(telling(of, case=f"rex-ch-{number}"))
    assert len(hook.calls) == 5


async def test_telling_again_tells_nobody_twice(register: Engine, hook: Hook) -> None:
    of = ladders(hook.url("a"), hook.url("b"))
    for _ in range(3):
        told = await Teller(register, of).tell(telling(of))
        assert len(told.sent) == 2
    assert len(hook.calls) == 2


async def test_one_who_fails_holds_up_nobody_and_is_tried_until_it_is_through(register: Engine, hook: Hook) -> None:
    of = ladders("json://127.0.0.1:9/x", hook.url())
    told = await Teller(register, of).tell(telling(of))
    assert (len(told.sent), len(told.failed)) == (1, 1)
    with pytest.raises(ApplicationError, match=r"level 2: recipient .* Connection error") as raised:
        await Teller(register, of).tell(telling(of, persist=True))
    assert raised.value.type == ErrorKind.UNREACHABLE
    assert "127.0.0.1" not in raised.value.message
    assert sorted(states(register)) == ["failed", "sent"]


async def test_with_the_register_out_of_reach_people_are_told_and_it_is_recorded_later(
    register: Engine, hook: Hook, tmp_path: Path
) -> None:
    gone = open_register(f"sqlite:///{tmp_path}/no/such/folder/register.db")
    of = ladders(hook.url())
    teller = Teller(gone, of)
    told = await teller.tell(telling(of))
    assert told.sent == told.unrecorded
    assert len(hook.calls) == 1
    with pytest.raises(ApplicationError, match="not recorded yet"):
        await teller.tell(telling(of, persist=True, recorded_later=tuple(told.unrecorded)))
    await Teller(register, of).tell(telling(of, persist=True, recorded_later=tuple(told.unrecorded)))
    assert len(hook.calls) == 1
    assert states(register) == ["sent"]


async def test_that_it_is_settled_is_told_to_those_who_were_called_only(register: Engine, hook: Hook) -> None:
    of = ladders(hook.url("a"), hook.url("b"))
    both = of.plans[Escalation.STEP_OVERDUE].levels[2].recipients
    await Teller(register, of).tell(telling(of, recipients=both[:1]))
    settled = Settlement(by="the step is done", at=datetime(2026, 12, 2, 4, tzinfo=UTC))
    told = await Teller(register, of).tell(telling(of, rung=0, settled=settled))
    assert len(told.sent) == 2
    assert len(hook.calls) == 2
    assert "step_overdue RESOLVED" in hook.calls[1]["title"]
    assert "Settled: the step is done." in hook.calls[1]["message"]
    assert "acknowledge" not in hook.calls[1]["message"]


async def test_a_recipient_who_has_gone_from_the_file_counts_as_not_reached(register: Engine, hook: Hook) -> None:
    before, now = ladders(hook.url("a"), hook.url("b")), ladders(hook.url("a"))
    told = await Teller(register, now).tell(telling(before))
    assert list(told.failed.values()) == ["is no longer in the ladder file"]


@pytest.mark.parametrize("moment", ["claimed", "sent"])
async def test_who_dies_while_sending_takes_it_up_under_the_same_id(register: Engine, hook: Hook, moment: str) -> None:
    """The attempt is broken off, as a kill does, after the claim or after the sending.

    Of one that had begun to send nobody knows whether it is dead: for as long as its call may take it is waited for.
    """
    of = ladders(hook.url())

    class Killed(BaseException):
        pass

    def die(*_: Any, **__: Any) -> bool:
        raise Killed

    first = Teller(register, of, sender_has=timedelta(seconds=0.5))
    broken = "_send" if moment == "claimed" else "_settle"
    setattr(first.activities, broken, die)
    with pytest.raises(Killed):
        await first.tell(telling(of))
    second = Teller(register, of)
    told = await second.tell(telling(of))
    if moment == "sent":
        [until] = told.waiting.values()
        assert len(hook.calls) == 1
        await asyncio.sleep((until - datetime.now(UTC)).total_seconds())
        told = await second.tell(telling(of))
    assert len(told.sent) == 1
    assert len(hook.calls) == (1 if moment == "claimed" else 2)
    identity = f"Notice {CASE}.inspect.step_overdue.1."
    assert all(identity in call["message"] for call in hook.calls)
    assert states(register) == ["sent"]


SEVERAL = "names several recipients; expected one URL for each"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("mailto://host:25?from=a@x.kz&to=b@x.kz", None),
        ("mailto://host:25?from=a@x.kz&to=b@x.kz,c@x.kz", SEVERAL),
        ("mailto://host:25?from=a@x.kz&to=b@x.kz&cc=c@x.kz", SEVERAL),
        ("mailto://host:25?from=a@x.kz&to=b@x.kz&bcc=c@x.kz", SEVERAL),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#one/#two", SEVERAL),
        ("json://host/one", None),
    ],
)
def test_an_address_that_names_several_recipients_is_refused(url: str, fault: str | None) -> None:
    assert fault_of(url) == fault


async def test_no_address_of_a_url_comes_back_in_the_reason_of_a_failure() -> None:
    class Refusing:
        async def handle_RCPT(self, *_: Any) -> str:
            return "550 no such user head@gov.example, nor <gone@gov.example>"

    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Refusing()), "127.0.0.1", 0)
    async with server:
        port = mail.port_of(server)
        url = f"mailto://127.0.0.1:{port}?mode=insecure&from=a@x.kz&to=Head<head@gov.example>,gone@gov.example"
        notice = notice_of(telling(ladders(url)), "https://temporal.gov.example", "default")
        reason = await asyncio.to_thread(send, url, notice, pressing=True)
    assert reason is not None
    assert "gone" not in reason
    assert "head" not in reason
    assert "gov.example" not in reason


async def test_what_is_being_sent_when_its_call_is_cancelled_is_on_record(register: Engine, hook: Hook) -> None:
    hook.may_answer.clear()
    of, environment = ladders(hook.url("a"), hook.url("b")), ActivityEnvironment()
    telling_now = asyncio.create_task(Teller(register, of).tell(telling(of), environment))
    for _ in range(2):
        await asyncio.to_thread(hook.arrived.acquire, timeout=10)
    environment.cancel()
    await asyncio.sleep(0.05)
    hook.may_answer.set()
    with pytest.raises(asyncio.CancelledError):
        await telling_now
    assert states(register) == ["sent", "sent"]
    assert len(attempts_of(register, CASE)) == 2
    assert len((await Teller(register, of).tell(telling(of))).sent) == 2
    assert len(hook.calls) == 2


def test_in_a_bundle_that_it_is_settled_comes_after_what_it_settles() -> None:
    of = ladders("json://host")
    settled = Settlement(by="the step is done", at=datetime(2026, 12, 2, 4, tzinfo=UTC))
    tellings = [telling(of, rung=0, settled=settled), telling(of, rung=10), telling(of, rung=2)]
    bundle = bundle_of([notice_of(each, "https://ui", "default") for each in tellings], limited=False)
    places = [bundle.text.index(f"Notice {CASE}.inspect.step_overdue.{rung}.") for rung in (2, 10, 0)]
    assert places == sorted(places)


@pytest.mark.parametrize("language", list(Language))
def test_what_has_no_term_leaves_out_paragraph_due_day_and_time_left(language: Language) -> None:
    of = ladders("json://host")
    whole = telling(of, language=language)
    about = whole.notification.model_copy(update={"paragraph": None, "last_day": None, "due_at": None})
    without = whole.model_copy(update={"notification": about, "working_days_left": None})
    before, after = (notice_of(each, "https://ui", "default").text.splitlines() for each in (whole, without))
    assert len(before) - len(after) == 2
    assert not any("None" in line or "358" in line for line in after)


@pytest.mark.parametrize(
    ("today", "left"), [(date(2026, 11, 27), "3 working days, today included"), (date(2026, 11, 28), "2 working days")]
)
def test_a_day_at_the_weekend_is_not_said_to_be_among_the_working_days_left(today: date, left: str) -> None:
    what = telling(ladders("json://host"), told_on=today, working_days_left=int(left[0]))
    assert f"Time left: {left}\n" in notice_of(what, "https://ui", "default").text
