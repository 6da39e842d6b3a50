"""Replays histories and says as JSON what was imported for it; run by ``test_sandbox`` in a process of its own.

python -m tests.workflows.replay_in_sandbox FILE...
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import _runner
from temporalio.worker.workflow_sandbox._importer import Importer

from runtime.connection import PLUGIN
from workflows.verification import VerificationWorkflow

importers: list[Importer] = []


class Noted(Importer):
    """The sandbox's importer, of which each case has one."""

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # what the SDK passes differs by its version
        importers.append(self)


async def main(files: list[str]) -> None:
    _runner.Importer = Noted  # type: ignore[attr-defined]  # the one place at which the SDK can be watched
    replayer = Replayer(workflows=[VerificationWorkflow], plugins=[PLUGIN])
    for file in map(Path, files):
        text = file.read_text()
        await replayer.replay_workflow(WorkflowHistory.from_json(f"rex-ch-{file.stem}", text))


if __name__ == "__main__":
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(main(sys.argv[1:]))
    anew = {
        name
        for importer in importers
        for name, module in importer.new_modules.items()
        if sys.modules.get(name) is not module and name not in ("sys", "builtins", "__main__")
    }
    print(
        json.dumps(
            {
                "cases": len(importers),
                "process": sorted(sys.modules),
                "sandbox": sorted(anew),
                "warnings": [str(each.message) for each in caught],
            }
        )
    )
