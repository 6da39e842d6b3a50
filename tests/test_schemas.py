"""The JSON Schemas that integrators check by are those of the models, and take what the models take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.schemas.make import FOLDER, schema
from gateway.api.description import MODELS
from rules.decisions import DECISIONS
from rules.messages import MESSAGES
from tests.rules import test_decisions, test_messages, test_request

EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "request": [test_request.GOOD],
    **{name: [test_messages.LEAST[name], test_messages.MOST[name]] for name in MESSAGES},
    **{name: [test_decisions.whole(name)] for name in DECISIONS},
}

each_schema = pytest.mark.parametrize("name", MODELS)


def validator(name: str) -> Draft202012Validator:
    made = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def test_there_is_one_for_the_request_each_message_and_each_decision() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == {"request", *MESSAGES, *DECISIONS}


@each_schema
def test_it_is_current(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text("utf-8") == schema(MODELS[name]), "run: make schemas"


@each_schema
def test_it_takes_what_is_accepted_also_with_further_fields(name: str) -> None:
    for example in EXAMPLES[name]:
        validator(name).validate({**example, "of_the_sender": {"any": ["thing"]}})


@each_schema
def test_it_names_each_field_that_is_missing_or_of_another_type(name: str) -> None:
    for field, described in MODELS[name].model_fields.items():
        example = EXAMPLES[name][-1]
        other = {tuple(error.absolute_path) for error in validator(name).iter_errors({**example, field: 5.5})}
        assert other == {(field,)}
        left_out = {each: value for each, value in example.items() if each != field}
        assert validator(name).is_valid(left_out) is not described.is_required()
