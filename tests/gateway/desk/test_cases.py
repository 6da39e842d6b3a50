"""Cases at the desk: the queue, the page, the papers, and acknowledging; in a real office."""

from __future__ import annotations

import asyncio
import csv
import email
import email.policy
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import URLSafeSerializer
from openpyxl import load_workbook

from gateway.desk.workbook import Table, workbook
from rules.instant import rfc_3339
from tests.cli.conftest import Office
from tests.cli.test_messages import at, to_draft
from tests.gateway.desk.browser import Browser

Desk = Callable[[], Browser]


def answer_links(office: Office) -> list[str]:
    """The links to acknowledge that were sent, as paths."""
    found = []
    for file in sorted((office.folder / "mail").glob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body(("html",))
        found += re.findall(r"http://127\.0\.0\.1:9(/desk/answer/[^'\"]+)", body.get_content() if body else "")
    return found


async def open_link(office: Office, browser: Browser) -> str:
    """A link to acknowledge something that is open; what was resolved at once says so."""
    async with asyncio.timeout(30):
        while True:
            for link in answer_links(office):
                answer = await browser.get(link)
                if answer.status_code == 200:
                    return link
                assert (answer.status_code, browser.heading) == (
                    410,
                    "This has been dealt with. Nothing is left to acknowledge.",
                )
            await asyncio.sleep(0.1)


async def late_case(office: Office) -> str:
    """A case with open escalations."""
    received = rfc_3339(datetime.now(UTC) - timedelta(days=60))
    case_id = await office.open(office.request(received_at=received) | {"exporter": {"name": "=Altyn <b>Dän</b>"}})
    await at(office, case_id, "await_documents")
    return case_id


async def test_a_person_sees_what_is_to_be_done_and_acknowledges_it(office_desk: Desk, office: Office) -> None:
    case_id = await late_case(office)
    officer, viewer, nobody = office_desk(), office_desk(), office_desk()
    link = await open_link(office, nobody)

    await officer.log_in("officer")
    assert officer.heading == "Today"
    await officer.get("/desk/today?late=1")
    assert case_id in officer.text
    assert "=Altyn <b>Dän</b>" in officer.text
    assert "Acknowledge: " in officer.text
    [row] = [
        each
        for each in csv.DictReader(io.StringIO((await officer.get("/desk/today.csv?late=1")).text.lstrip("\ufeff")))
        if each["case_id"] == case_id and each["whose"] == "on-call"
    ]
    assert row["exporter"] == "'=Altyn <b>Dän</b>"
    sheet = load_workbook(io.BytesIO((await officer.get("/desk/today.xlsx")).content)).active
    assert sheet is not None
    assert case_id in [each.value for each in sheet["A"]]

    await officer.get(f"/desk/cases/{case_id}")
    assert officer.heading == "=Altyn <b>Dän</b>"
    assert "<svg" in officer.page
    assert 'class="late"' in officer.page
    assert "<script" not in officer.page
    await officer.get(f"/desk/cases/{case_id}/acknowledge?escalation=all")
    for day, told in (("2020-01-01", "until"), ("soon", "until")):
        answer = await officer.send(f"/desk/cases/{case_id}/acknowledge", escalation="all", until=day)
        assert answer.status_code == 422
        assert told in officer.text

    await viewer.log_in("viewer")
    assert (await viewer.get(f"/desk/cases/{case_id}/acknowledge")).status_code == 403
    refused = await viewer.send(f"/desk/cases/{case_id}/acknowledge", escalation="all", until="2030-01-01")
    assert (refused.status_code, viewer.heading) == (403, "viewer has no role that may do this.")

    # A scanner follows the link; another site posts it; then the recipient does.
    assert (await nobody.client.post(link, headers={"origin": "https://evil.example"})).status_code == 403
    assert not [each for each in (await office.case(case_id))["escalations"] if each["acknowledged_by"]]
    assert (await nobody.send(link)).status_code == 200
    [held] = [each for each in (await office.case(case_id))["escalations"] if each["acknowledged_by"]]
    holder, escalation = held["acknowledged_by"], held["id"]
    _, key = URLSafeSerializer("").loads_unsafe(link.rpartition("/")[2])
    assert escalation in key
    assert re.fullmatch(r"(on-call|head) \w+", holder)
    again = await nobody.send(link)
    assert again.status_code == 409
    assert f"{holder} sees to it until" in nobody.text
    forged = link[:-5] + ("A" if link[-5] != "A" else "B") + link[-4:]  # the last sign has bits that say nothing
    assert (await nobody.get(forged)).status_code == 404
    assert (await nobody.get("/desk/today")).url.path == "/desk/login"

    await officer.get(f"/desk/cases/{case_id}/acknowledge?escalation={escalation}")
    next_week = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    fields = {"escalation": escalation, "until": next_week}
    await officer.send(f"/desk/cases/{case_id}/acknowledge", **fields)
    done = await officer.send(f"/desk/cases/{case_id}/acknowledge", **fields, take_over="1")
    assert done.url.path == f"/desk/cases/{case_id}"
    assert "officer sees to it until" in officer.text
    case = await office.case(case_id)
    assert [(each["client"], each["how"]) for each in case["authenticated"]][-1] == ("officer", "password")
    assert (holder, "link") in [(each["client"], each["how"]) for each in case["authenticated"]]


@pytest.mark.slow  # two cases led on, with their papers; tests/gateway/desk/test_case_page.py asks the same of one
async def test_papers_are_saved_and_never_shown_and_only_those_of_the_case(office_desk: Desk, office: Office) -> None:
    case_id, other = await to_draft(office), await late_case(office)
    async with asyncio.timeout(30):
        while not (case := await office.case(case_id))["conclusion"]["document_id"]:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    signatory = office_desk()
    await signatory.log_in("signatory")
    await signatory.get(f"/desk/cases/{case_id}")
    assert "Read the draft, and sign it or return it" in signatory.text
    assert f"/desk/cases/{case_id}/do/sign_conclusion" in signatory.page
    draft = case["conclusion"]["document_id"]
    to_sign = case["conclusion"]["drafts"][-1]["to_sign"]
    papers = [each["document_id"] for each in (*case["documents"], *case["letters"])]
    shown = signatory.links(f"/desk/cases/{case_id}/papers/")
    assert sorted(shown) == sorted(f"/desk/cases/{case_id}/papers/{each}" for each in (*papers, draft, to_sign))
    answer = await signatory.get(f"/desk/cases/{case_id}/papers/{draft}")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    for path in (f"/desk/cases/{other}/papers/{draft}", f"/desk/cases/{case_id}/papers/sha256-{'0' * 64}"):
        assert (await signatory.get(path)).status_code == 404
    assert (await signatory.get(f"/desk/cases/{case_id}/quarantine/{draft}")).status_code == 403
    assert (await signatory.get("/desk/cases/rex-ch-none")).status_code == 404

    await signatory.get(f"/desk/cases?words={case['request']['reference']}&state=all")
    assert case_id in signatory.text
    assert other not in signatory.text
    for language, words in (("ru", "Где находится дело"), ("kk", "Іс қай кезеңде")):
        await signatory.get(f"/desk/cases/{case_id}", **{"accept-language": language})
        assert words in signatory.text


@pytest.mark.parametrize("value", ["=1+1", "+x", "-x", "@x", "\tx"])
def test_no_cell_of_a_workbook_is_a_formula(value: str) -> None:
    sheet = load_workbook(io.BytesIO(workbook([Table("REX", ["a"], [[value], ["fine\x01"]])]))).active
    assert sheet is not None
    cells = [each for column in sheet.columns for each in column]
    assert [each.data_type for each in cells] == ["s", "s", "s"]
    assert cells[2].value == "fine"
