"""Refusals: one line in our own words, that names each field and never repeats what was refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, Json, StringConstraints, ValidationError, field_validator

from rules.refusal import Refusal, read, reasons, within


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(BaseModel):
    url: Annotated[str, StringConstraints(pattern="^https?://")] = "https://a"


class Everything(BaseModel):
    text: str = "x"
    short: Annotated[str, StringConstraints(max_length=128)] = "x"
    one: Annotated[str, StringConstraints(max_length=1)] = "x"
    some: Annotated[str, StringConstraints(min_length=1)] = "x"
    sha256: Annotated[str, StringConstraints(pattern="^[a-f]$")] = "a"
    emails: list[Annotated[str, StringConstraints(pattern="@")]] = []
    other: Annotated[str, StringConstraints(pattern="^x$")] = "x"
    entries: Annotated[list[int], Field(min_length=1, max_length=100)] = [1]
    several: Annotated[list[int], Field(min_length=2, max_length=21)] = [1, 2]
    flag: bool = True
    whole: Annotated[int, Field(ge=3, le=9)] = 3
    number: Annotated[float, Field(allow_inf_nan=False)] = 1
    choice: Literal["valid", "revoked", "none"] = "valid"
    colour: Colour = Colour.RED
    either: Colour | Literal["none"] = "none"
    mapping: dict[str, int] = {}
    inner: Inner = Inner()
    inners: list[Inner] = []
    written: Json[Any] = None
    pair: tuple[int, int] = (1, 2)
    checked: str = "x"

    @field_validator("checked")
    @classmethod
    def _checked(cls, value: str) -> str:
        if value != "x":
            raise ValueError("expected x, and only 'x'")
        return value


def refused(model: type[BaseModel], data: object) -> str:
    with pytest.raises(ValidationError) as error:
        model.model_validate(data)
    return reasons(error.value)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", 5, "expected a text"),
        ("text", None, "expected a text"),
        ("short", "\ud800", "expected a text"),
        ("short", "secret" * 100, "expected at most 128 characters"),
        ("one", "secret", "expected at most 1 character"),
        ("some", "", "expected a text"),
        ("sha256", "secret", "expected 64 hexadecimal digits"),
        ("other", "secret", "expected another form"),
        ("entries", [], "expected at least 1 entry"),
        ("entries", [5] * 101, "expected at most 100 entries"),
        ("several", [5], "expected at least 2 entries"),
        ("several", [5] * 22, "expected at most 21 entries"),
        ("entries", "secret", "expected a list"),
        ("flag", "secret", "expected true or false"),
        ("flag", None, "expected true or false"),
        ("whole", "secret", "expected a whole number"),
        ("whole", 4.5, "expected a whole number"),
        ("whole", None, "expected a whole number"),
        ("whole", "7" * 5000, "expected a whole number"),
        ("whole", 2, "expected 3 or more"),
        ("whole", 10, "expected 9 or less"),
        ("number", "secret", "expected a number"),
        ("number", None, "expected a number"),
        ("number", float("nan"), "expected a number"),
        ("choice", "secret", "expected valid, revoked or none"),
        ("colour", "secret", "expected red or blue"),
        ("either", "secret", "expected red or blue or none"),
        ("mapping", "secret", "expected an object"),
        ("inner", "secret", "expected an object"),
        ("written", "{secret", "expected JSON"),
        ("written", 5, "expected JSON"),
        ("pair", "secret", "expected another form"),
        ("checked", "secret", "expected x, and only 'x'"),
    ],
)
def test_what_does_not_fit_is_told_in_our_words_and_not_repeated(field: str, value: object, words: str) -> None:
    assert refused(Everything, {field: value}) == f"{field}: {words}"


def test_a_part_of_a_list_or_of_an_object_is_named_by_its_place() -> None:
    assert refused(Everything, {"inners": [{}, {"url": 1}]}) == "inners.1.url: expected a text"
    assert refused(Everything, {"inner": {"url": "x"}}) == (
        "inner.url: expected an http or https address without spaces"
    )
    assert refused(Everything, {"emails": ["@", "x"]}) == "emails.1: expected another form"


def test_every_field_that_does_not_fit_is_named() -> None:
    assert refused(Everything, {"text": 1, "flag": 2, "choice": 3}) == (
        "text: expected a text; flag: expected true or false; choice: expected valid, revoked or none"
    )


def test_a_whole_that_is_no_object_has_no_field_to_name() -> None:
    assert refused(Everything, [1]) == "expected an object"


def test_a_missing_field_is_required() -> None:
    class Holder(BaseModel):
        name: str

    assert refused(Holder, {}) == "name: is required"


class Person(BaseModel):
    first_name: str
    born_on: str = ""


class Family(BaseModel):
    family_name: str
    parents: list[Person] = []
    eldest: Person | None = None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"famly_name": "x"}, "family_name: is required; famly_name: unknown field, did you mean family_name?"),
        ({"familyName": "x"}, "family_name: is required; familyName: unknown field, did you mean family_name?"),
        ({"Family-Name": "x"}, "family_name: is required; Family-Name: unknown field, did you mean family_name?"),
        ({"family_name\n": "x"}, "family_name: is required; family_name: unknown field, did you mean family_name?"),
        (
            {"family_name": "x", "parents": [{"first_name": "y"}, {"fist_name": "y"}]},
            "parents.1.first_name: is required; parents.1.fist_name: unknown field, did you mean first_name?",
        ),
        (
            {"family_name": "x", "eldest": {"first_nam": "y"}},
            "eldest.first_name: is required; eldest.first_nam: unknown field, did you mean first_name?",
        ),
        ({"secret": "x"}, "family_name: is required"),
        ({"family_name" * 9: "x"}, "family_name: is required"),
        ({"family_name": "x", "eldest": {"born_on": "y"}}, "eldest.first_name: is required"),
    ],
)
def test_a_missing_field_is_named_with_what_it_was_misspelt_as(data: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(Family, data)
    assert str(refusal.value) == words


def test_a_misspelt_field_that_may_be_left_out_is_ignored_as_unknown_ones_are() -> None:
    assert read(Family, {"family_name": "x", "parent": "y"}) == Family(family_name="x")


def test_branches_of_a_union_that_expect_the_same_say_it_once() -> None:
    class Holder(BaseModel):
        either: list[int] | list[str]

    assert refused(Holder, {"either": 5}) == "either: expected a list"


def test_what_is_read_may_take_as_many_bytes_as_are_allowed_and_no_more() -> None:
    read = Inner(url="https://ä")
    size = len('{"url":"https://ä"}'.encode())
    assert within(size, read) is read
    with pytest.raises(Refusal, match=rf"^its fields take {size} bytes; expected at most {size - 1}$"):
        within(size - 1, read)
