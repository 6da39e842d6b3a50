"""When the official calendar of the coming year is missed."""

from __future__ import annotations

from collections.abc import Container
from datetime import date

DECEMBER = 12
"""From its first day on a term of thirty working days started today runs into the coming year."""


def missing_confirmation(today: date, confirmed_years: Container[int]) -> int | None:
    """The coming year, where from 1 December on its calendar is not yet confirmed; else None.

    :param today: the day in Asia/Almaty.
    """
    coming = today.year + 1
    return coming if today.month == DECEMBER and coming not in confirmed_years else None
