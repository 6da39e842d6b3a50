"""An account as a flat list, for spreadsheets and programs: figure, dimension, value. Sums would count twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from reports.figures import Account
from rules.instant import rfc_3339

HEAD = ("figure", "dimension", "value")


def listed(account: Account) -> Iterator[tuple[str, str, str | int]]:
    """Each figure of the account; the names are those of ``docs/reports.md``."""
    yield "period.first", "", account.first.isoformat()
    yield "period.last", "", account.last.isoformat()
    yield "made_at", "", rfc_3339(account.made_at)
    for of_country in account.cases:
        for name in ("open_before", "received", "closed", "open_after"):
            yield f"cases.{name}", of_country.country, getattr(of_country, name)
        for outcome, count in of_country.outcomes.items():
            yield f"outcomes.{outcome}", of_country.country, count
        for step, count in of_country.open_now.items():
            yield f"open_now.{step}", of_country.country, count
    for term in account.terms:
        for name in ("kept", "broken", "late_days", "provisional"):
            value = getattr(term, name)
            if value is not None:
                yield f"terms.{name}", f"{term.party} {term.paragraph} {term.step or 'limit'}", value
    for reserve, count in account.reserve_now.items():
        yield "reserve_now", reserve, count
    for kind in account.unacknowledged_kinds_now:
        yield "unacknowledged_now.count", kind.kind, kind.count
        yield "unacknowledged_now.oldest_days", kind.kind, kind.oldest_days


def csv_of(account: Account) -> bytes:
    """The list as CSV (RFC 4180) in UTF-8, with a head."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEAD, *listed(account)])
    return text.getvalue().encode()
