"""The command ``report``: the account of any period, as tables, JSON, CSV and PDF (contract, section 9)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from calendars.time_zone import almaty_clock
from cli.calendar_register import calendar_register, read_day
from cli.errors import CannotDo
from cli.printing import console, plain_table, print_json, print_page
from escalation.ladder import Language
from notifications.words import Words, words_of
from register.accounts import read_standing
from reports.counting import count
from reports.figures import Account
from reports.listing import csv_of
from reports.period import Period, asked_period
from reports.sheets import GROUP, Sheet, made_words, period_of, sheets_of


def print_account(
    first: str | None,
    last: str | None,
    *,
    csv_file: str | None,
    pdf_file: str | None,
    language: Language,
    as_json: bool,
) -> None:
    """Print the account of a period, and write it to files.

    :raises Refusal: for a day that is none, or a period that cannot be.
    :raises CannotDo: where the register does not answer, or a file cannot be written.
    """
    now = datetime.now(UTC)
    period = read_period(first, last, almaty_clock().day_of(now))
    with calendar_register() as register:
        account = count(read_standing(register), period, now)
    written = []
    if csv_file is not None:
        written.append(_write(csv_file, csv_of(account)))
    if pdf_file is not None:
        from reports.paper import paper_of  # here, because most accounts are made without

        written.append(_write(pdf_file, paper_of(account, language)))
    if as_json:
        print_json(account.model_dump(mode="json"))
        return
    print_page(account_page(account, words_of(language)))
    for line in written:
        console().print(line, soft_wrap=True)


def read_period(first: str | None, last: str | None, today: date) -> Period:
    """The days that were asked for, as ``asked_period`` reads them.

    :raises Refusal: naming the option and what is expected.
    """
    begins = read_day(first) if first is not None else None
    ends = read_day(last) if last is not None else None
    return asked_period(begins, ends, today, names=("--from", "--to"))


def account_page(account: Account, words: Words) -> RenderableType:
    """The account as a page for the terminal."""
    parts: list[RenderableType] = [
        Text(f"{words.of(GROUP, 'heading')}: {period_of(account, words)}", style="bold"),
        Text(made_words(account, words), style="dim"),
    ]
    for sheet in sheets_of(account, words):
        parts += _of_sheet(sheet, words)
    return Group(*parts, Text(""), Text(words.of(GROUP, "definitions"), style="dim"))


def _of_sheet(sheet: Sheet, words: Words) -> list[RenderableType]:
    parts: list[RenderableType] = [Text("")]
    if sheet.title:
        parts.append(Text(sheet.title, style="bold"))
    if not sheet.rows:
        return [*parts, Text(words.of(GROUP, "none"))] if sheet.title else []
    table = plain_table()
    for place, name in enumerate(sheet.head):
        table.add_column(name, justify="right" if place >= sheet.numbers_from else "left", overflow="fold")
    for row in sheet.rows:
        table.add_row(*row.cells, style="bold" if row.sum else None)
    parts.append(Padding(table, (0, 0, 0, 2)))
    return [*parts, Text(sheet.note, style="dim")] if sheet.note else parts


def _write(file: str, data: bytes) -> str:
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise CannotDo(f"{file}: cannot be written: {error.strerror}") from None
    return f"{file}: {len(data)} bytes"
