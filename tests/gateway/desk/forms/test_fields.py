"""Each form asks for what its model reads, in three languages, and keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from cases.errors import RefusedByCase
from escalation.ladder import Language
from gateway.api.examples import EXAMPLES
from gateway.desk.forms import acts
from gateway.desk.forms.answers import Answers, of_error
from gateway.desk.forms.entries import data_of, entries_of, typed
from gateway.desk.forms.fields import Field, Kind, fields_of
from gateway.desk.forms.view import FormView, Shown
from gateway.desk.language import desk_words
from gateway.desk.roles import OPEN
from rules.decisions import DECISIONS, RecordDocuments, RecordLookup
from rules.readings import READINGS
from rules.request import VerificationRequest

FORMS: dict[str, tuple[type[BaseModel], tuple[Field, ...]]] = {
    OPEN: (VerificationRequest, acts.request_fields()),
    **{update: (DECISIONS[update], acts.form_fields(update)) for update in acts.FORMS},
}


def example(form: str) -> dict[str, Any]:
    """What a system would send."""
    return EXAMPLES["request" if form == OPEN else form]


def view(form: str, language: Language = Language.ENGLISH) -> FormView:
    """The form, with nothing wrong."""
    return FormView(form, desk_words(language), Answers(), hidden=acts.HIDDEN.get(form, frozenset()))


def as_sent(shown: tuple[Shown, ...]) -> list[tuple[str, str | UploadFile]]:
    """What a browser sends of a form as it is shown."""
    sent: list[tuple[str, str | UploadFile]] = []
    for each in shown:
        sent += [*each.kept.items(), *as_sent(each.fields)]
        for row in each.rows:
            sent += as_sent(row)
        if each.kind == "any_group":
            sent.append((f"{each.path}.any", str(each.value)))
        elif each.choices or each.kind == "tick":
            sent += [(each.path, choice.value) for choice in each.choices if choice.chosen]
            sent += [(each.path, "yes")] if each.kind == "tick" and each.value == "yes" else []
        elif not each.fields and not each.rows and each.kind != "file":
            sent.append((each.path, str(each.value)))
    return sent


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("form", list(FORMS))
def test_each_form_has_its_words(form: str, language: Language) -> None:
    _, fields = FORMS[form]
    words = desk_words(language)
    assert words(f"act.{form}")
    assert words(f"about.{form}")
    assert words(f"acts.{form}")
    assert view(form, language).shown(fields, entries_of(fields, example(form)))


@pytest.mark.parametrize("form", [each for each in FORMS if each != "change_reading"])
def test_what_is_shown_sends_what_it_was_made_of(form: str) -> None:
    model, fields = FORMS[form]
    data = example(form) | ({} if form == OPEN else {"by": "A. Nurlan"})
    shown = view(form).shown(fields, entries_of(fields, data))
    again = data_of(fields, typed(fields, FormData(as_sent(shown))))
    unasked = {"by", "inspector", "signed_by"} & set(data)
    assert model.model_validate(again | {name: data[name] for name in unasked}) == model.model_validate(data)


def test_nobody_is_asked_who_they_are() -> None:
    names = {field.name for _, fields in FORMS.values() for field in fields}
    assert not names & {"by", "inspector", "signed_by", "sent_by", "message_id"}


def test_a_row_that_is_empty_is_none_and_those_after_it_move_up() -> None:
    fields = fields_of(VerificationRequest)
    form = FormData([("statements.0.document_number", " "), ("statements.3.document_number", "INV-7")])
    assert [each["document_number"] for each in typed(fields, form)["statements"]] == ["INV-7"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("2026-03-02T09:30", "2026-03-02T04:30:00Z"),
        ("2026-03-02 09:30:15", "2026-03-02T04:30:15Z"),
        ("2024-02-01T09:30", "2024-02-01T03:30:00Z"),  # Almaty was six hours ahead of UTC until March 2024
        ("2026-03-02T09:30+01:00", "2026-03-02T09:30+01:00"),
        ("tomorrow", "tomorrow"),
        ("0001-01-01T00:00", "0001-01-01T00:00"),
    ],
)
def test_a_time_is_that_of_almaty(entry: str, expected: str) -> None:
    fields = (Field("at", Kind.MOMENT, required=True),)
    assert data_of(fields, {"at": entry}) == {"at": expected}


@pytest.mark.parametrize(("said", "expected"), [("", {}), ("no", {"record": None}), ("perhaps", {})])
def test_that_there_is_no_record_has_to_be_said(said: str, expected: dict[str, Any]) -> None:
    fields = fields_of(RecordLookup, ("by", "reason"))
    assert data_of(fields, typed(fields, FormData([("record.any", said)]))) == expected


def test_an_application_that_nobody_filled_in_is_none() -> None:
    fields = fields_of(RecordDocuments, ("by",))
    assert "application" not in data_of(fields, typed(fields, FormData([("application.name", "")])))


def test_a_reading_is_called_what_the_conclusion_prints() -> None:
    words = desk_words(Language.ENGLISH)
    for name, reading in READINGS.items():
        for option, told in reading.options.items():
            assert words(f"reading.{name}_{option}") == told.sentence


def test_what_the_case_says_of_no_field_stays_one_sentence() -> None:
    fields = acts.form_fields("record_dispatch")
    refused = RefusedByCase("rex-ch-1", "what: is not awaited; the case waits; nothing is to be sent")
    answers = of_error(refused, fields, desk_words(Language.ENGLISH))
    assert {path: each.told for path, each in answers.beside.items()} == {"what": "is not awaited"}
    assert [each.told for each in answers.above] == ["the case waits; nothing is to be sent"]
