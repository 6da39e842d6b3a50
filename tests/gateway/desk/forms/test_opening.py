"""What does not fit is said beside its field, in the person's language, and what was typed stays."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gateway.desk.forms.acts import FORMS
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.forms.test_whole_case import a_letter


def beside(browser: Browser, path: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'id="{re.escape(path)}-wrong">(.*?)</p>', browser.page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


@pytest.mark.parametrize(
    ("field", "value", "path", "sentence"),
    [
        ("rex_number", "CHREX1", "rex_number", "was not issued by Kazakhstan"),
        ("reference", "", "reference", "This is needed."),
        ("received_at", "2035-01-01T00:00", "received_at", "Lies in the future"),
        ("received_at", "soon", "received_at", "Expected a time as in"),
        ("received_at", "2022-01-10T10:00", "received_at", "expected backdated_because"),
        ("requesting_country", "KZ", "requesting_country", "requests from Norway and Switzerland only"),
        ("reason", "because", "reason", "Please choose one of the answers."),
        ("reply_to.email", "nobody", "reply_to.email", "Expected an e-mail address."),
        ("statements.0.document_date", "2025-02-30", "statements.0.document_date", "Not a day that exists"),
        ("statements.4.goods", "flax", "statements.1.document_number", "This is needed."),
        ("exporter.name", "x" * 501, "exporter.name", "At most 500 characters are possible."),
    ],
)
async def test_what_does_not_fit_is_said_beside_its_field(
    browser: Browser, field: str, value: str, path: str, sentence: str
) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/open")
    answer = await browser.send("/desk/open", **a_letter("2026-77") | {field: value})
    assert answer.status_code == 422
    assert sentence in beside(browser, path)
    assert len(re.findall(r'-wrong">', browser.page)) in (1, 2)
    assert 'value="Origin section"' in browser.page


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ru", "Ожидается 12 цифр, последняя из них контрольная."), ("kk", "12 цифр күтіледі, соңғысы бақылау цифры.")],
)
async def test_it_is_said_in_the_persons_language(browser: Browser, language: str, sentence: str) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/open")
    letter: dict[str, Any] = a_letter("2026-77") | {"exporter.bin": "1"}
    await browser.send("/desk/open", headers={"accept-language": language}, **letter)
    assert beside(browser, "exporter.bin").startswith(sentence)


async def test_what_somebody_types_is_text_and_never_a_page(browser: Browser) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/open")
    typed: dict[str, Any] = {"exporter.name": '"><script>alert(1)</script>'}
    await browser.send("/desk/open", **typed)
    assert "<script" not in browser.page
    assert "&lt;script&gt;" in browser.page


async def test_a_further_statement_is_a_further_row_and_nothing_is_sent(browser: Browser) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/open")
    answer = await browser.send("/desk/open", **a_letter("2026-77") | {"more": "statements"})
    assert answer.status_code == 200
    assert 'name="statements.1.document_number"' in browser.page
    assert "wrong" not in browser.page


async def test_where_nobody_answers_that_is_said(browser: Browser) -> None:
    await browser.log_in("officer")
    await browser.get("/desk/open")
    answer = await browser.send("/desk/open", **a_letter("2026-77"))
    assert answer.status_code == 503


async def test_a_case_is_opened_by_officers_alone(browser: Browser) -> None:
    await browser.log_in("inspector")
    assert (await browser.get("/desk/open")).status_code == 403
    await browser.get("/desk/login")
    assert (await browser.send("/desk/open", **a_letter("2026-77"))).status_code == 403


async def test_a_viewer_has_no_form_to_do_anything(browser: Browser) -> None:
    await browser.log_in("viewer")
    answers = [await browser.get(f"/desk/cases/rex-ch-1/do/{update}") for update in FORMS]
    assert {each.status_code for each in answers} == {403}


async def test_there_is_no_form_for_what_is_no_update(browser: Browser) -> None:
    await browser.log_in("officer")
    assert (await browser.get("/desk/cases/rex-ch-1/do/terminate")).status_code == 404


async def test_a_large_form_of_nobody_is_not_even_read(browser: Browser) -> None:
    answer = await browser.send(
        "/desk/cases/rex-ch-1/do/record_documents", files={"documents.0.file": ("a.pdf", b"%PDF", "application/pdf")}
    )
    assert answer.status_code == 401
