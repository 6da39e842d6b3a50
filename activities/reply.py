"""The reply to the requesting customs, by e-mail in their language, with the conclusion attached.

The order gives the reply no term (contract, section 2). Its words are in ``templates/reply.<language>.toml``.
"""

from __future__ import annotations

import asyncio
import re
import textwrap
import tomllib
from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from string import Template
from typing import Final

from anyascii import anyascii
from pydantic import BaseModel, ConfigDict
from temporalio import activity

from activities.document_store import DocumentStore
from activities.errors import refused
from activities.http import Now, utc_now
from activities.interface import Activity
from activities.mail import MailServer
from activities.outgoing import CustomsReply, Sent
from rules.text import one_line, sha256_of, shown

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "letters" / "templates"
LANGUAGES: Final = ("en", "fr", "de")
RECIPIENT: Final = "reply_to.email"

_WIDTH: Final = 76


class Wording(BaseModel):
    """The words of the reply in one language, as its file has them. ``first_day`` is how it writes the 1st."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: str
    subject: str
    written_date: str
    first_day: str = "1"
    months: list[str]
    body: str
    outcome: dict[str, str]

    def in_words(self, day: date) -> str:
        """A day in words, since 3/4 is one day in Oslo and another elsewhere."""
        number = self.first_day if day.day == 1 else str(day.day)
        return Template(self.written_date).substitute(day=number, month=self.months[day.month - 1], year=day.year)


class ReplyActivities:
    """Writes to the customs through the ministry's mail server."""

    def __init__(self, mail_url: str, store: DocumentStore, clock: Now = utc_now) -> None:
        """:param mail_url: ``REXV_MAIL_URL``.
        :param store: where the conclusion lies.
        :param clock: gives our own time of sending.
        :raises ValueError: where the URL does not fit; the message quotes none of it.
        """
        self._server = MailServer.parse(mail_url)
        self._store = store
        self._clock = clock

    @activity.defn(name=Activity.SEND_REPLY)
    async def send_reply(self, reply: CustomsReply) -> Sent:
        """Send the reply. A second call with the same key sends the same letter: it has the same Message-ID.

        :returns: ``sent_at`` is our clock (UTC) after the mail server had accepted the letter.
        :raises ApplicationError: ``REFUSED`` naming the field or setting, ``UNREACHABLE`` (``activities.mail``), and
            what the document store raises.
        """
        conclusion = await self._store.read(reply.conclusion_document_id)
        message = write(reply, conclusion, self._server.sender, self._clock())
        await asyncio.to_thread(self._server.send, message, RECIPIENT)
        return Sent(sent_at=self._clock(), message_id=str(message["Message-ID"]))


def write(reply: CustomsReply, conclusion: bytes, sender: str, now: datetime) -> EmailMessage:
    """The letter as it is sent.

    :param conclusion: the PDF.
    :param sender: the address it comes from.
    :param now: for the ``Date`` header; aware.
    :raises ApplicationError: ``REFUSED`` where the language or outcome has no words, or the address is not one.
    """
    if reply.language not in LANGUAGES:
        raise refused(f"language: expected one of {', '.join(LANGUAGES)}")
    wording = _wording(reply.language)
    if reply.outcome not in wording.outcome:
        raise refused(f"outcome: expected one of {', '.join(wording.outcome)}; the customs get no other")
    words = {
        "to_name": shown(reply.to_name),
        "reference": shown(reply.reference),
        "rex_number": reply.rex_number,
        "exporter": shown(reply.exporter),
        "outcome": wording.outcome[reply.outcome],
        "number": shown(reply.conclusion_number),
        "date": wording.in_words(reply.conclusion_date),
        "case_id": reply.case_id,
    }
    # The policy refuses a line break in any header: what outsiders wrote cannot become a header of its own.
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(wording.authority, addr_spec=sender)
    message["To"] = _recipient(reply)
    message["Subject"] = Template(wording.subject).substitute(words)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(reply.key, sender.rpartition("@")[2])
    message.set_content(_wrapped(Template(wording.body).substitute(words)))
    message["Content-Language"] = reply.language
    message.add_attachment(
        conclusion, maintype="application", subtype="pdf", filename=f"conclusion-{_slug(reply.conclusion_number)}.pdf"
    )
    return message


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the letter with this key: always the same, so that a second copy shows as one."""
    return f"<rexv.{sha256_of(key)[:32]}@{domain}>"


@cache
def _wording(language: str) -> Wording:
    return Wording.model_validate(tomllib.loads((TEMPLATES / f"reply.{language}.toml").read_text("utf-8")))


def _recipient(reply: CustomsReply) -> Address:
    local, _, domain = reply.to_email.rpartition("@")
    try:
        # A domain outside ASCII has an ASCII form that every mail server takes.
        ascii_domain = domain.encode("idna").decode("ascii")
        return Address(one_line(reply.to_name), addr_spec=f"{local}@{ascii_domain}")
    except (MessageError, ValueError, IndexError):
        raise refused(f"{RECIPIENT}: not an e-mail address; expected one as in origin@customs.example") from None


def _slug(number: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", anyascii(number)).strip("-") or "rex"


def _wrapped(body: str) -> str:
    paragraphs = body.strip().split("\n\n")
    lines = [
        textwrap.fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False)
        for paragraph in paragraphs
        for line in [*paragraph.split("\n"), ""]
    ]
    return "\n".join(lines).rstrip() + "\n"
