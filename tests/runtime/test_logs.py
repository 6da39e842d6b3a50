"""What the worker's log says, and what it never says."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from runtime.logs import log_plainly


@pytest.fixture
def restored_logging() -> Iterator[None]:
    """Logging as pytest has it, put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("restored_logging")
def test_secrets_and_the_passwords_of_secret_urls_are_struck_out(capsys: pytest.CaptureFixture[str]) -> None:
    urls = "mailto://user:pass%20word@host slack://token-a/token-b"
    log_plainly([SecretStr("atameken-token"), SecretStr(urls)])
    log = logging.getLogger("somebody")
    log.warning("sent %s with %s", "atameken-token", "pass word")
    log.error("no: %s", urls.split()[1], exc_info=ValueError("pass%20word"))
    said = capsys.readouterr().err
    assert "sent *** with ***" in said
    assert "no: ***" in said
    for secret in ("atameken-token", "pass word", "pass%20word", "token-a"):
        assert secret not in said


@pytest.mark.usefixtures("restored_logging")
def test_an_error_meant_for_people_is_one_line_and_a_defect_keeps_its_stack_trace(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log_plainly([])
    log = logging.getLogger("temporalio.activity")
    log.warning("Completing activity as failed", exc_info=ApplicationError("REX: out of reach", type="Unreachable"))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith("Completing activity as failed: Unreachable: REX: out of reach\n")
    try:
        raise KeyError("lost")
    except KeyError:
        log.warning("Completing activity as failed", exc_info=True)
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("restored_logging")
def test_libraries_that_log_every_address_are_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    log_plainly([])
    logging.getLogger("httpx").info("HTTP Request: POST http://rex/login")
    assert capsys.readouterr().err == ""
