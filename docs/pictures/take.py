"""Takes the pictures of README and docs from real cases in the real Temporal UI: ``make pictures``.

Starts the embedded system in a folder of its own, brings four cases to where the pictures want them, and photographs
their pages, the list and a notice with Debian's Chromium (packages ``chromium`` and ``chromium-driver``), each as wide
as a screen on a desk and as a telephone.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageChops
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from cli.samples import sample
from embedded.system import NAMESPACE, Embedded
from runtime.packages import ROOT
from runtime.views import OPEN_CASES

HERE = Path(__file__).resolve().parent

WAIT = 60
"""Seconds until a page of the UI, or the mail, has shown what is waited for."""

DESK, TELEPHONE = 1400, 400
"""Widths, in points."""

COLORS = 128
"""Of a picture: text on plain grounds needs no more, and a file is a third as large."""

COLUMNS = (
    *("Workflow ID", "RexStep", "RexLastDay", "RexRisk", "RexReserveDays", "RexLimitLastDay", "RexOpenEscalations"),
    *("RexResponsible", "RexExporter", "RexOutcome"),
)
"""Of the list, as docs/operating.md gives them."""

_AS_MAIL_PROGRAMS_SHOW_IT = """<meta charset='utf-8'>
<meta name='viewport' content='width=device-width'>
<body style='margin:16px;background:#fff'>"""


async def main() -> None:
    """Bring the cases to where they are wanted, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        async with Embedded(Path(folder)) as system:
            on_time = await _open(system, "request-ch", "2026-0042", timedelta(hours=2))
            late = await _open(system, "request-no", "26/01187", timedelta(days=22))
            signing = await _open(system, "request-ch-doubt", "2026-0017", timedelta(days=9))
            await _open(system, "request-ch", "2026-0043", timedelta(minutes=5))
            for case, officer in ((on_time, "A. Serikova"), (late, "D. Akhmetov"), (signing, "A. Serikova")):
                await _starter(system, "assign", case, "--to", officer, "--by", "B. Omarov")
            for case in (on_time, late, signing):
                await _deliver(system, case, 1 if case == late else None)
            await _decide(system, signing, "record_inspection", sample("inspection-valid", datetime.now(UTC)))
            mail = await _mail(system, late)
            await asyncio.to_thread(_photograph, system.ui_url, on_time, late, mail)


async def _open(system: Embedded, name: str, reference: str, ago: timedelta) -> str:
    request = sample(name, datetime.now(UTC) - ago) | {"reference": reference}
    opened: dict[str, Any] = json.loads(await _starter(system, "open", _file(system, request), "--json"))
    case: str = opened["case_id"]
    return case


async def _deliver(system: Embedded, case: str, papers: int | None) -> None:
    """Send the case its documents, as Atameken would: so many of them, or all."""
    async with httpx.AsyncClient(timeout=WAIT, transport=httpx.AsyncHTTPTransport(retries=5)) as web:
        answer = await web.get(f"{system.atameken_url}/simulator/documents-arrived/{case}")
    message = answer.raise_for_status().json()
    message["documents"] = message["documents"][:papers]
    await _starter(system, "documents", case, _file(system, message))


async def _decide(system: Embedded, case: str, name: str, said: dict[str, Any]) -> None:
    decision = {field: value for field, value in said.items() if field not in ("message_id", "sent_by", "inspector")}
    await _starter(system, "update", case, name, _file(system, {"by": "A. Nurlan"} | decision))


async def _mail(system: Embedded, words: str) -> str:
    """The HTML of the first notice whose subject has the words."""
    async with asyncio.timeout(WAIT):
        while True:
            for file in sorted(system.mail_folder.glob("*.eml")):
                letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                html = letter.get_body(("html",))
                if words in str(letter["Subject"]) and html is not None:
                    content: str = html.get_content()
                    return f"{_AS_MAIL_PROGRAMS_SHOW_IT}{content}"
            await asyncio.sleep(0.2)


def _file(system: Embedded, data: dict[str, Any]) -> str:
    file = system.folder / "message.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return str(file)


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


def _photograph(ui_url: str, on_time: str, late: str, mail: str) -> None:
    pages = f"{ui_url}/namespaces/{NAMESPACE}/workflows"
    with _browser() as browser, tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as notice:
        notice.write(mail)
        notice.flush()
        browser.get(pages)
        columns = {NAMESPACE: [{"label": each} for each in COLUMNS]}
        browser.execute_script(
            "localStorage.setItem('namespace-workflow-table-columns', arguments[0])", json.dumps(columns)
        )
        shot = _camera(browser)
        shot("list", OPEN_CASES.link(ui_url, NAMESPACE, datetime.now(UTC).date()), late, 520, 760)
        shot("case-page", f"{_run(browser, pages, on_time)}/user-metadata", "What to do next", 1300, 2400)
        shot("late-case", f"{_run(browser, pages, late)}/user-metadata", "What to do next", 1500, 2800)
        shot("timeline", _run(browser, pages, on_time), "¶5", 1150, 1500)
        shot("notice", f"file://{notice.name}", late, 1100, 1300)


@contextmanager
def _browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"):
        options.add_argument(argument)
    options.add_argument("--disable-background-networking")
    options.add_argument("--hide-scrollbars")
    options.binary_location = "/usr/bin/chromium"
    service = Service("/usr/bin/chromedriver", env=os.environ | {"TZ": "Asia/Almaty"})
    browser = webdriver.Chrome(options=options, service=service)
    try:
        yield browser
    finally:
        browser.quit()


def _run(browser: webdriver.Chrome, pages: str, case: str) -> str:
    """The address of the case's run, to which the UI leads by itself."""
    browser.get(f"{pages}/{case}")
    WebDriverWait(browser, WAIT).until(lambda b: f"{case}/" in b.current_url)
    return f"{pages}/{case}/{browser.current_url.split(f'{case}/')[1].split('/')[0]}"


def _camera(browser: webdriver.Chrome) -> Callable[[str, str, str, int, int], None]:
    def shot(name: str, url: str, expected: str, *heights: int) -> None:
        """Take the page at both widths, each as high as said, once it shows the words that are expected."""
        for width, height in zip((DESK, TELEPHONE), heights, strict=True):
            # Headless Chromium's own window takes some of the height, and none is narrower than 500.
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width == TELEPHONE}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.get(url)
            WebDriverWait(browser, WAIT).until(lambda b: _shows(b, expected))
            file = HERE / (f"{name}.png" if width == DESK else f"{name}-{width}.png")
            picture = _trimmed(Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB"))
            picture.quantize(COLORS, dither=Image.Dither.NONE).save(file, optimize=True)
            print(f"took {file.name}")

    return shot


def _trimmed(picture: Image.Image) -> Image.Image:
    """Without the white that is left at the right and below; pages of the UI have none."""
    box = ImageChops.invert(picture).getbbox()
    return picture.crop((0, 0, min(box[2] + 16, picture.width), min(box[3] + 16, picture.height))) if box else picture


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
