"""A mail server that delivers nowhere: each message becomes an ``.eml`` file, with an index beside them to read.

    python -m simulators.mail --port 0 --folder var/mail [--login user:password] [--certificate file.pem]

It prints the port it listens on, and stops on SIGTERM and Ctrl-C.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import ssl
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from rules.text import one_line

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes; a letter with the largest document attached still passes."""

INDEX: Final = "index.txt"

NOBODY: Final = "nobody@"
"""How the addresses begin that this server refuses."""


class Folder:
    """Where the messages go. ``index.txt`` has a line for each: file, time (UTC), sender, recipients, subject."""

    def __init__(self, folder: Path) -> None:
        """:param folder: made where it is missing; what is in it is kept and counted on."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._number = max((int(each.stem) for each in folder.glob("*.eml") if each.stem.isdigit()), default=0)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook: everybody has a mailbox here but ``nobody@``."""
        if address.startswith(NOBODY):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """aiosmtpd's hook: keep a message and answer the sender."""
        content = envelope.original_content or b""
        self._number += 1
        file = self.folder / f"{self._number:04}.eml"
        file.write_bytes(content)
        subject = str(message_from_bytes(content, policy=default)["Subject"] or "")
        line = "  ".join(
            [
                file.name,
                datetime.now(UTC).isoformat(timespec="seconds"),
                f"{envelope.mail_from} -> {', '.join(envelope.rcpt_tos)}",
                one_line(subject),
            ]
        )
        with (self.folder / INDEX).open("a", encoding="utf-8") as index:
            index.write(line + "\n")
        return f"250 OK kept as {file.name}"


async def start(
    folder: Path, port: int, host: str = "127.0.0.1", login: str | None = None, certificate: Path | None = None
) -> asyncio.Server:
    """Start the server in the running loop.

    :param port: 0 for any free one; ``port_of`` gives it.
    :param login: ``user:password`` that a sender must give; none is asked for where it is None.
    :param certificate: PEM file with key and certificate; with it STARTTLS is offered, and nothing taken before it.
    """

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        right = isinstance(data, LoginPassword) and login == f"{data.login.decode()}:{data.password.decode()}"
        return AuthResult(success=right, handled=False)

    tls: ssl.SSLContext | None = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)
    protocol = partial(
        SMTP,
        Folder(folder),
        data_size_limit=LARGEST_MESSAGE,
        enable_SMTPUTF8=True,
        hostname="mail.simulator",
        ident="REX Verification mail sink",
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=authenticate if login else None,
        auth_required=login is not None,
        auth_require_tls=tls is not None,
        loop=asyncio.get_running_loop(),
    )
    return await asyncio.get_running_loop().create_server(protocol, host, port)


def port_of(server: asyncio.Server) -> int:
    """The port that the server listens on."""
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _run(arguments: argparse.Namespace) -> None:
    server = await start(
        arguments.folder, arguments.port, arguments.host, login=arguments.login, certificate=arguments.certificate
    )
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    print(port_of(server), flush=True)
    await stop.wait()
    server.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m simulators.mail", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--login", help="user:password that a sender must give")
    parser.add_argument("--certificate", type=Path, help="PEM file with key and certificate, for STARTTLS")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
