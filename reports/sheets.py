"""An account in words: its tables in one language, for the terminal and the paper alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from calendars.time_zone import almaty_clock
from notifications.words import Words
from reports.figures import Account, Party, Terms
from rules.outcome import Outcome
from rules.terms import Step

LONGEST_LIST: Final = 20
"""Cases or escalations that a table names; of more it gives the number. The command's ``--json`` has them all."""

GROUP: Final = "account"
"""The group of the languages' files that has the words of an account."""

_EMPTY: Final = "–"
_Key = TypeVar("_Key", bound=StrEnum)


@dataclass(frozen=True)
class Row:
    """A row of cells; ``sum`` where it adds up those before it."""

    cells: tuple[str, ...]
    sum: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with its title; the columns from ``numbers_from`` on are numbers. ``note`` may be empty."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    numbers_from: int
    note: str = ""


def period_of(account: Account, words: Words) -> str:
    """``1 March 2026 – 31 March 2026``."""
    return words.of(GROUP, "period", first=words.plain_day(account.first), last=words.plain_day(account.last))


def made_words(account: Account, words: Words) -> str:
    """When it was made, and whether its period was over then."""
    local = almaty_clock().local(account.made_at)
    made = words.of(GROUP, "made", when=f"{words.plain_day(local.date())}, {local:%H:%M}")
    return made if account.period_over else f"{made} {words.of(GROUP, 'not_over')}"


def sheets_of(account: Account, words: Words) -> list[Sheet]:
    """The tables of an account: first those of the period, then those of the present."""
    return [
        _cases(account, words),
        _by_country(
            account, words, "outcomes", "outcome", {each: words.of("outcomes", each) for each in Outcome},
            [each.outcomes for each in account.cases],
        ),
        _terms(account, words),
        _by_country(
            account, words, "open_now", "step", {each: words.of("steps", each) for each in account.cases[0].open_now},
            [each.open_now for each in account.cases],
        ),
        _reserve(account, words),
        _pressed(account, words),
        _kinds(account, words),
        _unacknowledged(account, words),
    ]  # fmt: skip


def of_party(terms: Iterable[Terms], party: Party) -> tuple[int, int, int, int]:
    """Kept, broken, late days and provisional terms of a party, the thirty days apart."""
    own = [each for each in terms if each.party is party and each.step is not None]
    return (
        sum(each.kept for each in own),
        sum(each.broken for each in own),
        sum(each.late_days or 0 for each in own),
        sum(each.provisional or 0 for each in own),
    )


def kind_of(kind: str, step: str | None, words: Words) -> str:
    """What an escalation is about: ``term overdue: inspection``."""
    return words.of("kinds", kind) + (f": {words.of('short_steps', step)}" if step else "")


def _cases(account: Account, words: Words) -> Sheet:
    columns = ("open_before", "received", "closed", "open_after")
    counts = [[getattr(each, name) for name in columns] for each in account.cases]
    rows = [_row(words.of("countries", each.country), count) for each, count in zip(account.cases, counts, strict=True)]
    return Sheet(
        title=words.of(GROUP, "cases"),
        head=tuple(words.of(GROUP, name) for name in ("country", *columns)),
        rows=(*rows, _sum(words, counts)),
        numbers_from=1,
    )


def _by_country(
    account: Account,
    words: Words,
    title: str,
    first: str,
    names: Mapping[_Key, str],
    counts: Sequence[Mapping[_Key, int]],
) -> Sheet:
    """What is counted by country, a row for each key."""
    by_key = {key: [each[key] for each in counts] for key in names}
    countries = [words.of("countries", each.country) for each in account.cases]
    rows = [_row(names[key], [*found, sum(found)]) for key, found in by_key.items()]
    head = words("step") if first == "step" else words.of(GROUP, first)
    return Sheet(
        title=words.of(GROUP, title),
        head=(head, *countries, words.of(GROUP, "total")),
        rows=(*rows, _sum(words, [[*found, sum(found)] for found in by_key.values()])),
        numbers_from=1,
    )


