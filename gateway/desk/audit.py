"""The record of what people did at the desk (table ``desk_acts``)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from cases.errors import CannotDo, OutOfReach
from gateway.desk.people import Person
from register.desk_acts import DeskAct, Outcome, record_act
from rules.refusal import Refusal
from rules.text import one_line


@asynccontextmanager
async def on_record(
    register: Engine, person: Person, act: str, *, case_id: str | None = None, **details: Any
) -> AsyncIterator[dict[str, Any]]:
    """Write an act down before and after it is carried out, in the block. What nobody answered to stays ``asked``.

    :yields: what the row of the outcome says beside the case, for what is known only then.
    :raises RegisterError: where it cannot be written; before the block, nothing is done.
    """
    who = (person.name, person.how, person.address, act)
    roles = sorted(person.roles)
    id = await write_down(register, *who, "asked", case_id=case_id, roles=roles, **details)
    known: dict[str, Any] = {"case_id": case_id}
    try:
        yield known
    except OutOfReach:
        raise
    except (Refusal, CannotDo) as error:
        await write_down(register, *who, "refused", id=id, case_id=case_id, why=str(error))
        raise
    await write_down(register, *who, "done", id=id, **known)


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
