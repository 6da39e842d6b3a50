"""The exporters that both simulators know: what REX has of them and what their papers say. All are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rules.documents import Application
from rules.findings import RexRecord
from rules.instant import Day

SHIPPED = Path(__file__).with_name("exporters.json")


class Goods(BaseModel):
    """A line of the contract and the invoice. ``price`` is per unit, in the sale's currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    description: str
    hs_code: str
    quantity: int
    unit: str
    price: Annotated[str, Field(pattern=r"^\d+\.\d\d$")]
    origin_criterion: str


class Sale(BaseModel):
    """The sale whose papers the exporter sent with the application."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    contract_number: str
    contract_date: Day
    invoice_number: str
    invoice_date: Day
    certificate_number: str
    buyer: str
    currency: str
    terms: str
    goods: Annotated[list[Goods], Field(min_length=1)]


class Exporter(BaseModel):
    """One exporter: the REX record, the application for registration as transcribed by Atameken, and a sale."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    registration: RexRecord
    application: Application
    director: str
    sale: Sale


def read_exporters(path: Path = SHIPPED) -> dict[str, Exporter]:
    """The exporters of a JSON file (a list), by REX number.

    :raises OSError: where the file cannot be read.
    :raises ValueError: where it does not fit.
    """
    exporters = TypeAdapter(list[Exporter]).validate_python(json.loads(path.read_text(encoding="utf-8")))
    return {each.registration.rex_number: each for each in exporters}