def term_words(step: Step | None, words: Words) -> str:
    """What a term asks for; the thirty days by their name."""
    return words.of("steps", step) if step else words.of(GROUP, "limit")


def _terms(account: Account, words: Words) -> Sheet:
    rows = [
        Row(
            (
                f"¶{each.paragraph}",
                term_words(each.step, words),
                words.of("parties", each.party),
                str(each.kept),
                str(each.broken),
                _EMPTY if each.late_days is None else str(each.late_days),
                _EMPTY if each.provisional is None else str(each.provisional),
            )
        )
        for each in account.terms
    ]
    sums = [_sum_of(party, account.terms, words) for party in Party]
    columns = ("paragraph", "term", "whose", "kept", "broken", "late_days", "provisional")
    return Sheet(
        title=words.of(GROUP, "terms"),
        head=tuple(words.of(GROUP, name) for name in columns),
        rows=(*rows[:-1], *sums, rows[-1]),
        numbers_from=3,
        note=words.of(GROUP, "terms_note"),
    )


def _sum_of(party: Party, terms: Iterable[Terms], words: Words) -> Row:
    name = words.of(GROUP, "all_of", party=words.of("parties", party))
    return Row(("", name, "", *map(str, of_party(terms, party))), sum=True)


def _reserve(account: Account, words: Words) -> Sheet:
    counts = [[count] for count in account.reserve_now.values()]
    rows = [_row(words.of("reserves", reserve), [count]) for reserve, count in account.reserve_now.items()]
    return Sheet(
        title=words.of(GROUP, "reserve_now"),
        head=(words("reserve"), words.of(GROUP, "open_cases")),
        rows=(*rows, _sum(words, counts)),
        numbers_from=1,
    )


def _pressed(account: Account, words: Words) -> Sheet:
    rows = [
        Row(
            (
                each.case_id,
                words.of("short_steps", each.step),
                words.of("risks", each.risk),
                words.plain_day(each.limit_last_day) if each.limit_last_day else _EMPTY,
                _EMPTY if each.reserve_days is None else str(each.reserve_days),
            )
        )
        for each in account.pressed_now[:LONGEST_LIST]
    ]
    return Sheet(
        title=words.of(GROUP, "pressed_now"),
        head=(words("case"), words("step"), words("risk"), words.of(GROUP, "limit_ends"), words("reserve")),
        rows=tuple(rows),
        numbers_from=4,
        note=_more(len(account.pressed_now), words),
    )


def _kinds(account: Account, words: Words) -> Sheet:
    kinds = account.unacknowledged_kinds_now
    return Sheet(
        title=words.of(GROUP, "unacknowledged_now"),
        head=tuple(words.of(GROUP, name) for name in ("kind", "open", "oldest")),
        rows=tuple(_row(words.of("kinds", each.kind), [each.count, each.oldest_days]) for each in kinds),
        numbers_from=1,
    )


def _unacknowledged(account: Account, words: Words) -> Sheet:
    rows = [
        Row((each.case_id, kind_of(each.kind, each.step, words), str(each.level), str(each.days)))
        for each in account.unacknowledged_now[:LONGEST_LIST]
    ]
    return Sheet(
        title="",
        head=(words("case"), *(words.of(GROUP, name) for name in ("kind", "level", "days"))),
        rows=tuple(rows),
        numbers_from=2,
        note=_more(len(account.unacknowledged_now), words),
    )


def _more(found: int, words: Words) -> str:
    return words.of(GROUP, "more", count=found - LONGEST_LIST) if found > LONGEST_LIST else ""


def _row(name: str, counts: Iterable[int]) -> Row:
    return Row((name, *map(str, counts)))


def _sum(words: Words, counts: Iterable[Sequence[int]]) -> Row:
    return Row((words.of(GROUP, "total"), *(str(sum(column)) for column in zip(*counts, strict=True))), sum=True)
