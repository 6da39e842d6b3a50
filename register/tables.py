"""The tables of the permanent record, as SQLAlchemy sees them.

The columns are named as the fields of ``register/rows.py``; a database is brought to this shape by the migrations
only (they alone know the triggers that keep what is append-only so), never by ``create_all``. The calendar, the
recounts and the reported findings declare their tables beside what uses them.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC on every database; a naive one is refused with ``ValueError``.

    PostgreSQL keeps a ``timestamptz``; SQLite knows no offsets and keeps the UTC clock, which sorts as time does.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the register takes aware times only, got {value.isoformat()}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AnyText(TypeDecorator[str]):
    """Text as foreign systems send it. What no database can hold must not keep a case from its record.

    PostgreSQL has no NUL in text, and neither database has half a surrogate pair: they are kept as ``␀`` and ``�``.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or (value.isascii() and "\0" not in value):
            return value
        return value.replace("\0", "␀").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value


class AnyJson(TypeDecorator[Any]):
    """A JSON object as foreign systems send it; ``NaN`` and infinities, which are no JSON, become their names.

    The type is ``json`` and not ``jsonb``, which refuses an escaped NUL and reorders what was received.
    """

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(json.dumps(value), parse_constant=str)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return value


class Base(DeclarativeBase):
    """What every table of the register has in common: names of constraints and the types behind the annotations."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        str: AnyText,
        datetime: UtcDateTime,
        dict[str, Any]: AnyJson,
    }


def of_case() -> Mapped[str]:
    """The case's number as the first part of a key, of a case that the register has."""
    return mapped_column(ForeignKey("cases.case_id"), primary_key=True)


class CaseRow(Base):
    """A case as it stands (``CaseEntry``)."""

    __tablename__ = "cases"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    country: Mapped[str]
    reference: Mapped[str]
    rex_number: Mapped[str]
    exporter: Mapped[str]
    received_at: Mapped[datetime]
    limit_at: Mapped[datetime | None]
    limit_last_day: Mapped[date | None]
    limit_met: Mapped[bool | None]
    limit_ended_at: Mapped[datetime | None]
    step: Mapped[str]
    risk: Mapped[str]
    reserve_days: Mapped[int | None]
    outcome: Mapped[str | None]
    calendar_version: Mapped[str | None]
    request: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)


class StepRow(Base):
    """A step in its round (``StepEntry``), ``as_of`` its last write."""

    __tablename__ = "steps"

    case_id: Mapped[str] = of_case()
    step: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    as_of: Mapped[datetime]
    paragraph: Mapped[int]
    working_days: Mapped[int]
    state: Mapped[str]
    started_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    last_day: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    late: Mapped[bool]
    late_days: Mapped[int]
    provisional: Mapped[bool]


class DocumentRow(Base):
    """An accepted document (``DocumentEntry``), ``as_of`` its last write; its bytes are in the document store."""

    __tablename__ = "documents"

    case_id: Mapped[str] = of_case()
    message_id: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    document_id: Mapped[str]
    filename: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime]


class LetterRow(Base):
    """An outgoing letter (``LetterEntry``), ``as_of`` its last write."""

    __tablename__ = "letters"

    case_id: Mapped[str] = of_case()
    key: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    what: Mapped[str]
    addressee: Mapped[str]
    number: Mapped[str]
    sent_at: Mapped[datetime]
    reference: Mapped[str | None]
    document_id: Mapped[str | None]
    by: Mapped[str | None]


class EscalationRow(Base):
    """An escalation as it stands (``EscalationEntry``), ``as_of`` its last write.

    It refers to no row in ``cases``: of a request that is refused at its start there is none.
    """

    __tablename__ = "escalations"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    kind: Mapped[str]
    step: Mapped[str | None]
    level: Mapped[int]
    summary: Mapped[str]
    due_at: Mapped[datetime | None]
    raised_at: Mapped[datetime]
    acknowledged_by: Mapped[str | None]
    acknowledged_until: Mapped[date | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    overtaken_by: Mapped[str | None]


class DeliveryRow(Base):
    """An attempt to notify a recipient (``DeliveryEntry``). The database itself refuses to change or delete a row.

    It refers to no row in ``cases``: what was sent was sent, whatever the register knows of the case.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index(None, "case_id", "escalation_id", "at"),)

    notice: Mapped[str] = mapped_column(primary_key=True)
    escalation_id: Mapped[str] = mapped_column(primary_key=True)
    message: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    case_id: Mapped[str]
    rung: Mapped[int]
    level: Mapped[int]
    recipient: Mapped[str]
    scheme: Mapped[str]
    at: Mapped[datetime]
    notified: Mapped[bool]
    error: Mapped[str | None]
    next_level: Mapped[int | None]
    next_at: Mapped[datetime | None]


class RefusedMessageRow(Base):
    """A message or request that was not accepted (``RefusedMessageEntry``). The database itself refuses to change one.

    It refers to no row in ``cases``: a request that opens no case is kept too, and a message for a case that nobody
    knows (contract, sections 1 and 3).
    """

    __tablename__ = "refused_messages"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    message_id: Mapped[str | None]
    reason: Mapped[str]
    at: Mapped[datetime]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[str | None]


class LogRow(Base):
    """Something that happened (``LogEntry``). The database itself refuses to change or delete a row.

    ``digest`` is the SHA-256 of the content, as a part of the key: the same line again is one line, and another
    content under the same key is a further line, never dropped. ``as_of`` and ``place`` (its place in that write) are
    the order in which it is read. ``sequence`` is its number in the case's chain, ``previous`` the hash of the line
    before it, ``hash`` its own (``register/chain.py``).
    """

    __tablename__ = "log"
    __table_args__ = (UniqueConstraint("case_id", "sequence"),)

    case_id: Mapped[str] = of_case()
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[datetime]
    place: Mapped[int]
    at: Mapped[datetime]
    who: Mapped[str]
    what: Mapped[str]
    details: Mapped[dict[str, Any]]
    sequence: Mapped[int]
    previous: Mapped[str]
    hash: Mapped[str]
