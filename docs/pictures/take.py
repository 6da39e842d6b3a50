"""Takes the pictures of the README from a real case in the real Temporal UI: ``make pictures``.

Starts the embedded system in a folder of its own, opens a case that is late and one that is in order, and
photographs their pages with Debian's Chromium (packages ``chromium`` and ``chromium-driver``).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from cli.samples import sample  # noqa: E402  (the root of the project is on the path only from here on)
from embedded.system import Embedded  # noqa: E402  (as above)

WAIT = 60
"""Seconds until a page of the UI has shown what is waited for."""


async def main() -> None:
    """Open the cases, wait until they stand where the pictures want them, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        async with Embedded(Path(folder)) as system:
            on_time = await _open(system, "REQ-2026-0042", timedelta(hours=2))
            late = await _open(system, "REQ-2026-0017", timedelta(days=18))
            async with httpx.AsyncClient(timeout=WAIT) as web:
                for case in (on_time, late):
                    url = f"{system.atameken_url}/simulator/documents-arrived/{case}"
                    message = (await web.get(url)).raise_for_status().json()
                    if case == late:
                        message["documents"] = message["documents"][:1]
                    file = Path(folder) / f"{case}.json"
                    file.write_text(json.dumps(message), encoding="utf-8")
                    await _starter(system, "documents", case, str(file))
            pages = f"{system.ui_url}/namespaces/default/workflows"
            await asyncio.to_thread(_photograph, pages, on_time, late)


async def _open(system: Embedded, reference: str, ago: timedelta) -> str:
    request = sample("request-ch", datetime.now(UTC) - ago) | {"reference": reference}
    file = system.folder / f"{reference}.json"
    file.write_text(json.dumps(request), encoding="utf-8")
    opened: dict[str, Any] = json.loads(await _starter(system, "open", str(file), "--json"))
    case: str = opened["case_id"]
    return case


async def _starter(system: Embedded, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "starter.py"), *arguments),
        env=os.environ | system.client_environment,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    if process.returncode != 0:
        raise SystemExit(f"starter.py {' '.join(arguments)} ended with {process.returncode}")
    return printed.decode()


def _photograph(pages: str, on_time: str, late: str) -> None:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"):
        options.add_argument(argument)
    options.add_argument("--disable-background-networking")
    options.binary_location = "/usr/bin/chromium"
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        _shot(browser, f"{pages}/{on_time}", "¶5", "timeline.png", (1400, 1250))
        browser.get(f"{pages}/{late}")
        WebDriverWait(browser, WAIT).until(lambda b: f"{late}/" in b.current_url)
        run = browser.current_url.split(f"{late}/")[1].split("/")[0]
        _shot(browser, f"{pages}/{late}/{run}/user-metadata", "What to do next", "late-case.png", (1400, 1500))
    finally:
        browser.quit()


def _shot(browser: webdriver.Chrome, url: str, expected: str, name: str, size: tuple[int, int]) -> None:
    browser.set_window_size(*size)
    browser.get(url)
    WebDriverWait(browser, WAIT).until(lambda b: _shows(b, expected))
    browser.save_screenshot(str(HERE / name))
    print(f"took {name}")


def _shows(browser: webdriver.Chrome, expected: str) -> bool:
    """Whether the page says it, or a frame of it: the UI renders Markdown in one."""
    browser.switch_to.default_content()
    if expected in browser.find_element(By.TAG_NAME, "body").text:
        return True
    for frame in browser.find_elements(By.TAG_NAME, "iframe"):
        browser.switch_to.frame(frame)
        found = expected in browser.find_element(By.TAG_NAME, "body").text
        browser.switch_to.default_content()
        if found:
            return True
    return False


if __name__ == "__main__":
    asyncio.run(main())
