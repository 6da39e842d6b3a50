"""Login by OpenID Connect, at a provider that runs here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gateway.desk.openid import OpenId
from tests.gateway.desk.browser import Browser
from tests.gateway.desk.conftest import BASE, Served
from tests.gateway.desk.test_login import acts

pytestmark = pytest.mark.filterwarnings("ignore::Warning")  # the provider's own use of Authlib


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider with people of several groups."""
    from oidc_provider_mock import User, run_server_in_thread  # type: ignore[import-untyped]  # ships no types

    people = (
        User(sub="1", claims={"name": "A. Omarova", "groups": ["rex-officers", "on-call"]}),
        User(sub="2", claims={"name": "Nobody Here", "groups": ["accounting"]}),
        User(sub="3", claims={"preferred_username": "b.omarov", "groups": "/signatory"}),
    )
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def provided(served: Served, issuer: str, client_id: str = "rex") -> OpenId:
    """The desk logs people in at the provider."""
    openid = OpenId(issuer, client_id, "secret", groups_claim="groups", roles={"rex-officers": "officer"})
    served.app.state.desk = replace(served.desk, openid=openid)
    return openid


async def at_the_provider(browser: Browser, person: str, **changed: str) -> httpx.Response:
    """Begin at the desk, say who one is at the provider, and come back."""
    begun = await browser.client.get("/desk/openid?next=/desk/nowhere")
    assert begun.status_code == 303
    async with httpx.AsyncClient() as provider:
        chosen = await provider.post(begun.headers["location"], data={"sub": person})
    back = urlsplit(chosen.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{BASE}/desk/openid/back"
    query = {name: values[0] for name, values in parse_qs(back.query).items()} | changed
    return await browser.client.get("/desk/openid/back", params=query)


async def test_the_provider_says_who_somebody_is_and_their_groups_what_they_may(
    browser: Browser, served: Served, issuer: str
) -> None:
    provided(served, issuer)
    await browser.get("/desk/login")
    assert "Log in with the ministry's account" in browser.text
    assert "Password" not in browser.text
    answer = await at_the_provider(browser, "1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/nowhere")
    await browser.get("/desk/nowhere")
    assert "A. Omarova case officer, on-call" in browser.text
    assert acts(served)[-1] == ("A. Omarova", "10.0.0.7", "log_in", "done")


async def test_a_group_may_be_named_as_a_role_and_a_person_by_their_login(
    browser: Browser, served: Served, issuer: str
) -> None:
    provided(served, issuer)
    await at_the_provider(browser, "3")
    await browser.get("/desk/nowhere")
    assert "b.omarov signatory" in browser.text


async def test_who_has_no_role_is_not_let_in(browser: Browser, served: Served, issuer: str) -> None:
    provided(served, issuer)
    answer = await at_the_provider(browser, "2")
    assert answer.status_code == 403
    assert "Nobody Here belongs to no group that has a role here" in answer.text
    await browser.get("/desk/login")
    assert browser.heading == "Log in"


@pytest.mark.parametrize("changed", [{"state": "other"}, {"code": "other"}])
async def test_an_answer_that_was_made_for_another_login_is_worth_nothing(
    browser: Browser, served: Served, issuer: str, changed: dict[str, str]
) -> None:
    provided(served, issuer)
    assert (await at_the_provider(browser, "1", **changed)).status_code == 403


async def test_an_answer_is_good_for_the_browser_that_began_and_once(
    browser: Browser, served: Served, issuer: str
) -> None:
    provided(served, issuer)
    begun = await browser.client.get("/desk/openid")
    async with httpx.AsyncClient() as provider:
        chosen = await provider.post(begun.headers["location"], data={"sub": "1"})
    other = served.browser()
    assert (await other.get(chosen.headers["location"])).status_code == 403
    assert (await browser.client.get(chosen.headers["location"])).status_code == 303
    assert (await browser.client.get(chosen.headers["location"])).status_code == 403


async def test_a_token_with_another_nonce_or_for_another_client_does_not_hold(
    browser: Browser, served: Served, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    openid = provided(served, issuer)
    begin = openid.begin

    async def other_nonce(back: str) -> tuple[str, str]:
        url, kept = await begin(back)
        state, _, verifier = json.loads(kept)
        return url, json.dumps([state, "other", verifier])

    monkeypatch.setattr(openid, "begin", other_nonce)
    refused = await at_the_provider(browser, "1")
    assert refused.status_code == 403
    monkeypatch.undo()

    exchange = openid._exchange

    async def of_another_client(*arguments: object) -> dict[str, object]:
        token = await exchange(*arguments)  # type: ignore[arg-type]  # as it was called
        openid._client_id = "another"
        return token

    monkeypatch.setattr(openid, "_exchange", of_another_client)
    assert (await at_the_provider(browser, "1")).status_code == 403


async def test_a_provider_that_does_not_answer_is_named_as_that(browser: Browser, served: Served) -> None:
    provided(served, "http://localhost:1")
    answer = await browser.get("/desk/openid")
    assert answer.status_code == 503
    assert browser.heading.startswith("The login service does not answer")


async def test_local_accounts_are_closed_where_a_provider_logs_people_in(
    browser: Browser, served: Served, issuer: str
) -> None:
    somebody = served.browser()
    await somebody.log_in("officer")
    await browser.get("/desk/login")
    provided(served, issuer)
    await somebody.get("/desk/cases")
    assert somebody.heading == "Log in"
    assert (await browser.send("/desk/login", name="officer", password="correct horse battery")).status_code == 404


def test_a_role_that_there_is_not_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="REXV_OIDC_ROLES: unknown role king"):
        OpenId("http://x", "a", "b", groups_claim="groups", roles={"g": "king"})
