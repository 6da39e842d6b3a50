"""The containers, checked without Docker: by a parser of the compose specification, and by what holds for ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyOptions

from runtime.packages import OF_A_WORKER
from runtime.search_attributes import ALL
from runtime.settings import WorkerSettings
from tests.conftest import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?P<how>:[?-])?(?P<rest>[^}]*)\}")
SECRET = re.compile(r"PASSWORD|PWD|TOKEN|SECRET|_KEY")
WORKFLOWS = ["workflows.verification", "workflows.recipient", "workflows.self_check"]
ONE_SHOTS = {"temporal-schema", "temporal-namespace", "setup"}


def local_values() -> dict[str, str]:
    lines = (ROOT / "deploy" / "local.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def interpolated(values: Mapping[str, str]) -> str:
    """The file as ``docker compose`` reads it with these variables set; ``KeyError`` names one that is required."""

    def value(match: re.Match[str]) -> str:
        if match["how"] == ":-":
            return values.get(match["name"]) or match["rest"]
        return values[match["name"]]

    return VARIABLE.sub(value, COMPOSE)


def parsed(text: str) -> Any:
    compose = PyOptions(apply_merge=True).from_yaml(text)
    compose.validate()
    return compose


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services as written, variables and all."""
    # The parser turns short forms into long ones differently by version; the assertions read the plain YAML.
    document: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(COMPOSE)
    return document["services"]


def test_the_file_fits_the_compose_specification() -> None:
    assert len(parsed(interpolated(local_values()))) == 11


@pytest.mark.parametrize(
    ("right", "wrong", "seen"),
    [
        ("    restart: unless-stopped", "    restarts: unless-stopped", "restarts"),
        ("condition: service_healthy", "condition: service_well", "service_well"),
        ("      interval: 5s", "      interval: soon", "invalid duration|expected a duration|soon"),
    ],
)
def test_the_parser_sees_a_mistake(right: str, wrong: str, seen: str) -> None:
    assert right in COMPOSE
    with pytest.raises(ValueError, match=seen):
        parsed(interpolated(local_values()).replace(right, wrong, 1))


