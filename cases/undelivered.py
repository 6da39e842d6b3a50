"""Keeping a message that Temporal does not take, as one for a closed case: none is lost (contract, section 3)."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from cases.errors import CannotDo
from cases.sending import Undelivered
from register.database import RegisterError
from register.record import write_undelivered_message
from register.rows import LARGEST_BODY, RefusedMessageEntry
from rules.text import canonical_json, sha256_of


def keep(message: Undelivered, register: Engine) -> CannotDo:
    """Write the message to the register, if that can be reached.

    :return: one line for the sender, who in either case has not delivered it.
    """
    text = canonical_json(message.message)
    digest, size = sha256_of(text), len(text.encode("utf-8", "surrogatepass"))
    entry = RefusedMessageEntry(
        key=f"undelivered.{message.name}.{digest}",  # the same message once more is the same entry
        name=message.name,
        message_id=str(message.message["message_id"]),
        reason=str(message),
        at=datetime.now(UTC),
        sha256=digest,
        size=size,
        body=text.encode(errors="replace").decode() if size <= LARGEST_BODY else None,
    )
    try:
        write_undelivered_message(register, message.case_id, entry)
    except RegisterError as error:
        return CannotDo(f"not delivered: {message}; and could not be kept: {error}")
    return CannotDo(f"not delivered: {message}; the message is kept in the register as refused")
