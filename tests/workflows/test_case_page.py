"""The case page in the Temporal UI: what it says first, and that nothing from outside becomes Markdown of its own."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from escalation.kinds import Escalation
from escalation.ladder import Rung
from rules.calendar import WorkingCalendar
from rules.documents import Kind
from rules.instant import rfc_3339
from rules.outcome import Outcome
from rules.registration import Occasion
from rules.terms import Step
from runtime.views import VIEWS
from tests.support.calendars import at, plain_days
from tests.support.messages import documents
from tests.support.people import ladder_book
from tests.support.requests import request
from tests.support.standing import PLAIN, RECEIVED, delivered, sign, standing_at
from workflows import order
from workflows.answers import gave_up
from workflows.case import Case
from workflows.case_page import SHOWN, case_page
from workflows.deadlines import bring_up_to_date
from workflows.escalating import escalate
from workflows.escalation_state import Identity, Notification
from workflows.inbox import judge, parcel
from workflows.markdown import code, plain
from workflows.next_action import next_action
from workflows.rex import look_up
from workflows.trying import take_trying

CALENDAR = WorkingCalendar(PLAIN)
EVERY_STEP = [Step.REQUEST_DOCUMENTS, Step.AWAIT_DOCUMENTS, Step.INSPECT, Step.CONCLUDE, Step.APPEAL]


def page(case: Case, now: datetime = RECEIVED) -> str:
    return case_page(case, CALENDAR, now)


def send(case: Case, name: str, message: dict[str, Any], number: int = 1) -> None:
    """Have the case judge a message, as the main flow does."""
    judge(case, CALENDAR, parcel(name, [message], run_id="r", number=number, seen_at=RECEIVED))


def crowded() -> Case:
    """A case of which every part of the page has something to say."""
    case = standing_at(Step.AWAIT_DOCUMENTS)
    refused = delivered(Kind.CONTRACT, filename="c_1.pdf", state="refused", reason="sha256 differs", message_id="d2")
    case.papers.deliveries += [delivered(Kind.INVOICE), refused]
    case.registration.take(None, RECEIVED, Occasion.OPENING)
    look_up(case, Occasion.OPENING)
    gave_up(case, case.actions["look_up_registration"], "REX refuses the login", RECEIVED)
    send(case, "documents_came", {})
    bring_up_to_date(case, CALENDAR, at(date(2026, 3, 25)))
    return case


def test_first_it_says_where_the_case_stands_and_then_what_to_do_next() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    bring_up_to_date(case, CALENDAR, RECEIVED)
    head, standing, title, todo, *_ = page(case).split("\n\n")
    assert head.splitlines() == [
        "**Altyn Dan LLP**, KZREX123456789012, BIN 990140000384  ",
        "Switzerland, Federal Office for Customs and Border Security, reference `2026-0042`  ",
        "Received Mon 2 Mar 2026 10:00",
    ]
    assert standing.splitlines() == [
        "**Documents from Atameken (¶8)**: last day **Mon 9 Mar 2026** until 24:00  ",
        "On track: reserve 8 working days, the 30 working days of ¶5 end on **Mon 13 Apr 2026**",
    ]
    assert title == "**What to do next**"
    assert todo.startswith("- Atameken has to send: registration application, origin evidence. Call Atameken")


def test_each_step_is_a_line_with_its_paragraph_state_term_and_last_day() -> None:
    lines = page(standing_at(Step.INSPECT)).splitlines()
    start = lines.index("**Terms, in working days**") + 2
    assert lines[start : start + 5] == [
        "- ¶7 request to Atameken, term 3 d, from 2 Mar 2026, last day 5 Mar 2026, done 2 Mar 2026",
        "- ¶8 documents from Atameken, term 5 d, from 2 Mar 2026, last day 9 Mar 2026, done 2 Mar 2026",
        "- **¶9 inspection of documents and REX data**, term 7 d, from 2 Mar 2026, last day 11 Mar 2026, **running**",
        "- ¶10 conclusion: draft and signature, term 7 d, pending",
        "- ¶10 appeal to Atameken for revocation, term 3 d, pending",
    ]


def test_late_days_and_risk_stand_out() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    bring_up_to_date(case, CALENDAR, at(date(2026, 3, 10)))
    assert "until 24:00, **1 working day late**" in page(case)
    bring_up_to_date(case, CALENDAR, at(date(2026, 3, 20)))
    assert "**At risk**: reserve -1 working day, " in page(case)
    bring_up_to_date(case, CALENDAR, at(date(2026, 4, 14)))
    assert "**Exceeded**: " in page(case)
    assert "**26 working days late**" in page(case)


def test_every_part_has_its_list_and_no_empty_one_is_shown() -> None:
    parts = [
        "Open escalations",
        "What to do next",
        "Given up",
        "Missing documents",
        "Documents",
        "Refused documents",
        "Further findings",
        "Refused messages (1)",
        "Earlier escalations",
    ]
    crowd, bare = page(crowded()), page(standing_at(Step.INSPECT))
    for part in parts:
        assert f"**{part}**\n\n- " in crowd
    assert [part for part in parts if f"**{part}**" in bare] == ["What to do next", "Documents"]


def test_a_document_that_came_again_is_listed_once_with_how_often() -> None:
    case = standing_at(Step.INSPECT)
    stored = case.papers.stored
    for number, (_, document) in enumerate(stored):
        document.filename, document.document_id = f"paper{number}", f"sha256-{number}"
    case.papers.deliveries += case.papers.deliveries
    again = page(case)
    assert [again.count(f"paper{number}, ") for number in range(len(stored))] == [1] * len(stored)
    assert again.count(", came 2 times") == len(stored)


def test_it_has_no_tables_and_no_glyphs_that_the_ui_lacks() -> None:
    text = page(crowded())
    assert not [row for row in text.splitlines() if row.startswith("|")]
    assert {character for character in text if ord(character) > 127} <= {"¶"}


@pytest.mark.parametrize("evil", ["[click](http://evil)", "<b>x</b>", "*x* _x_ `x`", "# x", "a\nb | c"])
def test_text_from_outside_is_shown_as_it_is_and_is_no_markdown(evil: str) -> None:
    case = crowded()
    exporter = {"name": evil}
    case.request = type(case.request).model_validate(request(RECEIVED, exporter=exporter, requesting_authority=evil))
    case.papers.stored[0][1].filename = evil
    case.papers.refused[0][1].reason = evil
    case.actions["look_up_registration"].error = evil
    acknowledged = case.open_escalations[0]
    acknowledged.summary = acknowledged.acknowledged_by = evil
    acknowledged.acknowledged_until, acknowledged.rests_until = date(2026, 3, 3), at(date(2026, 3, 4), 0)
    send(case, evil, {}, number=2)
    case.rejected[-1].reason = evil
    text = page(case)
    assert text.count(plain(evil)) >= 7
    assert code(evil) in text
    bare = text.replace(plain(evil), "").replace(code(evil), "")
    assert "click" not in bare
    assert "<b>" not in bare


def test_names_of_messages_and_actions_read_as_they_are_written() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    send(case, "documents_arrived", {"message_id": "d1"})
    assert "- `documents_arrived`, Mon 2 Mar 2026 10:00, message_id `d1`: sent\\_by: is required" in page(case)


def test_a_message_id_with_marks_of_markdown_breaks_out_of_nothing() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    send(case, "documents_arrived", documents("`** [x](y)\n# z"))
    action = next(iter(case.actions.values()))
    gave_up(case, action, "out of reach", RECEIVED)
    text = page(case)
    assert "`fetch_documents '** [x](y) # z`" in text
    assert "\n# z" not in text


def test_of_long_lists_the_first_are_shown_and_the_rest_counted_and_refused_messages_come_newest_first() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    for number in range(1, SHOWN + 4):
        send(case, f"name-{number}", {}, number)
    text = page(case)
    assert f"**Refused messages ({SHOWN + 3})**\n\n- `name-{SHOWN + 3}`" in text
    assert "\n- and 3 more\n" in text


@pytest.mark.parametrize(("arrived", "shown"), [(3, False), (4, True)])
def test_a_time_stated_more_than_a_working_day_before_it_arrived_is_shown_beside_its_arrival(
    arrived: int, shown: bool
) -> None:
    case = standing_at(Step.INSPECT)
    case.papers.deliveries = [
        delivered(Kind.INVOICE, sent_at=at(date(2026, 3, 2)), arrived_at=at(date(2026, 3, arrived)))
    ]
    line = f"- invoice invoice.pdf: stated Mon 2 Mar 2026, arrived {at(date(2026, 3, arrived)):%a} {arrived} Mar 2026"
    assert (line in page(case)) is shown


def test_missing_documents_are_listed_only_while_they_are_awaited() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    assert "**Missing documents**" in page(case)
    case.step = Step.CONCLUDE
    assert "**Missing documents**" not in page(case)


def test_a_closed_case_says_its_outcome_and_whether_the_thirty_days_were_kept() -> None:
    for signed_at, words in ((RECEIVED, "were kept"), (at(date(2026, 4, 14)), "**were exceeded**")):
        case = standing_at(Step.CONCLUDE)
        sign(case, CALENDAR, signed_at)
        order.close(case, signed_at)
        assert "**Closed**: **valid**, signed by " in page(case)
        assert f"The 30 working days of ¶5 {words}" in page(case)


def test_a_withdrawn_case_says_that_the_thirty_days_were_not_counted_to_their_end() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    case.outcome = Outcome.WITHDRAWN
    order.close(case, RECEIVED)
    assert "**Closed**: **withdrawn**" in page(case)
    assert "The 30 working days of ¶5 were not counted to their end" in page(case)


def test_what_is_provisional_says_so() -> None:
    days = plain_days(2026, 2027, provisional_years=[2026])
    case = standing_at(Step.AWAIT_DOCUMENTS, days)
    assert "The days are provisional" in page(case)
    assert "last day 9 Mar 2026 ?, **running**" in page(case)
    assert "\n?  provisional: " in page(case)


def test_the_customs_own_time_limit_is_shown() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    case.request = type(case.request).model_validate(request(RECEIVED, reply_by="2026-05-01"))
    assert "reply by Fri 1 May 2026 (not counted)" in page(case)


def test_without_a_calendar_it_says_that_nothing_is_counted() -> None:
    given = standing_at(Step.INSPECT).request
    case = Case(case_id="rex-ch-1", request=given, opened_at=RECEIVED, seen_at=RECEIVED)
    assert "are not counted yet: the working calendar is not recorded" in case_page(case, None, RECEIVED)


def notified(case: Case, *, level: int = 2, repeat: int = 0, error: str | None = None) -> str:
    """The line of an escalation of which a level has been notified, or not reached."""
    raised = escalate(case, Identity(Escalation.STEP_OVERDUE, case.step), RECEIVED, "it is overdue")
    assert raised is not None
    case.book = ladder_book()
    [recipient] = case.book.levels[level].recipients
    rung = raised.last_rung = Rung(number=level + repeat, level=level, due_at=RECEIVED, repeat=repeat)
    notified_at = None if error else RECEIVED
    raised.notified = [
        Notification(key="k", recipient=recipient, rung=rung, handed_at=RECEIVED, notified_at=notified_at, error=error)
    ]
    [section] = re.findall(r"\*\*Open escalations\*\*\n\n- (.*?)\n\n", page(case), re.DOTALL)
    return " | ".join(line.strip() for line in section.splitlines())


def test_an_escalation_says_who_was_notified_when_and_who_comes_next() -> None:
    assert notified(standing_at(Step.AWAIT_DOCUMENTS)) == (
        "`await_documents.step_overdue`: it is overdue | Raised Mon 2 Mar 2026 10:00, **not acknowledged** | "
        "Level 2 (on-call): notified Mon 2 Mar 2026 10:00 | Next: level 3 (head), Mon 2 Mar 2026 14:00 | "
        "Update `acknowledge_escalation` | "
        '`{"by": "", "escalation_id": "await_documents.step_overdue", "until": "2026-03-03"}`'
    )


def test_an_escalation_says_who_was_not_reached_and_why_and_that_nobody_was() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    assert "Level 2 (on-call): **1 of 1 not reached by mailto since Mon 2 Mar 2026 10:00**: no line | " in notified(
        case, error="no line"
    )
    case.escalations[-1].nobody_since = RECEIVED
    assert "**Nobody can be reached since Mon 2 Mar 2026 10:00: call somebody**" in page(case)


def test_an_escalation_whose_ladder_is_at_its_end_says_that_nobody_has_acknowledged() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    line = notified(case, level=3, repeat=5)
    assert " | **Everyone has been notified and no one has acknowledged: call somebody** | " in line


def test_an_escalation_that_is_acknowledged_says_by_whom_and_until_when_and_no_longer_after_that() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    raised = escalate(case, Identity(Escalation.STEP_DUE_SOON, case.step), RECEIVED, "soon")
    assert raised is not None
    raised.acknowledged_by, raised.acknowledged_until = "D. Akhmetova", date(2026, 3, 9)
    raised.rests_until = at(date(2026, 3, 10), 0)
    line = "Raised Mon 2 Mar 2026 10:00, acknowledged by D. Akhmetova until Mon 9 Mar 2026"
    assert line in page(case)
    assert "Akhmetova" not in page(case, raised.rests_until)


def test_what_is_overtaken_or_resolved_is_listed_apart_with_what_ended_it() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    bring_up_to_date(case, CALENDAR, at(date(2026, 3, 9)))
    bring_up_to_date(case, CALENDAR, at(date(2026, 3, 10)))
    assert "- `await_documents.step_due_soon`: overtaken by `await_documents.step_overdue`" in page(case)
    order.withdraw(case, CALENDAR, "taken back", "A. Nurlan", at(date(2026, 3, 10)))
    assert "- `await_documents.step_overdue`: the case is closed" in page(case)


@pytest.mark.parametrize("step", EVERY_STEP)
def test_at_every_step_it_says_what_to_do_next(step: Step) -> None:
    case = standing_at(step, ground=True)
    words = {
        Step.REQUEST_DOCUMENTS: "being sent",
        Step.AWAIT_DOCUMENTS: "Atameken has to send",
        Step.INSPECT: "`record_inspection`",
        Step.CONCLUDE: "`sign_conclusion`",
        Step.APPEAL: "being sent",
    }
    assert words[step] in next_action(case)


def test_what_gave_up_comes_before_all_else_to_do() -> None:
    case = standing_at(Step.AWAIT_DOCUMENTS)
    look_up(case, Occasion.OPENING)
    gave_up(case, case.actions["look_up_registration"], "no", RECEIVED)
    assert next_action(case).startswith(
        "Failed, and not tried again by itself: ¶9: look up the registration in REX (`look_up_registration`). "
    )
    assert "`retry_action`" in next_action(case)


def test_the_page_of_a_crowded_case_is_short_enough_for_one_look() -> None:
    case = crowded()
    for number in range(200):
        case.papers.deliveries.append(delivered(Kind.CONTRACT, message_id=f"d{number}"))
        send(case, "unknown" * 20, {"message_id": "x" * 500, "at": rfc_3339(RECEIVED)}, number + 10)
    bring_up_to_date(case, CALENDAR, RECEIVED + timedelta(days=60))
    assert len(page(case)) < 12_000


def test_each_next_step_and_each_open_escalation_has_the_update_to_send_with_its_fields_to_paste() -> None:
    case = standing_at(Step.CONCLUDE)
    text = page(case)
    assert 'Update `sign_conclusion`  \n`{"by": "", "document_id": "' in text
    assert 'Update `return_conclusion`  \n`{"by": "", "reason": "", "reopen_inspection": false}`' in text
    bring_up_to_date(case, CALENDAR, at(date(2026, 4, 14)))
    acknowledgement = '`{"by": "", "escalation_id": "conclude.step_overdue", "until": "2026-04-15"}`'
    assert acknowledgement in page(case, at(date(2026, 4, 14)))


def test_it_has_a_link_to_every_list_of_cases_which_starts_where_the_ui_shows_the_page() -> None:
    links = re.findall(r"\[([^]]+)\]\(([^)]+)\)", page(standing_at(Step.INSPECT)))
    assert [name for name, _ in links] == [view.name for view in VIEWS]
    assert all(address.startswith("./namespaces/default/workflows?query=") for _, address in links)


def test_what_is_being_tried_again_is_shown_with_its_reason_and_since_when() -> None:
    case = standing_at(Step.INSPECT)
    look_up(case, Occasion.OPENING)
    action = case.actions["look_up_registration"]
    action.state, action.begun_at, action.activity_id = "running", RECEIVED, "7"
    assert "Being tried again" not in page(case)
    take_trying(case, ({"activity_id": "7", "attempt": 4, "reason": "REX *answers* 503"},))
    assert (
        "**Being tried again**\n\n- `look_up_registration` (¶9: look up the registration in REX): at least 4 attempts "
        "have failed since Mon 2 Mar 2026 10:00; the last: **REX \\*answers\\* 503**"
    ) in page(case)
