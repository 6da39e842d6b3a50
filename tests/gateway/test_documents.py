"""Documents that a sender puts into the store, and names in its message."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pikepdf
import pytest
from pikepdf import Dictionary, Name

from rules.documents import LARGEST_DOCUMENT
from tests.cli.conftest import Office
from tests.gateway.test_api import opened
from tests.intake.honest import pdf, picture
from tests.intake.hostile.pdfs import SCRIPT

System = Callable[..., dict[str, str]]


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def put(gateway: httpx.AsyncClient, content: bytes, headers: dict[str, str], **other: Any) -> httpx.Response:
    told = {"sha256": sha256_of(content), "filename": "paper.pdf"} | other
    query = {"filename": told["filename"]} if told["filename"] else {}
    return await gateway.put(f"/api/v1/documents/{told['sha256']}", content=content, params=query, headers=headers)


def acting() -> bytes:
    """A PDF that runs a script when it is opened."""

    def add(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=SCRIPT)

    return pdf(add)


async def test_a_set_is_put_into_the_store_and_named_by_its_ids_and_what_acts_is_kept_apart_and_says_so(
    gateway_client: httpx.AsyncClient, office: Office, system: System
) -> None:
    headers = system("Atameken")
    case_id = await opened(gateway_client, office, headers)
    application, invoice, hostile = pdf(), picture("PNG"), acting()
    stored = await put(gateway_client, application, headers)
    assert (stored.status_code, stored.json()["state"]) == (201, "stored"), stored.text
    again = await put(gateway_client, application, headers)
    assert again.json() == stored.json()
    image = await put(gateway_client, invoice, headers, filename="invoice.png")
    apart = await put(gateway_client, hostile, headers)
    assert (apart.status_code, apart.json()["state"]) == (201, "quarantined")
    assert apart.json()["reason"]

    documents = [
        {"kind": "registration_application", "filename": "a.pdf", "document_id": stored.json()["document_id"]},
        {"kind": "invoice", "filename": "invoice.png", "document_id": image.json()["document_id"]},
        {"kind": "contract", "filename": "c.pdf", "document_id": apart.json()["document_id"]},
    ]
    body = {"message_id": "d1", "documents": documents}
    at = f"/api/v1/cases/{case_id}/documents-arrived"
    stranger = system("another")
    named = await gateway_client.post(at, json=body, headers=stranger)
    assert named.status_code == 422
    assert [each["field"] for each in named.json()["errors"]] == [f"documents.{n}.document_id" for n in range(3)]
    signed = {"signed_by": "B. Omarov", "signed_file": {"document_id": stored.json()["document_id"]}}
    named = await gateway_client.post(f"/api/v1/cases/{case_id}/conclusion-signed", json=signed, headers=stranger)
    assert [each["field"] for each in named.json()["errors"]] == ["signed_file.document_id"]
    sent = await gateway_client.post(at, json=body, headers=headers)
    assert sent.status_code == 200, sent.text
    async with asyncio.timeout(60):
        while not (case := await office.case(case_id))["quarantined_documents"]:  # noqa: ASYNC110 - a worker's
            await asyncio.sleep(0.1)
    assert {each["sha256"] for each in case["documents"]} == {sha256_of(application), sha256_of(invoice)}
    assert [each["sha256"] for each in case["quarantined_documents"]] == [sha256_of(hostile)]
    assert not (office.folder / "documents" / "sha256" / sha256_of(hostile)[:2] / sha256_of(hostile)).exists()


@pytest.mark.parametrize(
    ("other", "status", "words"),
    [
        ({"sha256": "0" * 64}, 422, "as the address says"),
        ({"sha256": "ABC"}, 400, "64 hex digits"),
        ({"filename": None}, 400, "filename"),
        ({"filename": "paper.png"}, 422, "png"),
    ],
)
async def test_what_is_not_what_it_says_is_not_stored(
    gateway_client: httpx.AsyncClient, office: Office, system: System, other: dict[str, Any], status: int, words: str
) -> None:
    answer = await put(gateway_client, pdf(), system("Atameken"), **other)
    assert answer.status_code == status, answer.text
    assert words in answer.json()["detail"]
    assert not list((office.folder / "documents").rglob("[0-9a-f]*"))


async def test_a_document_has_a_bound_of_its_own_and_needs_the_right(
    gateway_client: httpx.AsyncClient, system: System
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_DOCUMENT // 2**20 + 1):
            yield bytes(2**20)

    answer = await gateway_client.put(
        f"/api/v1/documents/{'0' * 64}", content=pieces(), params={"filename": "a.pdf"}, headers=system("Atameken")
    )
    assert answer.status_code == 413
    assert (await put(gateway_client, pdf(), system("desk", "read"))).status_code == 403
