"""Channels: real mail and web servers are told, and no word of an address comes back in the reason of a failure."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from notifications.channel import fault_of, send
from notifications.message import Attachment, Message
from notifications.notice import is_pressing, message_of
from simulators import mail
from tests.escalation.notices import CASE, NOW, notice, resolved
from tests.recipients import listening

CERTIFICATE = Path(__file__).parents[1] / "activities" / "certificates" / "mail.gov.example.pem"
SEVERAL = "names several recipients; expected one URL for each"


@pytest.fixture
def message() -> Message:
    return message_of([notice()], ui_url="https://temporal.gov.example", namespace="default", sent_at=NOW)


def the_letter(folder: Path) -> EmailMessage:
    (letter,) = letters(folder)
    return letter


def letters(folder: Path) -> list[EmailMessage]:
    """In the order in which they came."""
    read = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return [letter for letter in read if isinstance(letter, EmailMessage)]


async def test_an_email_goes_over_starttls_with_login(
    message: Message, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    server = await mail.start(tmp_path, 0, login="rex:s3cret", certificate=CERTIFICATE)
    where = f"127.0.0.1:{mail.port_of(server)}?mode=starttls&verify=no&from=rex@gov.example&to=head@gov.example"
    async with server:
        reasons = [
            await asyncio.to_thread(send, f"mailtos://rex:{password}@{where}", message, pressing=True)
            for password in ("s3cret", "wr0ng")
        ]
    assert reasons[0] is None
    assert reasons[1]
    assert "wr0ng" not in reasons[1]
    letter = the_letter(tmp_path)
    assert (letter["To"], letter["Subject"], letter["X-REX-Notice"]) == (
        "head@gov.example",
        message.subject,
        f"{CASE}.1",
    )
    html, plain = letter.get_body(("html",)), letter.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "ТОО «Өндіріс» &amp; Co &lt;b&gt;" in html.get_content()
    assert "ТОО «Өндіріс» & Co <b>" in plain.get_content()
    assert f"/workflows/{CASE}\r\n" in plain.get_content(), "a mail program without HTML has the link too"


async def test_messages_about_one_case_stand_together_and_what_presses_is_marked(tmp_path: Path) -> None:
    server = await mail.start(tmp_path, 0)
    url = f"mailto://127.0.0.1:{mail.port_of(server)}?from=rex@gov.example&to=head@gov.example"
    notices = [notice(), resolved(2), notice(3, case="rex-no-1")]
    async with server:
        for each in notices:
            told = message_of([each], ui_url="https://temporal.gov.example", namespace="default", sent_at=NOW)
            assert await asyncio.to_thread(send, url, told, pressing=is_pressing([each])) is None
        bare = Message("self-check.1", "all is well", "text", "<p>text</p>")
        assert await asyncio.to_thread(send, url, bare, pressing=False) is None
    first, second, other, last = letters(tmp_path)
    root = f"<{CASE}@gov.example>"
    for letter in (first, second):
        assert (letter["In-Reply-To"], letter["References"]) == (root, root)
    assert other["References"] == "<rex-no-1@gov.example>"
    assert (first["Importance"], first["X-Priority"]) == ("high", "1")
    assert (second["Importance"], second["X-Priority"]) == (None, None)
    assert (last["References"], last["In-Reply-To"], last["X-REX-Notice"]) == (None, None, "self-check.1")
    assert len({letter["Message-ID"] for letter in (first, second, other)}) == 3


def test_a_web_service_is_told_the_few_lines_and_its_refusal_is_named(message: Message) -> None:
    with listening() as hook:
        hook.answers += [500, 200]
        reason = send(hook.url(), message, pressing=False)
        assert send(hook.url(), message, pressing=False) is None
    assert reason is not None
    assert "500" in reason
    assert hook.messages[1].strip() == (message.short or "").strip()


def test_a_server_that_is_not_there_is_a_reason_and_no_error(message: Message) -> None:
    assert send("json://127.0.0.1:1/T0KEN", message, pressing=True)


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


async def test_no_address_of_a_url_comes_back_in_the_reason_of_a_failure(message: Message) -> None:
    class Refusing:
        async def handle_RCPT(self, *_: Any) -> str:
            return "550 no such user head@gov.example, nor <gone@gov.example>"

    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Refusing()), "127.0.0.1", 0)
    async with server:
        port = mail.port_of(server)
        url = f"mailto://127.0.0.1:{port}?mode=insecure&from=a@x.kz&to=Head<head@gov.example>,gone@gov.example"
        reason = await asyncio.to_thread(send, url, message, pressing=True)
    assert reason is not None
    for word in ("gone", "head", "gov.example"):
        assert word not in reason


# -- attachments -----------------------------------------------------------------------------------------------------


def with_a_file(message: Message) -> Message:
    return replace(message, attachment=Attachment("счёт.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"))


async def test_a_file_goes_along_by_mail(message: Message, tmp_path: Path) -> None:
    server = await mail.start(tmp_path, 0)
    url = f"mailto://127.0.0.1:{mail.port_of(server)}?from=rex@gov.example&to=head@gov.example"
    async with server:
        assert await asyncio.to_thread(send, url, with_a_file(message), pressing=False) is None
    (file,) = the_letter(tmp_path).iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("счёт.pdf", "application/pdf")
    assert file.get_content() == b"%PDF-1.7 \x00\xff"


def test_a_channel_that_carries_no_file_takes_the_words(message: Message) -> None:
    with listening() as hook:
        url = f"gotify://127.0.0.1:{hook.port}/T0KEN"
        assert send(url, with_a_file(message), pressing=False) is None
    assert hook.titles == [message.subject]
