"""What is written can be read back, once, in order, and nothing undoes it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from register import record
from register.database import RefusedByDatabase, open_register
from register.rows import RegisterEntries
from tests.register import examples
from tests.register.examples import CASE_ID, RECEIVED_AT, minute
from tests.register.reading import rows, whole_register


def test_what_was_written_is_read_back_as_it_was(register: Engine) -> None:
    entries = examples.everything()
    record.write(register, entries)

    assert record.find_case(register, CASE_ID) == entries.case
    assert record.documents_of(register, CASE_ID) == entries.documents
    assert record.letters_of(register, CASE_ID) == entries.letters
    assert record.escalations_of(register, CASE_ID) == entries.escalations
    assert record.refused_messages_of(register, CASE_ID) == entries.refused_messages
    assert record.log_of(register, CASE_ID) == entries.log
    (step,) = rows(register, "steps")
    assert step == entries.steps[0].model_dump() | {"case_id": CASE_ID, "as_of": minute(1)}


def test_a_case_that_nobody_wrote_is_not_found_and_has_nothing(register: Engine) -> None:
    record.write(register, examples.everything())

    assert record.find_case(register, "rex-no-1") is None
    for read in (
        record.documents_of,
        record.letters_of,
        record.escalations_of,
        record.refused_messages_of,
        record.log_of,
    ):
        assert read(register, "rex-no-1") == []
    assert record.find_present(register, "rex-no-1") is None


def test_what_stands_for_the_present_of_a_case_is_read_at_once(register: Engine) -> None:
    entries = examples.everything()
    record.write(register, entries)
    record.write(register, RegisterEntries(case=examples.case(case_id="rex-no-1"), steps=[examples.step()]))

    assert record.find_present(register, CASE_ID) == entries.model_copy(update={"refused_messages": [], "log": []})


def test_writing_the_same_again_changes_nothing(register: Engine) -> None:
    record.write(register, examples.everything())
    before = whole_register(register)

    record.write(register, examples.everything())

    assert whole_register(register) == before
    assert all(len(each) == 1 for table, each in before.items() if table in RegisterEntries.model_fields)


def test_a_later_write_brings_every_row_up_to_date(register: Engine) -> None:
    record.write(register, examples.everything())
    later = RegisterEntries(
        case=examples.case(2, step="await_documents", reserve_days=None, closed_at=RECEIVED_AT, outcome="withdrawn"),
        steps=[examples.step(state="done", ended_at=RECEIVED_AT, late=True, late_days=2)],
        documents=[examples.document(filename="invoice.pdf")],
        letters=[examples.letter(reference="A-77")],
        escalations=[
            examples.escalation(
                acknowledged_by="Aigul",
                acknowledged_until=date(2026, 3, 9),
                overtaken_by="request_documents.step_overdue",
            )
        ],
    )

    record.write(register, later)

    assert record.find_case(register, CASE_ID) == later.case
    assert record.documents_of(register, CASE_ID) == later.documents
    assert record.letters_of(register, CASE_ID) == later.letters
    assert record.escalations_of(register, CASE_ID) == later.escalations
    (step,) = rows(register, "steps")
    assert step == later.steps[0].model_dump() | {"case_id": CASE_ID, "as_of": minute(2)}


def test_an_older_write_that_comes_late_turns_nothing_back(register: Engine) -> None:
    newer = RegisterEntries(
        case=examples.case(8, step="inspect"),
        steps=[examples.step(state="done")],
        documents=[examples.document(filename="invoice.pdf")],
        letters=[examples.letter(reference="A-77")],
        escalations=[examples.escalation(resolved_at=RECEIVED_AT, resolved_by="the documents came")],
        log=[examples.log("message m-1")],
    )
    record.write(register, newer)
    before = whole_register(register)

    record.write(register, examples.everything(7))

    after = whole_register(register)
    for table in ("cases", "steps", "documents", "letters", "escalations"):
        assert after[table] == before[table], table


def test_what_only_an_older_write_knows_is_kept_when_it_comes_late(register: Engine) -> None:
    record.write(register, RegisterEntries(case=examples.case(8), log=[examples.log("message m-1")]))

    record.write(register, examples.everything(7))

    assert [entry.key for entry in record.log_of(register, CASE_ID)] == ["opened", "message m-1"]
    assert [len(rows(register, each)) for each in ("steps", "documents", "letters", "refused_messages")] == [1] * 4


def test_a_write_of_the_same_moment_may_change_what_stands(register: Engine) -> None:
    record.write(register, examples.everything())

    record.write(register, RegisterEntries(case=examples.case(step="inspect"), letters=[examples.letter(number="2")]))

    found = record.find_present(register, CASE_ID)
    assert found is not None
    assert (found.case.step, found.letters) == ("inspect", [examples.letter(number="2")])


@pytest.mark.parametrize(
    "changes",
    [
        {"at": RECEIVED_AT + timedelta(microseconds=1)},
        {"who": "another"},
        {"what": "another"},
        {"details": {"days": [1, 2]}},
    ],
)
def test_a_line_of_the_log_with_another_content_under_its_key_is_a_further_line(
    register: Engine, changes: dict[str, Any]
) -> None:
    record.write(register, examples.everything())
    other = examples.log(**changes)

    for _ in range(2):
        record.write(register, RegisterEntries(case=examples.case(2), log=[other]))

    assert record.log_of(register, CASE_ID) == [examples.log(), other]


def test_a_line_of_the_log_that_comes_again_later_stays_where_it_was(register: Engine) -> None:
    first, second = examples.log("message m-1"), examples.log("message m-2")
    record.write(register, RegisterEntries(case=examples.case(1), log=[first]))
    record.write(register, RegisterEntries(case=examples.case(2), log=[second, first]))

    assert record.log_of(register, CASE_ID) == [first, second]


def test_the_order_of_the_details_is_no_other_content(register: Engine) -> None:
    for details in ({"a": 1, "b": 2}, {"b": 2, "a": 1}):
        record.write(register, RegisterEntries(case=examples.case(), log=[examples.log(details=details)]))

    assert len(record.log_of(register, CASE_ID)) == 1


def test_the_log_is_read_in_the_order_of_its_writes_and_of_the_lines_in_each(register: Engine) -> None:
    # The keys and times run the other way, so that neither gives the order.
    lines = [examples.log(f"key {9 - n}", at=RECEIVED_AT - timedelta(minutes=n)) for n in range(5)]
    record.write(register, RegisterEntries(case=examples.case(2), log=lines[2:]))
    record.write(register, RegisterEntries(case=examples.case(1), log=lines[:2]))

    assert record.log_of(register, CASE_ID) == lines


def test_facts_that_the_log_has_with_two_contents_are_found(register: Engine) -> None:
    for case_id in ("rex-ch-1", "rex-no-1"):
        case = examples.case(case_id=case_id)
        record.write(register, RegisterEntries(case=case, log=[examples.log(), examples.log("message m-1")]))
    assert record.disagreeing_log_keys(register) == []

    for _ in range(2):
        other = examples.log("message m-1", who="another")
        record.write(register, RegisterEntries(case=examples.case(case_id="rex-no-1"), log=[other]))

    assert record.disagreeing_log_keys(register) == [("rex-no-1", "message m-1")]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "another"},
        {"message_id": "m-9"},
        {"reason": "another"},
        {"at": RECEIVED_AT},
        {"sha256": "cc" * 32},
        {"size": 1},
        {"body": "{}"},
    ],
)
def test_another_refused_message_under_a_key_is_an_error_and_its_whole_write_is_refused(
    register: Engine, changes: dict[str, Any]
) -> None:
    record.write(register, examples.everything())
    before = whole_register(register)
    other = RegisterEntries(
        case=examples.case(2, step="inspect"), refused_messages=[examples.refused_message(**changes)]
    )

    with pytest.raises(
        RefusedByDatabase, match=f"refused_messages has case_id {CASE_ID}, key refused.1 with another content$"
    ):
        record.write(register, other)

    assert whole_register(register) == before


def test_a_refused_message_that_no_database_can_hold_as_it_is_may_be_written_again(register: Engine) -> None:
    for _ in range(2):
        record.write(
            register,
            RegisterEntries(case=examples.case()).model_copy(
                update={"refused_messages": [examples.refused_message().model_copy(update={"name": "a\0b \ud800"})]}
            ),
        )

    assert [each.name for each in record.refused_messages_of(register, CASE_ID)] == ["a␀b �"]


def test_rows_with_one_key_in_one_write_end_as_the_last_of_them(register: Engine) -> None:
    record.write(
        register,
        RegisterEntries(case=examples.case(), letters=[examples.letter(), examples.letter(reference="A-77")]),
    )

    assert record.letters_of(register, CASE_ID) == [examples.letter(reference="A-77")]


def test_a_write_that_fails_in_its_last_row_leaves_nothing(register: Engine) -> None:
    naive = examples.log().model_copy(update={"at": datetime(2026, 3, 2, 9, 30)})  # noqa: DTZ001 - the point

    with pytest.raises(RefusedByDatabase, match=r"cannot take this: .*aware times only"):
        record.write(register, examples.everything().model_copy(update={"log": [naive]}))

    assert not any(whole_register(register).values())


def test_two_writers_of_the_same_end_in_one_row_each(register: Engine, register_url: str) -> None:
    barrier = Barrier(2)

    def write_from_another_worker(_: int) -> None:
        engine = open_register(register_url)
        with engine.connect():
            barrier.wait()
        for number in range(1, 11):
            record.write(engine, examples.everything(number))
        engine.dispose()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write_from_another_worker, range(2)))

    for table in ("cases", "steps", "documents", "letters", "escalations", "refused_messages", "log"):
        assert len(rows(register, table)) == 1, table
    assert rows(register, "cases")[0]["as_of"] == minute(10)


def test_writes_in_any_order_at_once_end_as_the_newest(register: Engine) -> None:
    writes = [
        RegisterEntries(
            case=examples.case(number, reserve_days=-number),
            steps=[examples.step(late_days=number)],
            log=[examples.log(f"key {number}")],
        )
        for number in range(1, 25)
    ]
    random.Random(358).shuffle(writes)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda each: record.write(register, each), writes))

    found = record.find_case(register, CASE_ID)
    assert found is not None
    assert (found.as_of, found.reserve_days) == (minute(24), -24)
    assert rows(register, "steps")[0]["late_days"] == 24
    assert [line.key for line in record.log_of(register, CASE_ID)] == [f"key {number}" for number in range(1, 25)]


def test_open_cases_are_listed_with_the_nearest_limit_first(register: Engine) -> None:
    cases: dict[str, dict[str, Any]] = {
        "rex-no-1": {"limit_at": RECEIVED_AT + timedelta(days=9)},
        "rex-no-2": {"limit_at": None, "limit_last_day": None},
        "rex-no-3": {"limit_at": RECEIVED_AT + timedelta(days=3)},
        "rex-no-4": {"limit_at": RECEIVED_AT, "closed_at": RECEIVED_AT},
    }
    for case_id, changes in cases.items():
        record.write(register, RegisterEntries(case=examples.case(case_id=case_id, **changes)))

    assert [case.case_id for case in record.list_open_cases(register)] == ["rex-no-3", "rex-no-1", "rex-no-2"]
