"""A form is taken from our own page, in the browser that it was made for, and from nowhere else."""

from __future__ import annotations

import httpx
import pytest

from gateway.desk.pages import HEADERS
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import Served


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://rex.example.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_from_another_site_is_not_taken(browser: Browser, headers: dict[str, str]) -> None:
    await browser.log_in("officer")
    answer = await browser.send("/desk/logout", headers=headers)
    assert (answer.status_code, browser.heading) == (403, "This form was sent from another site, so it was not taken.")
    assert "Nothing was changed" in browser.text


@pytest.mark.parametrize("token", ["", "0" * 64, "и"])
async def test_a_form_without_its_token_is_not_taken(browser: Browser, token: str) -> None:
    await browser.log_in("officer")
    answer = await browser.send("/desk/logout", form_token=token)
    assert answer.status_code == 403
    assert browser.heading.startswith("This form is no longer valid")


async def test_the_token_of_another_browser_is_worth_nothing(browser: Browser, served: Served) -> None:
    other = served.browser()
    await other.log_in("officer")
    await browser.log_in("officer")
    assert (await browser.send("/desk/logout", form_token=other.token)).status_code == 403


async def test_json_is_no_form(browser: Browser) -> None:
    await browser.log_in("officer")
    answer = await browser.client.post("/desk/logout", json={"form_token": browser.token})
    assert answer.status_code == 415


async def test_a_browser_runs_nothing_frames_nothing_and_sends_forms_to_us_alone(browser: Browser) -> None:
    for path in ("/desk/login", "/desk/nowhere"):
        headers = (await browser.get(path)).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "<script" not in browser.page
        assert "style=" not in browser.page
    policy = HEADERS["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("header", "cookie", "expected"),
    [
        ("ru-RU,ru;q=0.9,en;q=0.8", None, "Вход"),
        ("de, kk;q=0.4, en;q=0.3", None, "Кіру"),
        ("en;q=0.1, ru;q=0.2", None, "Вход"),
        ("de", None, "Log in"),
        (";;;q=x,,", None, "Log in"),
        ("ru", "kk", "Кіру"),
        ("ru", "xx", "Вход"),
    ],
)
async def test_the_language_is_the_persons_choice_else_the_browsers(
    browser: Browser, header: str, cookie: str | None, expected: str
) -> None:
    if cookie:
        browser.client.cookies.set("rexv-language", cookie, domain="rex.example")
    await browser.get("/desk/login", **{"accept-language": header})
    assert browser.heading == expected


async def test_choosing_a_language_leads_back_to_the_page_and_stays(browser: Browser) -> None:
    await browser.get("/desk/login")
    answer = await browser.send("/desk/language", language="kk", next="/desk/login")
    assert (answer.url.path, browser.heading) == ("/desk/login", "Кіру")
    assert (await browser.send("/desk/language", language="tlh", next="/")).status_code == 422


@pytest.mark.parametrize(
    ("language", "heading"), [("ru", "По этому адресу ничего нет."), ("kk", "Бұл мекенжайда ештеңе жоқ.")]
)
async def test_an_error_is_one_sentence_in_the_persons_language(browser: Browser, language: str, heading: str) -> None:
    answer = await browser.get("/desk/nowhere", **{"accept-language": language})
    assert (answer.status_code, browser.heading) == (404, heading)


async def test_the_style_sheet_and_the_icon_are_there_and_nothing_else_of_the_folder(browser: Browser) -> None:
    answers: list[httpx.Response] = [
        await browser.get(f"/desk/static/{name}") for name in ("desk.css", "icon.svg", "..%2Fpages.py", "none")
    ]
    assert [each.status_code for each in answers] == [200, 200, 404, 404]
    assert answers[0].headers["content-type"].startswith("text/css")
    assert "set-cookie" not in answers[0].headers
