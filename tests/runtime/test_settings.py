"""The project's settings: where they come from, what they refuse, and what they never say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rules.readings import Grounds, Readings
from runtime.settings import ClientSettings, GatewaySettings, WorkerSettings, WrongSettings, read_settings
from tests.conftest import ROOT

REQUIRED = {
    "REXV_ATAMEKEN_URL": "http://127.0.0.1:8101",
    "REXV_ATAMEKEN_TOKEN": "atameken-secret",
    "REXV_REX_URL": "https://rex.example/api/",
    "REXV_REX_LOGIN": "officer",
    "REXV_REX_PASSWORD": "rex-secret",
    "REXV_MAIL_URL": "smtp://mailer:mail-secret@mail.example:587?from=rex@example.org",
    "REXV_ESCALATE_1": "json://localhost/one-secret",
    "REXV_ESCALATE_2": "json://localhost/two-secret json://localhost/three-secret",
    "REXV_ESCALATE_3": "mailto://user:four-secret@example.org",
}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine or of a ``.env`` beside the code reaches these tests."""
    for name in [name for name in os.environ if name.startswith("REXV_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def all_set(monkeypatch: pytest.MonkeyPatch, nothing_set: None) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_opening_and_looking_need_no_setting_and_files_lie_beside_the_code() -> None:
    settings = read_settings(ClientSettings)
    assert settings.task_queue == "rex-verification"
    assert settings.ui_url == "http://localhost:8233"
    assert settings.database_url.get_secret_value() == f"sqlite:///{ROOT}/var/register.db"


@pytest.mark.usefixtures("all_set")
def test_a_worker_has_all_its_settings_and_the_defaults_of_the_contract() -> None:
    settings = read_settings(WorkerSettings)
    assert settings.rex_url == "https://rex.example/api"
    assert settings.recipients[2][1] == "json://localhost/three-secret"
    assert settings.document_store == str(ROOT / "var" / "documents")
    assert (settings.document_hosts, settings.receipt_cutoff, settings.metrics_address) == ((), None, None)


def test_the_readings_are_the_defaults_and_those_of_the_file_that_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert read_settings(ClientSettings).readings == Readings()
    chosen = tmp_path / "readings.toml"
    chosen.write_text('grounds = "all"  # letter 14-02/7\n')
    monkeypatch.setenv("REXV_READINGS", str(chosen))
    assert read_settings(ClientSettings).readings == Readings(grounds=Grounds.ALL)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('ground = "all"', "unknown 'ground'; expected one of inspection_starts"),
        ('grounds = "every"', "grounds: unknown 'every'; expected one of any, all"),
        ("grounds = all", "not TOML: "),
        (None, "cannot be read (FileNotFoundError)"),
    ],
)
@pytest.mark.usefixtures("all_set")
def test_a_readings_file_that_does_not_fit_is_named_with_what_and_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "readings.toml"
    if content is not None:
        file.write_text(content)
    monkeypatch.setenv("REXV_READINGS", str(file))
    with pytest.raises(WrongSettings) as wrong:
        read_settings(WorkerSettings)
    assert str(wrong.value).startswith(f"REXV_READINGS: {file}: {said}")
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(("value", "confirms"), [(None, False), ("1", True), ("0", False), ("", False)])
@pytest.mark.usefixtures("all_set")
def test_a_person_confirms_requests_where_the_setting_says_so(
    monkeypatch: pytest.MonkeyPatch, value: str | None, confirms: bool
) -> None:
    if value is not None:
        monkeypatch.setenv("REXV_CONFIRM_REQUEST", value)
    assert read_settings(WorkerSettings).confirm_request is confirms


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.usefixtures("all_set")
def test_a_required_setting_that_is_missing_or_empty_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(WrongSettings, match=f"^{name}: is required$"):
        read_settings(WorkerSettings)
    monkeypatch.setenv(name, " ")
    with pytest.raises(WrongSettings, match=f"^{name}: is required$"):
        read_settings(WorkerSettings)


