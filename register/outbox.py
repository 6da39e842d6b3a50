"""Notifications on their way: what is to be told to whom, what was tried, and who waits with whom.

Workers agree through these rows and through nothing else: a recipient's row is locked while it is decided what goes to
it now, and a message in the making is claimed for a while by one ladder. All raise ``OutOfReach`` and
``RefusedByDatabase`` as ``register/database.py`` has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Engine, Index, Integer, RowMapping, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from register.database import reading, writing
from register.rows import LadderEntry
from register.tables import Base

LEASE: Final = timedelta(minutes=3)
"""How long a message in the making belongs to one ladder: longer than an attempt to deliver may take (2 minutes)."""

ASK_AGAIN: Final = timedelta(seconds=15)
"""When to look again after a message that another ladder is sending: it takes seconds as a rule."""

HELD, CLAIMED, SENDING, SENT, FAILED, WITHDRAWN = "held", "claimed", "sending", "sent", "failed", "withdrawn"

_UNDER_WAY: Final = (CLAIMED, SENDING)

AN_HOUR: Final = timedelta(hours=1)


class LadderRow(Base):
    """The ladder of an escalation as it stands; written first when the escalation is raised.

    It refers to no row in ``cases``: raising must not wait for the case's own record.
    """

    __tablename__ = "ladders"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    escalation_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    state: Mapped[str]
    level: Mapped[int]
    rung: Mapped[int]
    next_at: Mapped[datetime | None]
    raised_at: Mapped[datetime]
    nobody_since: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    acknowledged_until: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)


class OutboxRow(Base):
    """One notification to one recipient. ``rung`` 0 says that the matter is settled."""

    __tablename__ = "outbox"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    escalation_id: Mapped[str] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int]
    scheme: Mapped[str]
    urgent: Mapped[bool]
    words: Mapped[dict[str, Any]]
    state: Mapped[str]
    ready_at: Mapped[datetime]
    limited: Mapped[bool]
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int]
    message_id: Mapped[str | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_recipient_state", "recipient", "state"),
        Index("ix_outbox_recipient_sent_at", "recipient", "sent_at"),
    )


class AttemptRow(Base):
    """An attempt to deliver a notification: by which kind of channel, and what came of it. No address, no secret."""

    __tablename__ = "delivery_attempts"

    case_id: Mapped[str] = mapped_column(primary_key=True)
    escalation_id: Mapped[str] = mapped_column(primary_key=True)
    rung: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    scheme: Mapped[str]
    message_id: Mapped[str]
    sent: Mapped[bool]
    error: Mapped[str | None]


class RecipientRow(Base):
    """Somebody who is told. Until ``quiet_until`` what is not urgent is gathered."""

    __tablename__ = "recipients"

    id: Mapped[str] = mapped_column(primary_key=True)
    quiet_until: Mapped[datetime | None]


@dataclass(frozen=True)
class Item:
    """A notification to one recipient, with its words."""

    case_id: str
    escalation_id: str
    rung: int
    recipient: str
    level: int
    scheme: str
    urgent: bool
    words: dict[str, Any]
    limited: bool = False
    attempts: int = 0

    @property
    def id(self) -> str:
        """The same in every delivery of the same notification."""
        return f"{self.case_id}.{self.escalation_id}.{self.rung}"


@dataclass(frozen=True)
class Claimed:
    """It goes now, together with whatever has waited for the same recipient."""

    items: Sequence[Item]

    @property
    def message_id(self) -> str:
        """Of the message that carries the items."""
        more = len(self.items) - 1
        return self.items[0].id + (f"+{more}" if more else "")


@dataclass(frozen=True)
class Wait:
    """It goes later; ask again at ``until``."""

    until: datetime


@dataclass(frozen=True)
class Settled:
    """It has gone already, or is not to go any more."""

    sent: bool


def claim(
    engine: Engine, item: Item, *, now: datetime, claimant: str, bundle: timedelta, per_hour: int
) -> Claimed | Wait | Settled:
    """Decide what becomes of a notification now; asking again changes nothing that was decided.

    The first to a recipient goes at once; what comes within ``bundle`` after it goes together as one, and more than
    ``per_hour`` messages in any hour become one when the hour has passed. What is urgent goes at once and alone.

    :param claimant: the ladder and rung, then ``#`` and the attempt: a later attempt takes up what an earlier one left.
    """
    with writing(engine) as connection:
        quiet_until = _lock(connection, item.recipient)
        _add(connection, OutboxRow, _new_row(item, now))
        row = connection.execute(select(OutboxRow.__table__).where(_is(item))).one()
        if row.state in (SENT, WITHDRAWN):
            return Settled(sent=row.state == SENT)
        # What waited or could not be told before says what is so now: that it comes late, and how many days are left.
        connection.execute(update(OutboxRow).where(_is(item)).values(words=item.words))
        if row.state in _UNDER_WAY:
            sending = row.state == SENDING and row.claimed_until > now
            if _owner(row.claimed_by) == _owner(claimant) and not sending:
                # Its own earlier attempt, which Temporal has given up: that one, should it be alive, begins no more.
                left = and_(OutboxRow.state == row.state, OutboxRow.claimed_by == row.claimed_by)
                return _take(connection, and_(OutboxRow.recipient == item.recipient, left), now, claimant)
            if row.claimed_until > now:
                return Wait(min(row.claimed_until, now + ASK_AGAIN))
        if item.urgent:
            return _take(connection, _is(item), now, claimant)
        if quiet_until is not None and quiet_until > now:
            return _hold(connection, item, quiet_until)
        full_until = _full_until(connection, item.recipient, now, per_hour)
        if full_until is not None:
            return _hold(connection, item, full_until, limited=True)
        connection.execute(
            update(RecipientRow).where(RecipientRow.id == item.recipient).values(quiet_until=now + bundle)
        )
        free = or_(
            OutboxRow.state.in_((HELD, FAILED)), and_(OutboxRow.state.in_(_UNDER_WAY), OutboxRow.claimed_until <= now)
        )
        waiting = and_(OutboxRow.recipient == item.recipient, OutboxRow.urgent.is_(False), free)
        return _take(connection, waiting, now, claimant)


def begin(engine: Engine, claimed: Claimed, *, until: datetime, claimant: str) -> bool:
    """Note, just before sending, that it begins; False where the claim is lost, be it in part.

    Whoever was slow loses it to another, and what is withdrawn belongs to no message any more.

    :param until: when at the latest the channel has answered. Before it nobody else sends the same: a worker that is
        only slow is taken for dead by Temporal, and what it is sending would be told twice.
    """
    with writing(engine) as connection:
        _lock(connection, claimed.items[0].recipient)
        own = and_(OutboxRow.claimed_by == claimant, OutboxRow.state.in_(_UNDER_WAY))
        its = and_(OutboxRow.recipient == claimed.items[0].recipient, own)
        # All of it: what was withdrawn since is not sent, and the rest is asked for anew without it.
        if (connection.scalar(select(func.count()).select_from(OutboxRow).where(its)) or 0) < len(claimed.items):
            return False
        connection.execute(update(OutboxRow).where(its).values(state=SENDING, claimed_until=until))
        return True


def _owner(claimant: str | None) -> str:
    return (claimant or "").partition("#")[0]


def settle(
    engine: Engine, claimed: Claimed, *, now: datetime, claimant: str, error: str | None, again: bool = False
) -> None:
    """Write down an attempt at a claimed message. A delivery is on record even where the claim has since run out.

    :param error: None where the recipient took it.
    :param again: it is tried again at once, and stays claimed.
    """
    recipient = claimed.items[0].recipient
    with writing(engine) as connection:
        _lock(connection, recipient)
        for item in claimed.items:
            _record(connection, item, claimed.message_id, now, error)
            changes: dict[str, Any] = {}
            owned = _is(item)
            if error is None:
                changes = {"state": SENT, "sent_at": now, "message_id": claimed.message_id, "claimed_by": None}
            elif not again:
                changes = {"state": FAILED, "claimed_by": None, "claimed_until": None}
                owned = and_(_is(item), OutboxRow.claimed_by == claimant, OutboxRow.state.in_(_UNDER_WAY))
            if changes:
                connection.execute(update(OutboxRow).where(owned, OutboxRow.state != SENT).values(changes))
        if error is not None and not again:
            # What did not arrive opens no window in which others would have to wait.
            connection.execute(update(RecipientRow).where(RecipientRow.id == recipient).values(quiet_until=None))


def record_sent(engine: Engine, item: Item, *, now: datetime) -> None:
    """Write down what was sent while the register was out of reach. Doing it again changes nothing."""
    with writing(engine) as connection:
        _lock(connection, item.recipient)
        _add(connection, OutboxRow, _new_row(item, now))
        sent = connection.scalar(select(OutboxRow.state).where(_is(item)))
        if sent != SENT:
            _record(connection, item, item.id, now, None)
            done = {"state": SENT, "sent_at": now, "message_id": item.id, "claimed_by": None}
            connection.execute(update(OutboxRow).where(_is(item)).values(done))


def withdraw(engine: Engine, case_id: str, escalation_id: str) -> set[str]:
    """The matter is settled: what nobody has begun to send is not sent any more, and what failed is not either.

    What somebody is sending right now may arrive, and is recorded as sent then; it goes into no other message.

    :return: the recipients who were called, or whom it was tried to call: they are to be told that it is settled.
    """
    of_escalation = (OutboxRow.case_id == case_id, OutboxRow.escalation_id == escalation_id, OutboxRow.rung > 0)
    # What is withdrawn while it is being sent keeps its sender: the recipient may have it.
    begun = and_(OutboxRow.state == WITHDRAWN, OutboxRow.claimed_by.is_not(None))
    tried = or_(OutboxRow.state == SENT, begun, OutboxRow.attempts > 0)
    with writing(engine) as connection:
        still = OutboxRow.state.in_((HELD, FAILED, CLAIMED))
        connection.execute(update(OutboxRow).where(*of_escalation, still).values(state=WITHDRAWN, claimed_by=None))
        sending = OutboxRow.state == SENDING
        connection.execute(update(OutboxRow).where(*of_escalation, sending).values(state=WITHDRAWN))
        return set(connection.scalars(select(OutboxRow.recipient).where(*of_escalation, tried)))


def write_ladder(engine: Engine, entry: LadderEntry) -> None:
    """Write how a ladder stands; an older revision never undoes a newer one, and the same one changes nothing."""
    with writing(engine) as connection:
        insert = _insert(connection, LadderRow).values(entry.model_dump())
        new = insert.excluded
        columns = [column.name for column in new if column.name not in ("case_id", "escalation_id")]
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["case_id", "escalation_id"],
                set_={name: getattr(new, name) for name in columns},
                where=new.revision > LadderRow.revision,
            )
        )


def open_ladders(engine: Engine) -> list[LadderEntry]:
    """The ladders that have not ended, the one that was raised first at the head."""
    order = (LadderRow.raised_at, LadderRow.case_id, LadderRow.escalation_id)
    with reading(engine) as connection:
        rows = connection.execute(select(LadderRow.__table__).where(LadderRow.ended_at.is_(None)).order_by(*order))
        return [LadderEntry.model_validate(dict(row)) for row in rows.mappings()]


def ladders_of(engine: Engine, case_id: str) -> list[LadderEntry]:
    """The ladders of a case, ended or not, as they were raised."""
    order = (LadderRow.raised_at, LadderRow.escalation_id)
    with reading(engine) as connection:
        rows = connection.execute(select(LadderRow.__table__).where(LadderRow.case_id == case_id).order_by(*order))
        return [LadderEntry.model_validate(dict(row)) for row in rows.mappings()]


def notifications_of(engine: Engine, case_id: str) -> list[RowMapping]:
    """The rows of ``outbox`` of a case, without their words, by escalation and rung."""
    columns = [column for column in OutboxRow.__table__.columns if column.name != "words"]
    order = (OutboxRow.escalation_id, OutboxRow.rung, OutboxRow.level, OutboxRow.recipient)
    with reading(engine) as connection:
        return list(
            connection.execute(select(*columns).where(OutboxRow.case_id == case_id).order_by(*order)).mappings()
        )


def attempts_of(engine: Engine, case_id: str) -> list[RowMapping]:
    """The rows of ``delivery_attempts`` of a case, in order."""
    order = (AttemptRow.at, AttemptRow.escalation_id, AttemptRow.rung, AttemptRow.recipient, AttemptRow.number)
    with reading(engine) as connection:
        query = select(AttemptRow.__table__).where(AttemptRow.case_id == case_id).order_by(*order)
        return list(connection.execute(query).mappings())


def _new_row(item: Item, now: datetime) -> dict[str, Any]:
    return {
        "case_id": item.case_id,
        "escalation_id": item.escalation_id,
        "rung": item.rung,
        "recipient": item.recipient,
        "level": item.level,
        "scheme": item.scheme,
        "urgent": item.urgent,
        "words": item.words,
        "state": HELD,
        "ready_at": now,
        "limited": False,
        "claimed_by": None,
        "claimed_until": None,
        "attempts": 0,
        "message_id": None,
        "sent_at": None,
    }


def _is(item: Item) -> Any:
    return and_(
        OutboxRow.case_id == item.case_id,
        OutboxRow.escalation_id == item.escalation_id,
        OutboxRow.rung == item.rung,
        OutboxRow.recipient == item.recipient,
    )


def _lock(connection: Connection, recipient: str) -> datetime | None:
    """Take the recipient's row for this transaction; on SQLite the transaction has the whole file anyway."""
    _add(connection, RecipientRow, {"id": recipient, "quiet_until": None})
    query = select(RecipientRow.quiet_until).where(RecipientRow.id == recipient).with_for_update()
    return connection.scalar(query)


