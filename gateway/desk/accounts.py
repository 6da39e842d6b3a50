"""Local accounts of people: a file with their names, roles and passwords as argon2id hashes, mode 0600.

``starter.py accounts`` writes it; the gateway reads it again when it has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.desk.roles import DeskRole
from rules.instant import Instant
from rules.refusal import Refusal, reasons
from rules.text import same_person
from runtime.private_file import Watched, write_private_file

SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 200
"""Characters; hashing more would cost time for nothing."""

LONGEST_NAME: Final = 100


class Account(BaseModel):
    """One person. ``password``: argon2id in its usual form, salt and cost included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: frozenset[DeskRole]
    password: str = Field(repr=False)
    added_at: Instant


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    accounts: dict[str, Account] = Field(default_factory=dict)


class WrongAccounts(ValueError):
    """The file cannot be read or does not fit. One line that names it."""


def read_accounts(file: Path) -> dict[str, Account]:
    """The accounts by name; none where there is no such file.

    :raises WrongAccounts: where it cannot be read, or others than its owner may read it.
    """
    try:
        if file.stat().st_mode & 0o077:
            raise WrongAccounts(f"{file}: may be read by others; expected mode 0600 (chmod 600)")
        return _File.model_validate_json(file.read_text("utf-8")).accounts
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise WrongAccounts(f"{file}: {reasons(error)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise WrongAccounts(f"{file}: cannot be read ({type(error).__name__})") from None


def add_account(file: Path, name: str, roles: Iterable[str], now: datetime, password: str | None = None) -> str:
    """Add an account.

    :param name: of the person, as it will stand in ``by``.
    :param now: aware.
    :param password: one is made where none is given.
    :returns: the password, which is kept nowhere.
    :raises Refusal: for a name that is there, an unknown role, or a short password.
    :raises WrongAccounts: where the file cannot be read.
    """
    accounts, wanted = read_accounts(file), list(dict.fromkeys(roles))
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or name != " ".join(name.split()):
        raise Refusal(f"name: expected 1 to {LONGEST_NAME} visible characters")
    if find(accounts, name) is not None:
        raise Refusal(f"name: {name} is there already; remove it first")
    if unknown := [role for role in wanted if role not in tuple(DeskRole)]:
        raise Refusal(f"role: unknown role {', '.join(unknown)}; expected some of {', '.join(DeskRole)}")
    if not wanted:
        raise Refusal(f"role: expected at least one of {', '.join(DeskRole)}")
    password = secrets.token_urlsafe(12) if password is None else password
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refusal(f"password: expected {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    accounts[name] = Account(roles=frozenset(map(DeskRole, wanted)), password=_hashed(password), added_at=now)
    write_accounts(file, accounts)
    return password


def remove_account(file: Path, name: str) -> None:
    """Remove an account: its sessions end with it. :raises Refusal: where there is none of this name."""
    accounts = read_accounts(file)
    if accounts.pop(name, None) is None:
        raise Refusal(f"name: there is no account {name}; expected one of {', '.join(accounts) or 'none'}")
    write_accounts(file, accounts)


def find(accounts: dict[str, Account], name: str) -> str | None:
    """The name of the account as it is written there."""
    return next((each for each in accounts if same_person(each, name)), None)


class Accounts:
    """The accounts as they are now. A file that cannot be read keeps those before it."""

    def __init__(self, file: Path) -> None:
        """:raises WrongAccounts: where the file cannot be read."""
        self._accounts = Watched(file, read_accounts, WrongAccounts, "accounts")
        self._nobody: str | None = None

    def get(self, name: str) -> Account | None:
        """The account of exactly this name."""
        return self._accounts.now().get(name)

    def check(self, name: str, password: str) -> str | None:
        """Whose password it is, as the name is written in the file; None where they do not fit. Takes a while.

        It takes as long for a name that there is not, so that the time tells nobody which names there are.
        """
        from argon2 import PasswordHasher  # here: the command line lists accounts without it
        from argon2.exceptions import Argon2Error, InvalidHashError

        accounts = self._accounts.now()
        found = find(accounts, name)
        if self._nobody is None:
            self._nobody = _hashed(secrets.token_urlsafe(12))
        hashed = accounts[found].password if found is not None else self._nobody
        try:
            PasswordHasher().verify(hashed, password[: LONGEST_PASSWORD + 1])
        except (Argon2Error, InvalidHashError):
            return None
        return found


def _hashed(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def write_accounts(file: Path, accounts: dict[str, Account]) -> None:
    """Write the file anew, whole or not at all."""
    write_private_file(file, f"{_File(accounts=accounts).model_dump_json(indent=2)}\n".encode())
