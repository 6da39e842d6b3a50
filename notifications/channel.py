"""One recipient of a notice and the channel to it, through Apprise: e-mail, chat, pager, whatever its URL names.

Apprise answers a plain no, and logs the why with addresses in it. What is said of a failure here names no word of the
URL: the URLs hold passwords and tokens.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType
from apprise.attachment.memory import AttachMemory
from apprise.plugins.email import NotifyEmail

from notifications.message import Message

LONGEST_CALL: Final = timedelta(seconds=30)
"""For one try. A recipient sends one message at a time, so a channel that hangs holds up the next for so long."""

_SHORTEST_SECRET: Final = 4


def fault_of(url: str) -> str | None:
    """What is wrong with an Apprise URL, in a few words without the URL; None where it can be used. Sends nothing."""
    service = _service(url)
    if service is None:
        return "not a URL that Apprise can use; expected one as in mailto://host:port?from=address&to=address"
    copies = len(service.cc) + len(service.bcc) if isinstance(service, NotifyEmail) else 0
    if len(service) + copies > 1:
        # One bad target of several fails the whole call, and the good ones would be notified again with every try.
        return "names several recipients; expected one URL for each"
    return None


def send(url: str, message: Message, *, pressing: bool) -> str | None:
    """Notify one recipient; blocks for up to ``LONGEST_CALL``.

    :param pressing: shown as a failure rather than a warning, by channels that show them differently.
    :return: None when the recipient took it, else why not, without the URL's words.
    """
    service = _service(url)
    if service is None:
        return "not a URL that Apprise can use"
    mail = isinstance(service, NotifyEmail)
    if isinstance(service, NotifyEmail):
        service.headers.update(_headers(message, str(service.from_addr[1]), pressing=pressing))
    try:
        result = Apprise(service).notify(
            title=message.subject,
            body=message.html if mail else message.short or message.text,
            body_format=NotifyFormat.HTML if mail else NotifyFormat.TEXT,
            notify_type=NotifyType.FAILURE if pressing else NotifyType.WARNING,
            attach=_attached(message) if service.attachment_support else None,
            timeout=LONGEST_CALL.total_seconds(),
        )
    except Exception as error:
        # Whatever one recipient's plugin trips over, the others are notified all the same.
        return f"Apprise failed ({type(error).__name__})"
    try:
        # Asked of the attempts: a recipient marked optional counts as a success for Apprise when it was not reached.
        if any(attempt for each in result.results for attempt in each.attempts):
            return None
        logged = [entry.message for entry in result.logs()]
    finally:
        result.close()
    return _without_the_words_of(url, logged[-1]) if logged else "Apprise says no, and not why"


def _headers(message: Message, sender: str, *, pressing: bool) -> dict[str, str]:
    """What a mail program goes by beside the words."""
    # The same in every delivery of the same notice: a mail program or a rule can tell a repeat by it.
    headers = {"X-REX-Notice": message.id}
    if message.thread:
        # No message has this id: it is the root under which all of a case stand together, whichever came first.
        root = f"<{message.thread}@{sender.rpartition('@')[2]}>"
        headers |= {"In-Reply-To": root, "References": root}
    if pressing:
        headers |= {"Importance": "high", "X-Priority": "1"}
    return headers


def _attached(message: Message) -> AttachMemory | None:
    """The message's file as Apprise takes it; channels that carry none (SMS, most chats) get the text alone."""
    file = message.attachment
    if file is None:
        return None
    # Apprise leaves this one without types.
    return AttachMemory(content=file.content, name=file.name, mimetype=file.media_type)  # type: ignore[no-untyped-call]


def _service(url: str) -> NotifyBase | None:
    _keep_addresses_out_of_logs()
    service = Apprise.instantiate(url, asset=AppriseAsset(secure_logging=True))
    if not isinstance(service, NotifyBase):
        return None
    if isinstance(service, NotifyEmail):
        if not service.targets:
            return None
        # By default five and a half seconds pass between two e-mails: a hold-up here, and no protection of anybody.
        service.request_rate_per_sec = 0
    return service


def _keep_addresses_out_of_logs() -> None:
    """Apprise logs recipients' addresses, and at the lower levels it and urllib3 log whole URLs, tokens and all.

    What Apprise says of a failure reaches our log through ``send``, without those.
    """
    logging.getLogger("apprise").propagate = False
    logging.getLogger("urllib3").setLevel(logging.WARNING)


def _without_the_words_of(url: str, line: str) -> str:
    """The line with every piece of the URL, as written and unquoted, struck out."""
    rest = url.partition("://")[2]
    pieces = set(_words(rest.partition("?")[0]))
    try:
        values = {value for _, value in parse_qsl(urlsplit(f"x://{rest}").query)}
        pieces |= values.union(*map(_words, values))
    except ValueError:
        pieces.add(rest)
    pieces |= {unquote(piece) for piece in pieces}
    for piece in sorted(pieces, key=len, reverse=True):
        if len(piece) >= _SHORTEST_SECRET:
            line = line.replace(piece, "***")
    return " ".join(line.split())[:200]


def _words(text: str) -> list[str]:
    """Of several addresses in one value, and of a name with its address, each by itself."""
    return re.split(r"[/:@?&=,;<>\s]+", text)
