"""How this project talks to Temporal, in one object: ``PLUGIN`` (design, section 4).

Worker, starter, tests and the replayer all take it, so that none of them can differ in how data, failures or the
sandbox are treated; a codec or interceptors will come here too:

    Client.connect(..., **client_options())      a Worker takes it over from its client
    WorkflowEnvironment.start_local(..., **client_options())
    Replayer(..., plugins=[PLUGIN])
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypedDict

from dotenv import dotenv_values
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import Client, Plugin
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverter,
    EncodingPayloadConverter,
    PayloadConverter,
)
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.exceptions import ApplicationError
from temporalio.plugin import SimplePlugin
from temporalio.runtime import Runtime
from temporalio.worker import (
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.heartbeat import HeartbeatInterceptor
from activities.interface import ErrorKind
from activities.still_trying import StillTryingInterceptor
from rules.refusal import Refusal
from runtime.packages import DECIDING
from workflows.pages import PagesOnDemand

DEFAULT_ADDRESS = "localhost:7233"
DEFAULT_NAMESPACE = "default"

FAILURE_MESSAGE_BYTES = 2_000
"""Enough for a line that names every field of a large message; far below the limits of Temporal on a failure
(4 kB before the server cuts it by its own rule, 2 MB for a payload)."""

STACK_TRACE_BYTES = 8_000


class CannotConnect(Exception):
    """Temporal is out of reach or its settings do not fit. One line, with the address and never a key."""


class AnyPayloadConverter(PydanticPayloadConverter):
    """The pydantic converter, except that a payload nobody can read arrives as it came.

    The SDK drops a signal whose payload cannot be decoded. A handler declared ``*arguments: Any`` asks for no type:
    for it a payload that is no JSON, or of an unknown encoding, becomes a ``RawValue``, which the handler can keep
    and refuse (design, section 4: nothing that arrives is lost).
    """

    _shared: ClassVar[Mapping[bytes, EncodingPayloadConverter] | None] = None

    def __init__(self) -> None:
        # The SDK makes a converter for each payload of a replay; they are all alike and hold only caches.
        if AnyPayloadConverter._shared is None:
            super().__init__()
            AnyPayloadConverter._shared = self.converters
        self.converters = AnyPayloadConverter._shared

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """Decode; where a type is asked for, a payload that does not fit raises as in the base class."""
        if type_hints:
            return super().from_payloads(payloads, type_hints)
        return [self._one(payload) for payload in payloads]

    def _one(self, payload: Payload) -> Any:
        try:
            return super().from_payloads([payload])[0]
        except Exception:  # whatever a converter raises, here it only says that it cannot read this
            return RawValue(payload)


class PlainFailureConverter(DefaultFailureConverter):
    """Failures as people are to read them: short, and without our code where the message says it all.

    A refusal and the errors that activities tell apart (``ErrorKind``) are written for people: they lose the stack
    trace and the cause, which could also carry an address with a password. Anything else is a defect of ours and
    keeps both, for whoever mends it. Every message is cut to ``FAILURE_MESSAGE_BYTES``.
    """

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        """See base class; called for each cause too."""
        super().to_failure(exception, payload_converter, failure)
        if is_for_people(exception):
            failure.ClearField("cause")
            failure.ClearField("stack_trace")
        failure.message = shortened(failure.message, FAILURE_MESSAGE_BYTES)
        failure.stack_trace = shortened(failure.stack_trace, STACK_TRACE_BYTES)


def is_for_people(exception: BaseException) -> bool:
    """Whether the error's one line is all that a person needs: a refusal or one of the ``ErrorKind``."""
    if isinstance(exception, ApplicationError):
        return exception.type in set(ErrorKind) | {Refusal.__name__}
    return isinstance(exception, Refusal)


def shortened(text: str, limit: int) -> str:
    """The text in at most ``limit`` bytes of UTF-8, its end cut off and the cut marked."""
    encoded = text.encode(errors="replace")
    if len(encoded) <= limit:
        return text
    mark = f" [... {len(encoded)} bytes in all]"
    return encoded[: limit - len(mark)].decode(errors="ignore") + mark