def _take(connection: Connection, which: Any, now: datetime, claimant: str) -> Claimed:
    rows = connection.execute(
        select(OutboxRow.__table__)
        .where(which)
        .order_by(OutboxRow.ready_at, OutboxRow.case_id, OutboxRow.escalation_id, OutboxRow.rung)
    ).all()
    taken = {"state": CLAIMED, "claimed_by": claimant, "claimed_until": now + LEASE}
    connection.execute(update(OutboxRow).where(which).values(taken))
    return Claimed(
        [
            Item(
                case_id=row.case_id,
                escalation_id=row.escalation_id,
                rung=row.rung,
                recipient=row.recipient,
                level=row.level,
                scheme=row.scheme,
                urgent=row.urgent,
                words=row.words,
                limited=row.limited,
                attempts=row.attempts,
            )
            for row in rows
        ]
    )


def _hold(connection: Connection, item: Item, until: datetime, *, limited: bool = False) -> Wait:
    changes: dict[str, Any] = {"ready_at": until, "state": HELD}
    if limited:
        changes["limited"] = True
    connection.execute(update(OutboxRow).where(_is(item)).values(changes))
    return Wait(until)


def _full_until(connection: Connection, recipient: str, now: datetime, per_hour: int) -> datetime | None:
    """When the recipient may have another message; None where it may now."""
    first = func.min(OutboxRow.sent_at, type_=OutboxRow.__table__.c.sent_at.type)
    sent = connection.scalars(
        select(first)
        .where(OutboxRow.recipient == recipient, OutboxRow.sent_at > now - AN_HOUR)
        .group_by(OutboxRow.message_id)
        .order_by(first.desc())
        .limit(per_hour)
    ).all()
    oldest = sent[-1] if len(sent) >= per_hour else None
    return oldest + AN_HOUR if oldest is not None else None


def _record(connection: Connection, item: Item, message_id: str, now: datetime, error: str | None) -> None:
    number = 1 + (connection.scalar(select(OutboxRow.attempts).where(_is(item))) or 0)
    connection.execute(update(OutboxRow).where(_is(item)).values(attempts=number))
    _add(
        connection,
        AttemptRow,
        {
            "case_id": item.case_id,
            "escalation_id": item.escalation_id,
            "rung": item.rung,
            "recipient": item.recipient,
            "number": number,
            "at": now,
            "scheme": item.scheme,
            "message_id": message_id,
            "sent": error is None,
            "error": error,
        },
    )


def _add(connection: Connection, table: type[Base], values: dict[str, Any]) -> None:
    connection.execute(_insert(connection, table).values(values).on_conflict_do_nothing())


def _insert(connection: Connection, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
