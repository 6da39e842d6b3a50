"""A form as the template shows it: each field with its words, what was typed, and the answer beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.desk.forms.answers import Answer, Answers
from gateway.desk.forms.entries import ANY, NO, YES, is_empty
from gateway.desk.forms.fields import Field, Kind
from gateway.desk.language import DeskWords

FEW: Final = 4
"""Choices up to which each has a button of its own."""

SHORT: Final = 40
"""Characters of a choice up to which it can stand in a list that opens."""


@dataclass(frozen=True)
class Choice:
    """``foreign``: its words are the system's own, in English."""

    value: str
    words: str
    chosen: bool = False
    foreign: bool = False


@dataclass(frozen=True)
class Shown:
    """A field. ``needed``: the browser need not send the form without it."""

    path: str
    kind: str
    label: str
    hint: str
    needed: bool
    optional: bool
    value: Any
    wrong: Answer | None
    longest: int | None
    file: bool = False
    stored: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    fields: tuple[Shown, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()
    open: bool = True

    @property
    def buttons(self) -> bool:
        """Whether each choice has a button of its own: few do, and long ones, which no telephone shows in a list."""
        return len(self.choices) <= FEW or any(len(each.words) > SHORT for each in self.choices)


@dataclass(frozen=True)
class FormView:
    """The words, and what stands in each field.

    :param offers: choices that the case gives, by the name of their field.
    :param hidden: names of fields that are sent without being shown.
    :param more: the path of the rows of which one more is wanted.
    """

    form: str
    words: DeskWords
    answers: Answers
    offers: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    more: str = ""

    def shown(self, fields: Iterable[Field], entries: Mapping[str, Any]) -> tuple[Shown, ...]:
        """All fields."""
        return tuple(self._field(each, entries.get(each.name), each.name, needed=True) for each in fields)

    def wrong(self) -> list[tuple[str, str]]:
        """The fields that have an answer beside them: path and label."""
        return [(path, self._label(path)) for path in self.answers.beside]

    def _field(self, of: Field, entry: Any, path: str, *, needed: bool) -> Shown:
        needed = needed and of.required and not of.nullable
        hidden = path in self.hidden
        shown = Shown(
            path=path,
            kind="hidden" if hidden else of.kind.value,
            label="" if hidden else self._label(path),
            hint="" if hidden else self._hint(path),
            needed=needed,
            optional=not of.required and of.default is None and of.kind not in (Kind.TICK, Kind.SEVERAL),
            value="" if entry is None else entry,
            wrong=self.answers.beside.get(path),
            longest=of.longest,
            choices=self._choices(of, entry, path),
        )
        match of.kind:
            case Kind.GROUP:
                return self._group(shown, of, entry or {}, needed=needed)
            case Kind.ROWS:
                return self._rows(shown, of, entry or [])
            case _:
                return shown

    def _group(self, shown: Shown, of: Field, entry: Mapping[str, Any], *, needed: bool) -> Shown:
        fields = tuple(
            self._field(each, entry.get(each.name), f"{shown.path}.{each.name}", needed=needed) for each in of.fields
        )
        asked = of.asked
        return _changed(
            shown,
            fields=fields,
            file=of.file,
            stored=str(entry.get("filename") or "") if entry.get("document_id") else "",
            kept=_kept(of, entry, shown.path),
            kind="any_group" if asked else "group",
            value=entry.get(ANY, "") if asked else "",
            choices=tuple(
                Choice(each, self.words(f"choice.{shown.path}_{each}"), entry.get(ANY) == each) for each in (YES, NO)
            )
            if asked
            else (),
            open=of.required or not is_empty(entry) or self._within(shown.path),
        )

    def _rows(self, shown: Shown, of: Field, entry: Sequence[Mapping[str, Any]]) -> Shown:
        count = max(len(entry), 1) + (shown.path == self.more)
        rows: list[tuple[Shown, ...]] = []
        kept: dict[str, str] = {}
        for number in range(count):
            row = entry[number] if number < len(entry) else {}
            path = f"{shown.path}.{number}"
            needed = of.required and number == 0
            fields = [self._field(each, row.get(each.name), f"{path}.{each.name}", needed=needed) for each in of.fields]
            if of.file:
                fields.insert(0, self._file(path, row, needed=needed))
                kept |= _kept(of, row, path)
            rows.append(tuple(fields))
        return _changed(shown, rows=tuple(rows), kept=kept, file=of.file)

    def _file(self, path: str, row: Mapping[str, Any], *, needed: bool) -> Shown:
        stored = str(row.get("filename") or "") if row.get("document_id") else ""
        return Shown(
            path=path,
            kind="file",
            label=self.words("label.file"),
            hint=self.words("hint.file"),
            needed=needed and not stored,
            optional=False,
            value="",
            wrong=self.answers.beside.get(path),
            longest=None,
            stored=stored,
        )

    def _within(self, path: str) -> bool:
        return any(each.startswith(path) for each in self.answers.beside)

    def _names(self, path: str) -> list[str]:
        """The names under which a field may have words, the nearest first."""
        parts = [each for each in path.split(".") if not each.isdecimal()]
        inner = "_".join(parts[-2:])
        return [f"{self.form}_{inner}", f"{self.form}_{parts[-1]}", inner, parts[-1]]

    def _label(self, path: str) -> str:
        found = next((each for each in self._names(path) if self.words.has(f"label.{each}")), path.rpartition(".")[2])
        return self.words(f"label.{found}")

    def _hint(self, path: str) -> str:
        found = next((each for each in self._names(path) if self.words.has(f"hint.{each}")), None)
        return self.words(f"hint.{found}") if found else ""

    def _choices(self, of: Field, entry: Any, path: str) -> tuple[Choice, ...]:
        chosen: Sequence[Any] = entry if isinstance(entry, list) else (entry,)
        if path in self.offers:
            return tuple(
                Choice(each.value, each.words, each.value in chosen, each.foreign) for each in self.offers[path]
            )
        values = (YES, NO) if of.kind is Kind.YES_NO else of.choices
        return tuple(Choice(each, self._choice(path, each), each in chosen) for each in values)

    def _choice(self, path: str, value: str) -> str:
        name = path.rpartition(".")[2]
        if name == "requesting_country":
            return self.words.notices.of("countries", value)
        if name in ("kind", "missing"):
            return self.words(f"papers.{value}")
        group = f"{name}_" if self.words.has(f"choice.{name}_{value}") else ""
        return self.words(f"choice.{group}{value}")


def _kept(of: Field, entry: Mapping[str, Any], path: str) -> dict[str, str]:
    """What goes back and forth of a file that is in the store already."""
    if not of.file or not entry.get("document_id"):
        return {}
    return {f"{path}.{name}": str(entry[name]) for name in ("document_id", "filename", "media_type") if entry.get(name)}


def _changed(shown: Shown, **values: Any) -> Shown:
    return Shown(**(vars(shown) | values))
