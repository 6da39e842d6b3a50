"""Papers as a Kazakh exporter files them, made with typst: for one exporter always the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typst

from rules.documents import Kind
from rules.instant import rfc_3339
from simulators.exporters import Exporter, read_exporters

HERE = Path(__file__).parent

PAPERS = (Kind.REGISTRATION_APPLICATION, Kind.CONTRACT, Kind.INVOICE, Kind.ORIGIN_CERTIFICATE)
"""What every exporter has filed; one that was represented has filed a power of attorney, too."""

SAMPLE = "KZREX18034001"
"""A shipped exporter with everything in order."""


def papers_of(exporter: Exporter) -> tuple[Kind, ...]:
    """The kinds of papers that an exporter has filed."""
    return (*PAPERS, Kind.POWER_OF_ATTORNEY) if exporter.application.via_representative else PAPERS


def document_name(rex_number: str, kind: Kind) -> str:
    """The name under which Atameken's simulator serves a paper, below ``/documents/``."""
    return f"{rex_number}/{kind.value}.pdf"


def sample_documents(exporter: Exporter | None = None) -> dict[str, bytes]:
    """The papers of an exporter (by default the sample's) as PDFs, by ``document_name``."""
    exporter = exporter or read_exporters()[SAMPLE]
    printed = json.dumps(_printed(exporter), ensure_ascii=False)
    number = exporter.registration.rex_number
    return {document_name(number, kind): _pdf(kind, printed) for kind in papers_of(exporter)}


def documents_arrived(
    base_url: str,
    exporter: Exporter,
    *,
    message_id: str,
    kinds: Iterable[Kind] | None = None,
    sent_at: datetime | None = None,
    sent_by: str = "Atameken",
) -> dict[str, Any]:
    """The body of the signal ``documents_arrived`` (contract, section 3) with papers as the simulator serves them.

    :param base_url: of Atameken's simulator.
    :param kinds: which papers to send; all that the exporter has filed by default.
    :param sent_at: when Atameken sent them; left out by default.
    :raises KeyError: for a kind that the exporter has not filed.
    """
    contents = sample_documents(exporter)
    names = [document_name(exporter.registration.rex_number, kind) for kind in kinds or papers_of(exporter)]
    message: dict[str, Any] = {
        "message_id": message_id,
        "sent_by": sent_by,
        "via_representative": exporter.application.via_representative,
        "application": exporter.application.model_dump(mode="json", exclude_none=True),
        "documents": [
            {
                "kind": Path(name).stem,
                "filename": Path(name).name,
                "url": f"{base_url.rstrip('/')}/documents/{quote(name)}",
                "sha256": hashlib.sha256(contents[name]).hexdigest(),
                "size": len(contents[name]),
                "media_type": "application/pdf",
            }
            for name in names
        ],
    }
    if sent_at:
        message["sent_at"] = rfc_3339(sent_at)
    return message


def _printed(exporter: Exporter) -> dict[str, Any]:
    """What the templates print: the exporter as JSON, with the sums of the invoice."""
    data = exporter.model_dump(mode="json", exclude_none=True)
    amounts = [each.quantity * Decimal(each.price) for each in exporter.sale.goods]
    for line, amount in zip(data["sale"]["goods"], amounts, strict=True):
        line["amount"] = f"{amount:,.2f}"
    data["total"] = f"{sum(amounts):,.2f}"
    data["destination"] = "Norway" if exporter.sale.buyer.endswith("Norway") else "Switzerland"
    return data


@cache
def _pdf(kind: Kind, printed: str) -> bytes:
    # Only typst's own fonts and no clock: the hash of a paper must not depend on the machine or the day.
    made = typst.compile(
        str(HERE / f"{kind.value}.typ"), root=str(HERE), ignore_system_fonts=True, sys_inputs={"data": printed}
    )
    if not isinstance(made, bytes):
        raise TypeError(f"{kind.value}: expected one PDF from typst")
    return made
