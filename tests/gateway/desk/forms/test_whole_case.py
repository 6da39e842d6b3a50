"""A case led from its letter to the signature at the desk alone, as people do it who have never seen it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from calendars.time_zone import almaty_clock
from simulators.samples import sample_documents
from tests.cli.conftest import Office
from tests.gateway.desk.browser import Browser
from tests.intake.signing_pdf import signed_pdf
from tests.support.waiting import until

SENT = ("registration_application", "invoice")


PAPERS: dict[str, Any] = {"documents.0.kind": "registration_application"}


def a_letter(reference: str) -> dict[str, Any]:
    """What a person types from a letter of the Swiss customs."""
    received = almaty_clock().local(datetime.now(UTC) - timedelta(hours=1))
    return {
        "requesting_country": "CH",
        "requesting_authority": "Federal Office for Customs and Border Security",
        "reference": reference,
        "received_at": f"{received:%Y-%m-%dT%H:%M}",
        "reason": "sample",
        "rex_number": "KZREX18034001",
        "exporter.name": "Қостанай Дән Экспорт ЖШС",
        "exporter.bin": "180340021791",
        "statements.0.document_number": "QDE-2025-0381",
        "statements.0.document_date": "2025-10-06",
        "statements.0.hs_codes": "1204 00\r\n0713 40\r\n",
        "reply_to.name": "Origin section",
        "reply_to.email": "origin@customs.example.ch",
        "language": "de",
    }


async def at(office: Office, case_id: str, step: str, *, drafted: bool = False) -> dict[str, Any]:
    """The case, once it has come that far."""

    async def there() -> Any:
        case = await office.case(case_id)
        draft = case["conclusion"] and case["conclusion"]["document_id"]
        return case if case["step"] == step and (draft or not drafted) else None

    found: dict[str, Any] = await until(there, 30)
    return found


async def decide_otherwise(office: Office, officer: Browser, case_id: str) -> None:
    """What an officer may decide besides: taken by the forms, or refused beside the field."""

    async def form(update: str, **fields: Any) -> int:
        await officer.get(f"/desk/cases/{case_id}/do/{update}")
        return (await officer.send(f"/desk/cases/{case_id}/do/{update}", **fields)).status_code

    await officer.get(f"/desk/cases/{case_id}/do/assign")
    assert 'name="to" type="text" value="officer"' in officer.page
    assert await form("assign", to="A. Nurlan") == 200
    assert await form("assign", to="") == 200
    assert await form("change_reading", option="grounds:all", reason="The lawyers say so.") == 200
    case = await office.case(case_id)
    assert (case["responsible"], case["readings"]["grounds"]) == (None, "all")

    await officer.get(f"/desk/cases/{case_id}/do/change_reading")
    assert 'value="grounds:all"' not in officer.page
    assert await form("record_dispatch", what="appeal", sent_at="2021-01-05T10:00", letter_reference="7") == 422
    now = f"{almaty_clock().local(datetime.now(UTC)):%Y-%m-%dT%H:%M}"
    assert await form("record_dispatch", what="appeal", sent_at=now, letter_reference="7") == 422
    assert "The case does not take this:" in officer.text
    assert 'value="7"' in officer.page
    assert await form("record_lookup", **{"record.any": "", "reason": "REX is down"}) == 422
    assert await form("release_document", reason="Harmless") == 422


async def test_a_case_is_opened_inspected_and_signed_by_the_pages_alone(
    office_desk: Callable[[], Browser], office: Office
) -> None:
    officer, inspector, signatory = office_desk(), office_desk(), office_desk()
    for browser, name in ((officer, "officer"), (inspector, "Both Hands"), (signatory, "signatory")):
        await browser.log_in(name)

    reference = f"D-{uuid4().hex[:8]}"
    await officer.get("/desk/open")
    wrong = await officer.send("/desk/open", **a_letter(reference) | {"exporter.bin": "180340021790"})
    assert wrong.status_code == 422
    assert "The check digit (the last of the 12) is wrong." in officer.text
    assert 'value="QDE-2025-0381"' in officer.page
    opened = await officer.send("/desk/open", **a_letter(reference))
    case_id = f"rex-ch-{reference.lower()}"
    assert (opened.status_code, opened.url.path) == (200, f"/desk/cases/{case_id}")

    await at(office, case_id, "await_documents")
    await decide_otherwise(office, officer, case_id)
    post = f"/desk/cases/{case_id}/do/record_documents"
    await officer.get(post)
    application, invoice = (paper for name, paper in sample_documents().items() if Path(name).stem in SENT)
    kept = await officer.send(
        post,
        files={"documents.0.file": ("Өтініш.pdf", application, "application/pdf")},
        more="documents",
        **PAPERS,
    )
    assert (kept.status_code, officer.page.count('type="file"')) == (200, 2)
    assert "Өтініш.pdf" in officer.text
    stored: dict[str, Any] = dict(re.findall(r'name="(documents\.0\.\w+)" value="([^"]*)"', officer.page))
    recorded = await officer.send(
        post,
        files={"documents.1.file": ("C:\\scans\\invoice.pdf", invoice, "application/pdf")},
        **stored,
        **PAPERS | {"documents.1.kind": "invoice"},
    )
    assert recorded.url.path == f"/desk/cases/{case_id}"

    await at(office, case_id, "inspect")
    inspect = f"/desk/cases/{case_id}/do/record_inspection"
    await inspector.get(inspect)
    assert "Is there a copy of the application for the REX number" in inspector.text
    assert "invoice.pdf" in inspector.text
    answers: dict[str, Any] = {"documents_complete": "yes", "data_reliable": "yes", "registration": "valid"}
    missing = await inspector.send(inspect, **answers)
    assert missing.status_code == 422
    assert re.search(r'id="rex_data_match-wrong">\s*This is needed\.', inspector.page)
    inspected = await inspector.send(inspect, **answers, rex_data_match="yes", remarks="In order.")
    assert inspected.url.path == f"/desk/cases/{case_id}"

    await at(office, case_id, "conclude", drafted=True)
    sign = f"/desk/cases/{case_id}/do/sign_conclusion"
    await inspector.get(sign)
    assert "somebody else has to sign" in inspector.text
    assert "document_id" not in inspector.page
    assert (await inspector.send(sign, signed_at="")).status_code == 409
    await signatory.get(sign)
    draft = re.search(r'name="document_id" value="(sha256-\w+)"', signatory.page)
    assert draft
    early = await signatory.send(sign, document_id=draft[1], signed_at="2021-01-05T10:00")
    assert early.status_code == 422
    assert "Lies before the receipt of the request" in signatory.text
    papers = f"/desk/cases/{case_id}/papers/"
    assert len(signatory.links(papers)) == 2
    to_sign = await signatory.client.get(signatory.links(papers)[1])
    unsigned = await signatory.send(
        sign, files={"signed_file.file": ("a.pdf", to_sign.content, "application/pdf")}, document_id=draft[1]
    )
    assert unsigned.status_code == 422
    assert "The case does not take this:" in signatory.text
    signed = await signed_pdf(to_sign.content)
    await signatory.send(
        sign, files={"signed_file.file": ("signed.pdf", signed, "application/pdf")}, document_id=draft[1]
    )

    case = await at(office, case_id, "closed")
    assert (case["outcome"], case["conclusion"]["signed_by"], case["inspection"]["inspector"]) == (
        "valid",
        "signatory",
        "Both Hands",
    )
    final = case["conclusion"]["final"]
    assert (final["signed_file"], final["sha256"]) == (True, hashlib.sha256(signed).hexdigest())
    assert [each["filename"] for each in case["documents"]] == ["Өтініш.pdf", "invoice.pdf"]
    assert {(each["name"], each["client"]) for each in case["authenticated"]} >= {
        ("request", "officer"),
        ("record_documents", "officer"),
        ("record_inspection", "Both Hands"),
        ("sign_conclusion", "signatory"),
    }
    await officer.get(f"/desk/cases/{case_id}/do/withdraw")
    late = await officer.send(f"/desk/cases/{case_id}/do/withdraw", reason="Too late.")
    assert (late.status_code, "Too late." in officer.page) == (409, True)
