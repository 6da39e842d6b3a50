"""Letters to the customs over real SMTP: what arrives, and what each answer of a mail server means."""

from __future__ import annotations

import asyncio
import logging
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.customs import CustomsActivities
from activities.document_store import DocumentStore
from activities.interface import ErrorKind
from activities.letter_book import LetterBook
from activities.mail import MailServer
from activities.outgoing import Acknowledgement, CustomsReply, Sent
from register.letter_numbers import letters_made
from simulators import mail
from tests.support.nasty import LINKED, PIECES, acts

ROOT = Path(__file__).resolve().parents[2]
CERTIFICATE = Path(__file__).parent / "certificates" / "mail.gov.example.pem"
"""Self-signed, for mail.gov.example, until 2126; its key guards nothing."""

PASSWORD = "pa/ss#w0rd:"
QUOTED = "pa%2Fss%23w0rd%3A"
PDF = b"%PDF-1.7 the conclusion"
NOW = datetime(2026, 3, 24, 10, 0, tzinfo=UTC)


@asynccontextmanager
async def sink(folder: Path, **options: Any) -> AsyncIterator[int]:
    """The mail sink; gives its port."""
    server = await mail.start(folder, 0, **options)
    try:
        yield mail.port_of(server)
    finally:
        server.close()


class Answering:
    """A mail server's say: ``rcpt``, ``data`` and ``quit`` are what it answers, None for yes."""

    def __init__(self, rcpt: str | None = None, data: str | None = None, quits: bool = True) -> None:
        self.rcpt, self.data, self.quits = rcpt, data, quits
        self.taken: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt is None:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data is None:
            self.taken.append(envelope.original_content or b"")
        return self.data or "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if not self.quits and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "221 Bye"


