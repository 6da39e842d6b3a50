"""What happens in a life, each fact with the moment at which the case hears of it. All times are aware."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tests.lives.calendar import Calendar

Atameken = Literal["states the receipt", "takes it", "down"]


@dataclass(frozen=True, kw_only=True)
class Fact:
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Opened(Fact):
    """The case is opened. `atameken`: what its interface does with all that we send; `mail`: whether mail works."""

    received_at: datetime
    calendar: Calendar
    readings: dict[str, str] = field(default_factory=dict)
    atameken: Atameken = "takes it"
    mail: bool = True


@dataclass(frozen=True, kw_only=True)
class RexChanges(Fact):
    """The exporter's record in REX becomes another; the case sees it when it looks."""

    record: int


@dataclass(frozen=True, kw_only=True)
class Proof(Fact):
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Documents(Fact):
    """`accepted` and `refused`: kinds of the documents that can be fetched, and that cannot."""

    accepted: tuple[str, ...]
    refused: tuple[str, ...] = ()
    sent_at: datetime | None = None
    received_at: datetime | None = None
    via_representative: bool = False


@dataclass(frozen=True, kw_only=True)
class Inspected(Fact):
    completed_at: datetime | None = None
    complete: bool = True
    reliable: bool = True
    match: bool = True
    registration: str = "valid"
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Signed(Fact):
    """`named`: whether the message names the draft; an unnamed one is the first."""

    signed_at: datetime | None = None
    named: bool = True


@dataclass(frozen=True, kw_only=True)
class Dispatched(Fact):
    what: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class MissingRequested(Fact):
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Returned(Fact):
    reopen: bool


@dataclass(frozen=True, kw_only=True)
class Released(Fact):
    pass


@dataclass(frozen=True, kw_only=True)
class ReadingChanged(Fact):
    reading: str
    option: str


@dataclass(frozen=True, kw_only=True)
class ConcludedWithout(Fact):
    pass


@dataclass(frozen=True, kw_only=True)
class Withdrawn(Fact):
    pass


@dataclass(frozen=True, kw_only=True)
class Recounted(Fact):
    calendar: Calendar
