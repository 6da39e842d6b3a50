"""What a command needs of the world: Temporal, and the few settings of the command line."""

from __future__ import annotations

from dataclasses import dataclass

from temporalio.client import Client

from cli.asking import link_to
from runtime.connection import connect
from runtime.settings import ClientSettings, read_settings


@dataclass(frozen=True)
class Connected:
    """A connection to Temporal, with what goes with it."""

    client: Client
    settings: ClientSettings

    @property
    def database_url(self) -> str:
        """Of the register. It may hold a password: never to be printed."""
        return self.settings.database_url.get_secret_value()

    def link(self, case_id: str) -> str:
        """The case in the Temporal UI."""
        return link_to(self.settings.ui_url, self.client.namespace, case_id)


async def connected() -> Connected:
    """Read the settings, none of which is required, and connect.

    :raises settings.WrongSettings: for one that does not fit.
    :raises connection.CannotConnect: where Temporal is out of reach.
    """
    settings = read_settings(ClientSettings)
    return Connected(await connect(), settings)
