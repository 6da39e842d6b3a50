"""The mail server over real SMTP: what each of its answers means, and how its setting is read."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.exceptions import ApplicationError

from activities.interface import ErrorKind
from activities.mail import MailServer
from simulators import mail
from tests.activities.mailing import NOW, Send, letters, sink, url

CERTIFICATE = Path(__file__).parent / "certificates" / "mail.gov.example.pem"
"""Self-signed, for mail.gov.example, until 2126; its key guards nothing."""

PASSWORD = "pa/ss#w0rd:"
QUOTED = "pa%2Fss%23w0rd%3A"


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
