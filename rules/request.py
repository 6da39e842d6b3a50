"""The request of a foreign customs authority (¶4), the start argument of a case (contract, section 1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from rules.instant import CLOCK_TOLERANCE, Day, Instant
from rules.mail_address import LONGEST, check_mailable
from rules.refusal import read, within

THE_ORDER = datetime(2020, 12, 31, 18, tzinfo=UTC)
"""The first instant of 2021 in Almaty, which was six hours ahead of UTC. No request was received under order No. 358-RL
before its year; an earlier time is a typing error."""

OLDEST_RECEIPT = timedelta(days=120)
"""A receipt further back than this is more likely a wrong year than a late entry; it needs a reason."""

LARGEST_REQUEST = 128 * 1024
"""Bytes of JSON. A long letter with a hundred statements takes a third of it; Temporal takes 2 MB as one payload, and
a case that goes on in a new run has to carry the request beside everything else."""

LONGEST_REFERENCE = 64
"""Characters of the customs' own reference."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Incoming(BaseModel):
    """What every model that reads foreign JSON has in common (contract, head).

    Unknown fields are ignored, and null in place of a list is the empty list: Temporal's HTTP API writes it so.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_the_empty_list(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        lists = (name for name, field in cls.model_fields.items() if get_origin(field.annotation) is list)
        return data | {name: [] for name in lists if name in data and data[name] is None}


class Country(StrEnum):
    """The two countries that may ask (¶4)."""

    NORWAY = "NO"
    SWITZERLAND = "CH"


_REX_OF_KAZAKHSTAN = re.compile(r"KZREX[A-Z0-9]{1,30}")
_REX_OF_ANY_COUNTRY = re.compile(r"[A-Z]{2}REX[A-Z0-9]{1,30}")


def check_rex_number(value: str) -> str:
    """Return the number, or raise ``ValueError`` that says what a REX number of Kazakhstan looks like."""
    if _REX_OF_KAZAKHSTAN.fullmatch(value):
        return value
    if _REX_OF_ANY_COUNTRY.fullmatch(value):
        raise ValueError(f"{value} was not issued by Kazakhstan; expected a number that begins with KZREX")
    raise ValueError("expected KZREX followed by 1 to 30 capital letters or digits")


def check_bin(value: str) -> str:
    """Return the BIN or IIN (12 digits, the last a check digit), or raise ``ValueError``.

    The check digit is the sum of the first eleven digits weighted 1 to 11, modulo 11; where that gives 10, the
    weights 3 to 11, 1, 2 are used; a number for which those give 10 too is never issued.
    """
    if not re.fullmatch(r"[0-9]{12}", value):
        raise ValueError("expected 12 digits")
    digits = [int(digit) for digit in value]
    for weights in (range(1, 12), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)):
        check = sum(digit * weight for digit, weight in zip(digits, weights, strict=False)) % 11
        if check < 10:
            break
    if check != digits[11]:
        raise ValueError("the check digit (the last of the 12) is wrong")
    return value


# The schemas under docs/schemas have the forms; the checks tell more of what is wrong than a form could.
RexNumber = Annotated[
    str,
    AfterValidator(check_rex_number),
    WithJsonSchema({"type": "string", "pattern": f"^{_REX_OF_KAZAKHSTAN.pattern}$"}),
]
Bin = Annotated[
    str,
    AfterValidator(check_bin),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]{12}$", "description": "The last digit is a check digit."}),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST),
    AfterValidator(check_mailable),
    WithJsonSchema({"type": "string", "maxLength": LONGEST, "pattern": r"^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$"}),
]


class Exporter(Incoming):
    """The exporter whose registration is in question."""

    name: Text
    address: Text | None = None
    bin: Bin | None = None


class Statement(Incoming):
    """A statement on origin under question."""

    document_number: Text
    document_date: Day
    goods: LongText | None = None
    hs_codes: list[Text] = Field(default_factory=list)
    origin_criterion: Text | None = None


class ReplyTo(Incoming):
    """Who at the requesting customs gets the reply."""

    name: Text
    email: Email


class VerificationRequest(Incoming):
    """A request for verification, as received by the authorized body (¶4, ¶5, ¶7)."""

    requesting_country: Country
    requesting_authority: Text
    reference: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REFERENCE)]
    received_at: Instant
    backdated_because: Text | None = None
    reason: Literal["sample", "doubt"]
    indications: list[LongText] = Field(default_factory=list)
    rex_number: RexNumber
    exporter: Exporter
    statements: list[Statement]
    reply_to: ReplyTo
    reply_by: Day | None = None
    language: Literal["en", "fr", "de"] = "en"

    @field_validator("requesting_country", mode="before")
    @classmethod
    def _only_norway_and_switzerland(cls, value: Any) -> Any:
        if value not in list(Country):
            raise ValueError("expected NO or CH: the order knows requests from Norway and Switzerland only (¶4)")
        return value

    @field_validator("received_at")
    @classmethod
    def _received_at_a_possible_time(cls, value: datetime, info: ValidationInfo) -> datetime:
        now: datetime | None = (info.context or {}).get("now")
        if now is not None and value > now + CLOCK_TOLERANCE:
            raise ValueError("lies in the future; expected the time at which the request was received")
        if now is not None and value < THE_ORDER:
            raise ValueError("expected a time since 2021, when the order was made")
        return value

    @model_validator(mode="after")
    def _received_lately_or_with_a_reason(self, info: ValidationInfo) -> VerificationRequest:
        now: datetime | None = (info.context or {}).get("now")
        if now is not None and self.received_at < now - OLDEST_RECEIPT and not self.backdated_because:
            raise ValueError(
                f"received_at: lies more than {OLDEST_RECEIPT.days} days back; "
                "expected backdated_because to say why the case is opened only now"
            )
        return self


def read_request(data: Any, now: datetime) -> VerificationRequest:
    """Read a request as it came from outside; the model alone does not know the time.

    :param data: the decoded JSON object.
    :param now: the present, an aware datetime; a receipt may lie at most five minutes ahead of it.
    :raises Refusal: with one line that names each field that does not fit (contract, section 1).
    """
    return within(LARGEST_REQUEST, read(VerificationRequest, data, {"now": now}))
