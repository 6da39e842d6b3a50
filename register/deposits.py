"""Which client has put which document into the store through the gateway: it may name those, and no others.

Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it says no.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, Engine, select
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.statements import insert_missing
from register.tables import Base


class DepositRow(Base):
    """A document, by its SHA-256, and a client who has brought it; ``at`` is when that was first."""

    __tablename__ = "deposits"

    client: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    size: Mapped[int] = mapped_column(BigInteger)


def record_deposit(engine: Engine, client: str, sha256: str, size: int, now: datetime) -> None:
    """Record that a client has brought a document; again changes nothing.

    :param size: in bytes.
    :param now: aware.
    """
    with writing(engine) as connection:
        insert_missing(connection, DepositRow, [{"client": client, "sha256": sha256, "at": now, "size": size}])


def deposited_by(engine: Engine, client: str, sha256s: Collection[str]) -> set[str]:
    """Those of the documents that the client has brought; 100 at the most are asked for."""
    with reading(engine) as connection:
        wanted = select(DepositRow.sha256).where(DepositRow.client == client, DepositRow.sha256.in_(sha256s))
        return set(connection.scalars(wanted))
