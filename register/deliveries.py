"""The log of deliveries: every attempt to notify a recipient, and what came of it. It is never asked before sending.

Every function raises ``OutOfReach`` where the database does not answer and ``RefusedByDatabase`` where it says no
(``register/database.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from register.database import reading, writing
from register.rows import DeliveryEntry
from register.statements import append, read
from register.tables import DeliveryRow


def append_deliveries(engine: Engine, entries: Sequence[DeliveryEntry]) -> None:
    """Write down attempts, all or none; doing it again changes nothing.

    :raises RefusedByDatabase: also where an attempt is there already with another content.
    """
    with writing(engine) as connection:
        append(connection, DeliveryRow, [entry.model_dump() for entry in entries])


def deliveries_of(engine: Engine, case_id: str) -> list[DeliveryEntry]:
    """The attempts to notify somebody of a case's escalations, in the order in which they were made."""
    order = (DeliveryRow.at, DeliveryRow.notice, DeliveryRow.escalation_id, DeliveryRow.message, DeliveryRow.attempt)
    with reading(engine) as connection:
        return read(connection, DeliveryRow, DeliveryEntry, DeliveryRow.case_id == case_id, *order)
