"""The project's own settings (contract, section 10): from the environment, then from ``.env``; the environment wins.

Temporal's own (``TEMPORAL_*``) are read by ``connection.py``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from escalation.ladder_file import Ladders
from rules.readings import Readings, read_readings
from rules.refusal import Refusal
from runtime.commands import USUAL
from runtime.door_keys import read_door_keys

PREFIX = "REXV_"

VAR = Path(__file__).resolve().parent.parent / "var"
"""Where the defaults put their files: beside the code, wherever it is started from."""


class WrongSettings(Exception):
    """Settings are missing or do not fit. One line: each by its name and what was expected, never its value."""


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("expected a URL as in https://host:port/path")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected a URL without user and password")
    if parts.query or parts.fragment:
        raise ValueError("expected a URL without ? and #")
    return value.rstrip("/")


def _origin(value: str) -> str:
    address = _web_address(value)
    if urlsplit(address).path:
        raise ValueError("expected origins as in https://host:port, without a path")
    return address


def _token(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", value.get_secret_value()):
        raise ValueError("expected ASCII letters, digits and signs without spaces")
    return value


def _listener(value: str) -> str:
    if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):[0-9]{1,5}", value):
        raise ValueError("expected host:port as in 0.0.0.0:9090")
    return value


def _network(value: str) -> str:
    try:
        return str(ip_network(value)) if "/" in value else str(ip_address(value))
    except ValueError:
        raise ValueError("expected addresses or networks as in 10.0.0.5 or 10.0.0.0/24") from None


def _heartbeat_address(value: SecretStr) -> SecretStr:
    from activities.http import origin_of  # here, because only a worker calls it

    origin_of(value.get_secret_value())  # its words hold nothing of the URL, which may carry a token
    return value


def _scanner_address(value: str) -> str:
    from activities.scanner import Scanner  # here, because only a worker calls it

    Scanner(value)
    return value


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


def _pairs(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    pairs = [each.partition("=") for each in value.split()]
    if not all(group and role for group, _, role in pairs):
        raise ValueError("expected group=role, separated by spaces")
    return {group: role for group, _, role in pairs}


def _mail_server(value: SecretStr) -> SecretStr:
    from activities.mail import MailServer  # here, because only a worker has to know about mail

    MailServer.parse(value.get_secret_value())
    return value


def _ladder_file(value: Path) -> Path:
    from escalation.source import load_ladders  # here, because Apprise takes a while to import
    from runtime.connection import read_environment

    load_ladders(value, read_environment())
    return value


def _letters_folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError(f"{value}: expected a folder of templates, as letters/templates is")
    return value


def _readings_file(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return read_readings(tomllib.loads(Path(value).read_text()))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{value}: not TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{value}: cannot be read ({type(error).__name__})") from None
    except Refusal as refusal:
        raise ValueError(f"{value}: {refusal}") from None


def _door_keys_file(value: Path) -> Path:
    read_door_keys(value)
    return value


def _recipients(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if value is None:
        if "escalation_file" in info.data and info.data["escalation_file"] is None:
            raise PydanticCustomError("missing", "is required")
        return None
    from escalation.ladder_file import scheme_of
    from notifications.channel import fault_of

    urls = value.get_secret_value().split()
    for index, url in enumerate(urls):
        fault = fault_of(url)
        if fault is not None:
            raise ValueError(f"recipient {index + 1} of {len(urls)} ({scheme_of(url)}): {fault}")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_words)]
Token = Annotated[SecretStr, AfterValidator(_token)]
MailAddress = Annotated[SecretStr, AfterValidator(_mail_server)]
Recipients = Annotated[SecretStr | None, AfterValidator(_recipients)]
"""Apprise URLs separated by spaces, for the ladder of the example; required where there is no ladder file.

