"""Letters to the requesting customs by e-mail, in their language: receipt of the request, and the reply.

The order gives neither a term (contract, section 2). The words are in ``letters/templates``.
"""

from __future__ import annotations

import asyncio
import textwrap
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from anyascii import anyascii
from temporalio import activity

from activities.errors import refused
from activities.http import Now, utc_now
from activities.interface import Activity
from activities.letter_book import LetterBook
from activities.mail import MailServer
from activities.outgoing import Acknowledgement, CustomsReply, MadeLetter, Sent, ToCustoms
from letters import correspondence
from letters.kinds import OF_THE_CUSTOMS, Paper
from rules.mail_address import mailable
from rules.text import file_stem, one_line, sha256_of

RECIPIENT: Final = "reply_to.email"

PDF: Final = "application/pdf"
CONTAINER: Final = ".p7m"

_WIDTH: Final = 76


class CustomsActivities:
    """Writes to the customs through the ministry's mail server. Each letter is made first and then sent."""

    def __init__(self, mail_url: str, book: LetterBook, clock: Now = utc_now) -> None:
        """:param mail_url: ``REXV_MAIL_URL``.
        :param book: makes the letters; the conclusion lies in its store.
        :param clock: gives our own time of sending.
        :raises ValueError: where the URL does not fit; the message quotes none of it.
        """
        self._server = MailServer.parse(mail_url)
        self._book, self._clock = book, clock

    @activity.defn(name=Activity.ACKNOWLEDGE_RECEIPT)
    async def acknowledge_receipt(self, acknowledgement: Acknowledgement) -> Sent:
        """Say that the request is in; returns and raises as ``send_reply`` does."""
        _check(acknowledgement)
        made, pdf = await self._book.make(
            acknowledgement.key,
            acknowledgement.case_id,
            Paper.ACKNOWLEDGEMENT,
            lambda folder, letter: correspondence.acknowledgement(folder, letter, acknowledgement),
        )
        words = correspondence.acknowledgement_mail(self._book.folder, acknowledgement)
        return await self._send(acknowledgement, words, made, {file_name(Paper.ACKNOWLEDGEMENT, made.number): pdf})

    @activity.defn(name=Activity.SEND_REPLY)
    async def send_reply(self, reply: CustomsReply) -> Sent:
        """Send the reply. A second call with the same key sends the same letter: it has the same Message-ID.

        :returns: ``sent_at`` is our clock (UTC) after the mail server had accepted the letter.
        :raises ApplicationError: ``REFUSED`` naming the field or setting, ``UNREACHABLE`` (``activities.mail``), and
            what book and document store raise.
        """
        _check(reply)
        conclusion = await self._book.store.read(reply.conclusion_document_id)
        made, pdf = await self._book.make(
            reply.key,
            reply.case_id,
            Paper.REPLY,
            lambda folder, letter: correspondence.reply(folder, letter, reply),
        )
        attached = {
            file_name(Paper.REPLY, made.number): pdf,
            file_name(Paper.CONCLUSION, reply.conclusion_number, reply.conclusion_media_type): conclusion,
        }
        return await self._send(reply, correspondence.reply_mail(self._book.folder, reply), made, attached)

    async def _send(
        self, letter: ToCustoms, words: correspondence.Mail, made: MadeLetter, attached: dict[str, bytes]
    ) -> Sent:
        message = write(letter, words, attached, self._server.sender, self._clock())
        await asyncio.to_thread(self._server.send, message, RECIPIENT)
        return Sent(sent_at=self._clock(), message_id=str(message["Message-ID"]), letter=made)


def write(
    letter: ToCustoms, words: correspondence.Mail, attached: dict[str, bytes], sender: str, now: datetime
) -> EmailMessage:
    """The e-mail that carries a letter, as it is sent.

    :param attached: PDFs, and signed containers of one, by their file names.
    :param sender: the address it comes from.
    :param now: for the ``Date`` header; aware.
    :raises ApplicationError: ``REFUSED`` where the address is not one.
    """
    # The policy refuses a line break in any header: what outsiders wrote cannot become a header of its own.
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(words.authority, addr_spec=sender)
    message["To"] = _recipient(letter)
    message["Subject"] = words.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(letter.key, sender.rpartition("@")[2])
    message.set_content(_wrapped(words.paragraphs))
    message["Content-Language"] = letter.language
    for name, content in attached.items():
        subtype = "pkcs7-mime" if name.endswith(CONTAINER) else "pdf"
        message.add_attachment(content, maintype="application", subtype=subtype, filename=name)
    return message


def file_name(kind: Paper, number: str, media_type: str = PDF) -> str:
    """The name of a paper as a file; a signed one may be in a container."""
    return f"{kind.value}-{file_stem(anyascii(number)) or 'rex'}.pdf{'' if media_type == PDF else CONTAINER}"


def _check(letter: ToCustoms) -> None:
    """Before a number is drawn. :raises ApplicationError: ``REFUSED`` for a language that no letter has."""
    if letter.language not in list(OF_THE_CUSTOMS):
        raise refused(f"language: expected one of {', '.join(OF_THE_CUSTOMS)}")


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the letter with this key: always the same, so that a second copy shows as one."""
    return f"<rexv.{sha256_of(key)[:32]}@{domain}>"


def _recipient(letter: ToCustoms) -> Address:
    try:
        return Address(one_line(letter.to_name), addr_spec=mailable(letter.to_email))
    except (MessageError, ValueError, IndexError):
        raise refused(f"{RECIPIENT}: not an e-mail address; expected one as in origin@customs.example") from None


def _wrapped(paragraphs: list[str]) -> str:
    lines = [
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for paragraph in paragraphs
        for line in [*paragraph.split("\n"), ""]
    ]
    return "\n".join(lines).rstrip() + "\n"
