"""Letters to the customs over real SMTP: what arrives, and what each answer of a mail server means."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.customs import CustomsActivities
from activities.interface import ErrorKind
from activities.letter_book import LetterBook
from activities.outgoing import Acknowledgement, Sent
from register.letter_numbers import letters_made
from simulators import mail
from tests.activities.mailing import NOW, PDF, Send, letters, sink, url
from tests.support.nasty import LINKED, PIECES, acts


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


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
