from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from rules.comparison import compare
from rules.documents import Kind, OfferedDocument, missing_documents
from rules.findings import registration_findings
from rules.messages import DocumentsArrived, read_message
from rules.request import check_bin, check_rex_number
from simulators.exporters import Exporter, read_exporters
from simulators.samples import SAMPLE, document_name, documents_arrived, sample_documents

EXPORTERS = read_exporters()


def words(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS.keys())
def test_every_shipped_exporter_is_believable(exporter: Exporter) -> None:
    record = exporter.registration
    assert check_rex_number(record.rex_number) == exporter.application.rex_number
    assert record.tin is not None
    assert check_bin(record.tin) == exporter.application.tin
    assert {each.hs_code for each in exporter.sale.goods} <= set(record.hs_codes)


def test_the_shipped_exporters_cover_what_a_look_up_can_find() -> None:
    statement = [datetime(2026, 3, 2, tzinfo=UTC).date()]
    status = {
        number: [each.rex for each in registration_findings(number, exporter.registration, statement)]
        for number, exporter in EXPORTERS.items()
    }
    assert status == {
        "KZREX18034001": [],
        "KZREX12064002": [],
        "KZREX05114003": ["revoked"],
        "KZREX21094004": ["valid from 2026-10-01"],
        "KZREX23014005": [],
    }
    differing = {
        number: [
            (each.field, each.severity)
            for each in compare(exporter.application, exporter.registration, number, [])
            if each.severity != "none" and each.field != "registration_status"
        ]
        for number, exporter in EXPORTERS.items()
    }
    assert differing == {
        "KZREX18034001": [],
        "KZREX12064002": [("hs_codes", "serious")],
        "KZREX05114003": [],
        "KZREX21094004": [],
        "KZREX23014005": [("address", "serious")],
    }


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS.keys())
def test_the_papers_say_whose_they_are(exporter: Exporter) -> None:
    for content in sample_documents(exporter).values():
        said = words(content)
        assert exporter.registration.name is not None
        assert exporter.registration.name in said
        assert f"БСН/БИН {exporter.registration.tin}" in said
        assert exporter.director in said


def test_the_invoice_adds_up_and_carries_the_statement_on_origin() -> None:
    said = words(sample_documents()[document_name(SAMPLE, Kind.INVOICE)])
    assert "Total: 43,186.00 CHF" in said
    assert f"The exporter {SAMPLE} of the products covered by this document declares" in said
    assert "Generalized System of Preferences of Switzerland" in said


def test_the_papers_are_the_same_bytes_in_another_process() -> None:
    there = subprocess.run(
        [
            sys.executable,
            "-c",
            "import hashlib; from simulators.samples import sample_documents as s; "
            "print(*(n + ' ' + hashlib.sha256(b).hexdigest() for n, b in s().items()), sep='\\n')",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "Asia/Almaty", "SOURCE_DATE_EPOCH": "1000000000"},
    ).stdout.splitlines()
    assert there == [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sample_documents().items()]


@pytest.mark.parametrize("exporter", EXPORTERS.values(), ids=EXPORTERS.keys())
def test_the_message_with_the_papers_is_the_contracts_and_completes_the_set(exporter: Exporter) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    body = documents_arrived("http://atameken/", exporter, message_id="m-1", sent_at=now)
    message = read_message("documents_arrived", [body], now, now)
    assert isinstance(message, DocumentsArrived)
    assert (message.message_id, message.sent_at) == ("m-1", now)
    assert (
        missing_documents([each.kind for each in message.documents], via_representative=message.via_representative)
        == []
    )
    for document in message.documents:
        assert isinstance(document, OfferedDocument)
        content = sample_documents(exporter)[document.url.removeprefix("http://atameken/documents/")]
        assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_message_may_bring_only_some_of_the_papers() -> None:
    body = documents_arrived("http://a", EXPORTERS[SAMPLE], message_id="m", kinds=[Kind.CONTRACT])
    assert [each["kind"] for each in body["documents"]] == ["contract"]
    assert "sent_at" not in body
    with pytest.raises(KeyError):
        documents_arrived("http://a", EXPORTERS[SAMPLE], message_id="m", kinds=[Kind.POWER_OF_ATTORNEY])
