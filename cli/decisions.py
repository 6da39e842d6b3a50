"""The commands ``update`` and ``assign``: a person's decision, sent to a case (contract, section 4)."""

from __future__ import annotations

from rich.text import Text

from cases.deciding import decide
from cli.connected import connected
from cli.files import read_object
from cli.printing import console, print_json


async def update(case_id: str, name: str, file: str, *, as_json: bool) -> None:
    """Send the decision in a file to a case, and print what the case answers."""
    decision = read_object(file)
    world = await connected()
    answer = await decide(world.client, case_id, name, decision)
    if as_json:
        print_json(answer)
        return
    console().print(Text.assemble((case_id, "bold"), f"  {name} accepted"))
    if answer is not None:
        print_json(answer)


async def assign(case_id: str, *, to: str | None, by: str, as_json: bool) -> None:
    """Send a case the decision ``assign``.

    :param to: the officer who is responsible from now on; None for nobody.
    """
    world = await connected()
    answer = await decide(world.client, case_id, "assign", {"to": to, "by": by})
    if as_json:
        print_json(answer)
        return
    what = f"{to} is responsible" if to is not None else "nobody is responsible any more"
    console().print(Text.assemble((case_id, "bold"), f"  {what}"), soft_wrap=True)
