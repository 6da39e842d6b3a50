"""A mail sink, what came into it, and the URL of a mail server, for letters to the customs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from activities.outgoing import Sent
from simulators import mail

PDF = b"%PDF-1.7 the conclusion"
NOW = datetime(2026, 3, 24, 10, 0, tzinfo=UTC)


Send = Callable[..., Awaitable[Sent]]


@asynccontextmanager
async def sink(folder: Path, **options: Any) -> AsyncIterator[int]:
    """The mail sink; gives its port."""
    server = await mail.start(folder, 0, **options)
    try:
        yield mail.port_of(server)
    finally:
        server.close()


def letters(folder: Path) -> list[EmailMessage]:
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(folder.glob("*.eml"))]
    return [each for each in found if isinstance(each, EmailMessage)]


def url(port: int, host: str = "127.0.0.1", login: str = "", scheme: str = "smtp") -> str:
    return f"{scheme}://{login}{host}:{port}?from=rex@trade.gov.example"
