"""People log in, stay logged in for a while, and are written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gateway.desk.accounts import remove_account
from gateway.desk.roles import DeskRole
from gateway.desk.sessions import IDLE, LONGEST, PASSWORD, Session
from register.database import writing
from register.desk_acts import acts_between
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import BASE, Served

COOKIE = "__Host-rexv-desk"


def acts(served: Served) -> list[tuple[str, str, str, str]]:
    """Who, from where, what, and what became of it."""
    found = acts_between(served.register, served.since, served.since + timedelta(hours=1))
    return [(each.who, each.address, each.act, each.outcome) for each in found]


def with_session(browser: Browser, served: Served, session: Session) -> None:
    browser.client.cookies.set(COOKIE, served.desk.signing.written(session), domain="rex.example", path="/")


def officer_since(began: datetime, seen: datetime) -> Session:
    return Session("id", began, seen, "officer", PASSWORD, frozenset({DeskRole.OFFICER}))


async def test_who_is_not_logged_in_is_led_to_the_login_and_then_to_where_they_wanted(browser: Browser) -> None:
    answer = await browser.get("/desk/login?next=/desk/nowhere")
    assert (answer.status_code, browser.heading) == (200, "Log in")
    answer = await browser.send("/desk/login", name="Officer", password="correct horse battery", next="/desk/nowhere")
    assert str(answer.url) == f"{BASE}/desk/nowhere"
    assert "officer case officer" in browser.text


async def test_the_cookie_is_closed_to_scripts_other_sites_and_plain_http(browser: Browser) -> None:
    await browser.get("/desk/login")
    answer = await browser.client.post(
        "/desk/login", data={"form_token": browser.token, "name": "officer", "password": "correct horse battery"}
    )
    told = answer.headers["set-cookie"]
    assert told.startswith(f"{COOKIE}=")
    assert all(each in told for each in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"))
    assert "Domain" not in told


async def test_logging_in_makes_a_new_session_so_that_a_planted_one_is_worth_nothing(browser: Browser) -> None:
    await browser.get("/desk/login")
    before = browser.token
    await browser.log_in("officer")
    await browser.get("/desk/nowhere")
    assert browser.token
    assert browser.token != before


@pytest.mark.parametrize(("name", "password"), [("officer", "wrong"), ("nobody", "correct horse battery"), ("", "")])
async def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    browser: Browser, served: Served, name: str, password: str
) -> None:
    answer = await browser.log_in(name, password)
    assert answer.status_code == 401
    assert "Name and password do not fit" in browser.text
    assert acts(served) == [(name, "10.0.0.7", "log_in", "refused")]


async def test_after_five_wrong_passwords_the_account_has_to_wait_also_with_the_right_one(
    browser: Browser, served: Served
) -> None:
    for _ in range(5):
        assert (await browser.log_in("officer", "wrong")).status_code == 401
    answer = await browser.log_in("officer")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert browser.heading == "Too many wrong passwords. Please try again in 1 min."
    await browser.log_in("inspector")  # another account may
    assert "Log out" in browser.text
    assert acts(served)[-2:] == [
        ("officer", "10.0.0.7", "log_in", "refused"),
        ("inspector", "10.0.0.7", "log_in", "done"),
    ]


async def test_another_spelling_of_a_name_gives_no_further_guesses(browser: Browser) -> None:
    for number in range(5):
        assert (await browser.log_in(f"both{' ' * (number + 1)}HANDS", "wrong")).status_code == 401
    assert (await browser.log_in("Both Hands")).status_code == 429


async def test_one_address_does_not_try_account_after_account(browser: Browser, served: Served) -> None:
    for _ in range(25):
        served.desk.guesses.from_address.take("10.0.0.7")
    assert (await browser.log_in("officer")).status_code == 429


async def test_right_passwords_use_up_no_guesses(browser: Browser) -> None:
    for _ in range(8):
        await browser.log_in("officer")
        assert "Log out" in browser.text
        await browser.send("/desk/logout")
        assert browser.heading == "Log in"


@pytest.mark.parametrize(
    ("began", "seen", "lives"),
    [
        (timedelta(hours=2), IDLE - timedelta(minutes=1), True),
        (timedelta(hours=2), IDLE + timedelta(seconds=2), False),
        (LONGEST + timedelta(seconds=2), timedelta(0), False),
        (timedelta(hours=-1), timedelta(0), False),
    ],
    ids=["in use", "idle", "too long", "from the future"],
)
async def test_a_session_ends_when_nobody_uses_it_and_in_any_case_after_a_day_of_work(
    browser: Browser, served: Served, began: timedelta, seen: timedelta, lives: bool
) -> None:
    now = datetime.now(UTC)
    with_session(browser, served, officer_since(now - began, now - seen))
    await browser.get("/desk/login")
    assert ("Log out" in browser.text) is lives
    assert ("Your session has ended" in browser.text) is not lives


async def test_a_form_of_a_session_that_is_over_says_so_and_that_nothing_was_sent(
    browser: Browser, served: Served
) -> None:
    now = datetime.now(UTC)
    with_session(browser, served, officer_since(now - timedelta(hours=2), now - timedelta(hours=1)))
    answer = await browser.send("/desk/logout")
    assert (answer.status_code, browser.heading) == (
        401,
        "Your session has ended, so nothing was sent. Log in and send it again.",
    )


async def test_a_session_ends_with_its_account(browser: Browser, served: Served) -> None:
    await browser.log_in("officer")
    remove_account(served.accounts, "officer")
    await browser.get("/desk/login")
    assert browser.heading == "Log in"


async def test_a_session_that_we_did_not_sign_is_nobodys(browser: Browser, served: Served) -> None:
    now = datetime.now(UTC)
    forged = served.desk.signing.written(replace(officer_since(now, now), name="head")).rpartition(".")[0]
    browser.client.cookies.set(COOKIE, f"{forged}.{'A' * 43}", domain="rex.example", path="/")
    await browser.get("/desk/login")
    assert browser.heading == "Log in"


async def test_logging_out_ends_the_session_and_both_are_written_down(browser: Browser, served: Served) -> None:
    await browser.log_in("officer")
    await browser.send("/desk/logout")
    assert browser.heading == "Log in"
    assert acts(served) == [
        ("officer", "10.0.0.7", "log_in", "done"),
        ("officer", "10.0.0.7", "log_out", "done"),
    ]


@pytest.mark.parametrize(
    "next", ["https://evil.example", "//evil.example", "/desk//evil.example", "/desk/\\evil", "/api"]
)
async def test_a_link_to_the_login_leads_nobody_elsewhere(browser: Browser, next: str) -> None:
    await browser.get("/desk/login")
    answer = await browser.client.post(
        "/desk/login",
        data={"form_token": browser.token, "name": "officer", "password": "correct horse battery", "next": next},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/today")


async def test_nobody_gets_in_where_it_cannot_be_written_down(browser: Browser, served: Served) -> None:
    await browser.get("/desk/login")
    with writing(served.register) as connection:
        connection.execute(text("ALTER TABLE desk_acts RENAME TO away"))
    answer = await browser.send("/desk/login", name="officer", password="correct horse battery")
    with writing(served.register) as connection:
        connection.execute(text("ALTER TABLE away RENAME TO desk_acts"))
    assert answer.status_code == 503
    await browser.get("/desk/login")
    assert browser.heading == "Log in"
