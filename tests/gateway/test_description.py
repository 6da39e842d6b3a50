"""The OpenAPI description says what is so: each resource, its body, and an example that the model takes."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.api.description import MODELS
from gateway.api.examples import EXAMPLES
from gateway.app import create_app
from rules.refusal import read
from runtime.settings import GatewaySettings


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    described: dict[str, Any] = create_app(GatewaySettings()).openapi()
    return described


def path_of(name: str) -> str:
    return "/api/v1/cases" if name == "request" else f"/api/v1/cases/{{case_id}}/{name.replace('_', '-')}"


@pytest.mark.parametrize("name", MODELS)
def test_every_message_and_decision_is_described_with_an_example_that_its_model_takes(
    whole: dict[str, Any], name: str
) -> None:
    resource = whole["paths"][path_of(name)]["post"]
    [body] = resource["requestBody"]["content"].values()
    example = body["examples"][name]["value"]
    schema = {**body["schema"], "components": whole["components"]}
    Draft202012Validator(schema).validate(example)
    assert {"401", "403", "413", "415", "422", "429", "503"} <= set(resource["responses"])
    read(MODELS[name], {"message_id": "m", "sent_by": "s", "by": "b", **example})
    assert example == EXAMPLES[name]


def test_what_the_gateway_adds_may_be_left_out_and_a_bearer_token_is_asked_for(whole: dict[str, Any]) -> None:
    assert "message_id" not in whole["components"]["schemas"]["InspectionCompleted"]["required"]
    assert whole["security"] == [{"token": []}]
    assert all(path.startswith("/api/v1/") for path in whole["paths"])


def test_every_part_that_is_named_is_there_and_every_error_is_a_problem(whole: dict[str, Any]) -> None:
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(whole)))
    assert named == set(whole["components"]["schemas"])
    errors = [
        response
        for path in whole["paths"].values()
        for resource in path.values()
        for status, response in resource["responses"].items()
        if status >= "400" and "content" in response
    ]
    assert len(errors) > 100
    assert {kind for each in errors for kind in each["content"]} == {"application/problem+json"}
