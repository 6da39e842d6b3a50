"""What the Temporal UI shows of a case for ever fits its limits, and no stranger's Markdown takes effect."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from cases.static_texts import LONGEST_DETAILS, LONGEST_SUMMARY, static_details, static_summary
from rules.request import VerificationRequest, read_request
from tests.cli.examples import REQUEST
from tests.support.markdown import texts_of
from tests.support.nasty import LINKED, acts, nasty


def request(**other: Any) -> VerificationRequest:
    return read_request(REQUEST | other, datetime(2026, 3, 3, tzinfo=UTC))


def test_the_summary_names_country_reference_exporter_and_rex_number() -> None:
    assert static_summary(request()) == "Switzerland 2026/0042: Altyn Dan LLP, KZREX00012345"


def test_long_names_and_many_statements_stay_below_the_limits_of_temporal() -> None:
    statement = {"document_number": "Ж" * 500, "document_date": "2026-01-20", "goods": "Ж" * 4000}
    long = request(exporter={"name": "Ж" * 500}, statements=[statement] * 12)
    assert len(static_summary(long).encode()) <= LONGEST_SUMMARY
    assert len(static_details(long).encode()) <= LONGEST_DETAILS


def test_what_strangers_wrote_is_shown_and_not_carried_out() -> None:
    details = static_details(
        request(
            exporter={"name": "[Pay](http://evil.example) <img src=x> *bold*\n# Head"},
            reply_to={"name": "Origin", "email": "a`b@c.example"},
        )
    )
    assert "\\[Pay\\](http: //evil .example) \\<img src=x\\> \\*bold\\* \\# Head" in details
    assert "`a'b@c.example`" in details


@given(nasty.map(lambda text: text.replace("\ud800", "")))
def test_no_text_of_a_stranger_acts_or_links(text: str) -> None:
    evil = request(reference=f"x{text}"[:64], exporter={"name": f"x{text}"}, indications=[f"x{text}"])
    for page in (static_summary(evil), static_details(evil)):
        assert acts(page) == []
        assert not any(LINKED.search(each) for each in texts_of(page))
    assert "\n" not in static_summary(evil)


def test_references_with_a_stroke_are_set_as_code_because_the_ui_makes_fractions_of_them() -> None:
    assert "reference `2026/0042`" in static_details(request())
    assert "`INV-2026/17` of Tue 20 Jan 2026" in static_details(request())
