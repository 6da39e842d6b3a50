"""Taking the signed conclusion in: real signatures, over real HTTP or from a real store, looked into in its process."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.testing import ActivityEnvironment

from activities.document_store import document_id_of
from activities.interface import ErrorKind, SignedFileCheck, SignedFileChecked
from activities.signed_file import SignedFileActivities
from rules.conclusion import DraftVersion, FinalConclusion, SignedFile
from tests.activities.contents import PNG, SCRIPT, files_in
from tests.activities.failing import failing
from tests.activities.test_documents import Place, place
from tests.intake import signing
from tests.intake.honest import pdf
from tests.intake.signing_pdf import signed_pdf
from tests.servers import Answer

DRAFT = pdf()
"""The copy to sign."""
MARKED = pdf(lambda document: setattr(document.Root, "Lang", "kk"))
RETURNED = pdf(lambda document: setattr(document.Root, "Lang", "en"))
"""The copy to sign of a draft that was returned."""
RETURNED_MARKED = pdf(lambda document: setattr(document.Root, "Lang", "ru"))

AT = datetime(2026, 3, 24, 6, tzinfo=UTC)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def check(here: Place, file: SignedFile) -> SignedFileChecked:
    papers = (RETURNED_MARKED, RETURNED, MARKED, DRAFT)
    returned_marked, returned, marked, copy = [await here.store.put(each) for each in papers]
    drafts = [
        DraftVersion(version=version, document_id=document_id, sha256="", to_sign=to_sign, drafted_at=AT)
        for version, document_id, to_sign in ((1, returned_marked, returned), (2, marked, copy))
    ]
    activity = SignedFileActivities(here.fetcher, here.store).check_signed_file
    return await ActivityEnvironment().run(activity, SignedFileCheck(case_id="rex", file=file, drafts=drafts))


def offered(here: Place, content: bytes, filename: str = "signed.pdf", digest: str | None = None) -> SignedFile:
    here.ours.answers["/signed"] = Answer(content)
    return SignedFile(url=f"{here.our_url}/signed", filename=filename, sha256=digest or sha256(content))


async def refused(here: Place, file: SignedFile) -> str:
    checked = await check(here, file)
    assert checked.final is None
    return str(checked.refused)


def final(checked: SignedFileChecked) -> FinalConclusion:
    assert checked.final is not None, checked.refused
    return checked.final


async def test_a_signed_pdf_is_fetched_checked_and_stored_as_it_came(tmp_path: Path) -> None:
    signed = await signed_pdf(DRAFT)
    async with place(tmp_path) as here:
        found = final(await check(here, offered(here, signed)))
        assert await here.store.read(found.document_id) == signed
    assert (found.sha256, found.size, found.media_type) == (sha256(signed), len(signed), "application/pdf")
    assert (found.signed_file, found.from_draft, found.holds) == (True, True, True)
    assert found.signatures[0].signer == f"{signing.SIGNER}, {signing.OFFICE}"


async def test_a_file_from_the_store_needs_no_name_and_no_host(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        document_id = await here.store.put(signing.signed(DRAFT))
        found = final(await check(here, SignedFile(document_id=document_id)))
        assert here.ours.asked == []
    assert (found.document_id, found.media_type, found.holds) == (document_id, "application/pkcs7-mime", True)


async def test_a_signature_that_came_apart_leaves_in_one_container_with_the_draft(tmp_path: Path) -> None:
    apart = signing.signed(DRAFT, detached=True)
    async with place(tmp_path) as here:
        found = final(await check(here, offered(here, apart, "signed.p7s")))
        kept = await here.store.read(found.document_id)
        assert DRAFT in kept
        again = final(await check(here, SignedFile(document_id=found.document_id)))
    assert found.sha256 not in (sha256(DRAFT), sha256(apart))
    assert again == found


async def test_what_is_not_the_signed_draft_is_refused_in_words_and_not_stored(tmp_path: Path) -> None:
    signed = await signed_pdf(DRAFT)
    async with place(tmp_path) as here:
        assert f"expected {'0' * 64}" in await refused(here, offered(here, signed, digest="0" * 64))
        assert "does not hold" in await refused(here, offered(here, signed.replace(b"595", b"594", 1)))
        assert "not the draft" in await refused(here, offered(here, signing.signed(RETURNED), "a.p7m"))
        assert "neither a PDF nor a signed container" in await refused(here, offered(here, PNG, "signed.png"))
        assert "expected a conclusion that does and hides nothing" in await refused(here, offered(here, SCRIPT))
        assert "does not have sha256-000" in await refused(here, SignedFile(document_id=document_id_of("0" * 64)))
        kept = {path.name for path in files_in(tmp_path)}
    assert kept == {sha256(each) for each in (DRAFT, RETURNED, MARKED, RETURNED_MARKED)}


@pytest.mark.parametrize(
    "draft", [DRAFT, MARKED, RETURNED, RETURNED_MARKED], ids=["to sign", "marked", "returned", "returned, marked"]
)
async def test_no_draft_comes_back_as_the_signed_file(tmp_path: Path, draft: bytes) -> None:
    async with place(tmp_path) as here:
        for file in (offered(here, draft), SignedFile(document_id=document_id_of(sha256(draft)))):
            assert await refused(here, file) == "it is a draft, without a signature; expected the signed conclusion"


@pytest.mark.parametrize("draft", [MARKED, RETURNED, RETURNED_MARKED], ids=["marked", "returned", "returned, marked"])
async def test_what_is_signed_is_the_present_copy_to_sign_and_no_other_draft(tmp_path: Path, draft: bytes) -> None:
    signed = await signed_pdf(draft)
    async with place(tmp_path) as here:
        assert "it bears the mark of a draft, or was returned; expected" in await refused(here, offered(here, signed))


async def test_a_container_with_the_marked_draft_is_not_what_is_to_be_signed(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        file = offered(here, signing.signed(MARKED), "signed.p7m")
        assert "its copy without the mark" in await refused(here, file)


async def test_an_origin_that_is_not_allowed_is_not_asked(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        file = SignedFile(url=f"{here.foreign_url}/signed", filename="signed.pdf", sha256="0" * 64)
        assert here.foreign_url in await refused(here, file)
        assert here.foreign.asked == []


async def test_a_host_out_of_reach_is_tried_again(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        file = offered(here, DRAFT)
        here.ours.answers["/signed"] = Answer(b"", status=503)
        with failing(ErrorKind.UNREACHABLE):
            await check(here, file)
