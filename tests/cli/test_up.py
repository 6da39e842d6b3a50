"""``up`` takes from the environment how an office works, sets all else aside by name, and prints what to try."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.up import fill_accounts, settings_for, what_to_try
from embedded.system import Embedded
from gateway.desk.accounts import Accounts, add_account, read_accounts
from gateway.desk.roles import DeskRole
from rules.request import read_request


def test_how_an_office_works_is_taken_and_what_is_about_another_system_is_set_aside_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {
        "REXV_ESCALATION_FILE": "ladder.toml",
        "REXV_READINGS": "/office/readings.toml",
        "REXV_CONFIRM_REQUEST": "1",
        "REXV_REQUIRE_SIGNED_FILE": "1",
        "REXV_RECEIPT_CUTOFF": "16:00",
        "REXV_COMMAND": "rex",
        "REXV_DATABASE_URL": "postgresql://other",
        "TEMPORAL_ADDRESS": "other:7233",
        "REXV_HEARTBEAT_URL": "",
        "PATH": "/bin",
    }
    taken, set_aside = settings_for(environment)
    assert taken == {
        "REXV_ESCALATION_FILE": str(tmp_path / "ladder.toml"),
        "REXV_READINGS": "/office/readings.toml",
        "REXV_CONFIRM_REQUEST": "1",
        "REXV_REQUIRE_SIGNED_FILE": "1",
        "REXV_RECEIPT_CUTOFF": "16:00",
        "REXV_COMMAND": "rex",
    }
    assert set_aside == ["REXV_DATABASE_URL", "TEMPORAL_ADDRESS"]
    assert settings_for({"PATH": "/bin"}) == ({}, [])
    assert Embedded(tmp_path, settings=taken).environment["REXV_ESCALATION_FILE"] == str(tmp_path / "ladder.toml")


def test_the_requests_that_it_offers_are_accepted(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    page = what_to_try(Embedded(tmp_path), now, {"officer": "secret"})
    for name in ("request.json", "late.json"):
        assert f"open {tmp_path / name}" in page
        read_request(json.loads((tmp_path / name).read_text("utf-8")), now)


def test_nobody_else_may_read_the_tokens_that_it_writes(tmp_path: Path) -> None:
    file = tmp_path / "environment.sh"
    file.touch(0o644)
    what_to_try(Embedded(tmp_path), datetime.now(UTC), {})
    assert "OFFICE_TOKEN" in file.read_text("utf-8")
    assert file.stat().st_mode & 0o777 == 0o600


def test_there_is_an_account_of_each_role_with_a_new_password_each_time_and_others_stay(tmp_path: Path) -> None:
    file, now = tmp_path / "accounts.json", datetime.now(UTC)
    add_account(file, "A. Omarova", ["officer"], now)
    first, second = fill_accounts(file, now), fill_accounts(file, now)
    assert set(first) == set(second) == {role.value for role in DeskRole}
    assert not set(first.values()) & set(second.values())
    assert set(read_accounts(file)) == {"A. Omarova", *first}
    assert Accounts(file).check("officer", first["officer"]) is None
    assert Accounts(file).check("officer", second["officer"]) == "officer"
