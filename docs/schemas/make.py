"""Makes the JSON Schema of the request, of every message and of every decision from the models: ``make schemas``.

One file for each, by the name of the signal or update: ``inspection_completed.json``; ``request.json`` is the start
argument. A system may check by them before it sends; what depends on the case or on the time only the case can tell.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from gateway.api.description import MODELS, in_plain_words

FOLDER: Final = Path(__file__).parent


def schema(model: type[BaseModel]) -> str:
    """The schema of a model as the text of its file."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(in_plain_words(made), ensure_ascii=False, indent=2) + "\n"


def make() -> None:
    """Write every schema, and remove those of what is no more."""
    for file in FOLDER.glob("*.json"):
        file.unlink()
    for name, model in MODELS.items():
        (FOLDER / f"{name}.json").write_text(schema(model), "utf-8")


if __name__ == "__main__":
    make()
