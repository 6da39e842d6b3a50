"""``accounts``: the people who may log in at the desk by a local account."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

accounts_app = typer.Typer(help="The local accounts of people at the desk, and their roles.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person; all that they do carries this name.")]


@accounts_app.command()
def add(
    name: Name,
    role: Annotated[
        list[str],
        typer.Option(
            metavar="ROLE",
            help="officer, inspector, signatory, on-call, head, administrator or viewer; may be given several times.",
        ),
    ],
    password: Annotated[
        bool, typer.Option("--password", help="Read the password from standard input, at least 12 characters.")
    ] = False,
) -> None:
    """Add a person, and print the password once: it is kept as a hash only.

    `starter.py accounts add "A. Omarova" --role officer --role on-call`
    """
    from gateway.desk.accounts import add_account
    from runtime.settings import GatewaySettings, read_settings

    given = sys.stdin.readline().rstrip("\r\n") if password else None
    made = add_account(read_settings(GatewaySettings).accounts_file, name, role, datetime.now(UTC), given)
    if given is None:
        print(made)


@accounts_app.command("list")
def list_() -> None:
    """List the people and their roles."""
    from gateway.desk.accounts import read_accounts
    from runtime.settings import GatewaySettings, read_settings

    accounts = read_accounts(read_settings(GatewaySettings).accounts_file)
    for name, account in accounts.items():
        print(f"{name}: {', '.join(sorted(account.roles))}; added {account.added_at:%Y-%m-%d}")
    if not accounts:
        print("no accounts")


@accounts_app.command()
def remove(name: Name) -> None:
    """Remove a person: their sessions end with the account."""
    from gateway.desk.accounts import remove_account
    from runtime.settings import GatewaySettings, read_settings

    remove_account(read_settings(GatewaySettings).accounts_file, name)
