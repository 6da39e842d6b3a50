"""What the documents say is so: files, commands, settings, fields and examples are those of the code."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from pydantic import BaseModel
from typer.core import TyperGroup

from cli.samples import sample
from escalation.kinds import KINDS, Escalation
from register.accounts import Standing
from register.overview import ListedEscalation
from reports.counting import count
from reports.listing import listed
from reports.period import Period
from rules import case_view
from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from rules.decisions import DECISIONS, read_decision
from rules.findings import Finding
from rules.messages import MESSAGES, Message, read_message
from rules.request import VerificationRequest, read_request
from runtime.packages import OWN
from runtime.search_attributes import ALL, TYPE_NAMES
from runtime.settings import PREFIX, GatewaySettings, WorkerSettings
from runtime.views import VIEWS
from self_check.interface import FindingKind
from starter import app
from tests.conftest import ROOT
from tests.register import examples

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "deploy" / "ladders" / "README.md", *DOCS.glob("*.md")])
SETTINGS = {f"{PREFIX}{name.upper()}" for name in {**WorkerSettings.model_fields, **GatewaySettings.model_fields}}
A_WHILE_AGO, NOW = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def read(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def section(page: str, title: str) -> str:
    """The text under a heading, up to the next one of its level or above."""
    text = read(page)
    level = len(title.partition(" ")[0])
    rest = text[text.index(f"{title}\n") + len(title) :]
    return re.split(rf"^#{{1,{level}}} ", rest, flags=re.MULTILINE)[0]


# -- what is named is there -------------------------------------------------------------------------------------------


@each_page
def test_every_file_and_page_that_a_document_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    rooms = "|".join(each.name for each in ROOT.iterdir() if each.is_dir() and each.name != "var")
    files = re.findall(rf"(?<![\w/.])((?:{rooms})/[\w./-]*)", text)
    files += re.findall(r"`([\w-]+\.(?:py|toml|yml|lock))`", text)
    names = {each.name for room in ROOT.iterdir() if room.is_dir() for each in room.iterdir()}
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    absent = [name for name in files if not (ROOT / name.rstrip(".")).exists() and name not in names]
    assert absent == []
    assert [link for link in links if not (page.parent / link).exists()] == []


@each_page
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    for target, heading in re.findall(r"\]\(([\w./]*)#([^)]+)\)", page.read_text("utf-8")):
        titles = re.findall(r"^#+ (.*)$", (page.parent / target if target else page).read_text("utf-8"), re.MULTILINE)
        assert heading in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}, target


@each_page
def test_every_function_that_a_document_places_in_a_file_is_there(page: Path) -> None:
    for name, file in re.findall(r"`(\w+)` in\s+`([\w./]+\.py)`", page.read_text("utf-8")):
        assert re.search(
            rf"^ *((async )?def {name}\b|class {name}\b|{name}\b.*=)", (ROOT / file).read_text("utf-8"), re.MULTILINE
        ), f"{file} has no {name}"


def test_every_method_that_says_how_days_are_counted_is_there() -> None:
    named = re.findall(r"`WorkingCalendar\.(\w+)`", read("counting"))
    assert named
    assert [name for name in named if not hasattr(WorkingCalendar, name)] == []


@each_page
def test_every_command_and_option_that_a_document_names_is_there(page: Path) -> None:
    group = typer.main.get_command(app)
    for line in re.findall(r"starter\.py ([a-z][^`\n]*)", page.read_text("utf-8")):
        words = line.partition("#")[0].split()
        command: Any = group
        while isinstance(command, TyperGroup) and words and words[0].isalpha() and words[0].islower():
            assert words[0] in command.commands, f"starter.py {line}"
            command = command.commands[words.pop(0)]
        options = {option for each in command.params for option in each.opts}
        named = [word.strip("[]()") for word in words if word.strip("[(").startswith("--")]
        assert [option for option in named if option not in options] == [], f"starter.py {line}"


@each_page
def test_every_program_is_started_as_it_can_be_typed(page: Path) -> None:
    for block in re.findall(r"^ *```(?:sh|console).*?\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            assert not re.match(r"(\$ )?(python|starter\.py|worker\.py|temporal)\b", line), line


@each_page
def test_every_block_of_shell_parses(page: Path) -> None:
    for block in re.findall(r"^ *```sh.*?\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        subprocess.run(["sh", "-n"], input=block, text=True, check=True)


@each_page
def test_every_target_of_make_that_a_document_names_is_there(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= targets


# -- one page for each thing ------------------------------------------------------------------------------------------


def test_the_first_page_says_what_each_room_is() -> None:
    layout = (ROOT / "README.md").read_text("utf-8").rpartition("## How it is laid out")[2]
    assert sorted(re.findall(r"^(\w+)/ ", layout, re.MULTILINE)) == sorted(OWN)


def test_the_first_page_leads_to_every_other() -> None:
    linked = set(re.findall(r"\]\((\w+\.md)\)", read("README")))
    assert linked == {page.name for page in DOCS.glob("*.md")} - {"README.md"}


def test_the_first_page_says_where_each_command_is_described() -> None:
    rows = re.findall(r"^\| (`.*`) \| \[.*\]\((.*\.md)\) \|$", read("README"), re.MULTILINE)
    described = [(name, page) for names, page in rows for name in re.findall(r"`([\w-]+)`", names)]
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    assert sorted(name for name, _ in described) == sorted(group.commands)
    for name, page in described:
        assert re.search(rf"`(make )?{name}\b|starter\.py {name}\b|make {name}\b", (DOCS / page).read_text("utf-8")), (
            name
        )


@each_page
def test_settings_stand_in_a_table_of_the_contract_alone_and_views_on_the_operating_page(page: Path) -> None:
    text = page.read_text("utf-8")
    if page.stem != "contract":
        assert not re.search(rf"^\| `{PREFIX}", text, re.MULTILINE)
    if page.stem != "operating":
        assert "ExecutionStatus" not in text


# -- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", [*PAGES, ROOT / ".env.example", ROOT / "docker-compose.yml"], ids=lambda f: f.name)
def test_every_setting_that_is_named_exists(file: Path) -> None:
    names = set(re.findall(rf"\b{PREFIX}\w*[A-Z0-9]\b", file.read_text("utf-8")))
    # Of the compose file alone; REXV_ESCALATE_n is any of the three.
    assert names - SETTINGS - {f"{PREFIX}DATABASE_PASSWORD", f"{PREFIX}ESCALATE"} == set()


def test_the_contract_and_the_example_explain_every_setting() -> None:
    contract, example = read("contract"), (ROOT / ".env.example").read_text()
    short = {f"{PREFIX}ESCALATE_2", f"{PREFIX}ESCALATE_3"}
    assert {name for name in SETTINGS - short if name not in contract} == set()
    assert set(re.findall(rf"^(?:# )?({PREFIX}\w+)=", example, re.MULTILINE)) == SETTINGS


def test_what_the_example_leaves_blank_is_what_a_worker_requires() -> None:
    example = (ROOT / ".env.example").read_text()
    blank = set(re.findall(rf"^({PREFIX}\w+)=$", example, re.MULTILINE))
    required = {f"{PREFIX}{name.upper()}" for name, field in WorkerSettings.model_fields.items() if field.is_required()}
    assert blank == required | {f"{PREFIX}ESCALATE_{level}" for level in (1, 2, 3)}


# -- the contract -----------------------------------------------------------------------------------------------------


def test_the_contract_names_every_field_of_the_request() -> None:
    rows = section("contract", "### Start argument: the request")
    assert re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE) == list(VerificationRequest.model_fields)


def test_the_contract_names_every_message_and_its_fields() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", section("contract", "## 3. Signals (systems)"), re.MULTILINE))
    assert list(rows) == list(MESSAGES)
    for name, model in MESSAGES.items():
        own = set(model.model_fields) - {"message_id", "sent_by"}
        assert {field for field in own if f"`{field}`" not in rows[name]} == set(), name


def test_the_contract_names_every_decision_and_its_fields() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section("contract", "## 4. Updates (people)"), re.MULTILINE)
    assert [name for name, _ in rows] == list(DECISIONS)
    for name, fields in rows:
        own = set(DECISIONS[name].model_fields) - {"by"}
        assert {field for field in own if f"`{field}`" not in fields} == set(), name


def test_the_contract_has_the_keys_of_the_query_case_in_their_order() -> None:
    block = "".join(re.findall(r"^    .*\n", section("contract", "## 5. Queries"), re.MULTILINE))
    models = [each for each in vars(case_view).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    own = [model for model in models if model.__module__ == case_view.__name__ and not issubclass(model, Message)]
    fields = {name for model in own for name in model.model_fields} | set(Finding.model_fields)
    assert set(re.findall(r'"(\w+)"', block)) == fields
    top = block.strip()[1:-1]
    while (shorter := re.sub(r"[\[{][^\[\]{}]*[\]}]", "", top)) != top:
        top = shorter
    assert re.findall(r'"(\w+)"', top) == list(CaseView.model_fields)


def test_the_contract_has_the_kinds_of_escalation_with_their_first_level() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d) \|$", section("contract", "## 6. Escalations"), re.MULTILINE)
    assert {Escalation(name): int(level) for name, level in rows} == {
        kind: row.first_level for kind, row in KINDS.items()
    }


def test_the_escalations_page_and_the_ladder_file_say_which_kinds_are_urgent() -> None:
    row = re.search(r"^\| by default \| (.*) \| (.*) \|$", read("escalations"), re.MULTILINE)
    assert row is not None
    urgent, others = ({kind for kind in KINDS if _is_named(kind, cell)} for cell in row.groups())
    assert urgent == {kind for kind, each in KINDS.items() if each.urgent}
    assert others == set(KINDS) - urgent


def _is_named(kind: Escalation, cell: str) -> bool:
    return f"`{kind.value}`" in cell or (kind.value.startswith("limit_") and "`limit_*`" in cell)


def test_the_contract_has_the_search_attributes_with_their_types() -> None:
    text = section("contract", "## 7. Search attributes")
    found = {
        name: kind
        for kind, names in re.findall(r"(\w+): ((?:`Rex\w+`(?:, )?)+)", text)
        for name in re.findall(r"Rex\w+", names)
    }
    assert found == {key.name: TYPE_NAMES[key.indexed_value_type] for key in ALL}


@each_page
def test_every_search_attribute_that_a_document_names_exists(page: Path) -> None:
    assert set(re.findall(r"\bRex[A-Z]\w+", page.read_text("utf-8"))) <= {key.name for key in ALL}


def test_the_operating_page_has_every_view_with_its_link() -> None:
    rows = re.findall(r"^\| \[(.*)\]\((http.*)\) \| `(.*)` \|$", read("operating"), re.MULTILINE)
    base, day = ("http://localhost:8233", "default"), date(2026, 11, 27)
    assert rows == [(view.name, view.link(*base, day), view.query_on(day)) for view in VIEWS]


def test_the_self_check_page_explains_every_finding() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", section("self_check", "## What it finds"), re.MULTILINE)
    assert sorted(rows) == sorted(kind.value for kind in FindingKind)


# -- examples ---------------------------------------------------------------------------------------------------------


def _json(text: str) -> list[str]:
    return re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_message_of_a_system_has_an_example_that_is_accepted() -> None:
    text = section("messages", "## Messages of systems: signals")
    parts = re.split(r"^`(\w+)`: ", text, flags=re.MULTILINE)[1:]
    blocks = [(name, block) for name, part in zip(parts[::2], parts[1::2], strict=True) for block in _json(part)]
    assert [name for name, _ in blocks] == list(MESSAGES)
    for name, example in blocks:
        data = json.loads(example)
        message = read_message(name, [data], A_WHILE_AGO, NOW)
        assert set(data) <= set(type(message).model_fields), name


def test_every_decision_has_an_example_that_is_accepted() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(\{.*\})` \|$", read("messages"), re.MULTILINE)
    assert [name for name, _ in rows] == list(DECISIONS)
    for name, example in rows:
        data = json.loads(example)
        decision = read_decision(name, [data], A_WHILE_AGO, NOW)
        assert set(data) <= set(type(decision).model_fields), name


def test_the_example_of_an_acknowledgement_is_accepted() -> None:
    [example] = re.findall(r"^    (\{.*\})$", read("escalations"), re.MULTILINE)
    read_decision("acknowledge_escalation", [json.loads(example)], A_WHILE_AGO, NOW)


MESSAGES_OF_SAMPLES = {
    "receipt": "document_request_received",
    "inspection": "inspection_completed",
    "signature": "conclusion_signed",
}


@pytest.mark.parametrize("file", sorted((ROOT / "samples").glob("*.json")), ids=lambda file: file.name)
def test_every_sample_is_accepted(file: Path) -> None:
    """In a hundred years too: no time in it goes bad."""
    now = NOW.replace(year=NOW.year + 100)
    data = sample(file.stem, now)
    match file.stem.split("-"):
        case ["request", "missing", "documents"]:
            read_decision("request_missing_documents", [data], now, now)
        case ["withdraw" | "dispatch" as kind]:
            read_decision({"withdraw": "withdraw", "dispatch": "record_dispatch"}[kind], [data], now, now)
        case ["request", country, *_]:
            assert read_request(data, now).requesting_country == country.upper()
        case [kind, *_]:
            read_message(MESSAGES_OF_SAMPLES[kind], [data], now, now)


# -- figures ----------------------------------------------------------------------------------------------------------


def test_every_figure_of_an_account_is_defined() -> None:
    defined = set(re.findall(r"`([\w.]+)`", read("reports")))
    one_escalation = ListedEscalation("rex-ch-1", examples.escalation(raised_at=A_WHILE_AGO), None)
    account = count(Standing([], [], [one_escalation]), Period(A_WHILE_AGO.date(), A_WHILE_AGO.date()), NOW)
    figures = {(figure, dimension) for figure, dimension, _ in listed(account)}
    by_name = {figure for figure, _ in figures if figure.startswith(("cases.", "terms.", "unacknowledged_now."))}
    assert by_name - defined == set()
    assert {figure for figure, _ in figures if figure.startswith("outcomes.")} - defined <= {
        f"outcomes{name}" for name in defined if name.startswith(".")
    }
    assert {dimension for figure, dimension in figures if figure == "reserve_now"} - defined == set()
