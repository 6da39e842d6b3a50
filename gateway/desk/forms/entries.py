"""What is typed into a form, as it was typed; and as the data that the model reads.

Entries are kept as text, so that what does not fit is shown again as it was. A group is a dictionary, rows are a list
of them; a row that is empty is none. Times are typed as the clock in Almaty shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile

from calendars.time_zone import almaty_clock
from gateway.desk.forms.fields import FILE, OF_A_FILE, Field, Kind
from rules.instant import rfc_3339

Entries = dict[str, Any]

MOST_ROWS: Final = 100

ANY: Final = "any"
"""The name of the question whether there is any, below the path of its group."""

YES, NO = "yes", "no"


def typed(fields: Iterable[Field], form: FormData, before: str = "") -> Entries:
    """What was typed.

    :param before: the path of the group, with a dot at its end.
    """
    return {each.name: _typed(each, form, f"{before}{each.name}") for each in fields}


def _typed(field: Field, form: FormData, path: str) -> Any:
    match field.kind:
        case Kind.SEVERAL:
            return [each for each in form.getlist(path) if isinstance(each, str) and each]
        case Kind.GROUP:
            return _typed_group(field, form, f"{path}.")
        case Kind.ROWS:
            rows = [_typed_group(field, form, f"{path}.{number}.") for number in _numbers(form, path)]
            return [each for each in rows if not is_empty(each)]
        case _:
            return _text(form, path)


def _typed_group(field: Field, form: FormData, before: str) -> Entries:
    found = typed(field.fields, form, before)
    if field.file:
        found |= {name: _text(form, f"{before}{name}") for name in OF_A_FILE}
        file = form.get(f"{before}{FILE}")
        found[FILE] = file if isinstance(file, UploadFile) and file.filename else None
    if field.asked:
        found[ANY] = _text(form, f"{before}{ANY}")
    return found


def _text(form: FormData, path: str) -> str:
    value = form.get(path, "")
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""


def _numbers(form: FormData, path: str) -> list[int]:
    places = (re.match(rf"{re.escape(path)}\.(\d{{1,3}})\.", name) for name in form)
    return sorted({int(each[1]) for each in places if each})[:MOST_ROWS]


def is_empty(entry: Any) -> bool:
    """Whether nothing was typed."""
    if isinstance(entry, Mapping):
        return all(is_empty(each) for each in entry.values())
    return not entry


def data_of(fields: Iterable[Field], entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries as the model reads them; what is empty is left out, so that the model itself says what it needs."""
    found: dict[str, Any] = {}
    for field in fields:
        entry = entries.get(field.name)
        if field.kind is Kind.TICK:
            found[field.name] = entry == YES
        elif field.kind in (Kind.SEVERAL, Kind.ROWS, Kind.LINES):
            found[field.name] = _list(field, entry)
        elif field.asked and entry and entry.get(ANY) in (YES, NO):
            found[field.name] = _group(field, entry) if entry[ANY] == YES else None
        elif field.asked:
            continue
        elif entry is not None and not is_empty(entry):
            found[field.name] = _group(field, entry) if field.kind is Kind.GROUP else _value(field, str(entry))
        elif field.required and field.nullable:
            found[field.name] = None
        elif field.required and field.kind is Kind.GROUP:
            found[field.name] = {}
    return found


def _list(field: Field, entry: Any) -> list[Any]:
    if field.kind is Kind.LINES:
        return [each.strip() for each in str(entry or "").splitlines() if each.strip()]
    return [_group(field, each) if field.kind is Kind.ROWS else each for each in entry or []]


def _group(field: Field, entry: Mapping[str, Any]) -> dict[str, Any]:
    found = data_of(field.fields, entry)
    if field.file:
        found |= {name: entry[name] for name in OF_A_FILE if entry.get(name)}
    return found


def _value(field: Field, entry: str) -> Any:
    if field.kind is Kind.YES_NO:
        return {YES: True, NO: False}.get(entry, entry)
    return _instant(entry) if field.kind is Kind.MOMENT else entry


def _instant(entry: str) -> str:
    """With its offset; what is no time stays as it is, and the model refuses it."""
    try:
        local = datetime.fromisoformat(entry.replace(" ", "T"))
    except ValueError:
        return entry
    if local.tzinfo is not None:
        return entry
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return rfc_3339(almaty_clock().start_of(local.date()) + (local - midnight))
    except OverflowError:
        return entry


def entries_of(fields: Sequence[Field], data: Mapping[str, Any]) -> Entries:
    """Data as they would be typed: what a form begins with."""
    return {each.name: _entry(each, data.get(each.name)) for each in fields}


def _entry(field: Field, value: Any) -> Any:
    if value is None:
        value = field.default
    match field.kind:
        case Kind.GROUP:
            return _entry_of_group(field, value or {})
        case Kind.ROWS:
            rows = [_entry_of_group(field, each) for each in value or []]
            return [each for each in rows if not is_empty(each)]
        case Kind.SEVERAL:
            return list(value or [])
        case Kind.LINES:
            return "\n".join(value or [])
        case Kind.TICK:
            return YES if value else ""
        case Kind.YES_NO:
            return "" if value is None else YES if value else NO
        case Kind.MOMENT if isinstance(value, datetime):
            return as_typed(value)
        case _:
            return "" if value is None else str(value)


def _entry_of_group(field: Field, value: Mapping[str, Any]) -> Entries:
    found = entries_of(field.fields, value)
    if field.file:
        found |= {name: str(value.get(name) or "") for name in OF_A_FILE}
    if field.asked:
        found[ANY] = YES if value else ""  # null is what a case proposes while nobody has looked
    return found


def as_typed(at: datetime) -> str:
    """An instant as the input for times wants it: ``2026-03-02T09:30``, by the clock of Almaty."""
    local = almaty_clock().local(at)
    return f"{local:%Y-%m-%dT%H:%M}"
