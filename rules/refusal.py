"""A refusal: what a person or a system sent cannot be accepted; the reason names the field and what is expected."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from rules.text import one_line

ModelT = TypeVar("ModelT", bound=BaseModel)


class Refusal(ValueError):
    """Refused by a rule. Its text is one line, fit to be shown to whoever sent what was refused."""


_TEXT, _OBJECT, _TRUTH = "expected a text", "expected an object", "expected true or false"
_WHOLE_NUMBER, _NUMBER, _JSON = "expected a whole number", "expected a number", "expected JSON"

_EXPECTED: Final = {
    "missing": "is required",
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "json_type": _JSON,
    "json_invalid": _JSON,
    "list_type": "expected a list",
    "too_short": "expected at least {min_length} entries",
    "too_long": "expected at most {max_length} entries",
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_short": _TEXT,
    "string_too_long": "expected at most {max_length} characters",
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than_equal": "expected {ge} or more",
    "less_than_equal": "expected {le} or less",
    "literal_error": "expected {expected}",
    "enum": "expected {expected}",
}
"""Pydantic's types of error in our words; its own messages name its types, not the contract's."""

_FORMS: Final = {
    "sha256": "expected 64 hexadecimal digits",
    "url": "expected an http or https address without spaces",
    "document_id": "expected sha256- followed by 64 hexadecimal digits, as `starter.py store FILE` prints it",
}
"""What a pattern asks for, by the name of its field."""

_ANOTHER_FORM: Final = "expected another form"


def read(model: type[ModelT], data: Any, context: dict[str, Any] | None = None) -> ModelT:
    """Read foreign JSON as a model.

    :param context: of the validation, as ``rules.instant.stated_between`` gives it.
    :raises Refusal: naming each field that does not fit, and what a required one was misspelt as.
    """
    try:
        return model.model_validate(data, context=context)
    except ValidationError as error:
        raise Refusal(reasons(error, model)) from None


def reasons(error: ValidationError, model: type[BaseModel] | None = None) -> str:
    """Say in one line, field by field, what did not fit and what is expected.

    The refused value itself is left out: it may be large, and it may be a secret.

    :param model: what was to be read, so that a misspelt name is known as one.
    """
    fields: dict[str, list[str]] = {}
    for each in error.errors(include_url=False):
        # ``loc`` names the branches of a union by what they are, as in ``str-enum[Kind]``: still one field.
        # (Of plain types, as in ``bool | int``, it has bare names, which could be a field's: no model here has such.)
        names = [str(part) for part in each["loc"] if "[" not in str(part)]
        fields.setdefault(".".join(names), []).append(_expected(each, names))
        if each["type"] == "missing" and model is not None:
            known = _fields_at(model, names[:-1])
            for unknown in _misspelt(names[-1], [name for name in each["input"] if name not in known]):
                path = ".".join([*names[:-1], unknown])
                fields.setdefault(path, []).append(f"unknown field, did you mean {names[-1]}?")
    return "; ".join(
        f"{one_line(field)}: {_either(words)}" if field else _either(words) for field, words in fields.items()
    )


def within(largest: int, read: ModelT) -> ModelT:
    """What was read, if its fields take no more than ``largest`` bytes of JSON: a case carries them all its life.

    :raises Refusal: where they take more; unknown fields are left out of the count.
    """
    size = len(read.model_dump_json().encode())
    if size > largest:
        raise Refusal(f"its fields take {size} bytes; expected at most {largest}")
    return read


def _expected(error: Any, names: list[str]) -> str:
    kind, details = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(details["error"])
    if kind == "string_pattern_mismatch":
        return _FORMS.get(names[-1], _ANOTHER_FORM) if names else _ANOTHER_FORM
    words = _EXPECTED.get(kind, _ANOTHER_FORM).format_map(details).replace("'", "")
    return words.replace(" 1 entries", " 1 entry").replace(" 1 characters", " 1 character")


_CLOSE: Final = 0.8
"""How alike two names are that may be one: ``documents_complte`` is, ``sent_at`` and ``sent_by`` are not."""


def _misspelt(name: str, unknown: list[str]) -> list[str]:
    """The unknown name that was meant to be this one, if any."""
    plain = {_plainly(each): each for each in unknown if len(each) <= 2 * len(name)}
    return [plain[each] for each in get_close_matches(_plainly(name), plain, n=1, cutoff=_CLOSE)]


def _plainly(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _fields_at(model: type[BaseModel], path: list[str]) -> Collection[str]:
    """The fields of the model that stands at a path of field names and places in lists."""
    for part in path:
        if part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return model.model_fields


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)


def _either(words: list[str]) -> str:
    """What any branch of a union would have accepted."""
    first, *others = dict.fromkeys(words)
    return " or ".join([first, *(each.removeprefix("expected ") for each in others)])
