"""The systems that may come through the gateway: a file with their names, what each may do, and their tokens as hashes.

``starter.py clients`` writes it; the gateway reads it again when it has changed. A token has 256 random bits, so its
SHA-256 cannot be guessed back, and no slow hash is needed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from rules.decisions import DECISIONS
from rules.instant import Instant
from rules.messages import MESSAGES
from rules.refusal import Refusal, reasons
from runtime.private_file import Watched, write_private_file

OPEN: Final = "open"
READ: Final = "read"
STORE: Final = "store"
EVENTS: Final = "events"

RIGHTS: Final[dict[str, str]] = {
    OPEN: "open cases",
    READ: "read all cases, and every event",
    STORE: "put documents into the store",
    EVENTS: "read the events of its own messages and decisions",
    **dict.fromkeys(MESSAGES, "send this message"),
    **dict.fromkeys(DECISIONS, "send this decision"),
}
"""What a client may be allowed to do, by name."""


class Client(BaseModel):
    """One system. ``token_sha256``: 64 hex digits; ``certificate``: the common name of its TLS client certificate.

    ``webhook``: the address that is told of events, ``secret`` the key with which that is signed (``whsec_...``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    may: list[str]
    token_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    certificate: str | None = None
    webhook: str | None = None
    secret: str | None = Field(default=None, repr=False)
    added_at: Instant

    def may_do(self, right: str) -> bool:
        """Whether it was given the right."""
        return right in self.may


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    clients: dict[str, Client] = Field(default_factory=dict)


class WrongClients(ValueError):
    """The file cannot be read or does not fit. One line that names it."""


def read_clients(file: Path) -> dict[str, Client]:
    """The clients by name; none where there is no such file.

    :raises WrongClients: where it cannot be read.
    """
    try:
        return _File.model_validate_json(file.read_text("utf-8")).clients
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise WrongClients(f"{file}: {reasons(error)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongClients(f"{file}: cannot be read ({type(error).__name__})") from None


@dataclass(frozen=True)
class Added:
    """What a new client is given, once: its token, and the secret of its webhook where it has one."""

    token: str
    secret: str | None


def add_client(
    file: Path,
    name: str,
    may: Iterable[str],
    now: datetime,
    *,
    certificate: str | None = None,
    webhook: str | None = None,
) -> Added:
    """Add a client to the file.

    :param name: what its messages say in ``sent_by`` from now on.
    :param now: aware.
    :param webhook: an https address; http only on this machine.
    :returns: its token, which is kept nowhere.
    :raises Refusal: for a name that is there already or a right that there is not.
    :raises WrongClients: where the file cannot be read.
    """
    clients, rights = read_clients(file), list(dict.fromkeys(may))
    if not name.strip() or len(name) > 100 or not name.isprintable() or name != name.strip():
        raise Refusal("name: expected 1 to 100 visible characters")
    if name in clients:
        raise Refusal(f"name: {name} is there already; remove it first")
    if unknown := [right for right in rights if right not in RIGHTS]:
        raise Refusal(f"may: unknown right {', '.join(unknown)}; expected some of {', '.join(RIGHTS)}")
    if not rights:
        raise Refusal("may: expected at least one right")
    if webhook is not None:
        _check_webhook(webhook)
    token = secrets.token_urlsafe(32)
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}" if webhook is not None else None
    clients[name] = Client(
        may=rights,
        token_sha256=hash_of(token),
        certificate=certificate,
        webhook=webhook,
        secret=secret,
        added_at=now,
    )
    _write(file, clients)
    return Added(token, secret)


def _check_webhook(url: str) -> None:
    try:
        parts = urlsplit(url)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        fits = bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and here))
    except ValueError:
        fits = False
    if not fits:
        raise Refusal("webhook: expected an https address")


def remove_client(file: Path, name: str) -> None:
    """Remove a client: its token is worth nothing from now on. :raises Refusal: where there is none of this name."""
    clients = read_clients(file)
    if clients.pop(name, None) is None:
        raise Refusal(f"name: there is no client {name}; expected one of {', '.join(clients) or 'none'}")
    _write(file, clients)


def hash_of(token: str) -> str:
    """What the file keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _write(file: Path, clients: dict[str, Client]) -> None:
    content = _File(clients=clients).model_dump_json(indent=2, exclude_none=True)
    write_private_file(file, f"{content}\n".encode())


class Clients:
    """The clients as they are now. A file that cannot be read keeps those before it."""

    def __init__(self, file: Path) -> None:
        """:raises WrongClients: where the file cannot be read."""
        self._clients = Watched(file, read_clients, WrongClients, "clients")

    def by_token(self, token: str) -> tuple[str, Client] | None:
        """Whose token it is. Every hash is compared, so that the time says nothing."""
        found, wanted = None, hash_of(token)
        for name, client in self._clients.now().items():
            if compare_digest(client.token_sha256, wanted):
                found = name, client
        return found

    def by_certificate(self, common_name: str) -> tuple[str, Client] | None:
        """Whose certificate it is, by the common name in it."""
        found = [(name, client) for name, client in self._clients.now().items() if client.certificate == common_name]
        return found[0] if len(found) == 1 else None

    def all(self) -> dict[str, Client]:
        """All clients by name."""
        return dict(self._clients.now())
