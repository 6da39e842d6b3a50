"""Every page in Chromium: three languages, two widths, light and dark, with and without script; judged by axe.

``make test-browser`` installs what it needs, and runs it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import httpx
import pytest

from calendars.time_zone import almaty_clock
from cli import messages
from gateway.desk.forms.acts import FORMS
from gateway.desk.roles import DeskRole
from tests.cli.conftest import Office
from tests.cli.test_messages import at, to_draft
from tests.gateway.desk.browser import PASSWORD
from tests.gateway.desk.conftest import EVERYBODY, fill
from tests.gateway.desk.test_cases import late_case

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CHROMIUM = "/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else None
"""Debian's, if it is there; else Playwright's own (``playwright install chromium``)."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser that is closed at the end."""
    api = pytest.importorskip("playwright.async_api")
    async with api.async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def log_in(page: Page, base: str, name: str) -> None:
    await page.goto(f"{base}/desk/login")
    await page.fill("#name", name)
    await page.fill("#password", PASSWORD)
    await page.click("main button")


def pages(case_id: str, late: str) -> list[str]:
    """Every page for people, and what they are shown where something is not possible."""
    return [
        "/desk/today",
        "/desk/cases?state=all",
        f"/desk/cases/{case_id}",
        f"/desk/cases/{late}",
        f"/desk/cases/{late}/acknowledge?escalation=all",
        "/desk/open",
        *(f"/desk/cases/{late}/do/{update}" for update in FORMS if update != "sign_conclusion"),
        f"/desk/cases/{case_id}/do/sign_conclusion",
        "/desk/deadlines",
        "/desk/calendar",
        "/desk/calendar/confirm",
        "/desk/figures",
        "/desk/figures?from=soon",
        "/desk/nowhere",
    ]


LOOKS: Final[tuple[tuple[int, Literal["dark", "light"]], ...]] = ((400, "dark"), (1400, "light"))
"""Widths in pixels, each with a colour scheme."""


async def test_every_page_in_every_language_at_every_width_has_no_serious_finding(
    gateway_files: Path, gateway_client: httpx.AsyncClient, office: Office
) -> None:
    axe = pytest.importorskip("axe_playwright_python.async_playwright").Axe()
    fill(gateway_files / "accounts.json", {"Everything": tuple(DeskRole)})
    base = str(gateway_client.base_url).rstrip("/")
    case_id, late = await to_draft(office), await late_case(office)
    found: list[str] = []
    async with chromium() as browser:
        for language in ("en", "ru", "kk"):
            for width, scheme in LOOKS:
                context: Any = await browser.new_context(
                    viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, bypass_csp=True
                )
                page = await context.new_page()
                await page.goto(f"{base}/desk/login")
                found += await _findings(axe, page, language, width)
                await log_in(page, base, "Everything")
                for path in pages(case_id, late):
                    await page.goto(f"{base}{path}")
                    found += await _findings(axe, page, language, width)
                await context.close()
    assert found == []


async def _findings(axe: Any, page: Page, language: str, width: int) -> list[str]:
    where = f"{language} {width} {re.sub(r'^https?://[^/]+', '', page.url)}"
    result = (await axe.run(page)).response
    told = [
        f"{where}: {each['id']} ({each['impact']}): {each['nodes'][0]['html'][:200]}"
        for each in result["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    if await page.evaluate("document.documentElement.lang") != language:
        told.append(f"{where}: another language")
    if await page.evaluate("document.documentElement.scrollWidth") > width:
        told.append(f"{where}: wider than the window")
    return told


async def test_a_person_acknowledges_by_keyboard_and_without_script(
    gateway_files: Path, gateway_client: httpx.AsyncClient, office: Office
) -> None:
    fill(gateway_files / "accounts.json", EVERYBODY)
    base = str(gateway_client.base_url).rstrip("/")
    late = await late_case(office)
    async with chromium() as browser:
        context = await browser.new_context(viewport={"width": 400, "height": 900}, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{base}/desk/login")
        await page.keyboard.type("on-call")  # the field of the name has the focus
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{base}/desk/today")
        await page.get_by_role("link", name=f"Acknowledge {late}").first.press("Enter")
        await page.get_by_role("button", name="Acknowledge as on-call").press("Enter")
        await page.wait_for_url(re.compile(rf"/desk/cases/{late}\?done="))
        assert await page.get_by_text("on-call sees to it until").count() > 0


async def test_a_case_is_opened_inspected_and_signed_without_script_by_what_the_labels_say(
    gateway_files: Path, gateway_client: httpx.AsyncClient, office: Office
) -> None:
    fill(gateway_files / "accounts.json", EVERYBODY)
    base = str(gateway_client.base_url).rstrip("/")
    async with chromium() as browser:

        async def somebody(name: str) -> Page:
            context = await browser.new_context(viewport={"width": 400, "height": 900}, java_script_enabled=False)
            page = await context.new_page()
            await log_in(page, base, name)
            await page.goto(f"{base}/desk/cases")  # Today would wait for the cases of other tests
            return page

        page = await somebody("officer")
        await page.get_by_role("link", name="Open a request").click()
        await page.get_by_label("Switzerland").check()
        await page.get_by_label("Requesting authority").fill("Federal Office for Customs")
        await page.get_by_label("Its reference").fill("B-1")
        received = almaty_clock().local(datetime.now(UTC) - timedelta(hours=1))
        await page.get_by_label("Letter received").fill(f"{received:%Y-%m-%dT%H:%M}")
        await page.get_by_label("Random check").check()
        await page.get_by_label("REX number").fill("KZREX18034001")
        await page.get_by_role("group", name="Exporter").get_by_label("Name").fill("Altyn Dan LLP")
        statements = page.get_by_role("group", name="Statements on origin")
        await statements.get_by_label("Number of the document").fill("INV-7")
        await statements.get_by_label("Date of the document").fill("2025-10-06")
        reply_to = page.get_by_role("group", name="Who gets the reply")
        await reply_to.get_by_label("Name").fill("A. Keller")
        await reply_to.get_by_label("E-mail").fill("origin@customs.example")
        await page.get_by_role("button", name="Open the case").click()
        await page.wait_for_url(re.compile(r"/desk/cases/rex-ch-b-1"))

        await at(office, "rex-ch-b-1", "await_documents")
        message = await office.documents("rex-ch-b-1")
        await messages.documents("rex-ch-b-1", office.file(message), sent_by=None, as_json=False)
        await at(office, "rex-ch-b-1", "inspect")
        page = await somebody("inspector")
        await page.get_by_role("link", name="rex-ch-b-1").click()
        await page.get_by_role("link", name="Inspect", exact=True).click()
        for question in ("Are the documents complete?", "Are the data reliable?", "Do the data agree with REX?"):
            await page.get_by_role("group", name=question).get_by_label("Yes").check()
        await page.get_by_role("button", name="Inspect", exact=True).click()
        await page.wait_for_url(re.compile(r"\?done=record_inspection"))

        await at(office, "rex-ch-b-1", "conclude")
        page = await somebody("signatory")
        await page.get_by_role("link", name="rex-ch-b-1").click()
        await page.get_by_role("link", name="Sign", exact=True).click()
        await page.get_by_role("button", name="Sign", exact=True).click()
        await page.wait_for_url(re.compile(r"\?done=sign_conclusion"))
