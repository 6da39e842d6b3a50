"""The conclusion as the customs and the ministry read it: the text of a real PDF."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from temporalio.testing import ActivityEnvironment

from activities.conclusion import GROUNDS, LONGEST_LIST, ConclusionActivities, LookUp, render
from activities.document_store import DocumentStore
from activities.errors import unreachable
from activities.interface import Draft, Drafted, ErrorKind, LookedUp, Lookup
from rules.messages import Ground
from rules.readings import READINGS
from rules.registration import Occasion
from tests.activities.failing import failing

ROOT = Path(__file__).resolve().parents[2]

KAZAKH_NAME = "«Әлем Ғылыми-Өндірістік Қоғамы Ұлттық Үлгі Іс Һәм Таңба» жауапкершілігі шектеулі серіктестігі"


def inspection(**changes: Any) -> dict[str, Any]:
    return {
        "message_id": "inspection-1",
        "sent_by": "inspection",
        "completed_at": "2026-03-20T10:00:00Z",
        "inspector": "Айгүл Өмірбекқызы Жүнісова",
        "documents_complete": True,
        "data_reliable": True,
        "rex_data_match": True,
        "registration": "valid",
        "grounds": [],
        **changes,
    }


def documents(count: int) -> list[dict[str, Any]]:
    return [
        {
            "kind": "registration_application" if number == 0 else "invoice",
            "filename": f"paper-{number}.pdf",
            "document_id": f"sha256-{number}",
            "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
            "sent_on": "2026-03-11",
        }
        for number in range(count)
    ]


RECORD: dict[str, Any] = {"rex_number": "KZREX990440000385", "status": "valid", "name": "Altyn Dan LLP"}

LOOKED_UP = LookedUp.model_validate({"record": RECORD, "at": "2026-03-24T11:05:00Z"})


def registration(**changes: Any) -> dict[str, Any]:
    """REX as it was looked up once, at the opening."""
    opening = {"at": "2026-03-02T04:31:00Z", "occasion": "opening", "status": "valid"}
    return {"record": RECORD, "lookups": [opening], "called_for": 1, **changes}


def differing(count: int) -> dict[str, Any]:
    """Look-ups with so many changes between them."""
    change = {"field": "name", "application": None, "rex": "b", "severity": "minor", "text": "differs " * 8}
    opening = {"at": "2026-03-02T04:31:00Z", "occasion": "opening", "status": "valid", "changes": [change] * count}
    return registration(lookups=[opening])


def draft(outcome: str = "valid", request: dict[str, Any] | None = None, **changes: Any) -> Draft:
    given: dict[str, Any] = {
        "case_id": "rex-ch-2026-0042",
        "number": "REX-CH-2026-0042",
        "version": 1,
        "outcome": outcome,
        "dated": "2026-03-24",
        "request": {
            "requesting_country": "CH",
            "requesting_authority": "Federal Office for Customs and Border Security",
            "reference": "2026/0042",
            "received_at": "2026-02-27T20:30:00Z",
            "reason": "doubt",
            "indications": ["the stamp differs"],
            "rex_number": "KZREX990440000385",
            "exporter": {"name": KAZAKH_NAME, "bin": "990440000385"},
            "statements": [{"document_number": "INV-7", "document_date": "2026-01-15", "hs_codes": ["7202.21"]}],
            "reply_to": {"name": "Origin desk", "email": "origin@customs.example"},
            **(request or {}),
        },
        "request_received_on": "2026-02-28",
        "inspection": inspection(),
        "inspected_on": "2026-03-20",
        "grounds": [],
        "registration": registration(),
        "application": None,
        "lacking": [],
        "documents": documents(2),
        "readings": {},
        "reason": None,
        **changes,
    }
    return Draft.model_validate(given)


def pages(pdf: bytes) -> list[str]:
    """The text of each page; words that may break anywhere have a mark without width in them, which is left out."""
    texts = [page.extract_text().replace("\u200b", "") for page in PdfReader(BytesIO(pdf)).pages]
    return [" ".join(text.split()) for text in texts]


def text_of(made: Draft, looked_up: LookedUp | None = LOOKED_UP) -> str:
    return " ".join(pages(render(made, looked_up)))


def without_readings(text: str) -> str:
    before, _, rest = text.partition("8. How the order is read")
    return before + rest.partition("9. Conclusion")[2]


def test_it_says_who_asked_about_whom_on_what_legal_basis() -> None:
    text = text_of(draft())
    for expected in (
        "MINISTRY OF TRADE AND INTEGRATION OF THE REPUBLIC OF KAZAKHSTAN",
        "ҚАЗАҚСТАН РЕСПУБЛИКАСЫ САУДА ЖӘНЕ ИНТЕГРАЦИЯ МИНИСТРЛІГІ",
        "CONCLUSION on the verification of registration validity in the REX system",
        "No. REX-CH-2026-0042",
        "24 March 2026",
        "Paragraphs 9 and 10 of the Rules",
        "Order No. 358-RL",
        "Swiss Confederation",
        "Federal Office for Customs and Border Security",
        "2026/0042",
        "990440000385",
        "KZREX990440000385",
        "INV-7 15 January 2026",
        "the stamp differs",
        "Application for the registration number 11 March 2026 paper-0.pdf",
        "Айгүл Өмірбекқызы Жүнісова",
        "For the authorized body:",
    ):
        assert expected in text
    assert text.count(documents(1)[0]["sha256"]) == 1


def test_kazakh_names_are_printed_letter_for_letter() -> None:
    assert KAZAKH_NAME in text_of(draft())


def test_every_day_on_the_paper_is_the_case_s_and_none_is_counted_here() -> None:
    text = text_of(draft(request_received_on="2026-02-25", inspected_on="2026-03-19", dated="2026-03-23"))
    assert "Received on 25 February 2026 (Asia/Almaty)" in text
    assert "Completed on 19 March 2026" in text
    assert "No. REX-CH-2026-0042 23 March 2026" in text
    assert "Completed on" not in text_of(draft(inspected_on=None))


def test_valid_says_that_the_data_are_complete_and_reliable_and_match() -> None:
    text = text_of(draft())
    assert "Result of the verification The registration is valid" in text
    assert "are complete and reliable and match each other" in text
    assert "Grounds established" not in text
    assert "appeal" not in without_readings(text)


@pytest.mark.parametrize("ground", Ground)
def test_a_ground_stands_alone_and_leads_to_the_appeal(ground: Ground) -> None:
    text = text_of(draft("not_valid", grounds=[ground], inspection=inspection(grounds=[ground])))
    assert "The registration is not valid" in text
    assert GROUNDS[ground] in text
    assert "appeals to the authorized organization, within 3 working days, to revoke" in text
    for other in set(Ground) - {ground}:
        assert GROUNDS[other] not in text


def test_a_registration_already_revoked_needs_no_appeal() -> None:
    revoked = inspection(registration="revoked", grounds=["activity_ended"])
    text = text_of(draft("not_valid", grounds=["activity_ended"], inspection=revoked))
    assert "was revoked on the dates of the statements" in text
    assert "No appeal is due" in text


def test_a_number_that_rex_never_had_is_not_valid_without_a_ground() -> None:
    text = text_of(draft("not_valid", inspection=inspection(registration="none")))
    assert "had no registration in the REX system" in text
    assert "appeal" not in without_readings(text)


def test_it_states_when_rex_was_looked_up_and_what_it_showed() -> None:
    text = text_of(draft(), LookedUp(record=None, at=LOOKED_UP.at))
    assert "2 March 2026, 09:31 When the request was taken up registration valid" in text
    assert "24 March 2026, 16:05 When this conclusion was drafted no registration under this number" in text
    assert "status was valid, and is no registration" in text
    assert "could not be reached" not in text
    by_hand = {"at": "2026-03-05T05:00:00Z", "occasion": "by_hand", "status": "revoked", "by": "A. Nurlan"}
    text = text_of(draft(registration=registration(lookups=[by_hand])))
    assert "5 March 2026, 10:00 In between registration revoked (looked up by hand by A. Nurlan)" in text


def test_it_says_where_rex_could_not_be_reached_for_it() -> None:
    assert "the REX system could not be reached" in text_of(draft(), None)


@pytest.mark.parametrize("name", READINGS)
def test_it_prints_how_the_order_is_read(name: str) -> None:
    for option, words in READINGS[name].options.items():
        printed = text_of(draft(readings={name: option}))
        assert words.sentence in printed
        assert not any(other.sentence in printed for other in READINGS[name].options.values() if other is not words)


def test_one_ground_where_all_are_needed_leads_to_no_appeal() -> None:
    ground: dict[str, Any] = {"grounds": ["activity_ended"]}
    text = text_of(draft("not_confirmed", readings={"grounds": "all"}, inspection=inspection(**ground), **ground))
    assert "not all grounds of paragraph 10 are found" in text


def test_without_documents_it_says_why_and_prints_no_inspection() -> None:
    text = text_of(draft("not_confirmed", inspection=None, documents=[], reason="Atameken sent nothing in 30 days."))
    assert "The validity of the registration is not confirmed" in text
    assert "Concluded without a complete set of documents: Atameken sent nothing in 30 days." in text
    assert "No documents were received" in text
    assert "Data reliable" not in text


def test_findings_stand_with_both_sides() -> None:
    text = text_of(draft(application={"name": "ТОО «Өндіріс»"}, lacking=["power_of_attorney"]))
    name = "The name in the application differs from the one in REX ТОО «Өндіріс» Altyn Dan LLP serious"
    assert name in text
    assert "The set of documents lacks: power of attorney – – serious" in text


def test_what_outsiders_wrote_is_text_and_never_markup() -> None:
    hostile = '#panic("no") #read("/etc/passwd") *bold* $x^2$ @ref <label> \\ // gone'
    exporter = {"name": hostile}
    text = text_of(draft(request={"exporter": exporter, "indications": [hostile]}, documents=documents(1)))
    assert text.count(hostile.replace("@ref", "@ ref")) == 2  # an address would be broken so


def test_a_hundred_documents_go_into_an_annex_behind_the_signature() -> None:
    made = pages(render(draft(documents=documents(100)), LOOKED_UP))
    signed = next(number for number, page in enumerate(made) if "For the authorized body" in page)
    annex = next(number for number, page in enumerate(made) if "Annex. Documents examined" in page)
    assert signed < annex
    assert "They are listed in the annex" in " ".join(made[: signed + 1])
    behind = " ".join(made[annex:])
    for each in documents(100):
        assert f"{each['filename']} {each['sha256']}" in behind


def test_few_documents_stand_in_the_conclusion_itself() -> None:
    assert "Annex" not in text_of(draft(documents=documents(LONGEST_LIST)))


@pytest.mark.parametrize("findings", range(10, 22))
def test_a_signature_never_stands_away_from_what_is_signed(findings: int) -> None:
    made = pages(render(draft(registration=differing(findings)), LOOKED_UP))
    signed = next(page for page in made if "For the authorized body" in page)
    assert "9. Conclusion" in signed
    assert signed.index("9. Conclusion") < signed.index("For the authorized body")


def test_names_without_a_space_stay_on_the_paper() -> None:
    long = "а" * 255
    made = draft(documents=[{**documents(1)[0], "filename": long}], request={"exporter": {"name": "Ә" * 500}})
    lines = [
        line for page in PdfReader(BytesIO(render(made, LOOKED_UP))).pages for line in page.extract_text().splitlines()
    ]
    named = [line.replace("\u200b", "") for line in lines if "аа" in line or "ӘӘ" in line]
    # A line of the paper has room for about a hundred letters of this kind.
    assert max(map(len, named)) < 120
    assert long in text_of(made).replace(" ", "")


def test_the_same_draft_is_the_same_bytes_in_another_process_too() -> None:
    code = (
        "import sys, hashlib; from activities.interface import Draft; from activities.conclusion import render; "
        "print(hashlib.sha256(render(Draft.model_validate_json(sys.stdin.read()), None)).hexdigest())"
    )
    made = draft()
    other = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=made.model_dump_json(), capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() == hashlib.sha256(render(made, None)).hexdigest()


def test_its_date_in_the_file_is_the_drafts_and_not_todays() -> None:
    created = PdfReader(BytesIO(render(draft(), LOOKED_UP))).metadata
    assert created is not None
    assert created.get("/CreationDate", "").startswith("D:20260324")


def test_a_second_version_says_so() -> None:
    assert "version 2" in text_of(draft(version=2))
    assert "version" not in text_of(draft())


def test_a_withdrawn_case_has_no_conclusion() -> None:
    with failing(ErrorKind.BROKEN) as failure:
        render(draft("withdrawn"), LOOKED_UP)
    assert failure.message == (
        "outcome: expected one of valid, not_valid, not_confirmed; a case withdrawn has no conclusion"
    )


async def test_the_pdf_goes_into_the_store_once_however_often_it_is_drafted(tmp_path: Path) -> None:
    store = DocumentStore(str(tmp_path))
    made_at = [datetime(2026, 3, 24, 6, tzinfo=UTC), datetime(2026, 3, 24, 7, tzinfo=UTC)]
    activity = ConclusionActivities(store, shows(LOOKED_UP), clock=iter(made_at).__next__).draft_conclusion
    first = await ActivityEnvironment().run(activity, draft())
    again = await ActivityEnvironment().run(activity, draft())
    pdf = await store.read(first.document_id)
    assert pdf.startswith(b"%PDF")
    digest = hashlib.sha256(pdf).hexdigest()
    expected = {"document_id": first.document_id, "sha256": digest, "size": len(pdf)}
    assert first == Drafted(**expected, at=made_at[0], looked_up=LOOKED_UP)
    assert again == first.model_copy(update={"at": made_at[1]})


def shows(looked_up: LookedUp) -> LookUp:
    async def look_up(_: Lookup) -> LookedUp:
        return looked_up

    return look_up


async def test_rex_is_looked_up_for_each_draft(tmp_path: Path) -> None:
    asked: list[Lookup] = []

    async def look_up(lookup: Lookup) -> LookedUp:
        asked.append(lookup)
        return LOOKED_UP

    activity = ConclusionActivities(DocumentStore(str(tmp_path)), look_up).draft_conclusion
    drafted = await ActivityEnvironment().run(activity, draft())
    assert drafted.looked_up == LOOKED_UP
    assert asked == [Lookup(rex_number="KZREX990440000385", occasion=Occasion.DRAFT, number=2)]


@pytest.mark.parametrize("failure", [unreachable("REX is down"), TimeoutError()])
async def test_a_draft_does_not_wait_for_rex_and_says_so(tmp_path: Path, failure: Exception) -> None:
    async def look_up(_: Lookup) -> LookedUp:
        raise failure

    store = DocumentStore(str(tmp_path))
    drafted = await ActivityEnvironment().run(ConclusionActivities(store, look_up).draft_conclusion, draft())
    assert drafted.looked_up is None
    assert "could not be reached" in " ".join(pages(await store.read(drafted.document_id)))
