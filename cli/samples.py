"""The samples that the documents send: messages, decisions and requests, complete and with the time of their use."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cli.errors import CannotDo
from rules.instant import rfc_3339

FOLDER: Final = Path(__file__).resolve().parent.parent / "samples"

NOW: Final = "now"
"""In a file, in place of a time: the moment at which it is used. A time that was written down would go bad."""


def names() -> list[str]:
    """The samples by name."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def sample(name: str, now: datetime) -> dict[str, Any]:
    """A sample as it can be sent.

    :param now: aware; written to the second, as people write.
    :raises CannotDo: where there is none of this name.
    """
    if name not in names():
        raise CannotDo(f"no sample {name}; expected one of {', '.join(names())}")
    return made_now(json.loads((FOLDER / f"{name}.json").read_text("utf-8")), now)


def made_now(data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The data with the time in place of each ``now``."""
    time = rfc_3339(now.replace(microsecond=0))
    return {field: time if field.endswith("_at") and value == NOW else value for field, value in data.items()}
