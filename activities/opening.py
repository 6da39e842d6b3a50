"""What a case records when it is opened: the calendar, how the office works, and whose seals hold.

Light, as ``activities.interface`` is, by which it is imported.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field

from activities.payload import Payload
from register.rows import CaseEntry
from rules.calendar import CalendarDays
from rules.readings import Readings
from rules.seal import Authenticated, Seal


class SealedRequest(Payload):
    """The gateway's seal on the request that opens a case, and the digest of what it is on."""

    seal: Seal
    content_sha256: str


class CalendarWanted(Payload):
    """``record_calendar`` -> ``Recorded`` for whole years.

    From 1 January of the first year to 31 December of the last. ``opening`` is the row of a case that is being opened:
    the register has it from then on, before anything leaves the house. It fails as ``ErrorKind.CLOSED`` where the
    register, which remembers longer than Temporal, has a closed case under the number, and as
    ``ErrorKind.NOT_AUTHENTICATED`` where the office takes only what came through the gateway and the request did not,
    or where its seal does not hold.
    """

    first_year: int
    last_year: int
    opening: CaseEntry | None = None
    sealed: SealedRequest | None = None


class Recorded(Payload):
    """The working days, and how the office works: a case takes the latter over at its opening and keeps it.

    ``confirm_request``: a person confirms before the letter of ¶7 leaves (¶4). ``require_signed_file``: a
    conclusion is signed with the signed file only (¶10). ``door_keys``: the gateway's public
    keys by id; ``only_authenticated``: what did not come through the gateway is refused; ``request_by``: who sent the
    request through it.
    """

    days: CalendarDays
    readings: Readings
    confirm_request: bool
    require_signed_file: bool
    door_keys: dict[str, str] = Field(default_factory=dict)
    only_authenticated: bool = False
    request_by: Authenticated | None = None


class DoorKeys(Payload):
    """``read_door_keys`` -> this: the gateway's public keys by id, Ed25519 in base64."""

    keys: dict[str, str]


def year_span(
    received_on: date, until: date, opening: CaseEntry | None = None, sealed: SealedRequest | None = None
) -> CalendarWanted:
    """The years a case's calendar holds: from the year of receipt to the end of the year after ``until``."""
    return CalendarWanted(first_year=received_on.year, last_year=until.year + 1, opening=opening, sealed=sealed)