def test_every_volume_is_declared_or_a_folder_of_the_repository(services: dict[str, dict[str, Any]]) -> None:
    declared = set(yaml.safe_load(COMPOSE)["volumes"])
    used = {volume.partition(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {name for name in used if not name.startswith("./")} == declared
    assert all((ROOT / name).is_dir() for name in used if name.startswith("./"))


def test_every_service_says_when_it_is_healthy_or_ends_by_itself(services: dict[str, dict[str, Any]]) -> None:
    waited_for_to_end = {
        name
        for service in services.values()
        for name, condition in service.get("depends_on", {}).items()
        if condition["condition"] == "service_completed_successfully"
    }
    assert waited_for_to_end == ONE_SHOTS
    for name, service in services.items():
        assert (name in ONE_SHOTS) != ("healthcheck" in service), name


def test_every_dependency_states_its_condition_and_is_there(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if name in ONE_SHOTS else "service_healthy"
            assert condition == {"condition": expected}
            assert name in services


def test_no_secret_has_a_value_or_a_default_in_the_file(services: dict[str, dict[str, Any]]) -> None:
    secrets = 0
    for name, service in services.items():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable) and not value.startswith("/data/"):  # the path of a file is none
                secrets += 1
                match = VARIABLE.fullmatch(value)
                assert match, f"{name}: {variable} has a value of its own"
                assert match["how"] == ":?", f"{name}: {variable} has a default"
                assert match["rest"], f"{name}: {variable} does not say what it is"
    assert secrets >= 8
    assert all(match["how"] != ":-" for match in VARIABLE.finditer(COMPOSE) if SECRET.search(match["name"]))
    assert not re.search(r"://[^$\s]*:[^$\s]*@", COMPOSE), "a URL with a password"


def test_what_is_missing_is_named_and_the_local_profile_gives_all_of_it() -> None:
    required = {match["name"] for match in VARIABLE.finditer(COMPOSE) if match["how"] == ":?"}
    # The worker itself asks for the recipients: a ladder file may name them instead.
    assert required | {f"REXV_ESCALATE_{level}" for level in (1, 2, 3)} == set(local_values())
    with pytest.raises(KeyError):
        interpolated({})


def test_the_stand_ins_for_other_peoples_systems_run_in_the_local_profile_only(
    services: dict[str, dict[str, Any]],
) -> None:
    assert {name for name, service in services.items() if service.get("profiles") == ["local"]} == {
        "atameken",
        "rex",
        "mail",
    }


def test_every_port_is_bound_to_this_machine(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_image_is_pinned(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert re.search(r":[\w.-]*\d+\.\d+[\w.-]*$", service["image"]), name
    for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE):
        assert image == "python" or re.fullmatch(r"python:3\.11\.\d+-slim-\w+", image)


def test_there_are_two_workers_with_time_to_finish_and_all_settings(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = services["worker"]
    assert worker["deploy"]["replicas"] == 2
    assert int(worker["stop_grace_period"].removesuffix("s")) > 30
    environment = yaml.safe_load(interpolated(local_values()))["services"]["worker"]["environment"]
    assert {f"REXV_{name.upper()}" for name in WorkerSettings.model_fields} - set(environment) == {"REXV_TASK_QUEUE"}
    for name in [name for name in os.environ if name.startswith("REXV_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value or "")  # Docker Compose passes on what interpolates to nothing as empty
    assert WorkerSettings().recipients[3] == [local_values()["REXV_ESCALATE_3"]]


def test_our_containers_run_unprivileged_and_write_to_their_volumes_alone(services: dict[str, dict[str, Any]]) -> None:
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    for stage in stages:
        name = stage.split()[2]
        users = re.findall(r"^USER (\S+)", stage, re.MULTILINE)
        assert name == "python" or (users and users[-1] not in ("0", "root")), name
    ours = [service for service in services.values() if "build" in service]
    assert len(ours) == 6
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def copied(target: str) -> list[str]:
    """What the Dockerfile copies into one of its images, without the pinned lists."""
    [stage] = [each for each in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE) if f" AS {target}\n" in each]
    sources = [word for line in re.findall(r"^COPY (.+) \S+$", stage, re.MULTILINE) for word in line.split()]
    return [source for source in sources if not source.endswith(".lock")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "lock", "modules"),
    [
        ("worker", "requirements-worker.lock", ["worker", "starter", "cli.setup", *WORKFLOWS]),
        ("simulators", "requirements.lock", ["simulators.atameken", "simulators.rex", "simulators.mail"]),
    ],
)
def test_an_image_holds_all_that_its_programs_import(
    target: str, lock: str, modules: list[str], tmp_path: Path
) -> None:
    for name in copied(target):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name)
        else:
            shutil.copy(source, tmp_path / name)
    program = f"""
import importlib, importlib.metadata, pkgutil, sys
for name in {modules!r}: importlib.import_module(name)
if {target == "worker"}:
    import activities, intake
    for room in (activities, intake):
        for each in pkgutil.iter_modules(room.__path__): importlib.import_module(room.__name__ + "." + each.name)
owners = importlib.metadata.packages_distributions()
print(*sorted({{owner for name in sys.modules for owner in owners.get(name.partition(".")[0], [])}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    used = {re.sub(r"[-_.]+", "-", name).lower() for name in done.stdout.split()}
    assert used
    # What else somebody has installed here, and a library takes where it finds it, is nothing that an image lacks.
    assert used & pinned("requirements.lock") <= pinned(lock)


def test_the_image_of_a_worker_holds_the_packages_of_a_worker_and_the_samples() -> None:
    assert sorted(copied("worker")) == sorted([*OF_A_WORKER, "samples", "starter.py", "worker.py"])


def test_the_builder_gets_what_the_dockerfile_copies_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert lines[0] == "*"
    assert let_in == {*copied("worker"), *copied("simulators"), "requirements.lock", "requirements-worker.lock"}


def pinned(lock: str) -> set[str]:
    """The packages of a pinned list."""
    return {line.partition("==")[0] for line in (ROOT / lock).read_text().splitlines() if "==" in line}


def test_every_program_that_a_service_starts_is_in_its_image(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        if "build" not in service:
            continue
        inside = copied(service["build"]["target"])
        match service["command"]:
            case ["python", "-m", module, *_]:
                assert (ROOT / f"{module.replace('.', '/')}.py").is_file()
                assert module.partition(".")[0] in inside
            case ["python", script, *_]:
                assert script in inside
            case command:
                raise AssertionError(command)


def test_the_scripts_of_the_set_up_jobs_are_shell_that_parses(services: dict[str, dict[str, Any]]) -> None:
    scripts = sorted((ROOT / "deploy").rglob("*.sh"))
    assert {script.name for script in scripts} == {"10-register.sh", "schema.sh", "namespace.sh"}
    for script in scripts:
        subprocess.run(["sh", "-n", str(script)], check=True)
        assert os.access(script, os.X_OK)
        assert "set -eu" in script.read_text()
    for name in ("temporal-schema", "temporal-namespace"):
        [command] = services[name]["command"]
        assert (ROOT / "deploy" / "temporal" / Path(command).name).is_file()


def test_the_server_has_the_limits_of_the_embedded_one(services: dict[str, dict[str, Any]]) -> None:
    config = yaml.safe_load((ROOT / "deploy" / "temporal" / "dynamicconfig.yaml").read_text())
    embedded = (ROOT / "embedded" / "system.py").read_text()
    for name in ("limit.historySize.error", "history.MaxBufferedQueryCount"):
        assert f'"{name}={config[name][0]["value"]}"' in embedded
    assert services["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"] == "/deploy/dynamicconfig.yaml"


def test_sql_visibility_holds_the_search_attributes() -> None:
    """PostgreSQL visibility has ten keywords and three of each other type to give out."""
    names = [key.indexed_value_type.name for key in ALL]
    assert all(names.count(name) <= (10 if name == "KEYWORD" else 3) for name in set(names))
