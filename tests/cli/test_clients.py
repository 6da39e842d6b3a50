"""``clients`` and ``door-key``: what is printed once, and what the gateway reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.clients import hash_of, read_clients
from rules.refusal import Refusal
from runtime.door_keys import read_door_keys
from starter import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REXV_CLIENTS_FILE", str(tmp_path / "clients.json"))
    monkeypatch.setenv("REXV_DOOR_KEY", str(tmp_path / "door-key.pem"))
    monkeypatch.setenv("REXV_DOOR_KEYS", str(tmp_path / "door-keys"))
    return tmp_path


def run(*arguments: str) -> list[str]:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_a_client_is_added_with_its_token_listed_and_removed(folder: Path) -> None:
    assert run("clients", "list") == ["no clients"]
    [token] = run("clients", "add", "Atameken", "--may", "documents_arrived, store", "--certificate", "atameken.kz")
    client = read_clients(folder / "clients.json")["Atameken"]
    assert (client.token_sha256, client.may) == (hash_of(token), ["documents_arrived", "store"])
    [line] = run("clients", "list")
    assert line.startswith("Atameken: documents_arrived, store; certificate atameken.kz; added 20")
    assert token not in line
    _, secret = run("clients", "add", "office", "--may", "read", "--webhook", "https://office.example/hook")
    assert secret.startswith("whsec_")
    run("clients", "remove", "Atameken")
    assert list(read_clients(folder / "clients.json")) == ["office"]
    with pytest.raises(Refusal, match="unknown right everything"):
        run("clients", "add", "new", "--may", "everything")


def test_a_new_key_is_added_beside_the_one_before(folder: Path) -> None:
    ids = [run("door-key", "new")[0] for _ in range(2)]
    assert list(read_door_keys(folder / "door-keys")) == ids
