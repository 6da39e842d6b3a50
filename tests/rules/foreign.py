"""What foreign systems may send: good JSON spoiled in any way, and what every refusal of it has to look like."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

TEMPTING = st.sampled_from(
    [
        *(
            "",
            " ",
            "x",
            "2026-03-02",
            "2026-02-30",
            "2026-03-02T09:30:00",
            "2026-03-02T09:30:00+05:00",
            "\n",
            "a\u2028b",
        ),
        *("0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "KZREX1", "DEREX1", "990140000384", "\ud800"),
        *(0, 1, -1, 2**70, float("nan"), float("inf"), "x" * 5000, [None] * 101, "yes", "https://a b", "a@b.c"),
    ]
)
"""Values at the edges of what some field takes; half a surrogate pair among them, which JSON can write."""

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | TEMPTING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def spoiled(draw: st.DrawFn, good: dict[str, Any]) -> dict[str, Any]:
    """A good object of which one to three parts, at any depth, are something else or missing, or one was added."""
    data: dict[str, Any] = json.loads(json.dumps(good))
    for _ in range(draw(st.integers(1, 3))):
        inside: Any = data
        while True:
            keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            key = draw(st.sampled_from(keys)) if keys else None
            if key is None or not isinstance(inside[key], dict | list) or draw(st.booleans()):
                break
            inside = inside[key]
        if key is not None and draw(st.integers(0, 3)) == 0:
            del inside[key]
        elif key is not None:
            inside[key] = deepcopy(
                draw(ANY_JSON)
            )  # what is drawn may be the same object again: it is not to be changed
        else:
            data[draw(st.text(max_size=5))] = deepcopy(draw(ANY_JSON))
    return data


def names_in(good: Any) -> set[str]:
    """Every name of a field, at any depth."""
    if isinstance(good, dict):
        return set(good).union(*map(names_in, good.values()))
    return set().union(*map(names_in, good)) if isinstance(good, list) else set()


def is_fit_to_show(refusal: str, names: set[str]) -> bool:
    """Whether a refusal is one line of our words that begins with a field of the contract."""
    named = re.match(r"([a-z0-9_.]+): (is required|expected |\S)", refusal)
    return (
        named is not None
        and all(part in names or part.isdigit() for part in named[1].split("."))
        and len(refusal.splitlines()) == 1
        and not re.search(r"Input should|String should|List should|[Uu]nable to|[Ff]ield required|\[", refusal)
    )
