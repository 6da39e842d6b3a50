"""The file of local accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.desk.accounts import Accounts, WrongAccounts, add_account, read_accounts, remove_account
from gateway.desk.roles import MAY, DeskRole, may
from rules.decisions import DECISIONS
from rules.refusal import Refusal
from starter import app

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_a_password_is_kept_as_a_hash_in_a_file_that_nobody_else_reads(tmp_path: Path) -> None:
    file = tmp_path / "sub" / "accounts.json"
    password = add_account(file, "A. Omarova", ["officer", "on-call"], NOW)
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text("utf-8")
    assert password not in text
    assert "$argon2id$" in text
    accounts = Accounts(file)
    assert accounts.check("a.  omarova", password) == "A. Omarova"
    assert accounts.check("A. Omarova", password + "x") is None
    account = accounts.get("A. Omarova")
    assert account is not None
    assert account.roles == {DeskRole.OFFICER, DeskRole.ON_CALL}
    assert "argon2" not in repr(account)


@pytest.mark.parametrize(
    ("name", "roles", "password", "refusal"),
    [
        ("", ["officer"], None, "name: expected 1 to 100 visible characters"),
        ("x\n", ["officer"], None, "name: expected"),
        ("THERE", ["officer"], None, "name: THERE is there already"),
        ("x", [], None, "role: expected at least one of officer"),
        ("x", ["king"], None, "role: unknown role king; expected some of officer"),
        ("x", ["officer"], "short", "password: expected 12 to 200 characters"),
        ("x", ["officer"], "", "password: expected 12 to 200 characters"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(
    tmp_path: Path, name: str, roles: list[str], password: str | None, refusal: str
) -> None:
    file = tmp_path / "accounts.json"
    add_account(file, "there", ["viewer"], NOW, "long enough password")
    with pytest.raises(Refusal, match=refusal):
        add_account(file, name, roles, NOW, password)
    assert list(read_accounts(file)) == ["there"]


def test_a_file_that_others_may_read_is_not_used_and_a_broken_one_keeps_those_before_it(tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    password = add_account(file, "there", ["viewer"], NOW)
    accounts = Accounts(file)
    file.chmod(0o644)
    with pytest.raises(WrongAccounts, match="expected mode 0600"):
        read_accounts(file)
    file.write_text("{")
    assert accounts.check("there", password) == "there"
    file.chmod(0o600)
    with pytest.raises(WrongAccounts, match=r"accounts\.json"):
        read_accounts(file)
    file.unlink()
    assert accounts.check("there", password) is None


def test_an_account_is_added_listed_and_removed_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "accounts.json"
    monkeypatch.setenv("REXV_ACCOUNTS_FILE", str(file))
    run = CliRunner().invoke
    password = run(app, ["accounts", "add", "B. Omarov", "--role", "signatory"]).stdout.strip()
    assert Accounts(file).check("B. Omarov", password) == "B. Omarov"
    given = run(app, ["accounts", "add", "C", "--role", "head", "--password"], input="my own password\n")
    assert (given.stdout, Accounts(file).check("C", "my own password")) == ("", "C")
    listed = run(app, ["accounts", "list"]).stdout.splitlines()
    assert [each.partition(";")[0] for each in listed] == ["B. Omarov: signatory", "C: head"]
    for name in ("B. Omarov", "C"):
        run(app, ["accounts", "remove", name])
    assert run(app, ["accounts", "list"]).stdout == "no accounts\n"
    with pytest.raises(Refusal, match="there is no account C"):
        remove_account(file, "C")


def test_every_decision_is_somebodys_and_a_viewer_may_do_nothing() -> None:
    assert set(DECISIONS) <= set(MAY)
    assert all(MAY.values())
    assert not any(may(frozenset({DeskRole.VIEWER}), act) for act in MAY)
    assert not may(frozenset(DeskRole), "unknown")
    assert may(frozenset({DeskRole.SIGNATORY}), "sign_conclusion")
    assert not may(frozenset({DeskRole.INSPECTOR}), "sign_conclusion")
    assert not may(frozenset({DeskRole.SIGNATORY}), "record_inspection")
