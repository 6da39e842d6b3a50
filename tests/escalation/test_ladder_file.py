"""The ladder file: what it gives, and the one line for each thing that does not fit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from escalation.kinds import FIRST_LEVEL, Escalation
from escalation.ladder import Hours, Language
from escalation.ladder_file import LadderError, Ladders, read_ladders, recipient_id

EXAMPLE = Path(__file__).resolve().parents[2] / "escalation/default.toml"
ENVIRONMENT = {
    "REXV_ESCALATE_1": "json://one",
    "REXV_ESCALATE_2": "json://two-a json://two-b",
    "REXV_ESCALATE_3": "mailto://three",
    "PASSWORD": "s3cret",
}
LEVELS = """
[levels.1]
recipients = ["json://one"]
[levels.2]
language = "ru"
office_hours = "always"
recipients = ["json://user:${PASSWORD}@two", "${REXV_ESCALATE_1}"]
[levels.3]
language = "kk"
office_hours = ["08:00-12:00", "13:00-24:00"]
recipients = ["json://three"]
"""


def read(text: str) -> Ladders:
    return read_ladders(text, "escalation.toml", ENVIRONMENT)


def test_the_example_is_the_default_ladder() -> None:
    ladders = read_ladders(EXAMPLE.read_text(), EXAMPLE.name, ENVIRONMENT)
    assert ladders.addresses == {1: ("json://one",), 2: ("json://two-a", "json://two-b"), 3: ("mailto://three",)}
    assert {kind: plan.kind.first_level for kind, plan in ladders.plans.items()} == FIRST_LEVEL
    urgent = {kind for kind, plan in ladders.plans.items() if plan.kind.urgent}
    assert urgent == {
        Escalation.STEP_OVERDUE,
        Escalation.ACTION_FAILED,
        Escalation.LIMIT_AT_RISK,
        Escalation.LIMIT_DUE_SOON,
        Escalation.LIMIT_EXCEEDED,
    }
    assert (ladders.bundle, ladders.per_hour) == (timedelta(minutes=2), 20)


def test_levels_have_their_language_hours_and_recipients() -> None:
    ladders = read(LEVELS)
    plan = ladders.plans[Escalation.STEP_OVERDUE]
    assert [plan.levels[level].language for level in (1, 2, 3)] == [*map(Language, ("en", "ru", "kk"))]
    assert plan.levels[1].office_hours == plan.working_hours == (Hours(begins=540, ends=1080),)
    assert plan.levels[2].office_hours == ()
    assert plan.levels[3].office_hours == (Hours(begins=480, ends=720), Hours(begins=780, ends=1440))
    assert ladders.addresses[2] == ("json://user:s3cret@two", "json://one")


def test_a_plan_holds_no_address() -> None:
    ladders = read(LEVELS)
    written = ladders.plans[Escalation.STEP_OVERDUE].model_dump_json() + repr(ladders)
    assert "s3cret" not in written
    assert "two" not in written
    assert recipient_id("json://user:s3cret@two") in written


def test_an_address_that_has_gone_is_replaced_by_who_stands_in_its_place() -> None:
    ladders = read(LEVELS)
    recipient = ladders.plans[Escalation.STEP_OVERDUE].levels[2].recipients[0]
    moved = read(LEVELS.replace('"json://three"', '"json://three", "json://user:${PASSWORD}@two"'))
    replaced = read(LEVELS.replace("${PASSWORD}", "other"))
    shorter = recipient.model_copy(update={"index": 7, "id": "gone"})
    assert ladders.address(recipient) == moved.address(recipient) == "json://user:s3cret@two"
    assert replaced.address(recipient) == "json://user:other@two"
    assert replaced.address(shorter) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[kinds.step_overdu]\n" + LEVELS, "kinds.step_overdu: unknown kind; expected one of step_due_soon, "),
        ("[levels.4]\nrecipients = ['json://x']\n" + LEVELS, "levels.4: unknown level; expected 1, 2 or 3"),
        ("[kinds.step_overdue]\nfirst_level = 4\n" + LEVELS, "kinds.step_overdue.first_level: unknown level"),
        (LEVELS.replace('"ru"', '"de"'), "levels.2.language: unknown language; expected one of en, ru, kk"),
        (
            "[defaults]\nclimb_after_hours = 0\n" + LEVELS,
            "defaults.climb_after_hours: expected more than 0, 0.1 at the least",
        ),
        (
            "[kinds.step_overdue]\nclimb_after_hours = 0\n" + LEVELS,
            "kinds.step_overdue.climb_after_hours: expected more than 0",
        ),
        ("[kinds.step_overdue]\nclimb_after = 3\n" + LEVELS, "kinds.step_overdue.climb_after: unknown setting"),
        ("[kinds.step_overdue]\nurgent = 'yes'\n" + LEVELS, "kinds.step_overdue.urgent: input should be a valid bool"),
        (LEVELS.replace("PASSWORD", "NO_SUCH"), "levels.2.recipients[0]: the environment variable NO_SUCH is not set"),
        (LEVELS.replace('["json://three"]', "[]"), "levels.3.recipients: has no recipient"),
        (LEVELS.replace('"json://three"', '" "'), "levels.3.recipients[0]: is empty"),
        (LEVELS.partition("[levels.3]")[0], "levels.3: is missing; expected levels 1, 2 and 3"),
        (LEVELS.replace('"always"', '"9-18"'), 'levels.2.office_hours: expected "09:00-18:00"'),
        (LEVELS.replace('"always"', '"18:00-09:00"'), "levels.2.office_hours: 18:00-09:00: expected an end after"),
        (LEVELS.replace("13:00-24:00", "11:00-24:00"), "levels.3.office_hours: expected stretches in order"),
        (
            "[kinds.step_overdue]\nfirst_level = true\n" + LEVELS,
            "kinds.step_overdue.first_level: unknown level; expected",
        ),
        (LEVELS.replace("${PASSWORD}", "${PASSWORD"), "levels.2.recipients[0]: a ${ is not closed; expected ${NAME}"),
        (LEVELS.replace("${PASSWORD}", "${}"), "levels.2.recipients[0]: ${} names no environment variable"),
        (
            "[defaults]\nclimb_after_hours = 1e-9\n" + LEVELS,
            "defaults.climb_after_hours: expected more than 0, 0.1 at the least",
        ),
        ('[kinds."a\\nb"]\n' + LEVELS, "kinds.a b: unknown kind"),
        (f"[kinds.{'k' * 99}]\n" + LEVELS, f"kinds.{'k' * 40}: unknown kind"),
        ("[defaults]\n'mailto://u:s3cret@h' = 1\n" + LEVELS, "defaults.(an address): unknown setting"),
        ("[kinds]\nstep_overdue = 3\n" + LEVELS, "kinds.step_overdue: expected a table"),
        ("kinds = 3\n" + LEVELS, "kinds: expected a table"),
        ("x = \n", "not TOML: Invalid value (at line 1, column 5)"),
        ("", "levels: is missing"),
    ],
)
def test_what_does_not_fit_is_one_line_with_file_and_place(text: str, expected: str) -> None:
    with pytest.raises(LadderError) as raised:
        read(text)
    assert str(raised.value).startswith(f"escalation.toml: {expected}")
    assert "\n" not in str(raised.value)
    assert "s3cret" not in str(raised.value)


def test_an_address_that_cannot_be_used_is_named_by_its_place_and_scheme() -> None:
    with pytest.raises(LadderError) as raised:
        read_ladders(LEVELS, "escalation.toml", ENVIRONMENT, lambda url: "no" if "s3cret" in url else None)
    assert str(raised.value) == "escalation.toml: levels.2.recipients[0] (json): no"
