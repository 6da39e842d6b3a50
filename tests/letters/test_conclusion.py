"""The conclusion as the customs and the ministry read it: the text of a real PDF."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from activities.outgoing import Draft, LookedUp, Signed
from letters.conclusion import GROUNDS, LONGEST_LIST, render
from letters.typesetting import CannotBeSet
from rules.messages import Ground
from rules.readings import READINGS
from tests.letters.examples import KAZAKH_NAME, LOOKED_UP, differing, documents, draft, inspection, pages, registration

ROOT = Path(__file__).resolve().parents[2]

SIGNED = Signed.model_validate(
    {
        "by": "Айгүл Өмірбекқызы Жүнісова",
        "at": "2026-03-25T05:30:00Z",
        "position": "Vice-Minister",
        "reference": "ЭЦП-2026-77",
    }
)


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
    name = "The name in the application differs from the one in REX ТОО «Өндіріс» Altyn Dan LLP minor"
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
        "import sys, hashlib; from activities.outgoing import Draft; from letters.conclusion import render; "
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
    with pytest.raises(CannotBeSet) as failure:
        render(draft("withdrawn"), LOOKED_UP)
    assert str(failure.value) == (
        "outcome: expected one of valid, not_valid, not_confirmed; a case withdrawn has no conclusion"
    )


def test_a_draft_says_so_on_each_page() -> None:
    made = pages(render(draft(documents=documents(40)), LOOKED_UP))
    assert len(made) > 2
    assert all("DRAFT / ЖОБА / ПРОЕКТ" in page for page in made)


def test_a_signed_conclusion_names_who_signed_when_and_how_and_is_no_draft() -> None:
    text = " ".join(pages(render(draft(), LOOKED_UP, SIGNED)))
    for expected in ("Vice-Minister", "Айгүл Өмірбекқызы Жүнісова", "25 March 2026, 10:30", "ЭЦП-2026-77"):
        assert expected in text
    assert "DRAFT" not in text
    assert "position, full name" not in text
