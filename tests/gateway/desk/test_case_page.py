"""The page of a case, whatever it stands at, in each language; and what is in quarantine."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cases.asking import UnknownCase
from gateway.connected import Connected
from gateway.views import Views
from register import record
from register.desk_acts import acts_between
from rules.text import sha256_of
from tests.cli import examples
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import Served
from tests.register.examples import everything

CASE = "rex-ch-2026-0042"


class Answering(Views):
    """Cases that have answered already."""

    def __init__(self, view: dict[str, Any]) -> None:
        super().__init__()
        self._view = view

    async def look(self, client: object, case_id: str) -> dict[str, Any]:
        return self._view


def answers(served: Served, view: dict[str, Any]) -> Connected:
    connected: Connected = served.app.state.connected
    served.app.state.connected = replace(connected, views=Answering(view))
    return connected


@pytest.fixture
def asked(served: Served) -> Any:
    """Puts the connections back."""
    before = served.app.state.connected
    yield
    served.app.state.connected = before


@pytest.mark.parametrize("language", ["en", "ru", "kk"])
@pytest.mark.parametrize("view", [lambda: examples.NEW, examples.waiting_late, examples.drafted, examples.closed])
async def test_every_case_can_be_shown_in_every_language(
    browser: Browser, served: Served, asked: None, view: Callable[[], dict[str, Any]], language: str
) -> None:
    answers(served, view())
    await browser.log_in("head")
    answer = await browser.get(f"/desk/cases/{CASE}", **{"accept-language": language})
    assert answer.status_code == 200, browser.text
    assert f'<html lang="{language}">' in browser.page
    assert "<svg" in browser.page


async def test_a_paper_in_quarantine_is_had_by_those_who_decide_about_it_after_a_warning(
    browser: Browser, served: Served, asked: None
) -> None:
    content = b"%PDF-1.7 evil"
    sha256 = sha256_of(content)
    kept = {
        "kind": "contract",
        "filename": "../evil\r\n<b>.pdf",
        "reason": "JavaScript that runs when it is opened",
        "document_id": f"sha256-{sha256}",
        "sha256": sha256,
        "size": len(content),
        "message_id": "m1",
        "signatures": [],
        "released_by": None,
    }
    connected = answers(served, examples.drafted() | {"quarantined_documents": [kept]})
    await connected.store.put_apart(io.BytesIO(content))
    at = f"/desk/cases/{CASE}/quarantine/sha256-{sha256}"

    await browser.log_in("signatory")
    await browser.get(f"/desk/cases/{CASE}")
    assert at not in browser.page
    assert (await browser.get(f"{at}?anyway=1")).status_code == 403
    assert (await browser.get(f"/desk/cases/{CASE}/papers/sha256-{sha256}")).status_code == 404

    inspector = served.browser()
    await inspector.log_in("inspector")
    await inspector.get(f"/desk/cases/{CASE}")
    assert at in inspector.page
    await inspector.get(at)
    assert inspector.heading == "This document is in quarantine"
    assert "<b>" not in inspector.page.partition("<main")[2]
    answer = await inspector.get(f"{at}?anyway=1")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="_evil _b_.pdf"')
    assert "sandbox" in answer.headers["content-security-policy"]
    found = acts_between(served.register, served.since, served.since.replace(year=served.since.year + 1))
    assert ("inspector", "open_quarantined", CASE) in [(each.who, each.act, each.case_id) for each in found]


async def test_a_document_that_is_not_in_the_store_is_named_as_that(
    browser: Browser, served: Served, asked: None
) -> None:
    view = examples.drafted()
    answers(served, view)
    await browser.log_in("officer")
    answer = await browser.get(f"/desk/cases/{CASE}/papers/{view['conclusion']['document_id']}")
    assert answer.status_code == 503
    assert browser.heading.startswith("The document store does not answer")


async def test_a_case_that_temporal_has_no_longer_is_shown_as_the_register_remembers_it(
    browser: Browser, served: Served, asked: None
) -> None:
    class Forgotten(Views):
        async def look(self, client: object, case_id: str) -> dict[str, Any]:
            raise UnknownCase(case_id)

    served.app.state.connected = replace(served.app.state.connected, views=Forgotten())
    entries = everything()
    record.write(served.register, entries)
    assert entries.case is not None
    await browser.log_in("viewer")
    answer = await browser.get(f"/desk/cases/{entries.case.case_id}")
    assert answer.status_code == 200, browser.text
    assert "This is what the register remembers" in browser.text
    assert entries.documents[0].filename in browser.text
    assert (await browser.get("/desk/cases/rex-ch-none")).status_code == 404
    assert browser.heading == "There is no case rex-ch-none."


async def test_a_paper_is_saved_and_never_shown_and_only_that_of_the_case(
    browser: Browser, served: Served, asked: None
) -> None:
    view = examples.drafted()
    connected = answers(served, view)
    ours, other = await connected.store.put(b"%PDF-1.7 ours"), await connected.store.put(b"%PDF-1.7 of another case")
    view["conclusion"]["document_id"] = view["conclusion"]["drafts"][-1]["document_id"] = ours
    await browser.log_in("viewer")
    answer = await browser.get(f"/desk/cases/{CASE}/papers/{ours}")
    assert answer.content == b"%PDF-1.7 ours"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    for id in (other, "sha256-" + "0" * 64, "..%2F..%2Fetc%2Fpasswd"):
        assert (await browser.get(f"/desk/cases/{CASE}/papers/{id}")).status_code == 404
