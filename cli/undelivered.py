"""Keeping what Temporal would not take: no message is lost, also not one for a closed case (contract, section 3)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

from cli.errors import CannotDo
from cli.sending import Undelivered
from register.database import RegisterError, open_register
from register.record import write_undelivered_message
from register.rows import RefusedMessageEntry

LARGEST_BODY = 64 * 1024
"""Bytes up to which a message is kept whole; of a larger one sha256 and size (contract, section 3)."""


def keep(message: Undelivered, database_url: str) -> CannotDo:
    """Write the message to the register and say so, or say that the register is out of reach too.

    :return: the one line for whoever sent it; the message was not delivered in either case.
    """
    content = json.dumps(message.message, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        errors="replace"
    )
    digest = hashlib.sha256(content).hexdigest()
    entry = RefusedMessageEntry(
        key=f"undelivered.{message.name}.{digest}",  # the same message once more is the same entry
        name=message.name,
        message_id=str(message.message["message_id"]),
        reason=str(message),
        at=datetime.now(UTC),
        sha256=digest,
        size=len(content),
        body=content.decode() if len(content) <= LARGEST_BODY else None,
    )
    try:
        engine = open_register(database_url)
        try:
            write_undelivered_message(engine, message.case_id, entry)
        finally:
            engine.dispose()
    except RegisterError as error:
        return CannotDo(f"not delivered: {message}; nor was it kept: {error}")
    return CannotDo(f"not delivered: {message}; the message is kept in the register as refused")
