"""A refusal: what a person or a system sent cannot be taken, and the reason names the field and what is expected."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

ModelT = TypeVar("ModelT", bound=BaseModel)


class Refusal(ValueError):
    """Refused by a rule. Its text is one line, fit to be shown to whoever sent what was refused."""


def reasons(error: ValidationError) -> str:
    """Say in one line, field by field, what did not fit and what is expected.

    The refused value itself is left out: it may be large, and it may be a secret.
    """
    return "; ".join(_reason(each) for each in error.errors(include_url=False, include_input=False))


def within(largest: int, read: ModelT) -> ModelT:
    """What was read, if its fields take no more than ``largest`` bytes of JSON: a case carries them all its life.

    :raises Refusal: where they take more; unknown fields are left out of the count.
    """
    size = len(read.model_dump_json().encode())
    if size > largest:
        raise Refusal(f"its fields take {size} bytes; expected at most {largest}")
    return read


def _reason(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        message = "is required"
    elif error["type"] == "model_type" or error["type"] == "model_attributes_type":
        message = "expected an object"
    return f"{field}: {message}" if field else message
