"""Reads ``escalation.toml``, the ladders as data. Errors are one line that names the file, the place and what fits.

Recipients are Apprise URLs, secrets all of them: they stay in ``Ladders`` and reach no error, log or history.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from escalation.kinds import CASE_OFFICER, KINDS, LEVELS, Escalation
from escalation.ladder import Hours, KindPlan, LadderBook, Language, LevelPlan, Recipient, officer_key
from escalation.mailbox import DeliveryRules
from rules.text import one_line

_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)")

LONGEST_NAME: Final = 40
"""Of a name out of the file, in an error."""

HASH_LETTERS: Final = 8
"""Of a URL's sha256: distinguishes some dozens of recipients, and is too short to confirm a guessed password."""


class LadderError(ValueError):
    """The ladder file does not fit. One line: the file, the place and what was expected, never a secret."""


def _hours(value: Any) -> Any:
    if value == "always":
        return ()
    if isinstance(value, Hours):
        return (value,)
    given = [value] if isinstance(value, str) else value
    if isinstance(given, tuple) and all(isinstance(each, Hours) for each in given):
        return given
    if not isinstance(given, list) or not given:
        raise ValueError(_HOURS_EXPECTED)
    stretches = [_stretch(each) for each in given]
    if any(before.ends > after.begins for before, after in pairwise(stretches)):
        raise ValueError("expected stretches in order that do not overlap")
    return tuple(stretches)


_HOURS_EXPECTED = 'expected "09:00-18:00", a list of such, or "always"'


def _stretch(value: Any) -> Hours:
    begins, dash, ends = value.partition("-") if isinstance(value, str) else ("", "", "")
    if not dash or not _CLOCK.fullmatch(begins) or not _CLOCK.fullmatch(ends):
        raise ValueError(_HOURS_EXPECTED)
    if _minutes(begins) >= _minutes(ends):
        raise ValueError(f"{value}: expected an end after the beginning")
    return Hours(begins=_minutes(begins), ends=_minutes(ends))


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


OfficeHours = Annotated[tuple[Hours, ...], BeforeValidator(_hours)]
Positive = Annotated[float, Field(ge=0.1, le=1000)]
"""Hours of a climb or repeat: less than six minutes would notify everybody at the same moment."""


def _level_number(value: Any) -> Any:
    # To Python, and so to Literal, true is 1.
    if isinstance(value, bool):
        raise ValueError("unknown level; expected 1, 2 or 3")
    return value


