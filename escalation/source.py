"""Where a worker's ladders come from: the file of the setting, or the default with the recipients of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from escalation.ladder_file import LadderError, Ladders, read_ladders
from notifications.channel import fault_of

DEFAULT: Final = Path(__file__).with_name("default.toml")


def load_ladders(file: Path | None, environment: Mapping[str, str]) -> Ladders:
    """Read the ladders and see that Apprise can use each address; nothing is sent.

    :param file: None for ``default.toml``.
    :param environment: for ``${NAME}`` in recipients.
    :raises LadderError: one line with the file, the place and what was expected.
    """
    path = file or DEFAULT
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LadderError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LadderError(f"{path}: cannot be read: expected UTF-8") from None
    return read_ladders(text, path.name, environment, fault_of)
