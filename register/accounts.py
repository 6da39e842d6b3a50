"""What an account to the vice-minister is counted from, and which accounts were sent to whom.

Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it says no
(``register/database.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select, true
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.overview import ListedEscalation, escalations_on
from register.rows import CaseEntry, StepEntry
from register.statements import append, read
from register.tables import Base, CaseRow, StepRow


class SentAccountRow(Base):
    """An account that a recipient has received. The database itself refuses to change or delete a row.

    ``month`` is the first day of the month that it is about; ``recipient`` is the short hash of an address.
    """

    __tablename__ = "sent_accounts"

    month: Mapped[date] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    scheme: Mapped[str]
    sent_at: Mapped[datetime]


@dataclass(frozen=True)
class Standing:
    """All cases, their terms but those not begun, and their open escalations, as the register has them at one moment.

    A step belongs to no case here: a term is counted whoever's it is.
    """

    cases: list[CaseEntry]
    steps: list[StepEntry]
    escalations: list[ListedEscalation]


def read_standing(engine: Engine) -> Standing:
    """Read what an account is counted from, in one consistent read."""
    with reading(engine) as connection:
        return Standing(
            cases=read(connection, CaseRow, CaseEntry, true(), CaseRow.case_id),
            steps=read(
                connection, StepRow, StepEntry, StepRow.state != "pending", StepRow.case_id, StepRow.step, StepRow.round
            ),
            escalations=escalations_on(connection, open_only=True),
        )


def opened_before(engine: Engine, instant: datetime) -> bool:
    """Whether the register had a case before the instant: of the time before its first there is no account to give."""
    with reading(engine) as connection:
        return connection.scalar(select(CaseRow.case_id).where(CaseRow.opened_at < instant).limit(1)) is not None


def sent_to(engine: Engine, month: date) -> frozenset[str]:
    """The recipients, as short hashes, who have the account of a month.

    :param month: its first day.
    """
    with reading(engine) as connection:
        return frozenset(connection.scalars(select(SentAccountRow.recipient).where(SentAccountRow.month == month)))


def record_sent(engine: Engine, month: date, recipient: str, *, scheme: str, now: datetime) -> None:
    """Record that a recipient has the account of a month; doing it again changes nothing.

    :param month: its first day.
    :param recipient: the short hash of the address.
    :param scheme: the kind of channel, as in ``mailto``.
    :param now: aware.
    """
    with writing(engine) as connection:
        row = {"month": month, "recipient": recipient, "scheme": scheme, "sent_at": now}
        append(connection, SentAccountRow, [row], but_for=["sent_at"])
