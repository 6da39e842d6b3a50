"""Bars of figures: drawn here as SVG, each with its numbers in words beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from notifications.words import Words
from reports.figures import Account
from reports.sheets import GROUP, term_words


@dataclass(frozen=True)
class Part:
    """A stretch of a bar: ``kind`` is its colour, ``x`` and ``width`` hundredths of the longest bar."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """A bar with what it is about, and its numbers in words."""

    label: str
    told: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Chart:
    """Bars with one scale; ``keys`` are colours with their meaning, none where there is one colour."""

    bars: tuple[Bar, ...]
    keys: tuple[tuple[str, str], ...] = ()


def of_cases(account: Account, words: Words) -> Chart:
    """How many cases came, were closed and are open, by country."""
    names = ("received", "closed", "open_after")
    rows = [
        (f"{words.of('countries', each.country)}: {words.of(GROUP, name)}", [(name, getattr(each, name))])
        for each in account.cases
        for name in names
    ]
    return _chart(rows)


def of_outcomes(account: Account, words: Words) -> Chart:
    """How the cases ended, of both countries together."""
    outcomes = list(account.cases[0].outcomes)
    rows = [
        (words.of("outcomes", each), [(each.value, sum(country.outcomes[each] for country in account.cases))])
        for each in outcomes
    ]
    return _chart(rows)


def of_terms(account: Account, words: Words) -> Chart:
    """Kept and broken terms, by paragraph."""
    keys = tuple((kind, words.of(GROUP, kind)) for kind in ("kept", "broken"))
    rows = [
        (f"¶{each.paragraph} {term_words(each.step, words)}", [("kept", each.kept), ("broken", each.broken)])
        for each in account.terms
    ]
    return _chart(rows, keys, lambda counts: words.of(GROUP, "count_of", kept=counts[0], broken=counts[1]))


def of_steps(account: Account, words: Words) -> Chart:
    """Where the open cases stand."""
    steps = list(account.cases[0].open_now)
    rows = [
        (words.of("steps", each), [("step", sum(country.open_now[each] for country in account.cases))])
        for each in steps
    ]
    return _chart(rows)


def of_reserve(account: Account, words: Words) -> Chart:
    """How much reserve the open cases have."""
    rows = [
        (words.of("reserves", reserve), [("broken" if reserve in ("exceeded", "below_0") else "step", count)])
        for reserve, count in account.reserve_now.items()
    ]
    return _chart(rows)


def _chart(
    rows: Sequence[tuple[str, Sequence[tuple[str, int]]]],
    keys: tuple[tuple[str, str], ...] = (),
    tell: Callable[[list[int]], str] | None = None,
) -> Chart:
    most = max((sum(count for _, count in parts) for _, parts in rows), default=0) or 1
    bars = []
    for label, parts in rows:
        counts = [count for _, count in parts]
        told = tell(counts) if tell is not None else str(sum(counts))
        bars.append(Bar(label, told, tuple(_parts(parts, most))))
    return Chart(tuple(bars), keys)


def _parts(parts: Iterable[tuple[str, int]], most: int) -> Iterator[Part]:
    before = 0
    for kind, count in parts:
        if count:
            yield Part(kind, round(100 * before / most, 2), round(100 * count / most, 2))
        before += count
