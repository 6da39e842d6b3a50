"""What a case carries into its next run: all its state, within what Temporal takes as one payload (2 MB)."""

from __future__ import annotations

from typing import Final

from activities.interface import Activity
from register.rows import RefusedMessageEntry, RegisterEntries
from workflows.case import Case, Unwritten

REMEMBERED: Final = 2000
"""Ids of accepted messages that are known again; a case has a dozen. Older ones than these are judged anew."""

WAITING_BODIES: Final = 384 * 1024
"""Bytes of refused messages that wait for a register out of reach; of what is over it, sha256 and size wait."""


def lighten(case: Case) -> None:
    """Make the state fit, whatever was sent: with the register at work and a sane sender nothing changes."""
    _take_back(case)
    waiting, size = [], 0
    for each in case.unwritten.refused_messages:
        size += len((each.body or "").encode(errors="replace"))
        waiting.append(each if size <= WAITING_BODIES else _without_body(each))
    case.unwritten.refused_messages = waiting
    for message_id in list(case.accepted)[:-REMEMBERED]:
        del case.accepted[message_id]


def _take_back(case: Case) -> None:
    """A write that is still being tried begins anew in the next run, which writes every row again anyway."""
    action = case.actions.get(Activity.WRITE_REGISTER.value)
    if action is None or action.failed or not isinstance(action.payload, RegisterEntries):
        return
    tried = action.payload
    del case.actions[action.key]
    case.unwritten = Unwritten(
        log=tried.log + case.unwritten.log,
        letters=tried.letters + case.unwritten.letters,
        refused_messages=tried.refused_messages + case.unwritten.refused_messages,
    )


def _without_body(entry: RefusedMessageEntry) -> RefusedMessageEntry:
    return entry.model_copy(update={"body": None})
