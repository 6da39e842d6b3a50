"""E-mail addresses that a letter can be sent to (RFC 5321): known before anything hangs on it."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 254
"""Characters of an address in a message's path (RFC 5321, 4.5.3.1.3)."""

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(?:\.{_ATOM})*")
_LABEL: Final = re.compile(r"[^\W_](?:[^\W_]|-)*")
"""Letters of any script, digits and hyphens; what the ASCII form of it may be, the codec knows."""


def mailable(address: str) -> str:
    """The address as a mail server takes it: its domain in ASCII (IDNA).

    What is before the ``@`` has to be ASCII already: few servers take anything else, and it has no other form.

    :raises ValueError: where it is no such address.
    """
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    if not _LOCAL.fullmatch(local) or len(labels) < 2 or not all(_LABEL.fullmatch(each) for each in labels):
        raise ValueError("expected an e-mail address")
    try:
        # The codec is left alone where there is nothing for it to do: a case reads addresses, and imports little.
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError("expected an e-mail address") from None
    if any(len(each) > 63 or each.endswith("-") for each in ascii_domain.split(".")):
        raise ValueError("expected an e-mail address")
    if len(f"{local}@{ascii_domain}") > LONGEST:
        raise ValueError("expected an e-mail address")
    return f"{local}@{ascii_domain}"


def check_mailable(address: str) -> str:
    """Return the address as it was written, or raise as ``mailable`` does."""
    mailable(address)
    return address
