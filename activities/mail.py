"""Sending one e-mail through the ministry's mail server, and what the server's answers mean."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from temporalio.exceptions import ApplicationError

from activities.errors import refused, unreachable

MAIL_SETTING: Final = "REXV_MAIL_URL"

TIMEOUT: Final = 20.0
"""Seconds for each answer of the mail server. A slower one is in trouble; the next attempt asks again."""

_EXPECTED: Final = "expected smtp://[user:password@]host:port?from=address (or smtps://)"
_LONGEST_ANSWER: Final = 200


@dataclass(frozen=True)
class MailServer:
    """A mail server and the address that letters come from (setting ``REXV_MAIL_URL``; contract, section 10)."""

    host: str
    port: int
    sender: str
    implicit_tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """Read ``smtp://[user:password@]host:port?from=address`` or ``smtps://...``; user and password may be quoted.

        :raises ValueError: one line with what is missing, never with the URL itself; the caller names the setting.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            # The cause quotes the URL, and a password with a slash in it ends up in the "port".
            raise ValueError(f"not a URL; {_EXPECTED}") from None
        if parts.scheme not in ("smtp", "smtps"):
            raise ValueError(f"the scheme is neither smtp nor smtps; {_EXPECTED}")
        if not host or not port:
            raise ValueError(f"has no {'port' if host else 'host'}; {_EXPECTED}")
        if (parts.username is None) != (parts.password is None):
            raise ValueError(f"has a user or a password without the other; {_EXPECTED}")
        return cls(
            host=host,
            port=port,
            sender=_sender(parts),
            implicit_tls=parts.scheme == "smtps",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def sender_domain(self) -> str:
        """The domain of the sender's address."""
        return self.sender.rpartition("@")[2]

    def send(self, message: EmailMessage, recipient_field: str) -> None:
        """Hand the message over; on return the server has accepted it. Blocks: call it in a thread.

        The connection is encrypted wherever the server offers it, and always when a password goes over it to another
        machine.

        :param message: with one recipient in ``To``.
        :param recipient_field: the field that the recipient's address came from, named when it is refused.
        :raises ApplicationError: ``UNREACHABLE`` for a lost line and answers of the 400s; ``REFUSED`` for those of
            the 500s, a certificate that is not trusted and a password that is not accepted.
        """
        connection: smtplib.SMTP | None = None
        try:
            connection = self._connect()
            if self.user is not None and self.password is not None:
                connection.login(self.user, self.password)
            connection.send_message(message)
        except (OSError, ValueError) as error:
            # smtplib's own errors are OSErrors; `from None`, since a cause may quote what was sent.
            raise _meaning(error, recipient_field) from None
        finally:
            # Once accepted the letter is sent; a server that fails at QUIT must not have it sent again.
            if connection is not None:
                with contextlib.suppress(OSError):
                    connection.quit()

    def _connect(self) -> smtplib.SMTP:
        # Named by the sender's domain: asking the resolver for our own name can take longer than the whole letter.
        if self.implicit_tls:
            return smtplib.SMTP_SSL(self.host, self.port, self.sender_domain, timeout=TIMEOUT, context=self._tls())
        connection = smtplib.SMTP(self.host, self.port, self.sender_domain, timeout=TIMEOUT)
        try:
            connection.ehlo_or_helo_if_needed()
            if connection.has_extn("starttls"):
                connection.starttls(context=self._tls())
            elif self.password is not None and not _is_loopback(self.host):
                raise refused(
                    f"{MAIL_SETTING}: the mail server offers no encryption (STARTTLS), and a password is not sent "
                    "without it; expected a server that offers it, or smtps://"
                )
        except BaseException:
            connection.close()
            raise
        return connection

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if _is_loopback(self.host):
            # Nobody sits between us and our own machine, and nobody issues certificates for it.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _sender(parts: SplitResult) -> str:
    values = parse_qs(parts.query).get("from", [])
    if len(values) != 1:
        raise ValueError(f"has no from=address; {_EXPECTED}")
    try:
        address = Address(addr_spec=values[0])
        address.addr_spec.encode("ascii")
    except (MessageError, ValueError, IndexError):
        raise ValueError(f"from is not an e-mail address; {_EXPECTED}") from None
    if not address.username or not address.domain:
        raise ValueError(f"from is not an e-mail address; {_EXPECTED}")
    return address.addr_spec


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _meaning(error: OSError | ValueError, recipient_field: str) -> ApplicationError:
    """Which error a mail server's answer, or its silence, means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return refused(f"{MAIL_SETTING}: the mail server's certificate is not trusted: {error.verify_message}")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _by_code(code, answer, f"{recipient_field}: the mail server does not accept the address")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # Without the answer: some servers repeat what they were given.
        return _by_code(error.smtp_code, b"", f"{MAIL_SETTING}: the mail server does not accept the user and password")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _by_code(
            error.smtp_code, error.smtp_error, f"{MAIL_SETTING}: the mail server does not accept our sender"
        )
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, error.smtp_error, "the mail server does not accept the letter")
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code, error.smtp_error, f"{MAIL_SETTING}: the mail server does not accept our call")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return refused(
            f"{MAIL_SETTING}: the mail server lacks what the letter needs (a login, or addresses outside ASCII)"
        )
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return refused(f"{recipient_field}: not an address that can be mailed")
    return unreachable(f"the mail server is out of reach ({type(error).__name__})")


def _by_code(code: int, answer: bytes | str, what: str) -> ApplicationError:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    message = f"{what}: {code} {text[:_LONGEST_ANSWER]}".strip()
    return refused(message) if 500 <= code <= 599 else unreachable(message)
