"""The number of a case, which is its workflow id (contract, section 1)."""

from __future__ import annotations

import re

from anyascii import anyascii

from rules.refusal import Refusal


def case_number(country: str, reference: str) -> str:
    """``rex-<country>-<reference>``: the reference in ASCII, lower case, every other run of characters one ``-``.

    :raises Refusal: where the reference leaves nothing.
    """
    slug = re.sub(r"[^a-z0-9]+", "-", anyascii(reference).lower()).strip("-")
    if not slug:
        raise Refusal("reference: has no letter or digit; expected the customs' own reference")
    return f"rex-{country.lower()}-{slug}"
