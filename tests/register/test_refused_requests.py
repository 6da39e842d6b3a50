"""Refused requests are kept whole, and one open escalation stands for all of one case number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from register import record
from register.database import RefusedByDatabase
from register.overview import list_escalations
from register.refused_requests import (
    CORRECTED,
    Kept,
    RefusedRequests,
    dismiss_refused_request,
    keep_refused_request,
    kept_runs,
    list_refused_requests,
)
from register.rows import REQUEST_KEY, RefusedMessageEntry
from rules.refusal import Refusal
from tests.register import examples
from tests.register.examples import CASE_ID, minute
from tests.register.reading import whole_register

FIRST, SECOND = "case.request_refused", "case.request_refused.2"


def refused(number: int, **changes: object) -> RefusedMessageEntry:
    given = {"key": f"{REQUEST_KEY}run-{number}", "name": "request", "at": minute(number), "reason": f"reason {number}"}
    return examples.refused_message(**given | changes)


def listed(register: Engine) -> list[RefusedRequests]:
    return list_refused_requests(register)


def test_a_refused_request_is_kept_and_raises_its_escalation_without_any_case(register: Engine) -> None:
    assert keep_refused_request(register, CASE_ID, refused(1)) == Kept(FIRST, raised=True)

    [found] = listed(register)
    assert (found.case_id, list(found.requests), found.open) == (CASE_ID, [refused(1)], True)
    assert record.refused_messages_of(register, CASE_ID) == [refused(1)]
    [open_one] = list_escalations(register, open_only=True)
    assert (open_one.case_id, open_one.escalation, open_one.level) == (CASE_ID, found.escalation, 1)
    assert found.escalation.summary == "the request was refused: reason 1"
    assert record.find_case(register, CASE_ID) is None


def test_ten_refusals_of_one_number_are_kept_and_have_one_open_escalation(register: Engine) -> None:
    raised = [keep_refused_request(register, CASE_ID, refused(number)).raised for number in range(10)]

    [found] = listed(register)
    assert raised == [True] + [False] * 9
    assert list(found.requests) == [refused(number) for number in range(10)]
    assert found.escalation.summary == "refused 10 times; the last: reason 9"


@pytest.mark.parametrize("after", ["nothing else", "another refusal", "its dismissal"])
def test_keeping_the_same_again_changes_nothing_and_answers_the_same(register: Engine, after: str) -> None:
    keep_refused_request(register, CASE_ID, refused(1))
    if after == "another refusal":
        keep_refused_request(register, CASE_ID, refused(2))
    if after == "its dismissal":
        dismiss_refused_request(register, CASE_ID, by="A. Nurlan", because="a test", now=minute(5))
    before = whole_register(register)

    assert keep_refused_request(register, CASE_ID, refused(1)) == Kept(FIRST, raised=True)
    assert whole_register(register) == before


def test_another_content_under_its_key_is_refused(register: Engine) -> None:
    keep_refused_request(register, CASE_ID, refused(1))
    with pytest.raises(RefusedByDatabase, match="with another content"):
        keep_refused_request(register, CASE_ID, refused(1, body="{}"))


def test_what_was_sent_to_it_is_kept_beside_it_and_is_no_request(register: Engine) -> None:
    message = examples.refused_message(key="run-1.refused.1")
    keep_refused_request(register, CASE_ID, refused(1), [message])

    assert set(map(repr, record.refused_messages_of(register, CASE_ID))) == {repr(refused(1)), repr(message)}
    [found] = listed(register)
    assert list(found.requests) == [refused(1)]


def test_opening_the_case_resolves_it_and_the_case_does_not_call_it_its_own(register: Engine) -> None:
    keep_refused_request(register, CASE_ID, refused(1))
    keep_refused_request(register, "rex-no-1", refused(2))
    opened = examples.case(opened_at=minute(9))

    for _ in range(2):
        assert record.open_case(register, opened) is None

    still, done = listed(register)
    assert (still.case_id, still.open) == ("rex-no-1", True)
    assert (done.escalation.resolved_at, done.escalation.resolved_by) == (minute(9), CORRECTED)
    assert list(done.requests) == [refused(1)]
    assert record.escalations_of(register, CASE_ID) == []
    present = record.find_present(register, CASE_ID)
    assert present is not None
    assert present.escalations == []


def test_a_number_that_is_closed_leaves_the_refusal_open(register: Engine) -> None:
    record.open_case(register, examples.case(closed_at=minute(1)))
    keep_refused_request(register, CASE_ID, refused(2))

    assert record.open_case(register, examples.case(opened_at=minute(3))) is not None
    assert [each.open for each in listed(register)] == [True]


def test_a_person_dismisses_it_once_and_what_was_kept_stays(register: Engine) -> None:
    keep_refused_request(register, CASE_ID, refused(1))
    dismissed = dismiss_refused_request(register, CASE_ID, by="A. Nurlan", because="sent twice", now=minute(5))

    [found] = listed(register)
    assert (dismissed.id, found.open, list(found.requests)) == (FIRST, False, [refused(1)])
    assert found.escalation.resolved_by == "dismissed by A. Nurlan: sent twice"
    for case_id in (CASE_ID, "rex-no-1"):
        with pytest.raises(Refusal, match=f"{case_id}: no refused request is open"):
            dismiss_refused_request(register, case_id, by="A. Nurlan", because="again", now=minute(6))


def test_a_refusal_after_the_first_is_dealt_with_is_a_new_one(register: Engine) -> None:
    keep_refused_request(register, CASE_ID, refused(1))
    dismiss_refused_request(register, CASE_ID, by="A. Nurlan", because="sent twice", now=minute(5))

    assert keep_refused_request(register, CASE_ID, refused(6)) == Kept(SECOND, raised=True)
    second, first = listed(register)
    assert ([each.key for each in first.requests], [each.key for each in second.requests]) == (
        [refused(1).key],
        [refused(6).key],
    )
    assert second.escalation.summary == "the request was refused: reason 6"
    assert list_refused_requests(register, open_only=True) == [second]


def test_which_runs_are_kept(register: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("register.statements.IDS_AT_ONCE", 2)
    for number in range(3):
        keep_refused_request(register, CASE_ID, refused(number, at=minute(0) + timedelta(seconds=number)))
    assert kept_runs(register, [f"run-{number}" for number in range(5)]) == {"run-0", "run-1", "run-2"}
    assert kept_runs(register, []) == frozenset()