DATA_CONVERTER = DataConverter(
    payload_converter_class=AnyPayloadConverter, failure_converter_class=PlainFailureConverter
)


def _runner(given: WorkflowRunner | None) -> WorkflowRunner:
    # A debugger or a profiler asks for the unsandboxed runner: it keeps what it asked for.
    if isinstance(given, SandboxedWorkflowRunner):
        return replace(
            given, restrictions=given.restrictions.with_passthrough_modules("pydantic_core", "cryptography", *DECIDING)
        )
    return given or SandboxedWorkflowRunner()


class PagesInterceptor(Interceptor):
    """Has workers make the pages of workflows when somebody looks (``workflows/pages.py``)."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """See base class."""
        return PagesOnDemand


PLUGIN = SimplePlugin(
    "rex-verification",
    data_converter=DATA_CONVERTER,
    interceptors=[HeartbeatInterceptor(), StillTryingInterceptor(), PagesInterceptor()],
    workflow_runner=_runner,
)


class ClientOptions(TypedDict):
    """Keyword arguments for everything that makes a client."""

    plugins: Sequence[Plugin]


def client_options() -> ClientOptions:
    """What every client of this project is made with, in production and in tests."""
    return ClientOptions(plugins=[PLUGIN])


def read_environment() -> dict[str, str]:
    """The environment, with what a ``.env`` file in the working directory adds to it; the environment wins."""
    written = {name: value for name, value in dotenv_values(".env").items() if value is not None}
    return written | dict(os.environ)


def connection_config(environment: Mapping[str, str] | None = None) -> ClientConnectConfig:
    """Temporal's own variables and profiles (contract, section 10) as arguments of ``Client.connect``.

    Raises:
        CannotConnect: a variable or the profile file does not fit, or a file it names is not there.
    """
    try:
        given = read_environment() if environment is None else environment
        # An empty variable is one that is not set: Temporal's own reading would turn TLS on for an empty key.
        config = ClientConfig.load_client_connect_config(
            override_env_vars={name: value for name, value in given.items() if value}
        )
    except OSError as error:
        raise CannotConnect(f"a file named by the TEMPORAL_* settings: {error.strerror}") from None
    except Exception as error:
        # The lines after the first quote the file, where a key may stand.
        raise CannotConnect(f"TEMPORAL_* settings: {(str(error).splitlines() or [type(error).__name__])[0]}") from None
    config.setdefault("target_host", DEFAULT_ADDRESS)
    config.setdefault("namespace", DEFAULT_NAMESPACE)
    return config


async def connect(
    *, environment: Mapping[str, str] | None = None, runtime: Runtime | None = None, lazy: bool = False
) -> Client:
    """Connect as Temporal's environment variables and profiles say; no network but the connection itself.

    Args:
        environment: in place of this process's own.
        lazy: connect with the first call, which then fails where the server is out of reach.

    Raises:
        CannotConnect: settings that do not fit, a server out of reach, or one that does not accept our key.
    """
    config = connection_config(environment)
    try:
        return await Client.connect(**config, **client_options(), runtime=runtime, lazy=lazy)
    except (RuntimeError, ValueError) as error:
        raise CannotConnect(f"Temporal at {config['target_host']}: {_why(str(error))}") from None


def _why(error: str) -> str:
    """What to look at. The SDK's own text is several nested Rust structures, and could hold metadata we sent."""
    if "Unauthenticated" in error or "PermissionDenied" in error:
        return "refuses our credentials; check TEMPORAL_API_KEY or TEMPORAL_TLS_CLIENT_*"
    if "invalid target URL" in error:
        return "not an address; expected host:port in TEMPORAL_ADDRESS"
    if "InvalidMessage" in error or "ertificate" in error or "tls" in error.lower():
        return "no secure connection; check TEMPORAL_TLS and TEMPORAL_TLS_*"
    if "dns error" in error:
        return "no such host; check TEMPORAL_ADDRESS"
    return "out of reach; check TEMPORAL_ADDRESS and that the server is up"
