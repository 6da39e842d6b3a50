"""``up``: the whole system on this machine, running until Ctrl-C, and what to try with it."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli.samples import sample
from cli.schedules import put_schedules
from cli.views import view_links
from embedded.system import NAMESPACE, ROOT, Embedded, Ports
from gateway.clients import add_client, read_clients, remove_client
from gateway.desk.accounts import add_account, read_accounts, remove_account
from gateway.desk.roles import DeskRole
from rules.case_number import case_number
from runtime.commands import SETTING
from runtime.connection import connect
from runtime.settings import PREFIX, VAR, ClientSettings
from runtime.views import DUE_THIS_WEEK, ESCALATIONS, OPEN_CASES
from simulators.samples import SAMPLE

USUAL = Ports(temporal=7233, ui=8233, gateway=8080, atameken=8101, rex=8102, mail=2525)
"""Where Temporal's own tools look for it; any others where these are taken."""

TRIED_AS = {
    "ATAMEKEN_TOKEN": ("Atameken", ("documents_arrived", "document_request_received", "store", "events")),
    "OFFICE_TOKEN": ("case-management", ("open", "read", "inspection_completed", "conclusion_signed", "withdraw")),
}
"""The clients with which the gateway can be tried: a variable for the token of each, its name, and what it may do."""

_LATE = timedelta(days=40)
"""Long enough that every term of the steps has passed."""

_FILES = (f"{PREFIX}ESCALATION_FILE", f"{PREFIX}READINGS", f"{PREFIX}LETTERS")
TAKEN = (*_FILES, f"{PREFIX}CONFIRM_REQUEST", f"{PREFIX}REQUIRE_SIGNED_FILE", f"{PREFIX}RECEIPT_CUTOFF", SETTING)
"""What ``up`` takes from the environment: how an office works. All else there is about another system."""


def up(folder: Path = VAR / "up") -> None:
    """Start everything, print what to try, and wait for Ctrl-C. The cases of an earlier ``up`` go on.

    :raises embedded.processes.ProcessTrouble: one line, where something does not start or dies.
    """
    try:
        asyncio.run(_up(folder))
    except KeyboardInterrupt:
        print("stopped; `make up` continues with the same cases", flush=True)


async def _up(folder: Path) -> None:
    print("Starting Temporal, simulators of Atameken, REX and mail, a worker and the gateway ...")
    taken, set_aside = settings_for(os.environ)
    if taken:
        print(f"Taken from your environment: {', '.join(taken)}")
    if set_aside:
        print(f"Set aside from your environment, as they are about another system: {', '.join(set_aside)}")
    sys.stdout.flush()
    async with Embedded(folder, USUAL, settings=taken) as system:
        people = await asyncio.to_thread(fill_accounts, system.folder / "accounts.json", datetime.now(UTC))
        await system.start_gateway()
        client = await connect(environment=system.environment)
        await put_schedules(client, ClientSettings.model_fields["task_queue"].default)
        print(what_to_try(system, datetime.now(UTC), people), flush=True)
        await system.until_one_dies()


