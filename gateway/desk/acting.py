"""Doing what a person decides: the same updates as everybody sends, written down before and after.

``by`` is who is logged in, whatever the form says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from cases.deciding import decide
from gateway.connected import Connected
from gateway.desk.audit import on_record
from gateway.desk.desk import Desk
from gateway.desk.people import Person
from gateway.desk.problems import DeskProblem
from gateway.four_eyes import inspected_by_the_same
from gateway.signing import authenticated


async def act(world: Connected, of: Desk, person: Person, case_id: str, update: str, fields: Mapping[str, Any]) -> Any:
    """Send an update of the contract in the name of the person.

    :param fields: without ``by``.
    :returns: the case's answer.
    :raises DeskProblem: 403 where the person may not do it; 409 where the other of two people has to.
    :raises Refusal: where a field does not fit; show it beside the form.
    :raises CannotDo: where the case refuses or does not answer.
    """
    person.needs(update)
    return await carry_out(world, person, case_id, update, fields)


async def carry_out(
    world: Connected,
    person: Person,
    case_id: str,
    update: str,
    fields: Mapping[str, Any],
) -> Any:
    """As ``act``, for somebody of whom it is known that they may."""
    if world.settings.four_eyes:
        names = [person.name, *filter(None, [str(fields.get("signed_by") or "")])]
        look = partial(world.views.look, world.client, case_id)
        if await inspected_by_the_same(look, update, names) is not None:
            raise DeskProblem(409, "four_eyes", name=person.name)
    update_id = f"{person.name} {uuid4().hex}"
    who_sends = authenticated(person.name, person.how, datetime.now(UTC))
    decision = world.signer.sealed({**fields, "by": person.name}, case_id, update, who_sends, update_id=update_id)
    async with on_record(world.register, person, update, case_id=case_id, fields=dict(fields)):
        return await decide(world.client, case_id, update, decision, update_id=update_id)
