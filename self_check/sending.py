"""Sends the self-check's report, past the recipients' workflows: it must arrive when they do not work."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from escalation.kinds import CASE_OFFICER, HEAD, ON_CALL
from notifications.level import Level
from notifications.message import Message

ORDER: Final = (ON_CALL, HEAD, CASE_OFFICER)
"""Levels, each asked only if nobody of those before it is reached."""

log = logging.getLogger(__name__)


class NobodyReached(Exception):
    """No recipient of any level took the report. One line, without an address."""


async def send_report(message: Message, recipients: Mapping[int, Sequence[str]]) -> int:
    """Send to the first level of which at least one recipient is reached.

    :param recipients: for each level its Apprise URLs.
    :return: that level.
    :raises NobodyReached: naming each recipient's place and scheme, and why it was not reached.
    """
    failures: list[str] = []
    for level in ORDER:
        asked = Level(level, recipients.get(level, ()))
        missed = await asked.send(message, asked.recipients, pressing=True)
        failures += missed
        if len(missed) < len(asked.recipients):
            for failure in failures:
                log.warning("the report of the self-check: %s", failure)
            return level
    raise NobodyReached(
        f"the report of the self-check reaches nobody: {'; '.join(failures) or 'no level has a recipient'}"
    )
