"""The file of clients: tokens are kept as hashes, and what is in the file holds at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.clients import Clients, WrongClients, add_client, hash_of, read_clients, remove_client
from rules.refusal import Refusal

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gateway" / "clients.json"


def test_a_token_is_kept_as_a_hash_in_a_file_that_nobody_else_may_read(file: Path) -> None:
    token = add_client(file, "Atameken", ["documents_arrived", "documents_arrived"], NOW).token
    assert len(token) >= 43
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    client = read_clients(file)["Atameken"]
    assert (client.token_sha256, client.may, client.added_at) == (hash_of(token), ["documents_arrived"], NOW)


def test_a_change_of_the_file_holds_at_once_and_one_that_cannot_be_read_changes_nothing(file: Path) -> None:
    clients = Clients(file)
    assert clients.by_token("any") is None
    token = add_client(file, "Atameken", ["read"], NOW).token
    found = clients.by_token(token)
    assert found is not None
    assert found[0] == "Atameken"
    kept = file.read_text()
    file.write_text("{")
    assert clients.by_token(token) is not None
    with pytest.raises(WrongClients, match=r"clients\.json: expected JSON"):
        Clients(file)
    file.write_text(kept)
    remove_client(file, "Atameken")
    assert clients.by_token(token) is None


def test_a_certificate_is_known_by_its_common_name_if_only_one_has_it(file: Path) -> None:
    clients = Clients(file)
    add_client(file, "Atameken", ["read"], NOW, certificate="atameken.kz")
    found = clients.by_certificate("atameken.kz")
    assert found is not None
    assert found[0] == "Atameken"
    add_client(file, "other", ["read"], NOW, certificate="atameken.kz")
    assert clients.by_certificate("atameken.kz") is None


@pytest.mark.parametrize(
    ("name", "may", "reason"),
    [
        ("known", ["read"], "is there already"),
        ("", ["read"], "1 to 100 visible characters"),
        ("a\nb", ["read"], "1 to 100 visible characters"),
        ("new", ["everything"], "unknown right everything"),
        ("new", [], "at least one right"),
    ],
)
def test_a_client_that_makes_no_sense_is_refused(file: Path, name: str, may: list[str], reason: str) -> None:
    add_client(file, "known", ["read"], NOW)
    with pytest.raises(Refusal, match=reason):
        add_client(file, name, may, NOW)
    assert list(read_clients(file)) == ["known"]


def test_only_a_client_that_is_there_can_be_removed(file: Path) -> None:
    with pytest.raises(Refusal, match="there is no client"):
        remove_client(file, "Atameken")
