"""``gateway``, ``clients`` and ``door-key``: the door, the systems that may come through it, and its key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

clients_app = typer.Typer(
    help="The systems that may come through the gateway, and what each may do.", no_args_is_help=True
)
door_key_app = typer.Typer(help="The key with which the gateway seals what it passes on.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The system; its messages carry this name as sent_by.")]


@clients_app.command()
def add(
    name: Name,
    may: Annotated[
        str,
        typer.Option(
            metavar="RIGHTS",
            help="What it may do, separated by commas: names of messages and decisions, open, read, store, events.",
        ),
    ],
    certificate: Annotated[
        str | None, typer.Option(metavar="NAME", help="The common name of its TLS client certificate.")
    ] = None,
    webhook: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the events that it may see are sent.")
    ] = None,
) -> None:
    """Add a system, and print its token once: it is kept as a hash only. With a webhook, its secret too.

    `starter.py clients add Atameken --may documents_arrived,document_request_received,store`
    """
    from gateway.clients import add_client
    from runtime.settings import GatewaySettings, read_settings

    rights = [right.strip() for right in may.split(",") if right.strip()]
    file = read_settings(GatewaySettings).clients_file
    added = add_client(file, name, rights, datetime.now(UTC), certificate=certificate, webhook=webhook)
    print(added.token)
    if added.secret is not None:
        print(added.secret)


@clients_app.command("list")
def list_() -> None:
    """List the systems, and what each may do."""
    from gateway.clients import read_clients
    from runtime.settings import GatewaySettings, read_settings

    clients = read_clients(read_settings(GatewaySettings).clients_file)
    for name, client in clients.items():
        certificate = f"; certificate {client.certificate}" if client.certificate else ""
        print(f"{name}: {', '.join(client.may)}{certificate}; added {client.added_at:%Y-%m-%d}")
    if not clients:
        print("no clients")


@clients_app.command()
def remove(name: Name) -> None:
    """Remove a system: its token is worth nothing from now on."""
    from gateway.clients import remove_client
    from runtime.settings import GatewaySettings, read_settings

    remove_client(read_settings(GatewaySettings).clients_file, name)


@door_key_app.command()
def new() -> None:
    """Make a new key, and add its public half to the file that workers read; print its id.

    The gateway uses it from its next start. What the key before it sealed stays valid until its line is removed from
    the file. The first key is made when the gateway first starts.
    """
    from gateway.signing import new_key
    from runtime.settings import GatewaySettings, read_settings

    settings = read_settings(GatewaySettings)
    print(new_key(settings.door_key, settings.door_keys).key_id)


def gateway() -> None:
    """Serve the web service for systems (/api/v1) and people, until it is stopped.

    It listens on REXV_GATEWAY_LISTEN, 127.0.0.1:8080 by default.
    """
    from cli.gateway import serve

    serve()
