"""Hostile and broken documents, generated; none of them may be stored as good.

``papers()`` gives all that a look inside this process bears; ``heavy`` has those that want a process with limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from types import ModuleType

from tests.intake.hostile import archives, deceit, mutations, office, pdfs, pictures, signatures
from tests.intake.hostile.paper import Hostile

MODULES: tuple[ModuleType, ...] = (pdfs, office, archives, pictures, signatures, deceit, mutations)


@cache
def of(module: ModuleType) -> tuple[Hostile, ...]:
    """Those of one sort; they are made once."""
    return tuple(module.papers())


def papers() -> Iterator[Hostile]:
    """Every one that takes little memory and time to make and to look into."""
    return chain.from_iterable(of(module) for module in MODULES)
