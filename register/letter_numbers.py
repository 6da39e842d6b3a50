"""The outgoing numbers of the ministry's letters: a series for each kind and year, without a gap and without a repeat.

A number belongs to a key for ever: whoever asks again with the key gets the same number, date and document. It refers
to no row in ``cases``: a letter may be made before the register has its case. Errors are those of ``database``.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import Connection, Engine, Index, Integer, UniqueConstraint, and_, func, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.rows import LetterNumber
from register.statements import read
from register.tables import Base

_SERIES_LOCK: Final = 7_257
"""Key of PostgreSQL's advisory lock under which a number is drawn; SQLite's write lock is one by itself."""


class LetterNumberRow(Base):
    """A number and the letter that has it (``LetterNumber``)."""

    __tablename__ = "letter_numbers"
    __table_args__ = (
        UniqueConstraint("kind", "year", "serial"),
        UniqueConstraint("number"),
        Index(None, "case_id"),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str]
    kind: Mapped[str]
    year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    number: Mapped[str]
    dated: Mapped[date]
    document_id: Mapped[str | None]


def draw_number(engine: Engine, *, key: str, case_id: str, kind: str, dated: date, form: str) -> LetterNumber:
    """The number of the letter with this key: the next of its kind and year, or the one that the key has already.

    :param key: the idempotency key of what makes the letter.
    :param dated: today in Asia/Almaty; its year is that of the series.
    :param form: how a number is written, as in ``REX/{year}-ZP-{serial:04}``; ``year`` has two digits.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SERIES_LOCK})
        known = _of_key(connection, key)
        if known is not None:
            return known
        of_series = (LetterNumberRow.kind == kind, LetterNumberRow.year == dated.year)
        serial = (connection.scalar(select(func.max(LetterNumberRow.serial)).where(*of_series)) or 0) + 1
        drawn = LetterNumber(
            key=key,
            case_id=case_id,
            kind=kind,
            number=form.format(year=f"{dated:%y}", serial=serial),
            dated=dated,
            document_id=None,
        )
        connection.execute(insert(LetterNumberRow).values(**drawn.model_dump(), year=dated.year, serial=serial))
        return drawn


def keep_document(engine: Engine, key: str, document_id: str) -> LetterNumber:
    """Say which document the letter with this key is; where one is known already, that one stays.

    :raises LookupError: where no number was drawn with the key.
    """
    with writing(engine) as connection:
        unset = (LetterNumberRow.key == key, LetterNumberRow.document_id.is_(None))
        connection.execute(update(LetterNumberRow).where(*unset).values(document_id=document_id))
        known = _of_key(connection, key)
    if known is None:
        raise LookupError(f"no number was drawn for {key}")
    return known


def letters_made(engine: Engine, case_id: str) -> list[LetterNumber]:
    """The letters of a case that have been made, sent or not, in the order in which they got their numbers."""
    order = (LetterNumberRow.dated, LetterNumberRow.kind, LetterNumberRow.serial)
    of_case = and_(LetterNumberRow.case_id == case_id, LetterNumberRow.document_id.is_not(None))
    with reading(engine) as connection:
        return read(connection, LetterNumberRow, LetterNumber, of_case, *order)


def _of_key(connection: Connection, key: str) -> LetterNumber | None:
    found = read(connection, LetterNumberRow, LetterNumber, LetterNumberRow.key == key)
    return found[0] if found else None
