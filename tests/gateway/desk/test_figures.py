"""The figures of any period, as charts with their numbers in words, as tables and as files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime

import pytest
from openpyxl import load_workbook

from escalation.ladder import Language
from gateway.desk import charts
from notifications.words import words_of
from register.accounts import Standing
from register.record import write
from register.rows import RegisterEntries
from reports.counting import count
from reports.period import Period
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import Served
from tests.reports.standings import broken, case, kept, march

MARCH = "from=2026-03-01&to=2026-03-31"


@pytest.fixture
def march_desk(served: Served) -> Served:
    """With two cases of March, of which one has a term broken."""
    late = broken("await_documents", last_day=date(2026, 3, 20), paragraph=8)
    write(
        served.register,
        RegisterEntries(case=case(1, step="await_documents"), steps=[kept("request_documents", ended=march(4)), late]),
    )
    write(served.register, RegisterEntries(case=case(2, closed=19, country="NO", outcome="not_confirmed")))
    return served


async def test_the_page_the_csv_and_the_workbook_say_the_same(march_desk: Served, browser: Browser) -> None:
    await browser.log_in("viewer")
    await browser.get(f"/desk/figures?{MARCH}")
    assert "Figures: 1 March 2026 – 31 March 2026" in browser.heading
    assert "¶8 documents from Atameken: 0 kept, 1 broken" in browser.page
    text = (await browser.get(f"/desk/figures.csv?{MARCH}")).text
    rows = {(figure, of): value for figure, of, value in csv.reader(io.StringIO(text.removeprefix("\ufeff")))}
    assert rows["terms.broken", "atameken 8 await_documents"] == "1"
    assert (rows["cases.received", "CH"], rows["outcomes.not_confirmed", "NO"]) == ("1", "1")
    book = load_workbook(io.BytesIO((await browser.get(f"/desk/figures.xlsx?{MARCH}")).content))
    sheet = book["Terms that ended in the period"]
    assert [row[4] for row in sheet.iter_rows(values_only=True) if row[0] == "¶8"] == [1]


@pytest.mark.parametrize(
    "query", ["from=2026-03-31&to=2026-03-01", "from=2019-01-01", "from=soon", "to=2999-01-01", "from=2026-02-30"]
)
async def test_a_period_that_cannot_be_is_said_so(browser: Browser, query: str) -> None:
    await browser.log_in("viewer")
    answer = await browser.get(f"/desk/figures?{query}")
    assert answer.status_code == 422
    assert "Expected two days from 1 January 2021 to today" in browser.text


def test_every_bar_has_its_numbers_in_words_and_none_is_longer_than_the_chart() -> None:
    late = broken("await_documents", last_day=date(2026, 3, 20), paragraph=8)
    standing = Standing([case(1), case(2)], [late, kept("inspect", ended=march(4))], [])
    account = count(standing, Period(date(2026, 3, 1), date(2026, 3, 31)), datetime(2026, 4, 1, tzinfo=UTC))
    words = words_of(Language.RUSSIAN)
    for draw in (charts.of_cases, charts.of_outcomes, charts.of_terms, charts.of_steps, charts.of_reserve):
        chart = draw(account, words)
        assert all(bar.label and bar.told for bar in chart.bars)
        ends = [part.x + part.width for bar in chart.bars for part in bar.parts]
        assert max(ends, default=100) == 100
