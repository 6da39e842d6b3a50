"""The register against the case itself: every difference is a finding. Pure; times are UTC."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from register.rows import MESSAGE_KEY, RegisterEntries
from rules.case_view import CaseView
from rules.text import canonical_json, one_line
from self_check.interface import CheckFinding, FindingKind

LONGEST_VALUE: Final = 120
"""Characters of a value in a finding, so that it stays one readable line."""

_WHAT_TO_DO: Final = (
    "Find out who changed the register or restored it. The case itself is right; its next write of that row mends it."
)
_LOG_TO_DO: Final = "Compare the log in the register with the case's history in Temporal; the log cannot be changed."

Row = Mapping[str, Any]
"""A row as JSON, by field."""


def differences(
    kept: RegisterEntries, log_keys: Container[str], case: CaseView, accepted: Iterable[str]
) -> Iterator[CheckFinding]:
    """Where the register differs from the case: one finding for each value, each missing row and each extra row.

    :param kept: what stands for the present in the register.
    :param log_keys: the keys of the case's log in the register.
    :param accepted: ids of the messages that the case has accepted; each stands in the log.
    """
    case_id = case.case_id
    request = _row(case.request)
    whole = _row(case) | {
        "calendar_version": case.calendar.version,
        "country": request["requesting_country"],
        "reference": request["reference"],
        "rex_number": request["rex_number"],
        "exporter": request["exporter"]["name"],
    }
    if case.risk is None:
        del whole["risk"]  # Before the terms are counted the register has a placeholder.
    tables = {
        "cases": ({case_id: _row(kept.case)}, {case_id: whole}),
        "steps": (
            {f"{each.step} {each.round}": _row(each) for each in kept.steps},
            {f"{each.step} {each.round}": _row(each) for each in case.steps},
        ),
        "documents": (
            {_document_key(row): row for row in map(_row, kept.documents)},
            # The first counts: the same bytes offered twice in one message as the same kind are one row.
            {_document_key(row): row for row in map(_row, reversed(case.documents))},
        ),
        "escalations": (
            {each.id: _row(each) for each in kept.escalations},
            # The level climbs with each notification, and of these the register has the log of deliveries.
            {each.id: each.model_dump(mode="json", exclude={"level"}) for each in case.escalations},
        ),
    }
    for table, (theirs, ours) in tables.items():
        yield from _of_table(case_id, table, theirs, ours)
    for message_id in sorted(accepted):
        if f"{MESSAGE_KEY}{message_id}" not in log_keys:
            words = "the case has accepted this message, but the log has no line about it"
            yield _differs(case_id, f"log {MESSAGE_KEY}{message_id}", words, to_do=_LOG_TO_DO)


def log_disagrees(case_id: str, key: str) -> CheckFinding:
    """The finding about a fact that stands in a case's log with more than one content."""
    words = "it has several lines that do not say the same; expected one"
    return _differs(case_id, f"log {key}", words, to_do=_LOG_TO_DO)


def _of_table(case_id: str, table: str, kept: Mapping[str, Row], true: Mapping[str, Row]) -> Iterator[CheckFinding]:
    for key in sorted(kept.keys() | true.keys()):
        if key not in kept:
            yield _differs(case_id, f"{table} {key}", "the case has this row, the register does not")
        elif key not in true:
            yield _differs(case_id, f"{table} {key}", "the register has this row, the case does not")
        else:
            for field in sorted(kept[key].keys() & true[key].keys()):
                theirs, ours = kept[key][field], true[key][field]
                if _as_kept(theirs) != _as_kept(ours):
                    words = f"{field} is {_short(theirs)} in the register and {_short(ours)} in the case"
                    yield _differs(case_id, f"{table} {key} {field}", words, place=f"{table} {key}")


def _differs(
    case_id: str, about: str, words: str, *, place: str | None = None, to_do: str = _WHAT_TO_DO
) -> CheckFinding:
    return CheckFinding(
        kind=FindingKind.REGISTER_DIFFERS,
        workflow_id=case_id,
        about=about,
        what=f"{case_id}: the register differs from the case at {place or about}: {words}",
        what_to_do=to_do,
    )


def _row(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _document_key(row: Row) -> str:
    return f"{row['message_id']} {row['kind']} {row['sha256']}"


def _as_kept(value: Any) -> str:
    """The value as JSON, with what no database can hold replaced as ``register.tables.AnyText`` does."""
    text = canonical_json(value).replace("\\u0000", "␀")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _short(value: Any) -> str:
    words = "empty" if value is None else value if isinstance(value, str) else canonical_json(value)
    return one_line(words, LONGEST_VALUE)
