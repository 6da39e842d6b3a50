"""The checklist: every question is whole, in three languages, and looks at what there is."""

from __future__ import annotations

import pytest

from rules.checklist import CHECKLIST, PARTS, Item
from rules.comparison import FIELDS, REGISTRATION
from rules.documents import ORIGIN_EVIDENCE, Kind
from rules.findings import RexRecord
from rules.messages import InspectionCompleted

LANGUAGES = ["en", "ru", "kk"]
FOUND = {
    "requested_name",
    "requested_tin",
    "requested_hs_codes",
    REGISTRATION,
    ORIGIN_EVIDENCE,
    "signature",
    "status",
    *FIELDS,
    *RexRecord.model_fields,
    *Kind,
}


@pytest.mark.parametrize("item", CHECKLIST, ids=lambda item: item.id)
def test_each_question_is_asked_in_three_languages_and_looks_at_what_there_is(item: Item) -> None:
    assert list(item.questions) == LANGUAGES
    assert all(question.endswith("?") for question in item.questions.values())
    assert item.paragraph in (7, 9, 10)
    assert set(item.fields) <= FOUND
    assert item.fields or item.kinds
    assert item.answers in InspectionCompleted.model_fields


def test_every_part_and_every_answer_of_an_inspection_has_questions() -> None:
    assert {item.part for item in CHECKLIST} == set(PARTS)
    assert all(list(names) == LANGUAGES for names in PARTS.values())
    answers = {item.answers for item in CHECKLIST}
    assert answers == {"documents_complete", "data_reliable", "rex_data_match", "registration", "grounds"}
    assert len({item.id for item in CHECKLIST}) == len(CHECKLIST)


def test_every_field_that_is_compared_and_every_kind_of_document_is_looked_at() -> None:
    assert {REGISTRATION, *FIELDS} <= {field for item in CHECKLIST for field in item.fields}
    assert set(Kind) <= {kind for item in CHECKLIST for kind in item.kinds}


def test_the_questions_are_those_of_their_language() -> None:
    for item in CHECKLIST:
        assert item.questions["en"].isascii()
        assert not set("ғқңөұүіһә") & set(item.questions["ru"].lower())
        assert set("ғқңөұүіһә") & set(item.questions["kk"].lower())