A secret, because most of them carry a password or a token.
"""


class ClientSettings(BaseSettings):
    """What it takes to open a case and to look at it: nothing here is required."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    task_queue: str = "rex-verification"
    database_url: SecretStr = SecretStr(f"sqlite:///{VAR / 'register.db'}")
    document_store: str = Field(default=str(VAR / "documents"), repr=False)
    chain_heads: Path = VAR / "chain_heads.jsonl"
    """Where the daily self-check writes down how far the chains of the log have come; one file for all workers."""
    ui_url: WebAddress = "http://localhost:8233"
    gateway_url: WebAddress | None = None
    """The gateway's public address, for links; None where only this machine reaches it."""
    command: Annotated[str, Field(pattern=r"^[^\r\n]{1,200}$")] = USUAL
    """How people start ``starter.py``, for the commands in notices and on pages; ``runtime.commands`` reads it."""
    receipt_cutoff: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    link_key: Path = VAR / "link-key"
    """The secret that signs the links in notices: workers make them, the gateway takes them."""
    door_keys: Annotated[Path, AfterValidator(_door_keys_file)] = VAR / "door-keys"
    """The file of the gateway's public keys, which the gateway makes and workers read."""
    readings: Annotated[Readings, NoDecode, BeforeValidator(_readings_file)] = Readings()
    """How the office reads the order where it is silent; the setting names the file (contract, section 12)."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_the_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        """``REXV_X=`` means the same as no ``REXV_X``; the compose file passes on what is not set as empty."""
        return {name: value for name, value in values.items() if value is not None and str(value).strip()}


class WorkerSettings(ClientSettings):
    """All that a worker needs; section 8 says what the addresses and keys are for."""

    atameken_url: WebAddress
    atameken_token: Token
    rex_url: WebAddress
    rex_login: str
    rex_password: SecretStr
    document_hosts: Origins = ()
    private_document_hosts: Origins = ()
    """Origins like those above whose names may lead to addresses of a private network."""
    clamd_address: Annotated[str, AfterValidator(_scanner_address)] | None = None
    """Where a ClamAV daemon is asked about every document, ``host:port`` or ``unix:/path``; nowhere by default."""
    mail_url: MailAddress
    escalation_file: Annotated[Path, AfterValidator(_ladder_file)] | None = None
    """The ladders of escalation, as ``escalation/default.toml`` explains them."""
    escalate_1: Recipients = Field(default=None, validate_default=True)
    escalate_2: Recipients = Field(default=None, validate_default=True)
    escalate_3: Recipients = Field(default=None, validate_default=True)
    heartbeat_url: Annotated[SecretStr, AfterValidator(_heartbeat_address)] | None = None
    """Called once a day when the self-check finds that all is well; the service behind it notices its silence."""
    letters: Annotated[Path, AfterValidator(_letters_folder)] | None = None
    """The folder of templates for letters and papers; ours by default (``letters/templates``)."""
    confirm_request: bool = False
    """Whether a person confirms that a request is official (¶4) before the letter of ¶7 leaves."""
    only_authenticated: bool = False
    """Whether a case takes only what came through the gateway."""
    require_signed_file: bool = False
    """Whether a conclusion (¶10) is signed with a validly signed file only."""
    metrics_address: Annotated[str, AfterValidator(_listener)] | None = None
    """Where the worker offers Prometheus its figures, ``host:port``; nowhere by default."""

    @cached_property
    def ladders(self) -> Ladders:
        """The ladders of escalation with the addresses of their recipients, which are secrets.

        Raises:
            LadderError: one line, where the file or a recipient does not fit.
        """
        from escalation.source import load_ladders  # here, because Apprise takes a while to import
        from runtime.connection import read_environment

        own = {1: self.escalate_1, 2: self.escalate_2, 3: self.escalate_3}
        given = {f"{PREFIX}ESCALATE_{level}": urls.get_secret_value() for level, urls in own.items() if urls}
        return load_ladders(self.escalation_file, read_environment() | given)

    @property
    def recipients(self) -> dict[int, list[str]]:
        """The Apprise URLs of each escalation level, 1 to 3; secrets."""
        return {level: list(urls) for level, urls in self.ladders.addresses.items()}


class GatewaySettings(ClientSettings):
    """What the gateway needs: nothing here is required."""

    gateway_listen: Annotated[str, AfterValidator(_listener)] = "127.0.0.1:8080"
    gateway_tls_cert: FilePath | None = None
    """The gateway's own certificate, with what leads to its authority (PEM); without one it speaks plain HTTP."""
    gateway_tls_key: FilePath | None = None
    gateway_client_ca: FilePath | None = None
    """The authorities whose certificates clients may show (PEM)."""
    door_key: Path = VAR / "door-key.pem"
    """The gateway's private key; made at its first start."""
    clients_file: Path = VAR / "clients.json"
    """The systems that may come through the gateway, as ``starter.py clients`` writes it."""
    trusted_proxies: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_words)
    ] = ()
    """Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    accounts_file: Path = VAR / "accounts.json"
    """The local accounts of people, as ``starter.py accounts`` writes it."""
    session_key: Path = VAR / "session-key"
    """The secret that signs people's sessions; made at the first start."""
    oidc_issuer: WebAddress | None = None
    """The OpenID Connect provider at which people log in; without it they have local accounts."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_groups_claim: Annotated[str, Field(pattern=r"^[\w.:/-]{1,200}$")] = "groups"
    """The claim that lists a person's groups."""
    oidc_roles: Annotated[dict[str, str], NoDecode, BeforeValidator(_pairs)] = {}
    """Roles by group, ``group=role`` separated by spaces; a group named as a role gives it anyway."""
    four_eyes: bool = True
    """Whether inspector and signatory of a case, and the two of a calendar change, have to be two people."""

    @model_validator(mode="after")
    def _whole_openid(self) -> GatewaySettings:
        given = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)
        if any(given) and not all(given):
            raise ValueError("expected REXV_OIDC_ISSUER, REXV_OIDC_CLIENT_ID and REXV_OIDC_CLIENT_SECRET together")
        return self

    @model_validator(mode="after")
    def _all_of_tls(self) -> Self:
        if (self.gateway_tls_cert is None) != (self.gateway_tls_key is None):
            raise ValueError(f"{PREFIX}GATEWAY_TLS_CERT and {PREFIX}GATEWAY_TLS_KEY: expected both or none")
        if self.gateway_client_ca is not None and self.gateway_tls_cert is None:
            raise ValueError(f"{PREFIX}GATEWAY_CLIENT_CA: needs {PREFIX}GATEWAY_TLS_CERT")
        return self

    @property
    def gateway_base(self) -> str:
        """The address by which others reach it, without a slash at its end."""
        return self.gateway_url or f"{self.gateway_scheme}://{self.gateway_listen}"

    @property
    def gateway_scheme(self) -> str:
        """``https`` where it has a certificate of its own, else ``http``."""
        return "https" if self.gateway_tls_cert is not None else "http"


Settings = TypeVar("Settings", bound=ClientSettings)


def read_settings(kind: type[Settings]) -> Settings:
    """Read settings of a kind, as ``WorkerSettings``.

    Raises:
        WrongSettings: naming each setting that is missing or does not fit.
    """
    try:
        return kind()
    except ValidationError as error:
        # The cause would print the values, and some are secrets.
        raise WrongSettings(_reasons(error)) from None
    except (SettingsError, OSError, UnicodeDecodeError) as error:
        raise WrongSettings(f".env: cannot be read ({type(error).__name__})") from None


def _reasons(error: ValidationError) -> str:
    by_name: dict[str, str] = {}
    for each in error.errors(include_url=False, include_input=False):
        name = f"{PREFIX}{each['loc'][0]}".upper() if each["loc"] else "settings"
        message = (
            "is required"
            if each["type"] == "missing"
            else each["msg"].removeprefix("Value error, ").removeprefix(f"{name}: ")
        )
        if each["type"] == "string_pattern_mismatch":
            message = "expected one line" if name == f"{PREFIX}COMMAND" else "expected HH:MM as in 16:00"
        by_name.setdefault(name, message)
    return "; ".join(f"{name}: {message}" for name, message in by_name.items())
