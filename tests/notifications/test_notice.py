"""The words of notices: what happened first, everything that a person needs, in three languages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.kinds import Escalation
from escalation.ladder import Language
from escalation.notice import NO_STEP, Earlier, Next, Resolved
from escalation.resolution import Resolution
from notifications.notice import is_pressing
from notifications.words import words_of
from rules.terms import Step
from tests.escalation.notices import CASE, NOW, matter, notice, resolved
from tests.notifications.written import texts, write


@pytest.mark.parametrize(("language", "line"), [("en", "Responsible"), ("ru", "Ответственный"), ("kk", "Жауапты")])
def test_the_officer_responsible_is_named_and_no_line_is_there_without_one(language: str, line: str) -> None:
    named = write(notice(language=language, responsible="A.\nSerikova")).text
    assert f"{line}: A. Serikova" in named
    assert f"{line}:" not in write(notice(language=language)).text


# -- the subject -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        (Language.ENGLISH, f"REX L2: inspection overdue since 1 Dec, {CASE}"),
        (Language.RUSSIAN, f"REX ур. 2: проверка просрочена с 01.12, {CASE}"),
        (Language.KAZAKH, f"REX 2-деңгей: тексеру мерзімі 01.12 өтті, {CASE}"),
    ],
)
def test_the_subject_says_what_happened_first(language: Language, subject: str) -> None:
    assert write(notice(language=language)).subject == subject


@given(
    language=st.sampled_from(Language),
    kind=st.sampled_from(Escalation),
    step=st.sampled_from([step for step in Step if step is not Step.CLOSED]),
    level=st.integers(1, 3),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    matters=st.integers(1, 4),
    notices=st.integers(1, 4),
    repeat=st.integers(0, 12),
    delayed=st.booleans(),
    done=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_a_subject_fits_sixty_characters_with_what_happened_and_the_case(
    *,
    language: Language,
    kind: Escalation,
    step: Step,
    level: int,
    day: date,
    matters: int,
    notices: int,
    repeat: int,
    delayed: bool,
    done: bool,
) -> None:
    since = NOW - timedelta(hours=2) if delayed else None
    gravest = matter(kind, step.value, last_day=day, repeat=repeat, delayed_since=since)
    make = resolved if done else notice
    first = make(1, gravest, *[matter()] * (matters - 1), language=language, level=level)
    subject = write(first, *[notice(2, language=language)] * (notices - 1)).subject
    assert len(subject) <= 60
    in_short = partial(words_of(language).subject, kind.value, gravest.step or "none", day)
    assert any(f": {in_short(dated=dated)}, {CASE}" in subject for dated in (True, False))
    others = matters + notices - 2
    if others and not done:
        assert f"{CASE} (+{others})" in subject


@pytest.mark.parametrize("language", Language)
def test_the_number_of_a_case_is_whole_in_a_subject_however_long_it_is(language: Language) -> None:
    case = "rex-ch-" + "7" * 64
    about = matter(repeat=2)
    assert write(notice(1, about, about, language=language, case=case)).subject.endswith(f", {case}")


def test_what_does_not_fit_the_subject_stands_in_the_notice() -> None:
    late = notice(1, matter(repeat=2, delayed_since=NOW - timedelta(hours=2)), matter(Escalation.MESSAGE_REJECTED))
    message = write(late)
    assert message.subject == f"REX L2: inspection overdue, {CASE} (+1)"
    assert message.text.splitlines()[1] == "To level 2, on-call (repeat 2) (delayed)"
    assert "This notice is delayed: it was due on 2 Dec, 07:30 (Almaty time)." in message.text
    assert "Also open in this case:\n  - message refused" in message.text


@pytest.mark.parametrize(
    ("language", "begins"),
    [
        (Language.ENGLISH, "REX RESOLVED: inspection"),
        (Language.RUSSIAN, "REX СНЯТО: проверка"),
        (Language.KAZAKH, "REX ШЕШІЛДІ: тексеру"),
    ],
)
def test_what_is_resolved_says_so_first_and_asks_for_nothing(language: Language, begins: str) -> None:
    message = write(resolved(language=language))
    assert message.subject.startswith(begins)
    assert "acknowledge" not in message.text + (message.short or "")
    assert words_of(language)("nothing_to_do") in message.text


def test_a_repeat_and_a_delay_are_marked() -> None:
    late = notice(1, matter(Escalation.REQUEST_REFUSED, repeat=2, delayed_since=NOW - timedelta(hours=2)))
    assert write(late).subject == f"REX L2: request refused, {CASE} (repeat 2)"


def test_what_could_not_be_sent_when_it_should_have_been_says_so() -> None:
    assert "delayed" not in write(notice(), sent_at=NOW + timedelta(minutes=4)).text
    message = write(notice(), sent_at=NOW + timedelta(hours=3))
    assert "This notice is delayed: it was due on 2 Dec, 09:30 (Almaty time)." in message.text


# -- the body --------------------------------------------------------------------------------------------------------


def test_a_notice_says_how_late_whose_turn_who_was_notified_who_is_next_and_how_to_acknowledge() -> None:
    about = matter(
        late_days=3,
        working_days_left=-3,
        provisional=True,
        earlier=[Earlier(level=1, at=NOW - timedelta(hours=19))],
        next=Next(level=3, at=NOW + timedelta(hours=4)),
    )
    said = write(notice(1, about)).text.splitlines()
    assert said[:2] == ["Overdue: inspection of documents and REX data", "To level 2, on-call"]
    for line in (
        "The last day is provisional, it may still move: Atameken's receipt of the request is not proven, or a year "
        "of the working calendar is not confirmed.",
        "Overdue by: 3 working days",
        "Last day: Tuesday, 1 December 2026, until 24:00 (Almaty time)",
        "Whose turn: the ministry: the inspector",
        "What to do now: Inspect the documents, then send the update “record_inspection”.",
        "What stands in quotes is sent from the case's page in the Temporal UI: More Actions, Send an Update.",
        "The 30 working days end on: Friday, 18 December 2026",
        "Reserve: 1 working day",
        "Risk: tight",
        "Notified before, not acknowledged: case officer (1 Dec, 14:30)",
        "Notified next, if nobody acknowledges: head, 2 Dec, 13:30",
        f"The case in the Temporal UI (tab User Metadata): http://ui.example/namespaces/a%20b/workflows/{CASE}",
        '    {"by": "YOUR NAME", "escalation_id": "inspect.step_overdue", "until": "2026-12-03"}',
        f'    .venv/bin/python starter.py acknowledge {CASE} inspect.step_overdue --by "YOUR NAME" --until 2026-12-03',
        "Exporter: ТОО «Өндіріс» & Co <b>",
        "Step: inspection of documents and REX data (¶9)",
        f"Notice {CASE}.1. A message with the same id is a repeat of this one.",
    ):
        assert line in said


@pytest.mark.parametrize(
    ("language", "subject", "command"),
    [
        (Language.ENGLISH, "REX L1: request refused", '--by "YOUR NAME" --because "WHY"'),
        (Language.RUSSIAN, "REX ур. 1: запрос не принят", '--by "ФАМИЛИЯ И.О." --because "ПРИЧИНА"'),
        (Language.KAZAKH, "REX 1-деңгей: сұрау қабылданбады", '--by "АТЫ-ЖӨНІ" --because "СЕБЕБІ"'),
    ],
)
def test_a_refused_request_is_dismissed_and_not_acknowledged(language: Language, subject: str, command: str) -> None:
    summary = "exporter.bin: expected 12 digits"
    about = matter(Escalation.REQUEST_REFUSED, None, level=1, summary=summary, last_day=None, due_at=None)
    no_case: dict[str, Any] = {
        "step": NO_STEP,
        "risk": None,
        "reserve_days": None,
        "limit_last_day": None,
        "acknowledge_until": None,
    }
    given = notice(1, about, language=language, level=1, **no_case)
    alone, together, many = write(given), write(given, notice(2)), write(*[given] * 11)
    assert alone.subject == f"{subject}, {CASE}"
    assert summary in alone.text
    for message in (alone, together):
        assert f"    .venv/bin/python starter.py dismiss {CASE} {command}\n" in message.text
    for message in (alone, many):
        assert "acknowledge" not in message.text + (message.short or "")
    assert texts(language)["step"] + ": " not in alone.text


def test_several_matters_have_one_headline_and_one_acknowledgement() -> None:
    message = write(notice(1, matter(Escalation.LIMIT_EXCEEDED), matter(), matter(Escalation.MESSAGE_REJECTED)))
    assert message.subject == f"REX L2: 30 days exceeded on 1 Dec, {CASE} (+2)"
    assert "Also open in this case:\n  - inspection overdue since 1 Dec\n  - message refused" in message.text
    assert f"acknowledge {CASE} all --by" in message.text
    assert '"escalation_id": "all"' in message.text


@pytest.mark.parametrize(
    ("today", "last_day", "left", "line"),
    [
        (date(2026, 12, 1), date(2026, 12, 1), 1, "Time left: today is the last day"),
        (date(2026, 12, 2), date(2026, 12, 4), 3, "Time left: 3 working days, today included"),
        (date(2026, 12, 5), date(2026, 12, 8), 2, "Time left: 2 working days"),
        (date(2026, 12, 5), date(2026, 12, 4), 0, "Overdue by: less than a working day"),
    ],
)
def test_time_is_counted_in_working_days(today: date, last_day: date, left: int, line: str) -> None:
    about = matter(last_day=last_day, working_days_left=left, late_days=0)
    assert line in write(notice(1, about, today=today)).text.splitlines()


@pytest.mark.parametrize("language", Language)
def test_what_has_no_term_leaves_out_last_day_and_time_left(language: Language) -> None:
    about = matter(Escalation.ACTION_FAILED, last_day=None, due_at=None, paragraph=None)
    said = write(notice(1, about, language=language, reserve_days=None, risk=None, limit_last_day=None)).text
    for name in ("last_day", "left", "overdue_by", "limit_ends", "reserve", "risk"):
        assert f"\n{texts(language)[name]}: " not in said


def test_a_due_instant_without_a_last_day_is_said_by_its_day() -> None:
    about = matter(last_day=None, due_at=datetime(2026, 12, 1, 19, tzinfo=UTC))
    assert "Last day: Tuesday, 1 December 2026" in write(notice(1, about)).text


def test_who_resolved_it_is_named() -> None:
    by = Resolved(by=Resolution.DONE_BY_HAND, who="A. Nurlan\u202e", at=NOW)
    said = write(notice(resolved=by)).text
    assert "Resolved: done by hand (A. Nurlan)." in said
    assert "Resolved at: 2 Dec, 09:30" in said


# -- several in one message ------------------------------------------------------------------------------------------


def test_a_few_notices_go_together_with_the_gravest_in_the_subject() -> None:
    notices = [notice(1, matter(Escalation.LIMIT_EXCEEDED), level=3), notice(2, case="rex-no-1"), resolved(3)]
    message = write(*notices)
    assert message.subject == f"REX L3: 30 days exceeded on 1 Dec, {CASE} (+2)"
    assert message.text.startswith("3 notices in one message.")
    assert message.id == f"{CASE}.1"
    for each in notices:
        assert f"Notice {each.key}." in message.text
        assert f"Notice {each.key}." in message.html
    assert "acknowledge rex-no-1 inspect.step_overdue" in message.text
    assert message.text.index('"escalation_id"') < message.text.index(f"acknowledge {CASE}"), "the UI comes first"


def test_very_many_notices_are_a_line_each() -> None:
    notices = [notice(number, case=f"rex-ch-{number}") for number in range(300)]
    message = write(*notices, limited=True)
    assert "as many messages in the last hour as the limit allows" in message.text
    assert message.text.count("Notice rex-ch-") == 300
    assert message.text.count("acknowledge CASE all") == 1
    assert message.text.count('"escalation_id": "all"') == 1
    assert len(message.html) < 150_000


# -- a few lines for a chat -------------------------------------------------------------------------------------------


def test_a_chat_is_told_in_a_few_lines_how_late_whose_turn_what_to_do_and_who_was_notified_before() -> None:
    about = matter(late_days=3, working_days_left=-3, earlier=[Earlier(level=1, at=NOW - timedelta(hours=19))])
    assert (write(notice(1, about)).short or "").splitlines() == [
        "Overdue by: 3 working days",
        "Whose turn: the ministry: the inspector",
        "What to do now: Inspect the documents, then send the update “record_inspection”.",
        "Notified before, not acknowledged: case officer (1 Dec, 14:30)",
        f"The case in the Temporal UI (tab User Metadata): http://ui.example/namespaces/a%20b/workflows/{CASE}",
        f"Notice {CASE}.1.",
    ]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", Escalation)
def test_a_chat_is_told_no_more_than_seven_lines_of_one_case(language: Language, kind: Escalation) -> None:
    crowd = matter(kind, earlier=[Earlier(level=1, at=NOW), Earlier(level=2, at=NOW)], next=Next(level=3, at=NOW))
    for about in (notice(1, crowd, language=language), resolved(2, crowd, language=language)):
        assert len((write(about).short or "").splitlines()) <= 7


def test_of_several_notices_a_chat_is_told_each_in_a_line_with_its_link() -> None:
    short = write(notice(1, matter(Escalation.LIMIT_EXCEEDED)), notice(2, case="rex-no-1"), resolved(3)).short or ""
    pages = "http://ui.example/namespaces/a%20b/workflows"
    assert f"inspection overdue since 1 Dec, rex-no-1: {pages}/rex-no-1\nNotice rex-no-1.2." in short
    assert f"Resolved: inspection overdue since 1 Dec, {CASE}: {pages}/{CASE}" in short


def test_channels_show_a_failure_for_what_is_urgent_and_not_resolved() -> None:
    assert is_pressing([notice(urgent=False), notice()])
    assert not is_pressing([notice(urgent=False), resolved()])


# -- HTML ------------------------------------------------------------------------------------------------------------


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data + " "


@pytest.mark.parametrize("language", Language)
def test_html_says_what_the_text_says_and_lets_nothing_in_from_outside(language: Language) -> None:
    message = write(notice(1, matter(), matter(Escalation.LIMIT_AT_RISK), language=language))
    reader = _Reader()
    reader.feed(message.html)
    assert reader.open == []
    assert "Co <b>" in reader.words
    said = " ".join(reader.words.split())
    for line in message.text.splitlines():
        words = line.strip().removeprefix("- ").partition(": http")[0]
        assert words.replace(" ", "") in said.replace(" ", "")


def test_html_has_nothing_that_is_wider_than_a_telephone() -> None:
    html = write(notice()).html
    assert not re.search(r"[^-]width:\s*\d", html)
    assert "<table" not in html


@pytest.mark.parametrize("count", [1, 3, 20])
@pytest.mark.parametrize("language", Language)
def test_a_message_has_one_link_to_all_cases_with_open_escalations(language: Language, count: int) -> None:
    link = "http://ui.example/namespaces/a%20b/workflows?query=WorkflowType%20%3D%20%27VerificationWorkflow%27"
    message = write(*[notice(language=language, key=f"k{number}") for number in range(count)])
    assert message.text.count(f"{link}%20AND%20ExecutionStatus") == 1
    assert message.text.count(words_of(language)("view")) == message.html.count(words_of(language)("view")) == 1
