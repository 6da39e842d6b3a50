"""Signals of our own, to our own workflows: they are no messages. Light on purpose, as ``interface`` is."""

from __future__ import annotations

from activities.interface import NOTICE_OUTCOME
from activities.payload import Payload

CASE = "VerificationWorkflow"
"""The workflow type of a case."""

STILL_TRYING = "still_trying"
"""The signal by which an activity tells its case that an attempt has failed and why (``StillTrying``)."""

INTERNAL_SIGNALS = (NOTICE_OUTCOME, STILL_TRYING)
"""Signals of our own to our own workflows: they are no messages."""


class StillTrying(Payload):
    """The attempt of an activity has failed, and it is tried again; ``attempt`` counts from 1."""

    activity_id: str
    attempt: int
    reason: str
