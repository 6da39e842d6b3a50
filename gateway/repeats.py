"""Which content a client has sent under which Idempotency-Key: another one under it is a mistake of the client's.

Temporal answers a repeated update as the first time, whatever it holds. This is remembered in this process only: after
a new start the repeat gets the first answer all the same, and only the mistake goes unnoticed.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

MOST: Final = 10_000


class Repeats:
    """The digests of what came, by client, case and key; the newest ``MOST`` of them."""

    def __init__(self) -> None:
        self._digests: OrderedDict[tuple[str, ...], str] = OrderedDict()

    def same(self, digest: str, *about: str) -> bool:
        """Whether this is what came before under these names, or the first."""
        before = self._digests.setdefault(about, digest)
        self._digests.move_to_end(about)
        if len(self._digests) > MOST:
            self._digests.popitem(last=False)
        return before == digest
