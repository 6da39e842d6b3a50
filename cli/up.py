"""``up``: the whole system on this machine, running until Ctrl-C, and what to try with it."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedded.system import ROOT, Embedded, Ports
from rules.case_number import case_number
from rules.instant import rfc_3339
from runtime.settings import VAR
from simulators.samples import SAMPLE

USUAL = Ports(temporal=7233, ui=8233, http=7243, atameken=8101, rex=8102, mail=2525)
"""Where Temporal's own tools look for it; any others where these are taken."""


def up(folder: Path = VAR / "up") -> None:
    """Start everything, say what to try, and wait for Ctrl-C. What an earlier ``up`` left goes on.

    :raises embedded.processes.ProcessTrouble: one line, where something does not start or dies.
    """
    try:
        asyncio.run(_up(folder))
    except KeyboardInterrupt:
        print("stopped; `make up` goes on with the same cases", flush=True)


async def _up(folder: Path) -> None:
    print("Starting Temporal, Atameken, REX, a mail sink and a worker ...", flush=True)
    async with Embedded(folder, USUAL) as system:
        print(what_to_try(system, datetime.now(UTC)), flush=True)
        await system.until_one_dies()


def what_to_try(system: Embedded, now: datetime) -> str:
    """The page that ``up`` prints; writes the request and the inspection result that its commands send.

    :param now: aware; the request's receipt, and part of its reference, so that each ``up`` has a case of its own.
    """
    request = _sample("request-ch.json") | {"reference": f"UP {now:%Y%m%d-%H%M%S}", "received_at": rfc_3339(now)}
    case = case_number(str(request["requesting_country"]), str(request["reference"]))
    request_file = _write(system.folder / "request.json", request)
    inspection_file = _write(system.folder / "inspection.json", _sample("inspection-valid.json"))
    documents_file = _shown(system.folder / "documents.json")
    python = _shown(Path(sys.executable))
    starter = f"{python} {_shown(ROOT / 'starter.py')}"
    temporal = _shown(Path(sys.executable).parent / "temporal")
    exported = "\n".join(f"  export {name}={shlex.quote(value)}" for name, value in system.client_environment.items())
    return f"""
Temporal UI      {system.ui_url}
Temporal's HTTP  {system.http_url}
Atameken, REX    {system.atameken_url}  {system.rex_url}  (simulators)
E-mails          {_shown(system.mail_folder / "index.txt")}
Logs             {_shown(system.logs)}

In another terminal, in this folder:

{exported}

A request of the Swiss customs becomes a case:
  {starter} open {request_file}
Atameken sends the documents, the inspector his result; then the conclusion is signed:
  curl -s '{system.atameken_url}/simulator/documents-arrived/{case}' > {documents_file}
  {starter} documents {case} {documents_file}
(any other system would send the same message like this, or like that; a repeat changes nothing:
  {temporal} workflow signal --workflow-id {case} --name documents_arrived --input-file {documents_file}
  printf '{{"input":[%s]}}' "$(cat {documents_file})" | curl -s --json @- \
    {system.http_url}/api/v1/namespaces/default/workflows/{case}/signal/documents_arrived
)
  {starter} inspect {case} {inspection_file}
  {starter} sign {case} --by 'A. Officer'
Look at it:
  {starter} show {case}
  {starter} list

The exporter is {SAMPLE}; Ctrl-C stops everything, and the cases stay in {_shown(system.folder)}.
"""


def _sample(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads((ROOT / "samples" / name).read_text("utf-8"))
    return sample


def _write(file: Path, data: dict[str, Any]) -> str:
    file.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return _shown(file)


def _shown(path: Path) -> str:
    """The path as it can be typed here: relative where it lies below the working folder."""
    here = Path.cwd()
    return shlex.quote(os.path.relpath(path) if path.is_relative_to(here) else str(path))
