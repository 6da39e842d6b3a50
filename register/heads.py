"""Who has which daily head of the log's chains: as the accounts, each recipient has each once.

Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it says no
(``register/database.py``).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.statements import append
from register.tables import Base


class SentHeadRow(Base):
    """A daily head that a recipient has received. The database itself refuses to change or delete a row.

    ``day`` is the day of the head, in Asia/Almaty; ``recipient`` the short hash of an address.
    """

    __tablename__ = "sent_heads"

    day: Mapped[date] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    head: Mapped[str]
    scheme: Mapped[str]
    sent_at: Mapped[datetime]


def heads_sent(engine: Engine) -> dict[date, str]:
    """The head of each day of which somebody has the head."""
    with reading(engine) as connection:
        rows = connection.execute(select(SentHeadRow.day, SentHeadRow.head).distinct().order_by(SentHeadRow.day))
        return {row.day: row.head for row in rows}


def who_has_head(engine: Engine, day: date) -> frozenset[str]:
    """The recipients, as short hashes, who have the head of a day."""
    with reading(engine) as connection:
        return frozenset(connection.scalars(select(SentHeadRow.recipient).where(SentHeadRow.day == day)))


def record_sent_head(engine: Engine, day: date, recipient: str, *, head: str, scheme: str, now: datetime) -> None:
    """Record that a recipient has the head of a day; doing it again changes nothing.

    :param recipient: the short hash of the address.
    :param scheme: the kind of channel, as in ``mailto``.
    :param now: aware.
    """
    with writing(engine) as connection:
        row = {"day": day, "recipient": recipient, "head": head, "scheme": scheme, "sent_at": now}
        append(connection, SentHeadRow, [row], but_for=["sent_at"])
