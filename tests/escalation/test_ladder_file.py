"""The ladder file: what it gives, and the one line for each thing that does not fit."""

from __future__ import annotations

import pytest

from escalation.kinds import KINDS, Escalation
from escalation.ladder import Hours, Language
from escalation.ladder_file import LadderError, Ladders, read_ladders, recipient_id
from escalation.mailbox import DeliveryRules
from escalation.source import DEFAULT

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


def test_the_default_file_says_what_holds_without_it() -> None:
    ladders = read_ladders(DEFAULT.read_text(), DEFAULT.name, ENVIRONMENT)
    assert ladders.addresses == {1: ("json://one",), 2: ("json://two-a", "json://two-b"), 3: ("mailto://three",)}
    for kind, row in KINDS.items():
        assert ladders.book.kinds[kind].first_level == row.first_level
        assert ladders.book.kinds[kind].urgent is row.urgent
    assert ladders.rules == DeliveryRules() == DeliveryRules(bundle=120, urgent_bundle=30, per_hour=20)


def test_every_kind_is_documented_in_the_default_file_with_its_level_and_urgency() -> None:
    lines = DEFAULT.read_text().splitlines()
    for kind, row in KINDS.items():
        (line,) = [each for each in lines if each.startswith((f"# {kind.value} ", f"[kinds.{kind.value}]"))]
        assert f"level {row.first_level}" in line
        assert ("urgent" in line) is row.urgent


def test_levels_have_their_language_hours_and_recipients() -> None:
    ladders = read(LEVELS)
    levels = ladders.book.levels
    assert [levels[level].language for level in (1, 2, 3)] == [*map(Language, ("en", "ru", "kk"))]
    assert levels[1].office_hours == ladders.book.working_hours == (Hours(begins=540, ends=1080),)
    assert levels[2].office_hours == ()
    assert levels[3].office_hours == (Hours(begins=480, ends=720), Hours(begins=780, ends=1440))
    assert ladders.addresses[2] == ("json://user:s3cret@two", "json://one")


OFFICERS = """
[officers]
"A. Serikova" = ["json://user:${PASSWORD}@serikova", "json://one"]
"Ж.  Абай" = ["json://abai"]
"""


def test_officers_have_their_recipients_at_level_1_by_name_whatever_the_capitals_and_spaces() -> None:
    ladders = read(LEVELS + OFFICERS)
    book, own = ladders.book, ladders.book.levels[1].recipients
    serikova, _ = book.officers["a. serikova"]
    assert ladders.address(serikova) == "json://user:s3cret@serikova"
    assert book.recipients(1, " A.  SERIKOVA") == (*own, serikova), "json://one is of level 1 already"
    assert [ladders.address(each) for each in book.recipients(1, "ж. абай")] == ["json://one", "json://abai"]
    assert book.recipients(1, "C. Nobody") == book.recipients(1, None) == own
    assert book.recipients(2, "A. Serikova") == book.levels[2].recipients
    assert "s3cret" not in book.model_dump_json() + repr(ladders)


def test_another_officer_or_address_is_another_version_of_the_ladders() -> None:
    versions = {
        read(text).book.version for text in (LEVELS, LEVELS + OFFICERS, LEVELS + OFFICERS + '"C" = ["json://c"]')
    }
    assert len(versions) == 3


@pytest.mark.parametrize(
    ("officers", "error"),
    [
        ('"A" = []', "officers.A: has no recipient; expected at least one Apprise URL"),
        ('"A" = "json://a"', "officers.A: "),
        ('"A" = ["${NONE}"]', "officers.A[0]: the environment variable NONE is not set"),
        ('"A b" = ["json://a"]\n"a  B" = ["json://b"]', "officers.a B: stands there twice"),
    ],
)
def test_an_officer_that_does_not_fit_is_named(officers: str, error: str) -> None:
    with pytest.raises(LadderError) as refused:
        read(f"{LEVELS}\n[officers]\n{officers}\n")
    assert f"escalation.toml: {error}" in str(refused.value)


def test_a_kind_may_differ_from_the_default() -> None:
    ladders = read("[kinds.step_overdue]\nfirst_level = 1\nurgent = false\nrepeat_at_most = 0\n" + LEVELS)
    plan = ladders.book.kinds[Escalation.STEP_OVERDUE]
    assert (plan.first_level, plan.urgent, plan.repeat_at_most, plan.climb_after) == (1, False, 0, 4)


def test_the_book_holds_no_address() -> None:
    ladders = read(LEVELS)
    written = ladders.book.model_dump_json() + repr(ladders)
    assert "s3cret" not in written
    assert "two" not in written
    assert recipient_id("json://user:s3cret@two") in written


def test_an_address_is_found_by_its_hash_wherever_it_stands_and_by_nothing_else() -> None:
    recipient = read(LEVELS).book.levels[2].recipients[0]
    moved = read(LEVELS.replace('"json://three"', '"json://three", "json://user:${PASSWORD}@two"'))
    gone = read(LEVELS.replace("json://user:${PASSWORD}@two", "json://other"))
    assert moved.address(recipient) == "json://user:s3cret@two"
    assert gone.address(recipient) is None


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ("json://three", "json://four", True),
        ('language = "ru"', 'language = "kk"', True),
        ("[levels.1]", "[defaults]\nclimb_after_hours = 3\n[levels.1]", True),
        ("[levels.1]", "# a remark\n[levels.1]", False),
        ("[levels.1]", "[delivery]\nbundle_minutes = 1\n[levels.1]", False),
    ],
)
def test_a_book_has_another_version_where_rules_or_recipients_differ(before: str, after: str, changes: bool) -> None:
    assert (read(LEVELS).book.version != read(LEVELS.replace(before, after)).book.version) is changes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[kinds.step_overdu]\n" + LEVELS, "kinds.step_overdu: unknown kind; expected one of step_due_soon, "),
        ("[levels.4]\nrecipients = ['json://x']\n" + LEVELS, "levels.4: unknown level; expected 1, 2 or 3"),
        ("[kinds.step_overdue]\nfirst_level = 4\n" + LEVELS, "kinds.step_overdue.first_level: unknown level"),
        (LEVELS.replace('"ru"', '"de"'), "levels.2.language: unknown language; expected one of en, ru, kk"),
        (
            "[defaults]\nclimb_after_hours = 0\n" + LEVELS,
            "defaults.climb_after_hours: expected more than 0, at least 0.1",
        ),
        (
            "[kinds.step_overdue]\nclimb_after_hours = 0\n" + LEVELS,
            "kinds.step_overdue.climb_after_hours: expected more than 0",
        ),
        ("[kinds.step_overdue]\nclimb_after = 3\n" + LEVELS, "kinds.step_overdue.climb_after: unknown setting"),
        ("[kinds.step_overdue]\nurgent = 'yes'\n" + LEVELS, "kinds.step_overdue.urgent: input should be a valid bool"),
        ("[defaults]\nurgent = true\n" + LEVELS, "defaults.urgent: unknown setting"),
        ("[delivery]\nurgent_bundle_seconds = -1\n" + LEVELS, "delivery.urgent_bundle_seconds: input should be"),
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
            "defaults.climb_after_hours: expected more than 0, at least 0.1",
        ),
        ('[kinds."a\\nb"]\n' + LEVELS, "kinds.a b: unknown kind"),
        (f"[kinds.{'k' * 99}]\n" + LEVELS, f"kinds.{'k' * 39}…: unknown kind"),
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
