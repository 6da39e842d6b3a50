"""The record of what people did at the desk (table ``desk_acts``)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from register.desk_acts import DeskAct, Outcome, record_act
from rules.text import one_line


async def write_down(
    register: Engine,
    who: str,
    how: str,
    address: str,
    act: str,
    outcome: Outcome,
    *,
    id: str | None = None,
    case_id: str | None = None,
    **details: Any,
) -> str:
    """Write an act down. :returns: its id, for its further rows. :raises RegisterError: then nothing may be done."""
    entry = DeskAct(
        id=id or uuid4().hex,
        outcome=outcome,
        at=datetime.now(UTC),
        who=one_line(who, 100),
        how=how,
        address=address,
        act=act,
        case_id=case_id,
        details=details,
    )
    await asyncio.to_thread(record_act, register, entry)
    return entry.id
