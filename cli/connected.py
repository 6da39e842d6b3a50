"""What a command needs: a connection to Temporal and the settings of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from runtime.connection import connect
from runtime.links import case_link
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
        return case_link(self.settings.ui_url, self.client.namespace, case_id)


async def connected() -> Connected:
    """Read the settings, none of which is required, and connect.

    :raises runtime.settings.WrongSettings: for one that does not fit.
    :raises runtime.connection.CannotConnect: where Temporal is out of reach.
    """
    settings = read_settings(ClientSettings)
    return Connected(await connect(runtime=_quiet()), settings)


@cache
def _quiet() -> Runtime:
    """The SDK without its warnings: a command says in its own words what went wrong."""
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(TelemetryFilter("ERROR", "ERROR"))))