def settings_for(environment: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Of the environment's settings, those that ``up`` takes, and the names of those that it sets aside."""
    taken = {name: environment[name] for name in TAKEN if environment.get(name)}
    # The worker runs in another folder.
    taken |= {name: str(Path(taken[name]).resolve()) for name in _FILES if name in taken}
    ours = (name for name, value in environment.items() if name.startswith((PREFIX, "TEMPORAL_")) and value)
    return taken, sorted(set(ours) - set(taken))


def fill_accounts(file: Path, now: datetime) -> dict[str, str]:
    """One account of each role, named as it, with new passwords; other accounts stay. :returns: passwords by name."""
    present = read_accounts(file)
    for role in DeskRole:
        if role.value in present:
            remove_account(file, role.value)
    return {role.value: add_account(file, role.value, [role], now) for role in DeskRole}


def what_to_try(system: Embedded, now: datetime, people: Mapping[str, str]) -> str:
    """The page that ``up`` prints; writes the files that its commands send.

    :param people: passwords by name of account.
    :param now: aware; the request's receipt, and part of its reference, so that each ``up`` has a case of its own.
    """
    now = now.replace(microsecond=0)
    reference = f"UP {now:%m%d-%H%M%S}"
    request = sample("request-ch", now) | {"reference": reference}
    late = sample("request-no", now - _LATE) | {"reference": reference}
    late_file = _write(system.folder / "late.json", late)
    case = case_number(str(request["requesting_country"]), str(request["reference"]))
    request_file = _write(system.folder / "request.json", request)
    inspection_file = _write(system.folder / "inspection.json", sample("inspection-valid", now))
    documents_file = _shown(system.folder / "documents.json")
    papers_folder = _shown(system.folder / "papers" / case)
    python = _shown(Path(sys.executable))
    starter = f"{python} {_shown(ROOT / 'starter.py')}"
    environment = _write_environment(system)
    first = view_links(system.ui_url, NAMESPACE, (OPEN_CASES, DUE_THIS_WEEK, ESCALATIONS), now)
    accounts = "\n".join(f"  {name:<15}{password}" for name, password in people.items())
    return f"""
The desk         {system.gateway_url}/desk/
Log in there as one of these, each with one role:

{accounts}

{first}

Temporal UI      {system.ui_url}
Gateway          {system.gateway_url}
Atameken, REX    {system.atameken_url}  {system.rex_url}  (simulators)
E-mails          {_shown(system.mail_folder / "index.txt")}
Logs             {_shown(system.logs)}

In another terminal, in this folder:

  . {environment}

1. Open the case of a request from the Swiss customs:
  {starter} open {request_file}

2. Send the documents, as Atameken would:
  curl -sf --retry 5 --retry-all-errors "$ATAMEKEN/simulator/documents-arrived/{case}" \\
    > {documents_file}
  {starter} documents {case} {documents_file}

   Any other system sends the same through the gateway (a repeat changes nothing):
  curl -sS --fail-with-body --json @{documents_file} -H "Authorization: Bearer $ATAMEKEN_TOKEN" \\
    "$GATEWAY/cases/{case}/documents-arrived"

3. Read the documents, send the inspector's result, read the draft, and sign the conclusion:
  {starter} papers {case} --out {papers_folder}
  {starter} inspect {case} {inspection_file}
  {starter} draft {case} --out {papers_folder}/draft.pdf
  {starter} sign {case} --by 'A. Officer'

At any time:
  {starter} show {case}
  {starter} list
  {starter} today

A case that is late, and its escalations:
  {starter} open {late_file}
  {starter} escalations --open

The exporter is {SAMPLE}. Ctrl-C stops everything; the cases stay in {_shown(system.folder)}.
"""


def _write_environment(system: Embedded) -> str:
    """What a terminal needs for this system: the client's settings, and addresses and tokens for ``curl``."""
    variables = system.client_environment | {
        "GATEWAY": f"{system.gateway_url}/api/v1",
        "ATAMEKEN": system.atameken_url,
        **_tokens(system),
    }
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    file = system.folder / "environment.sh"
    file.unlink(missing_ok=True)  # one from before may be for others to read
    file.touch(0o600)
    file.write_text("".join(lines), encoding="utf-8")
    return _shown(file)


def _tokens(system: Embedded) -> dict[str, str]:
    """New tokens, as the gateway keeps none that could be shown again."""
    file, tokens = system.folder / "clients.json", {}
    for variable, (name, may) in TRIED_AS.items():
        if name in read_clients(file):
            remove_client(file, name)
        tokens[variable] = add_client(file, name, may, datetime.now(UTC)).token
    return tokens


def _write(file: Path, data: dict[str, Any]) -> str:
    file.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return _shown(file)


def _shown(path: Path) -> str:
    """The path as it can be typed here: relative where it lies below the working folder."""
    here = Path.cwd()
    return shlex.quote(os.path.relpath(path) if path.is_relative_to(here) else str(path))
