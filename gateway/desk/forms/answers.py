"""What the model says of the entries, in the person's language, by the path of the field that it stands beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from cases.errors import CannotDo, RefusedByCase
from escalation.ladder import Language
from gateway.desk.forms.fields import Field, Kind
from gateway.desk.language import DeskWords
from gateway.problems import as_problem
from rules.refusal import Refusal

_PLAIN: Final = {
    "missing": "missing",
    "string_too_short": "missing",
    "too_short": "too_few",
    "too_long": "too_many",
    "string_too_long": "too_long",
    "enum": "choose",
    "literal_error": "choose",
    "bool_type": "choose",
    "bool_parsing": "choose",
}
"""Pydantic's types of error by the names of our words."""


@dataclass(frozen=True)
class Answer:
    """A sentence. ``told``: what the system itself says, in English; shown as such."""

    sentence: str
    told: str = ""


@dataclass
class Answers:
    """Those beside the fields by path, and those that belong to none. ``status``: of the page that shows them."""

    beside: dict[str, Answer] = field(default_factory=dict)
    above: list[Answer] = field(default_factory=list)
    status: int = 422

    def __bool__(self) -> bool:
        return bool(self.beside or self.above)


def of_model(error: ValidationError, form: str, fields: Sequence[Field], words: DeskWords) -> Answers:
    """What the model says.

    :param form: the name of the form: it may have words of its own for a field.
    """
    found = Answers()
    for each in error.errors(include_url=False, include_input=False):
        names = [str(part) for part in each["loc"] if "[" not in str(part)]
        told = str(each.get("ctx", {}).get("error", "")) if each["type"] == "value_error" else ""
        if not names and ": " in told:  # said of the whole, naming the field
            name, _, told = told.partition(": ")
            names = name.split(".")
        path, of = place(fields, names)
        _add(found, path, _sentence(each, form, path, of, told, words))
    return found


def of_error(error: Refusal | CannotDo, fields: Sequence[Field], words: DeskWords) -> Answers:
    """What the case says: its own sentences, each beside its field where it names one. And why it cannot be asked."""
    if isinstance(error, CannotDo) and not isinstance(error, RefusedByCase):
        status = int(as_problem(error).status)
        return Answers(above=[Answer(words(f"problems.{status}"), str(error))], status=status)
    found, others = Answers(), []
    for part in (error.reason if isinstance(error, RefusedByCase) else str(error)).split("; "):
        name, _, reason = part.partition(": ")
        path, of = place(fields, name.split("."))
        if of is not None and reason:
            _add(found, path, Answer(words("wrong.by_case"), reason))
        else:
            others.append(part)
    if others:
        _add(found, "", Answer(words("wrong.by_case"), "; ".join(others)))
    return found


def place(fields: Iterable[Field], names: Sequence[str]) -> tuple[str, Field | None]:
    """The path of the field that is shown for a place in the data, and the field; empty and None where none is."""
    path: list[str] = []
    found: Field | None = None
    for name in names:
        if found is not None and found.kind is Kind.ROWS and name.isdecimal():
            path.append(name)
            continue
        inner = fields if found is None else found.fields
        next_ = next((each for each in inner if each.name == name), None)
        if next_ is None:
            break
        path, found = [*path, name], next_
    return ".".join(path), found


def _add(to: Answers, path: str, answer: Answer) -> None:
    if path:
        to.beside.setdefault(path, answer)
    else:
        to.above.append(answer)


def _sentence(error: Any, form: str, path: str, of: Field | None, told: str, words: DeskWords) -> Answer:
    if told and words.language is Language.ENGLISH:
        return Answer(f"{told[:1].upper()}{told[1:]}.")
    if of is not None and of.file and error["type"] == "missing":
        return Answer(words("wrong.file_missing"))
    if error["type"] in _PLAIN:
        return Answer(words(f"wrong.{_PLAIN[error['type']]}", most=error.get("ctx", {}).get("max_length", "")))
    name = path.rpartition(".")[2]
    for each in (f"wrong.{form}_{name}", f"wrong.{name}", f"wrong.{of.kind}" if of is not None else ""):
        if each and words.has(each):
            return Answer(words(each), told)
    return Answer(words("wrong.other"), told)