def test_all_that_is_missing_is_named_in_one_line() -> None:
    with pytest.raises(WrongSettings) as raised:
        read_settings(WorkerSettings)
    line = str(raised.value)
    assert line == "; ".join(f"{name}: is required" for name in REQUIRED)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("REXV_ATAMEKEN_URL", "secret-host:8101", "expected a URL as in https://host:port/path"),
        ("REXV_ATAMEKEN_URL", "ftp://secret-host", "expected a URL as in"),
        ("REXV_ATAMEKEN_URL", "http://host:secret", "expected a URL as in"),
        ("REXV_REX_URL", "https://officer:secret@rex.example", "expected a URL without user and password"),
        ("REXV_REX_URL", "https://rex.example/?key=secret", "expected a URL without \\? and #"),
        ("REXV_UI_URL", "secret", "expected a URL as in"),
        ("REXV_PRIVATE_DOCUMENT_HOSTS", "http://user:secret@files.example", "without user"),
        ("REXV_CLAMD_ADDRESS", "secret", "host:port"),
        ("REXV_DOCUMENT_HOSTS", "https://files.example https://secret.example/folder", "without a path"),
        ("REXV_ATAMEKEN_TOKEN", "secret with a space", "expected ASCII letters"),
        ("REXV_RECEIPT_CUTOFF", "4 pm, secret", "expected HH:MM as in 16:00"),
        ("REXV_METRICS_ADDRESS", "secret", "expected host:port"),
        ("REXV_COMMAND", "secret\nsecond line", "expected one line"),
        ("REXV_HEARTBEAT_URL", "ftp://secret.example/ping", "begins with http"),
        ("REXV_HEARTBEAT_URL", "https://user:secret@heartbeat.example", "without user and password"),
        ("REXV_MAIL_URL", "http://secret.example", "expected smtp"),
        ("REXV_MAIL_URL", "smtp://user:secret@mail.example", "from"),
        ("REXV_ESCALATE_2", "json://localhost not-a-secret", "expected"),
    ],
)
@pytest.mark.usefixtures("all_set")
def test_a_setting_that_does_not_fit_is_named_with_what_is_expected_and_never_quoted(
    name: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings, match=f"^{name}: .*{expected}") as raised:
        read_settings(WorkerSettings)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.usefixtures("all_set")
def test_several_document_hosts_are_separated_by_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REXV_DOCUMENT_HOSTS", " https://a.example  http://b.example:8080/ ")
    assert read_settings(WorkerSettings).document_hosts == ("https://a.example", "http://b.example:8080")


def test_a_dotenv_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("REXV_TASK_QUEUE=from-file\nREXV_UI_URL=http://file.example\nOTHER=1\n")
    monkeypatch.setenv("REXV_TASK_QUEUE", "from-environment")
    settings = read_settings(ClientSettings)
    assert (settings.task_queue, settings.ui_url) == ("from-environment", "http://file.example")


def test_a_dotenv_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"REXV_TASK_QUEUE=\xff\xfe")
    with pytest.raises(WrongSettings, match=r"^\.env: cannot be read"):
        read_settings(ClientSettings)


@pytest.mark.usefixtures("all_set")
def test_printing_the_settings_shows_no_secret() -> None:
    settings = read_settings(WorkerSettings)
    assert "secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_the_example_names_every_setting_and_only_those() -> None:
    example = (ROOT / ".env.example").read_text()
    named = {line.lstrip("# ").partition("=")[0] for line in example.splitlines() if "=" in line and "REXV_" in line}
    fields = {**WorkerSettings.model_fields, **GatewaySettings.model_fields}
    assert named == {f"REXV_{field.upper()}" for field in fields}


@pytest.mark.usefixtures("all_set")
def test_a_ladder_file_takes_the_place_of_the_recipients_in_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    levels = "".join(f'[levels.{level}]\nrecipients = ["json://${{HOST}}/{level}"]\n' for level in (1, 2, 3))
    (tmp_path / "escalation.toml").write_text(levels)
    for level in (1, 2, 3):
        monkeypatch.delenv(f"REXV_ESCALATE_{level}")
    monkeypatch.setenv("REXV_ESCALATION_FILE", str(tmp_path / "escalation.toml"))
    monkeypatch.setenv("HOST", "localhost")
    assert read_settings(WorkerSettings).recipients == {level: [f"json://localhost/{level}"] for level in (1, 2, 3)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("climb_after_hours = 2", "first_level = 9", "kinds.action_failed.first_level: unknown level"),
        ("climb_after_hours = 4", "climb_after_hours = 0", "defaults.climb_after_hours: expected more than 0"),
        ("[kinds.action_failed]", "[kinds.step_late]", "kinds.step_late: unknown kind"),
        ('["${REXV_ESCALATE_2}"]', '["pigeon://secret"]', "levels.2.recipients[0] (pigeon): not a URL that Apprise"),
    ],
)
@pytest.mark.usefixtures("all_set")
def test_a_ladder_file_that_does_not_fit_is_named_with_the_place(
    old: str, new: str, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    example = (ROOT / "escalation/default.toml").read_text()
    (tmp_path / "ladders.toml").write_text(example.replace(old, new, 1))
    monkeypatch.setenv("REXV_ESCALATION_FILE", str(tmp_path / "ladders.toml"))
    with pytest.raises(WrongSettings) as raised:
        read_settings(WorkerSettings)
    assert str(raised.value).startswith(f"REXV_ESCALATION_FILE: ladders.toml: {expected}")
    assert "secret" not in str(raised.value)
