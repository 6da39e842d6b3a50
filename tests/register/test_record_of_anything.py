"""Opening cases, undelivered messages, and what no database can hold as it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, insert, text

from register import record
from register.database import RefusedByDatabase, writing
from register.rows import LogEntry, RegisterEntries
from register.tables import CaseRow, StepRow
from tests.register import examples
from tests.register.examples import CASE_ID, RECEIVED_AT, minute
from tests.register.reading import rows, whole_register


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
