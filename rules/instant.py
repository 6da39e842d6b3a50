"""Instants and days: aware datetimes only, kept in UTC, counted in Asia/Almaty."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo

_RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far another system's clock may be ahead of ours before its time is refused (contract, section 2)."""


def _read_instant(value: Any) -> datetime:
    if isinstance(value, str):
        if not _RFC_3339.fullmatch(value):
            raise ValueError("expected a time as in 2026-03-02T09:30:00+05:00")
        try:
            value = datetime.fromisoformat(value.upper())
        except ValueError as error:
            raise ValueError("not a time that exists; expected one as in 2026-03-02T09:30:00+05:00") from error
    if not isinstance(value, datetime):
        raise ValueError("expected a time as in 2026-03-02T09:30:00+05:00")
    if value.tzinfo is None:
        raise ValueError("the time has no offset; expected one as in 2026-03-02T09:30:00+05:00")
    return value


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("expected a time within the years 1 to 9999") from error


def stated_between(received_at: datetime, now: datetime) -> dict[str, datetime]:
    """The validation context that bounds every ``StatedInstant`` (contract, section 2).

    :param received_at: the receipt of the request; nothing can be stated to lie before it.
    :param now: the present; a stated time may lie at most five minutes after it.
    """
    return {"received_at": received_at, "now": now}


def _within_bounds(value: datetime, info: ValidationInfo) -> datetime:
    bounds: dict[str, datetime] | None = info.context
    if bounds and value < bounds["received_at"]:
        raise ValueError("lies before the receipt of the request; expected a time from then on")
    if bounds and value > bounds["now"] + CLOCK_TOLERANCE:
        raise ValueError("lies in the future; expected a time up to five minutes after now")
    return value


def _read_day(value: Any) -> date:
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"not a day that exists: {value}") from error
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ValueError("expected a date as in 2026-03-02")


def rfc_3339(instant: datetime) -> str:
    """The instant as the contract writes it: RFC 3339, in UTC, with ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    AfterValidator(_to_utc),
    PlainSerializer(rfc_3339, return_type=str, when_used="json"),
]
"""An aware datetime in UTC; read from RFC 3339 with an offset, refused without one (contract, section 2)."""

StatedInstant = Annotated[Instant, AfterValidator(_within_bounds)]
"""An instant at which something happened in a case, as its sender states it; bounded by ``stated_between``."""

Day = Annotated[date, BeforeValidator(_read_day)]
"""A calendar day in Asia/Almaty, read from an ISO date."""