@asynccontextmanager
async def answering(handler: Answering) -> AsyncIterator[int]:
    """A mail server with answers of its own; gives its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(SMTP, handler, hostname="test", loop=loop), "127.0.0.1", 0)
    try:
        yield mail.port_of(server)
    finally:
        server.close()


def letters(folder: Path) -> list[EmailMessage]:
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return [each for each in found if isinstance(each, EmailMessage)]


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


Send = Callable[..., Awaitable[Sent]]


@pytest.fixture
def book(sqlite_register: Engine, tmp_path: Path) -> LetterBook:
    """The book in which the letters get their numbers."""
    return LetterBook(sqlite_register, DocumentStore(str(tmp_path / "documents")), clock=lambda: NOW)


@pytest.fixture
async def send(book: LetterBook) -> Send:
    """Sends a reply through the mail server of a URL; what is not given is as usual."""
    document_id = await book.store.put(PDF)

    async def sending(url: str, **changes: Any) -> Sent:
        given = {
            "key": "rex-ch-2026-0042.reply.1",
            "case_id": "rex-ch-2026-0042",
            "to_name": "Ursprungsnachprüfung",
            "to_email": "origin@customs.example",
            "language": "en",
            "reference": "2026/0042",
            "rex_number": "KZREX990440000385",
            "exporter": {"name": "ТОО «Өндіріс»", "bin": "990440000385"},
            "country": "CH",
            "authority": "Bundesamt für Zoll und Grenzsicherheit",
            "received_on": "2026-02-27",
            "result": "valid",
            "conclusion_number": "REX-CH-2026-0042",
            "conclusion_date": "2026-03-01",
            "conclusion_document_id": document_id,
            "conclusion_media_type": "application/pdf",
            **changes,
        }
        activities = CustomsActivities(url, book, clock=lambda: NOW)
        result: Sent = await ActivityEnvironment().run(activities.send_reply, CustomsReply.model_validate(given))
        return result

    return sending


def url(port: int, host: str = "127.0.0.1", login: str = "", scheme: str = "smtp") -> str:
    return f"{scheme}://{login}{host}:{port}?from=rex@trade.gov.example"


@pytest.mark.parametrize(
    ("language", "result", "words"),
    [
        ("en", "valid", "has confirmed that the registration of the exporter is valid"),
        ("en", "grounds", "was in force on the dates of the statements on origin under question"),
        ("en", "revoked", "was revoked on the dates of the statements"),
        ("en", "none", "had no registration under this number on the dates of the statements"),
        ("en", "not_confirmed", "not made it possible to confirm the validity"),
        ("fr", "valid", "a confirmé que l'enregistrement de l'exportateur est valable"),
        ("fr", "grounds", "était en vigueur aux dates des attestations"),
        ("fr", "not_confirmed", "n'a pas permis de confirmer la validité"),
        ("de", "valid", "hat bestätigt, dass die Registrierung des Ausführers gültig ist"),
        ("de", "grounds", "galt an den Tagen der fraglichen Ursprungserklärungen"),
        ("de", "not_confirmed", "konnte durch die Überprüfung nicht bestätigt werden"),
    ],
)
async def test_the_outcome_is_told_in_the_customs_own_language(
    send: Send, tmp_path: Path, language: str, result: str, words: str
) -> None:
    async with sink(tmp_path / "mail") as port:
        await send(url(port), language=language, result=result)
    [letter] = letters(tmp_path / "mail")
    text = text_of(letter)
    assert words in text
    assert "$" not in text
    for named in ("2026/0042", "KZREX990440000385", "ТОО «Өндіріс»", "REX-CH-2026-0042", "rex-ch-2026-0042"):
        assert named in text
    body = letter.get_body()
    assert body is not None
    assert body["Content-Language"] == language
    assert "2026/0042" in letter["Subject"]


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("en", "2026-03-01", "1 March 2026"),
        ("fr", "2026-03-01", "du 1er mars 2026"),
        ("fr", "2026-08-02", "du 2 août 2026"),
        ("de", "2026-03-01", "vom 1. März 2026"),
        ("de", "2026-12-24", "vom 24. Dezember 2026"),
    ],
)
async def test_days_are_written_as_the_language_writes_them(
    send: Send, tmp_path: Path, language: str, day: str, words: str
) -> None:
    async with sink(tmp_path / "mail") as port:
        await send(url(port), language=language, conclusion_date=day)
    assert words in text_of(letters(tmp_path / "mail")[0])


async def test_letter_and_conclusion_are_attached_byte_for_byte(send: Send, tmp_path: Path, book: LetterBook) -> None:
    async with sink(tmp_path / "mail") as port:
        sent = await send(url(port))
    [letter] = letters(tmp_path / "mail")
    own, attached = letter.iter_attachments()
    assert (own.get_filename(), own.get_content_type()) == ("reply-REX-26-OV-0001.pdf", "application/pdf")
    assert own.get_content() == await book.store.read(sent.letter.document_id)
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_filename() == "conclusion-REX-CH-2026-0042.pdf"
    assert attached.get_content() == PDF
    assert letter["From"].addresses[0].addr_spec == "rex@trade.gov.example"
    assert letter["To"].addresses[0].addr_spec == "origin@customs.example"
    assert letter["To"].addresses[0].display_name == "Ursprungsnachprüfung"
    assert letter["Date"].datetime == NOW
    assert (sent.sent_at, sent.message_id) == (NOW, str(letter["Message-ID"]))
    assert (sent.letter.number, sent.letter.date.isoformat()) == ("REX/26-OV-0001", "2026-03-24")


async def test_a_signed_container_is_attached_as_one(send: Send, tmp_path: Path) -> None:
    async with sink(tmp_path / "mail") as port:
        await send(url(port), conclusion_media_type="application/pkcs7-mime")
    _, attached = letters(tmp_path / "mail")[0].iter_attachments()
    assert attached.get_content_type() == "application/pkcs7-mime"
    assert attached.get_filename() == "conclusion-REX-CH-2026-0042.pdf.p7m"


async def test_a_second_sending_is_recognisable_as_the_same_letter(send: Send, tmp_path: Path) -> None:
    async with sink(tmp_path / "mail") as port:
        first, again = await send(url(port)), await send(url(port))
        other = await send(url(port), key="rex-ch-2026-0042.reply.2")
    assert first.message_id == again.message_id != other.message_id
    ids = [letter["Message-ID"] for letter in letters(tmp_path / "mail")]
    assert ids == [first.message_id, first.message_id, other.message_id]


async def test_nothing_from_outside_acts_turns_or_links_in_the_letter(send: Send, tmp_path: Path) -> None:
    nasty = " and ".join(each for each in PIECES if each != "\ud800")
    async with sink(tmp_path / "mail") as port:
        await send(url(port), exporter={"name": nasty[:500]}, reference=nasty[:400], to_name="x\u202e www.evil.example")
    [letter] = letters(tmp_path / "mail")
    for words in (text_of(letter), str(letter["Subject"])):
        assert acts(words) == []
        assert not LINKED.search(words)


@pytest.mark.parametrize("field", ["to_name", "reference", "exporter", "conclusion_number"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x85"])
async def test_no_field_can_add_a_header_or_a_recipient(
    send: Send, tmp_path: Path, field: str, line_break: str
) -> None:
    async with sink(tmp_path / "mail") as port:
        hostile = f"harmless{line_break}Bcc: spy@evil.example{line_break}{line_break}body"
        await send(url(port), **{field: {"name": hostile} if field == "exporter" else hostile})
    [letter] = letters(tmp_path / "mail")
    assert letter["Bcc"] is None
    assert [name.lower() for name in letter].count("subject") == 1
    assert "-> origin@customs.example  " in (tmp_path / "mail" / mail.INDEX).read_text("utf-8")
    assert letter.get_content_type() == "multipart/mixed"


@pytest.mark.parametrize("address", ["a@b\r\nBcc: x@y.example", "a b@c.example", "@c.example", "a@", "<a@b.example>"])
async def test_an_address_that_is_none_is_refused_by_its_field(send: Send, tmp_path: Path, address: str) -> None:
    async with sink(tmp_path / "mail") as port:
        with pytest.raises(ApplicationError, match=r"^Refused: reply_to\.email: ") as raised:
            await send(url(port), to_email=address)
    assert raised.value.type == ErrorKind.REFUSED
    assert letters(tmp_path / "mail") == []


async def test_a_domain_outside_ascii_is_written_to_in_its_ascii_form(send: Send, tmp_path: Path) -> None:
    async with sink(tmp_path / "mail") as port:
        await send(url(port), to_email="origin@zürich.example")
    assert letters(tmp_path / "mail")[0]["To"].addresses[0].addr_spec == "origin@xn--zrich-kva.example"


async def test_what_has_no_words_is_refused_by_its_field_and_draws_no_number(
    send: Send, sqlite_register: Engine
) -> None:
    with pytest.raises(ApplicationError, match=r"^Refused: language: expected one of en, fr, de") as raised:
        await send(url(9), language="it")
    assert raised.value.type == ErrorKind.REFUSED
    assert letters_made(sqlite_register, "rex-ch-2026-0042") == []


async def test_a_reply_that_cannot_be_mailed_is_there_to_be_sent_by_hand(send: Send, sqlite_register: Engine) -> None:
    with pytest.raises(ApplicationError):
        await send(url(9), to_email="nobody")
    assert [each.number for each in letters_made(sqlite_register, "rex-ch-2026-0042")] == ["REX/26-OV-0001"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "acknowledges receipt of your request"),
        ("fr", "accuse réception de votre demande"),
        ("de", "bestätigt den Eingang Ihres Ersuchens"),
    ],
)
async def test_the_receipt_of_a_request_is_acknowledged_in_its_language(
    book: LetterBook, tmp_path: Path, language: str, words: str
) -> None:
    acknowledgement = Acknowledgement.model_validate(
        {
            "key": "rex-ch-2026-0042.acknowledge_receipt",
            "case_id": "rex-ch-2026-0042",
            "to_name": "Ursprungsnachprüfung",
            "to_email": "origin@customs.example",
            "language": language,
            "reference": "2026/0042",
            "rex_number": "KZREX990440000385",
            "exporter": {"name": "«Қостанай Дән Экспорт» ЖШС"},
            "country": "CH",
            "authority": "Bundesamt für Zoll und Grenzsicherheit",
            "received_on": "2026-02-27",
            "reason": "doubt",
            "statements": ["INV-7"],
            "limit_last_day": "2026-04-14",
        }
    )
    async with sink(tmp_path / "mail") as port:
        activities = CustomsActivities(url(port), book, clock=lambda: NOW)
        sent: Sent = await ActivityEnvironment().run(activities.acknowledge_receipt, acknowledgement)
    [letter] = letters(tmp_path / "mail")
    text = text_of(letter)
    for expected in (words, "2026/0042", "rex-ch-2026-0042", "«Qostanay Dan Eksport» LLP", "INV-7"):
        assert expected in text
    [attached] = letter.iter_attachments()
    assert attached.get_filename() == "acknowledgement-REX-26-UV-0001.pdf"
    assert attached.get_content() == await book.store.read(sent.letter.document_id)


@pytest.mark.parametrize(
    ("handler", "kind", "words"),
    [
        (
            Answering(rcpt="550 5.1.1 no such user"),
            ErrorKind.REFUSED,
            r"^Refused: reply_to\.email: .*550 5\.1\.1 no such user",
        ),
        (Answering(rcpt="450 4.2.1 try later"), ErrorKind.UNREACHABLE, r"450 4\.2\.1 try later"),
        (Answering(data="554 5.7.1 spam"), ErrorKind.REFUSED, r"does not accept the letter: 554"),
        (Answering(data="452 4.3.1 disk full"), ErrorKind.UNREACHABLE, r"does not accept the letter: 452"),
    ],
)
async def test_the_servers_no_is_final_and_its_not_now_is_tried_again(
    send: Send, handler: Answering, kind: ErrorKind, words: str
) -> None:
    async with answering(handler) as port:
        with pytest.raises(ApplicationError, match=words) as raised:
            await send(url(port))
    assert raised.value.type == kind
    assert raised.value.non_retryable == (kind is ErrorKind.REFUSED)


async def test_a_letter_once_taken_is_sent_even_if_the_server_then_hangs_up(send: Send) -> None:
    handler = Answering(quits=False)
    async with answering(handler) as port:
        assert (await send(url(port))).sent_at == NOW
    assert len(handler.taken) == 1


async def test_a_mail_server_that_is_not_there_is_out_of_reach(send: Send) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ApplicationError, match="out of reach") as raised:
        await send(url(port))
    assert raised.value.type == ErrorKind.UNREACHABLE


async def test_the_right_password_is_taken_over_an_encrypted_line(send: Send, tmp_path: Path) -> None:
    # The sink takes nothing before STARTTLS here, so that it arrived says that it was encrypted.
    async with sink(tmp_path / "mail", login=f"rex:{PASSWORD}", certificate=CERTIFICATE) as port:
        await send(url(port, login=f"rex:{QUOTED}@"))
    assert len(letters(tmp_path / "mail")) == 1


async def test_a_wrong_password_is_refused_by_the_settings_name_and_shown_nowhere(
    send: Send, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    async with sink(tmp_path / "mail", login="rex:another", certificate=CERTIFICATE) as port:
        with pytest.raises(ApplicationError, match=r"^Refused: REXV_MAIL_URL: ") as raised:
            await send(url(port, login=f"rex:{QUOTED}@"))
    assert raised.value.type == ErrorKind.REFUSED
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    written = str(raised.value) + caplog.text + "".join(capfd.readouterr())
    assert PASSWORD not in written
    assert QUOTED not in written


@pytest.fixture
def named_mail_server(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name that leads to this machine and is not known to do so, as another machine's would."""
    name, resolve = "mail.gov.example", socket.getaddrinfo

    def resolving(host: Any, *arguments: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == name else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    return name


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_password_never_goes_to_another_machine_in_the_clear(
    send: Send, tmp_path: Path, named_mail_server: str
) -> None:
    async with sink(tmp_path / "mail", login=f"rex:{PASSWORD}") as port:
        with pytest.raises(ApplicationError, match=r"^Refused: REXV_MAIL_URL: .*STARTTLS") as raised:
            await send(url(port, host=named_mail_server, login=f"rex:{QUOTED}@"))
        assert raised.value.type == ErrorKind.REFUSED
        # On this machine itself nobody listens on the line.
        await send(url(port, login=f"rex:{QUOTED}@"))


async def test_another_machines_certificate_must_be_trusted(
    send: Send, tmp_path: Path, named_mail_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sink(tmp_path / "mail", certificate=CERTIFICATE) as port:
        with pytest.raises(ApplicationError, match=r"^Refused: REXV_MAIL_URL: .*certificate is not trusted") as raised:
            await send(url(port, host=named_mail_server))
        assert raised.value.type == ErrorKind.REFUSED
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        await send(url(port, host=named_mail_server))
    assert len(letters(tmp_path / "mail")) == 1


def test_the_setting_is_read_whole() -> None:
    assert MailServer.parse(f"smtps://rex:{QUOTED}@mail.gov.example:465?from=rex%40trade.gov.example") == MailServer(
        host="mail.gov.example",
        port=465,
        sender="rex@trade.gov.example",
        implicit_tls=True,
        user="rex",
        password=PASSWORD,
    )


def test_a_mail_server_does_not_print_its_password() -> None:
    assert PASSWORD not in repr(MailServer.parse(f"smtp://rex:{QUOTED}@mail.gov.example:25?from=rex@trade.gov.example"))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("", "scheme"),
        ("http://s3cret@h:25?from=a@b.example", "scheme"),
        ("smtp://rex:s3cret@?from=a@b.example", "has no host"),
        ("smtp://rex:s3cret@mail.example?from=a@b.example", "has no port"),
        ("smtp://rex:s3cret/@mail.example:25?from=a@b.example", "expected smtp://"),
        ("smtp://rex:s3cret@mail.example:99999?from=a@b.example", "not a URL"),
        ("smtp://s3cret@mail.example:25?from=a@b.example", "without the other"),
        ("smtp://rex:s3cret@mail.example:25", "has no from"),
        ("smtp://rex:s3cret@mail.example:25?from=s3cret", "not an e-mail address"),
        ("smtp://rex:s3cret@mail.example:25?from=a@b.example%0d%0aBcc:s3cret@x.example", "not an e-mail address"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_in_one_line_without_its_content(setting: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected) as raised:
        MailServer.parse(setting)
    assert "s3cret" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_the_sink_is_a_process_that_keeps_mail_and_stops_when_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.mail", "--port", "0", "--folder", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.sendmail("a@x.example", ["b@y.example"], "Subject: Überfällig\r\n\r\nbody".encode())
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert (tmp_path / "0001.eml").read_bytes().endswith(b"body\r\n")
    assert "a@x.example -> b@y.example" in (tmp_path / mail.INDEX).read_text("utf-8")