FirstLevel = Annotated[Literal[1, 2, 3] | None, BeforeValidator(_level_number)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Defaults(_Part):
    climb_after_hours: Positive = 4
    repeat_every_hours: Positive = 9
    repeat_at_most: Annotated[int, Field(ge=0, le=100)] = 5


class _Kind(_Part):
    first_level: FirstLevel = None
    climb_after_hours: Positive | None = None
    repeat_every_hours: Positive | None = None
    repeat_at_most: Annotated[int, Field(ge=0, le=100)] | None = None
    urgent: bool | None = None


class _Level(_Part):
    language: Annotated[Language, Field(strict=False)] = Language.ENGLISH
    office_hours: OfficeHours | None = None
    recipients: Annotated[list[str], Field(min_length=1)]


class _Delivery(_Part):
    bundle_minutes: Annotated[float, Field(ge=0, le=60)] = 2
    urgent_bundle_seconds: Annotated[float, Field(ge=0, le=600)] = 30
    per_recipient_and_hour: Annotated[int, Field(ge=1, le=1000)] = 20


class _File(_Part):
    working_hours: OfficeHours = (Hours(begins=9 * 60, ends=18 * 60),)
    defaults: _Defaults = _Defaults()
    delivery: _Delivery = _Delivery()
    kinds: dict[str, _Kind] = Field(default_factory=dict)
    levels: dict[str, _Level]
    officers: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Ladders:
    """The ladders in force, how messages are delivered, and the addresses behind the recipients, which are secrets.

    ``addresses`` has the Apprise URLs of each level, in the order of ``book.levels[level].recipients``; ``officers``
    those of each officer, by ``officer_key``.
    """

    book: LadderBook
    rules: DeliveryRules
    addresses: Mapping[int, tuple[str, ...]]
    officers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Without the addresses."""
        return f"Ladders({', '.join(f'level {level}: {len(urls)}' for level, urls in self.addresses.items())})"

    def address(self, recipient: Recipient) -> str | None:
        """The URL of a recipient; None where the file does not have it any more."""
        return self._by_id.get(recipient.id)

    @cached_property
    def _by_id(self) -> dict[str, str]:
        of_all = (*self.addresses.values(), *self.officers.values())
        return {recipient_id(url): url for urls in of_all for url in urls}


def recipient_id(url: str) -> str:
    """The short hash by which a history and the register know an address."""
    return _short_hash(url)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LETTERS]


def read_ladders(
    text: str,
    file: str,
    environment: Mapping[str, str],
    check_address: Callable[[str], str | None] = lambda _: None,
) -> Ladders:
    """Read a ladder file.

    :param text: TOML, as ``escalation/default.toml`` explains it.
    :param file: its name, for errors.
    :param environment: for ``${NAME}`` in recipients; one variable may hold several URLs separated by spaces.
    :param check_address: says in a few words what is wrong with a URL, None where it can be used.
    :raises LadderError: naming the first thing that does not fit.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LadderError(f"{file}: not TOML: {error}") from None
    for kind in given["kinds"] if isinstance(given.get("kinds"), dict) else ():
        if kind not in set(Escalation):
            raise LadderError(f"{file}: kinds.{_shown(kind)}: unknown kind; expected one of {', '.join(Escalation)}")
    for level in given["levels"] if isinstance(given.get("levels"), dict) else ():
        if level not in {str(each) for each in LEVELS}:
            raise LadderError(f"{file}: levels.{_shown(level)}: unknown level; expected 1, 2 or 3")
    try:
        read = _File.model_validate(given)
    except ValidationError as error:
        raise LadderError(f"{file}: {_reason(error)}") from None
    absent = [str(level) for level in LEVELS if str(level) not in read.levels]
    if absent:
        raise LadderError(f"{file}: levels.{absent[0]}: is missing; expected levels 1, 2 and 3")
    addresses = {
        level: _addresses(
            read.levels[str(level)].recipients, f"{file}: levels.{level}.recipients", environment, check_address
        )
        for level in LEVELS
    }
    officers: dict[str, tuple[str, ...]] = {}
    for name, urls in read.officers.items():
        place = f"{file}: officers.{_shown(name)}"
        if officer_key(name) in officers:
            raise LadderError(f"{place}: stands there twice, but for capitals and spaces; expected each name once")
        officers[officer_key(name)] = _addresses(urls, place, environment, check_address)
    return Ladders(
        book=_book(read, addresses, officers),
        rules=DeliveryRules(
            bundle=read.delivery.bundle_minutes * 60,
            urgent_bundle=read.delivery.urgent_bundle_seconds,
            per_hour=read.delivery.per_recipient_and_hour,
        ),
        addresses=addresses,
        officers=officers,
    )


def _book(read: _File, addresses: Mapping[int, tuple[str, ...]], officers: Mapping[str, tuple[str, ...]]) -> LadderBook:
    book = LadderBook(
        version="",
        kinds={kind: _kind(read, kind) for kind in Escalation},
        levels={level: _level(read, level, addresses[level]) for level in LEVELS},
        officers={name: _recipients(CASE_OFFICER, urls) for name, urls in officers.items()},
        working_hours=read.working_hours,
    )
    return book.model_copy(update={"version": _short_hash(book.model_dump_json())})


def _kind(read: _File, kind: Escalation) -> KindPlan:
    own, defaults, row = read.kinds.get(kind.value, _Kind()), read.defaults, KINDS[kind]
    return KindPlan(
        first_level=own.first_level or row.first_level,
        climb_after=own.climb_after_hours or defaults.climb_after_hours,
        repeat_every=own.repeat_every_hours or defaults.repeat_every_hours,
        repeat_at_most=defaults.repeat_at_most if own.repeat_at_most is None else own.repeat_at_most,
        urgent=row.urgent if own.urgent is None else own.urgent,
    )


def _level(read: _File, level: int, urls: tuple[str, ...]) -> LevelPlan:
    own = read.levels[str(level)]
    return LevelPlan(
        language=own.language,
        office_hours=read.working_hours if own.office_hours is None else own.office_hours,
        recipients=_recipients(level, urls),
    )


def _recipients(level: int, urls: tuple[str, ...]) -> tuple[Recipient, ...]:
    return tuple(
        Recipient(id=recipient_id(url), level=level, index=index, scheme=scheme_of(url))
        for index, url in enumerate(urls)
    )


def scheme_of(url: str) -> str:
    """The kind of channel, as in ``mailto``: the part of an address that may be shown."""
    scheme = url.partition("://")[0]
    return scheme if re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]{0,19}", scheme) and "://" in url else "no scheme"


def _addresses(
    templates: list[str], place: str, environment: Mapping[str, str], check: Callable[[str], str | None]
) -> tuple[str, ...]:
    urls: dict[str, None] = {}
    for index, template in enumerate(templates):
        where = f"{place}[{index}]"

        def value(match: re.Match[str], where: str = where) -> str:
            name = match.group(1)
            if not name.strip():
                raise LadderError(f"{where}: ${{}} names no environment variable")
            if not environment.get(name, "").strip():
                raise LadderError(f"{where}: the environment variable {_shown(name)} is not set")
            return environment[name]

        if "${" in _VARIABLE.sub("", template):
            raise LadderError(f"{where}: a ${{ is not closed; expected ${{NAME}}")
        found = _VARIABLE.sub(value, template).split()
        if not found:
            raise LadderError(f"{where}: is empty; expected an Apprise URL as in mailto://host?from=address&to=address")
        for url in found:
            fault = check(url)
            if fault is not None:
                raise LadderError(f"{where} ({scheme_of(url)}): {fault}")
            urls[url] = None
    return tuple(urls)


def _shown(name: str) -> str:
    """A name out of the file, on one line and cut short; an address that stands in the wrong place is a secret."""
    if "://" in name:
        return "(an address)"
    return one_line(name, LONGEST_NAME)


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(_shown(str(each)) for each in first["loc"] if not str(each).startswith("function-"))
    message = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "missing":
            message = "is missing"
        case "extra_forbidden":
            message = "unknown setting"
        case "greater_than_equal" if first["loc"][-1] in ("climb_after_hours", "repeat_every_hours"):
            message = "expected more than 0, at least 0.1"
        case "model_type" | "dict_type" | "model_attributes_type":
            message = "expected a table"
        case "enum":
            message = f"unknown language; expected one of {', '.join(Language)}"
        case "literal_error":
            message = "unknown level; expected 1, 2 or 3"
        case "too_short":
            message = "has no recipient; expected at least one Apprise URL"
        case _:
            message = message[:1].lower() + message[1:]
    return f"{place}: {message}"
