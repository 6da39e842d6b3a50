"""The fields of a form, read off the JSON Schema of its model: the one that systems are given, too."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

FILE: Final = "file"
"""The name of the input for a file, below the path of its group."""

OF_A_FILE: Final = ("document_id", "filename", "media_type")
"""What an uploaded file itself says of a document."""

_ONLY_SYSTEMS: Final = {"url", "sha256", "size"}
"""Of a file: where a system offers it to be fetched."""

_LINE: Final = 500
"""Characters up to which a text is one line."""


class Kind(StrEnum):
    """How a field is asked for."""

    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    EMAIL = "email"
    DAY = "day"
    MOMENT = "moment"
    YES_NO = "yes_no"
    TICK = "tick"
    ONE = "one"
    SEVERAL = "several"
    GROUP = "group"
    ROWS = "rows"


@dataclass(frozen=True)
class Field:
    """One field. ``fields`` are those of a group or of each row; ``file``: it is a document, to be uploaded.

    ``nullable`` and ``required``: it may be null, but that has to be said.
    """

    name: str
    kind: Kind
    required: bool
    nullable: bool = False
    choices: tuple[str, ...] = ()
    longest: int | None = None
    default: Any = None
    fields: tuple[Field, ...] = ()
    file: bool = False

    @property
    def asked(self) -> bool:
        """Whether one has to say first whether there is any."""
        return self.kind is Kind.GROUP and self.required and self.nullable


def fields_of(model: type[BaseModel], left_out: Collection[str] = ()) -> tuple[Field, ...]:
    """The fields of a model in their order, without those of these names."""
    schema = model.model_json_schema()
    return _fields(schema, schema.get("$defs", {}), left_out)


def _fields(schema: Mapping[str, Any], models: Mapping[str, Any], left_out: Collection[str] = ()) -> tuple[Field, ...]:
    required = schema.get("required", ())
    return tuple(
        _field(name, each, name in required, models)
        for name, each in schema["properties"].items()
        if name not in left_out
    )


def _field(name: str, told: Mapping[str, Any], required: bool, models: Mapping[str, Any]) -> Field:
    schema, nullable = _plain(told, models)
    default = told.get("default")
    if schema.get("type") == "object":
        file = any(_is_document_id(each, models) for each in schema["properties"].values())
        left_out = {*OF_A_FILE, *_ONLY_SYSTEMS} if file else ()
        return Field(name, Kind.GROUP, required, nullable, fields=_fields(schema, models, left_out), file=file)
    if schema.get("type") == "array":
        return _of_list(name, schema, required, models)
    if schema.get("type") == "boolean":
        return Field(name, Kind.YES_NO if required else Kind.TICK, required, nullable, default=default)
    if "enum" in schema:
        return Field(name, Kind.ONE, required, nullable, tuple(map(str, schema["enum"])), default=default)
    longest = schema.get("maxLength")
    kind = {"date": Kind.DAY, "date-time": Kind.MOMENT}.get(schema.get("format", ""))
    if kind is None:
        kind = Kind.EMAIL if name == "email" else Kind.TEXT if (longest or 0) > _LINE else Kind.LINE
    return Field(name, kind, required, nullable, longest=longest, default=default)


def _of_list(name: str, schema: Mapping[str, Any], required: bool, models: Mapping[str, Any]) -> Field:
    least = bool(schema.get("minItems"))
    choices = _choices(schema["items"], models)
    if choices:
        return Field(name, Kind.SEVERAL, least, choices=choices)
    one = _field(name, schema["items"], required, models)
    if one.kind is Kind.GROUP:
        return Field(name, Kind.ROWS, least, fields=one.fields, file=one.file)
    return Field(name, Kind.LINES, least, longest=one.longest)


def _choices(schema: Mapping[str, Any], models: Mapping[str, Any]) -> tuple[str, ...]:
    """What a value may be; none where it is no choice."""
    plain, _ = _plain(schema, models)
    branches: Sequence[Mapping[str, Any]] = plain.get("anyOf", (plain,))
    found: list[str] = []
    for each in branches:
        branch, _ = _plain(each, models)
        found += [branch["const"]] if "const" in branch else branch.get("enum", [])
    return tuple(found)


def _plain(schema: Mapping[str, Any], models: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema without references and without null, and whether it may be null."""
    branches = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    nullable = len(branches) < len(schema.get("anyOf", ()))
    if len(branches) == 1:
        schema = branches[0]
    if "$ref" in schema:
        schema = models[schema["$ref"].rpartition("/")[2]]
    return schema, nullable


def _is_document_id(schema: Mapping[str, Any], models: Mapping[str, Any]) -> bool:
    return str(_plain(schema, models)[0].get("pattern", "")).startswith("^sha256-")
