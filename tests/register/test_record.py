"""What is written can be read back, once, in order, and nothing undoes it."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text

from register import record
from register.database import RefusedByDatabase, open_register, writing
from register.rows import LogEntry, RegisterEntries
from register.tables import CaseRow, StepRow
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


def test_a_case_that_is_being_opened_is_there_from_then_on(register: Engine) -> None:
    assert record.open_case(register, examples.case()) is None

    assert record.find_case(register, CASE_ID) == examples.case()


def test_opening_again_turns_nothing_back(register: Engine) -> None:
    record.open_case(register, examples.case(1))
    record.write(register, RegisterEntries(case=examples.case(2, step="inspect")))
    before = whole_register(register)

    for write in (1, 3):
        assert record.open_case(register, examples.case(write)) is None

    assert whole_register(register) == before


def test_the_number_of_a_closed_case_cannot_be_opened(register: Engine) -> None:
    closed = examples.case(2, closed_at=RECEIVED_AT, outcome="valid")
    record.write(register, RegisterEntries(case=closed))

    assert record.open_case(register, examples.case(3)) == closed

    assert record.find_case(register, CASE_ID) == closed


def test_another_case_under_the_number_of_a_closed_one_writes_nothing(register: Engine) -> None:
    """One that waits for its calendar may write before it hears that its number is used up."""
    closed = examples.case(closed_at=examples.minute(2))
    record.write(register, RegisterEntries(case=closed))
    later = closed.model_copy(update={"opened_at": examples.minute(3), "as_of": examples.minute(4), "closed_at": None})
    with pytest.raises(RefusedByDatabase, match="is closed; expected a number not yet used"):
        record.write(register, RegisterEntries(case=later, log=[examples.log("opened")]))
    assert (record.find_case(register, closed.case_id), record.log_of(register, closed.case_id)) == (closed, [])


def test_of_several_who_open_one_case_at_once_one_row_comes(register: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(lambda n: record.open_case(register, examples.case(n)), range(8)))

    assert opened == [None] * 8
    assert len(rows(register, "cases")) == 1


def test_a_message_for_an_unknown_case_is_kept_once_as_it_first_came(register: Engine) -> None:
    message = examples.refused_message(body='{"message_id": "m-1"}')
    later = message.model_copy(update={"at": message.at + timedelta(days=1), "reason": "still not there"})

    for each in (message, message, later):
        record.write_undelivered_message(register, "rex-no-unknown", each)

    assert record.refused_messages_of(register, "rex-no-unknown") == [message]
    assert record.find_case(register, "rex-no-unknown") is None


def test_another_undelivered_message_under_a_key_is_an_error(register: Engine) -> None:
    record.write_undelivered_message(register, "rex-no-unknown", examples.refused_message())

    with pytest.raises(RefusedByDatabase, match=r"has case_id rex-no-unknown, key refused\.1 with another"):
        record.write_undelivered_message(register, "rex-no-unknown", examples.refused_message(body="{}"))


def test_a_message_for_a_closed_case_is_kept_beside_the_others(register: Engine) -> None:
    record.write(register, examples.everything())
    late = examples.refused_message(key="undelivered.1", at=RECEIVED_AT + timedelta(days=60))

    record.write_undelivered_message(register, CASE_ID, late)

    assert record.refused_messages_of(register, CASE_ID) == [examples.refused_message(), late]


def test_a_row_of_a_case_that_is_not_there_is_refused_by_the_database(register: Engine) -> None:
    orphan = examples.step().model_dump() | {"case_id": "rex-no-unknown", "as_of": minute(1)}

    with pytest.raises(RefusedByDatabase, match=r"(?i)foreign key"), writing(register) as connection:
        connection.execute(insert(StepRow), orphan)


def test_times_come_back_in_utc_whatever_offset_they_went_in_with(register: Engine) -> None:
    almaty = timezone(timedelta(hours=5))
    with writing(register) as connection:
        in_almaty = {"received_at": datetime(2026, 3, 2, 9, 30, tzinfo=almaty)}
        connection.execute(insert(CaseRow), examples.case().model_dump() | in_almaty)

    (row,) = rows(register, "cases")
    assert row["received_at"] == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert row["received_at"].tzinfo is UTC
    assert row["opened_at"].tzinfo is UTC


def test_a_naive_time_is_refused(register: Engine) -> None:
    naive = examples.case().model_copy(update={"received_at": datetime(2026, 3, 2, 9, 30)})  # noqa: DTZ001 - the point

    with pytest.raises(RefusedByDatabase, match=r"aware times only, got 2026-03-02T09:30:00"):
        record.write(register, RegisterEntries(case=examples.case()).model_copy(update={"case": naive}))


def test_text_that_no_database_can_hold_does_not_keep_a_case_from_its_record(register: Engine) -> None:
    """A signal may carry any JSON: NUL, half a surrogate pair, and what Python reads as NaN."""
    details = {"nul": "a\0b", "half": "\ud800", "kazakh": "ұ", "number": float("nan")}
    entry = LogEntry.model_construct(key="message m-1", at=RECEIVED_AT, who="a\0b", what="half \ud800", details=details)

    for _ in range(2):
        record.write(register, RegisterEntries(case=examples.case()).model_copy(update={"log": [entry]}))

    (row,) = rows(register, "log")
    assert (row["who"], row["what"]) == ("a␀b", "half �")
    assert row["details"] == details | {"number": "NaN"}


def test_json_is_kept_as_people_can_read_it(register: Engine) -> None:
    record.write(register, examples.everything())

    with register.connect() as connection:
        kept = connection.execute(text("SELECT CAST(request AS TEXT) FROM cases")).scalar_one()
    assert "құрма" in kept
