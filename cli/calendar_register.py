"""What the register holds of the calendar, as the commands need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from cli.errors import CannotDo
from rules.instant import Day
from rules.refusal import Refusal, reasons

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from register.calendar import RegisteredCalendar

_DAY: TypeAdapter[date] = TypeAdapter(Day)


@contextmanager
def calendar_register() -> Iterator[Engine]:
    """The register of the settings, open and migrated.

    :raises CannotDo: where it is not, or does not answer, in place of the register's own errors.
    """
    from register.database import RegisterError, check_migrated, open_register
    from runtime.settings import ClientSettings, WrongSettings, read_settings

    try:
        engine = open_register(read_settings(ClientSettings).database_url.get_secret_value())
        try:
            check_migrated(engine)
            yield engine
        finally:
            engine.dispose()
    except (RegisterError, WrongSettings) as error:
        raise CannotDo(str(error)) from None


def registered_calendar() -> RegisteredCalendar | None:
    """What the register holds; None on a machine that has none.

    A register that is set but does not answer is an error: its entries may be what decides.

    :raises CannotDo: where the register is set, or lies in its usual place, and cannot be read.
    """
    if not _has_register():
        return None
    from register.calendar import read_calendar

    with calendar_register() as register:
        return read_calendar(register)


def read_day(written: str) -> date:
    """A day as a person wrote it. :raises Refusal: naming what was written, where it is no ISO date."""
    try:
        return _DAY.validate_python(written)
    except ValidationError as error:
        raise Refusal(f"{written}: {reasons(error)}") from None


def _has_register() -> bool:
    from runtime.settings import VAR, ClientSettings, WrongSettings, read_settings

    try:
        settings = read_settings(ClientSettings)
    except WrongSettings as error:
        raise CannotDo(str(error)) from None
    return "database_url" in settings.model_fields_set or (VAR / "register.db").exists()
