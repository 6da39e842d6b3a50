"""The conclusion as the customs and the ministry read it: the text of a real PDF."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from activities.outgoing import Draft, LookedUp, Signed
from letters.conclusion import render
from letters.folder import our_folder
from letters.kinds import Language
from letters.typesetting import CannotBeSet
from rules.messages import Ground
from rules.readings import READINGS
from tests.letters.examples import (
    KAZAKH_NAME,
    LOOKED_UP,
    TERMS,
    differing,
    documents,
    draft,
    inspection,
    pages,
    registration,
)

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
    """All of its text in the three languages."""
    return _text_of(made.model_dump_json(), looked_up.model_dump_json() if looked_up else None)


@cache
def _text_of(made: str, looked_up: str | None) -> str:
    shown = LookedUp.model_validate_json(looked_up) if looked_up else None
    return " ".join(pages(render(Draft.model_validate_json(made), shown)))


def grounds_of(language: Language) -> dict[str, str]:
    return our_folder().words(language).group("grounds")


def test_it_says_who_asked_about_whom_on_what_legal_basis() -> None:
    text = text_of(draft())
    for expected in (
        "MINISTRY OF TRADE AND INTEGRATION OF THE REPUBLIC OF KAZAKHSTAN",
        "МИНИСТЕРСТВО ТОРГОВЛИ И ИНТЕГРАЦИИ РЕСПУБЛИКИ КАЗАХСТАН",
        "ҚАЗАҚСТАН РЕСПУБЛИКАСЫНЫҢ САУДА ЖӘНЕ ИНТЕГРАЦИЯ МИНИСТРЛІГІ",
        "ҚОРЫТЫНДЫ REX жүйесінде тіркелудің жарамдылығын верификациялау (тексеру) туралы",
        "ЗАКЛЮЧЕНИЕ о верификации (проверке) действительности регистрации в системе REX",
        "CONCLUSION on the verification of registration validity in the REX system",
        "№ REX/26-ZK-0007 2026 жылғы 24 наурыз",
        "№ REX/26-ZK-0007 24 марта 2026 года",
        "No. REX/26-ZK-0007 24 March 2026",
        "№ 358-НҚ",
        "Paragraphs 9 and 10 of the Rules",
        "Order No. 358-RL",
        "Swiss Confederation",
        "Federal Office for Customs and Border Security",
        "2026/0042",
        "990440000385",
        "KZREX990440000385",
        "INV-7 15 January 2026",
        "the stamp differs",
        "Application for the registration number 11.03.2026 paper-0.pdf",
        "Айгүл Өмірбекқызы Жүнісова",
        "For the authorized body:",
    ):
        assert expected in text
    assert text.count(documents(1)[0]["sha256"]) == 1


def test_kazakh_names_are_printed_letter_for_letter() -> None:
    assert KAZAKH_NAME in text_of(draft())


def test_every_day_on_the_paper_is_the_case_s_and_none_is_counted_here() -> None:
    text = text_of(draft(request_received_on="2026-02-25", inspected_on="2026-03-19", dated="2026-03-23"))
    assert "Received on 25 February 2026" in text
    assert "Completed on 19 March 2026" in text
    assert "No. REX/26-ZK-0007 23 March 2026" in text
    assert "Completed on" not in text_of(draft(inspected_on=None))


def test_valid_says_that_the_data_are_complete_and_reliable_and_match() -> None:
    text = text_of(draft())
    assert "Result of the verification The registration is valid (KZREX990440000385)" in text
    assert "Регистрация действительна (KZREX990440000385)" in text
    assert "Тіркеу жарамды (KZREX990440000385)" in text
    assert "are complete and reliable and match each other" in text
    assert "Grounds for its revocation" not in text
    assert "appeals to the authorized organization" not in text


@pytest.mark.parametrize("ground", Ground)
def test_a_ground_stands_alone_in_each_language_and_leads_to_the_appeal(ground: Ground) -> None:
    text = text_of(draft("not_valid", grounds=[ground], inspection=inspection(grounds=[ground])))
    assert "appeals to the authorized organization, within 3 working days, to revoke" in text
    for language in (Language.KAZAKH, Language.RUSSIAN, Language.ENGLISH):
        words = grounds_of(language)
        assert words[ground] in text
        assert not any(words[other] in text for other in set(Ground) - {ground})


def test_in_force_on_the_dates_and_grounds_for_revocation_do_not_contradict_each_other() -> None:
    text = text_of(draft("not_valid", grounds=["scheme_terms"], inspection=inspection(grounds=["scheme_terms"])))
    assert "Registration on the dates of the statements in force" in text
    assert "was in force on the dates of the statements on origin under question. Grounds for its revocation" in text
    assert "действовала на даты вызвавших сомнение заявлений о происхождении. Установлены основания для её" in text
    assert "күндерінде күшінде болған. Қағидалардың 10-тармағы бойынша тіркеуді кері қайтарып алу негіздері" in text
    for denial in ("not valid", "not to be valid", "недействительн", "жарамсыз"):
        assert denial not in text


def test_a_registration_already_revoked_needs_no_appeal() -> None:
    revoked = inspection(registration="revoked", grounds=["activity_ended"])
    text = text_of(draft("not_valid", grounds=["activity_ended"], inspection=revoked))
    assert "was revoked on the dates of the statements" in text
    assert "No appeal is due" in text


def test_a_number_that_rex_never_had_is_not_valid_without_a_ground() -> None:
    text = text_of(draft("not_valid", inspection=inspection(registration="none")))
    assert "had no registration in the REX system" in text
    assert "appeals to the authorized organization" not in text


def test_it_states_when_rex_was_looked_up_and_what_it_showed() -> None:
    text = text_of(draft(), LookedUp(record=None, at=LOOKED_UP.at))
    assert "2 March 2026, 09:31 (Almaty time) When the request was taken up registration valid" in text
    assert (
        "24 March 2026, 16:05 (Almaty time) When this conclusion was drafted no registration under this number" in text
    )
    assert "status was valid, and is no registration" in text
    assert "could not be reached" not in text
    by_hand = {"at": "2026-03-05T05:00:00Z", "occasion": "by_hand", "status": "revoked", "by": "A. Nurlan"}
    text = text_of(draft(registration=registration(lookups=[by_hand])))
    assert "5 March 2026, 10:00 (Almaty time) In between registration revoked (looked up by hand by A. Nurlan)" in text


def test_it_says_where_rex_could_not_be_reached_for_it() -> None:
    assert "the REX system could not be reached" in text_of(draft(), None)


@pytest.mark.parametrize("place", [0, 1])
def test_it_prints_how_the_order_is_read(place: int) -> None:
    chosen = {name: list(reading.options)[place] for name, reading in READINGS.items()}
    printed = text_of(draft(readings=chosen))
    for name, reading in READINGS.items():
        for option, words in reading.options.items():
            assert (words.sentence in printed) == (option == chosen[name])
    assert "пункт" in printed
    assert "тармақ" in printed


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
    assert "The name in the application differs from the one in REX ТОО «Өндіріс» Altyn Dan LLP serious" in text
    assert "Наименование ТОО «Өндіріс» Altyn Dan LLP существенно" in text
    assert "The set of documents lacks: Power of attorney – – serious" in text
    assert "Жинақта жоқ: Сенімхат – – елеулі" in text


def test_terms_due_and_kept_are_in_it() -> None:
    text = text_of(draft(terms=TERMS))
    assert "8 Atameken's answer 5 2 March 2026 10 March 2026 11 March 2026 late, in working days: 1" in text
    assert "10 Conclusion 7 20 March 2026 1 April 2026 – running" in text
    assert "просрочен, рабочих дней: 1" in text
    assert "1 жұмыс күніне кешіктірілді" in text
    assert "8. Terms" not in text_of(draft())


def test_checksums_are_whole_when_searched_for_and_copied(tmp_path: Path) -> None:
    file = tmp_path / "conclusion.pdf"
    long = "a-" + "0123456789" * 12 + ".pdf"
    file.write_bytes(render(draft(documents=[*documents(5), {**documents(1)[0], "filename": long}]), LOOKED_UP))
    found = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    for each in documents(5):
        assert each["sha256"] in found
    assert long in "".join(found.split())
    assert "\u200b" not in found


def test_what_outsiders_wrote_is_text_and_never_markup() -> None:
    hostile = '#panic("no") #read("/etc/passwd") *bold* $x^2$ @ref <label> \\ // gone'
    exporter = {"name": hostile}
    text = text_of(draft(request={"exporter": exporter, "indications": [hostile]}, documents=documents(1)))
    assert text.count(hostile.replace("@ref", "@ ref")) == 7  # an address would be broken so


def test_the_documents_stand_once_in_an_annex_behind_the_signatures() -> None:
    made = pages(render(draft(documents=documents(60)), LOOKED_UP))
    signed = [number for number, page in enumerate(made) if "For the authorized body" in page]
    annex = next(number for number, page in enumerate(made) if "Annex. Documents examined" in page)
    assert signed[-1] < annex
    behind = " ".join(made[annex:])
    for each in documents(60):
        assert f"{each['filename']} {each['sha256']}" in behind
        assert each["sha256"] not in " ".join(made[:annex])


@pytest.mark.parametrize("findings", [10, 16])
def test_a_signature_never_stands_away_from_what_is_signed(findings: int) -> None:
    made = pages(render(draft(registration=differing(findings)), LOOKED_UP))
    for heading, signature in (
        ("9. Тұжырым", "Уәкілетті орган атынан:"),
        ("9. Вывод", "От имени уполномоченного органа:"),
        ("9. Conclusion", "For the authorized body:"),
    ):
        signed = next(page for page in made if signature in page)
        assert heading in signed
        assert signed.index(heading) < signed.index(signature)


def test_names_without_a_space_stay_on_the_paper() -> None:
    long = "а" * 130
    made = draft(documents=[{**documents(1)[0], "filename": long}], request={"exporter": {"name": "Ә" * 130}})
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
    text = text_of(draft(version=2))
    assert all(words in text for words in ("2-нұсқа", "версия 2", "version 2"))
    assert "version 1" not in text_of(draft())


def test_a_withdrawn_case_has_no_conclusion() -> None:
    with pytest.raises(CannotBeSet) as failure:
        render(draft("withdrawn"), LOOKED_UP)
    assert str(failure.value) == (
        "outcome: expected valid, not_valid or not_confirmed; a case withdrawn has no conclusion"
    )


def test_a_draft_says_so_on_each_page() -> None:
    made = pages(render(draft(documents=documents(40)), LOOKED_UP))
    assert len(made) > 2
    assert all("DRAFT / ЖОБА / ПРОЕКТ" in page for page in made)


def test_a_signed_conclusion_names_who_signed_when_and_how_and_is_no_draft() -> None:
    text = " ".join(pages(render(draft(), LOOKED_UP, SIGNED)))
    for expected in (
        "Position Vice-Minister Signed by Айгүл Өмірбекқызы Жүнісова Signed at 25 March 2026, 10:30 (Almaty time)",
        "Reference of the signature ЭЦП-2026-77",
        "Қол қойған Айгүл Өмірбекқызы Жүнісова",
        "25 марта 2026 года, 10:30",
    ):
        assert expected in text
    assert "DRAFT" not in text
