"""Whatever is changed in the log behind the program's back is found, and named by its line."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from audit.chains import Broken, check_chains, check_on, read_chains
from audit.heads import Recorded
from register import record
from register.chain import append_lines, hash_of
from register.database import RefusedByDatabase, open_register, writing
from register.rows import LogEntry, RegisterEntries
from tests.register import examples
from tests.register.examples import CASE_ID
from tests.register.reading import rows

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY = date(2026, 11, 25)
OTHER = "rex-no-1"
LINES = 5


def add(register: Engine, *lines: LogEntry, case_id: str = CASE_ID, write: int = 1) -> None:
    record.write(register, RegisterEntries(case=examples.case(write, case_id=case_id), log=list(lines)))


def fill(register: Engine) -> None:
    """Two cases with a log of five lines each, in several writes."""
    for case_id in (CASE_ID, OTHER):
        add(register, examples.log("opened"), examples.log("message m-1", who="Atameken"), case_id=case_id)
        for number in range(3, LINES + 1):
            line = examples.log(f"message m-{number}", what=f"event {number}", details={"n": number})
            add(register, line, case_id=case_id, write=number)


@contextmanager
def as_its_owner(register: Engine, *statements: str) -> Iterator[Connection]:
    """The database as its owner has changed it, past triggers and keys; rolled back at the end."""
    with register.connect() as connection, connection.begin() as transaction:
        if register.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.exec_driver_sql(statement)
        yield connection
        transaction.rollback()


def found(connection: Connection, *recorded: Recorded) -> list[Broken]:
    return check_on(connection, {CASE_ID: recorded} if recorded else {}, now=NOW).broken


def here(then: str) -> str:
    return f"{then} WHERE case_id = '{CASE_ID}'"


@pytest.fixture(scope="module")
def filled(kept_register: Engine) -> Engine:
    fill(kept_register)
    return kept_register


def test_a_log_that_nobody_has_touched_holds(filled: Engine) -> None:
    head = read_chains(filled)[CASE_ID]
    checked = check_chains(filled, {CASE_ID: [Recorded(DAY, head.length, head.head)]}, now=NOW)
    assert (checked.cases, checked.lines, checked.broken) == (2, 2 * LINES, [])


CHANGED = "line 3 of the log (event 3) was changed: its content does not fit its hash"

TAMPERING = {
    "at": (["UPDATE log SET at = as_of {} AND sequence = 3"], CHANGED),
    "who": (["UPDATE log SET who = 'another' {} AND sequence = 3"], CHANGED),
    "details": (["UPDATE log SET details = '{\"n\":4}' {} AND sequence = 3"], CHANGED),
    "key": (["UPDATE log SET key = 'message m-9' {} AND sequence = 3"], CHANGED),
    "digest": (["UPDATE log SET digest = 'another' {} AND sequence = 3"], CHANGED),
    "place": (["UPDATE log SET place = 9 {} AND sequence = 3"], CHANGED),
    "as_of": (["UPDATE log SET as_of = at {} AND sequence = 3"], CHANGED),
    "hash": (["UPDATE log SET hash = previous {} AND sequence = 3"], CHANGED),
    "previous": (["UPDATE log SET previous = hash {} AND sequence = 3"], CHANGED),
    "what": (
        ["UPDATE log SET what = 'nothing' {} AND sequence = 3"],
        "line 3 of the log (nothing) was changed: its content does not fit its hash",
    ),
    "first removed": (["DELETE FROM log {} AND sequence = 1"], "line 1 of the log is missing"),
    "one removed": (["DELETE FROM log {} AND sequence = 3"], "line 3 of the log is missing"),
    "last removed": (
        ["DELETE FROM log {} AND sequence = 5"],
        "the log ends at line 4, its chain at 5: the last lines are missing",
    ),
    "two swapped": (
        [
            "UPDATE log SET sequence = 9 {} AND sequence = 3",
            "UPDATE log SET sequence = 3 {} AND sequence = 4",
            "UPDATE log SET sequence = 4 {} AND sequence = 9",
        ],
        "line 3 of the log (event 4) was changed: its content does not fit its hash",
    ),
    "moved to another case": (
        ["UPDATE log SET case_id = 'x' {} AND sequence = 5", "UPDATE log SET case_id = case_id"],
        "the log ends at line 4, its chain at 5: the last lines are missing",
    ),
    "all removed": (["DELETE FROM log {}"], "the log is gone: not one line is left"),
    "request": (
        ["UPDATE cases SET exporter = 'another' {}"],
        "the request is not the one with which the log begins: the case's row was changed",
    ),
    "receipt": (
        ["UPDATE cases SET received_at = opened_at {}"],
        "the request is not the one with which the log begins: the case's row was changed",
    ),
    "case removed": (["DELETE FROM cases {}"], "the log has lines, but the case's row is gone"),
    "chain's head": (
        ["UPDATE chains SET head = 'another' {}"],
        "the head of the chain was changed: it is not the last line's hash",
    ),
    "chain's length": (
        ["UPDATE chains SET length = 4 {}"],
        "line 5 of the log was added: its chain ends before",
    ),
    "chain removed": (["DELETE FROM chains {}"], "the log has 5 lines, but the head of its chain is missing"),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_what_was_changed_by_sql_is_found_in_its_case_alone(filled: Engine, how: str) -> None:
    statements, expected = TAMPERING[how]
    with as_its_owner(filled, *(each.replace("{}", here("")) for each in statements)) as connection:
        assert [each for each in found(connection) if each.case_id != "x"] == [Broken(CASE_ID, expected)]


def test_a_value_that_nothing_can_read_any_more_is_found_in_its_case(sqlite_register: Engine) -> None:
    fill(sqlite_register)
    garbage = here("UPDATE log SET details = '{'"), f"UPDATE log SET at = 'x' WHERE case_id = '{OTHER}'"
    unreadable = "a value in the case's row, its log or the head of its chain was changed: it cannot be read any more"
    with as_its_owner(sqlite_register, *garbage) as connection:
        assert found(connection) == [Broken(CASE_ID, unreadable), Broken(OTHER, unreadable)]


NAMES = "case_id, as_of, place, at, who, what, details, sequence, previous, hash"


def test_a_line_that_was_added_with_the_number_of_another_is_found(sqlite_register: Engine) -> None:
    fill(sqlite_register)
    add_one = (
        "DROP TABLE events",  # it refers to the log
        "CREATE TABLE other AS SELECT * FROM log",
        "DROP TABLE log",
        "ALTER TABLE other RENAME TO log",
        here(f"INSERT INTO log (key, digest, {NAMES}) SELECT 'more', digest, {NAMES} FROM log") + " AND sequence = 3",
    )
    with as_its_owner(sqlite_register, *add_one) as connection:
        assert [each.case_id for each in found(connection)] == [CASE_ID]


def of_case(register: Engine) -> list[dict[str, Any]]:
    lines = [row for row in rows(register, "log") if row["case_id"] == CASE_ID]
    return sorted(lines, key=lambda row: int(row["sequence"]))


def rewriting(register: Engine) -> Iterator[str]:
    """How the owner writes the chain anew from line 3 on, so that it holds in itself."""
    _, second, *others = of_case(register)
    previous = second["hash"]
    for line in others:
        line |= {"previous": previous} | ({"who": "another"} if line["sequence"] == 3 else {})
        previous = hash_of(line)
        changes = f"who = '{line['who']}', previous = '{line['previous']}', hash = '{previous}'"
        yield f"{here(f'UPDATE log SET {changes}')} AND sequence = {line['sequence']}"
    yield here(f"UPDATE chains SET head = '{previous}'")


def test_a_chain_that_was_written_anew_holds_in_itself_and_not_against_a_daily_head(filled: Engine) -> None:
    hashes = [line["hash"] for line in of_case(filled)]
    with as_its_owner(filled, *rewriting(filled)) as connection:
        assert found(connection) == []
        assert found(connection, Recorded(DAY, 2, hashes[1])) == []
        assert found(connection, Recorded(DAY, 4, hashes[3]), Recorded(NOW.date(), 5, hashes[4])) == [
            Broken(
                CASE_ID, "line 4 of the log (event 4) is not the one of 25 November 2026: the chain was written anew"
            )
        ]


def test_a_chain_that_was_cut_with_its_head_is_shorter_than_on_the_day_before(filled: Engine) -> None:
    last = of_case(filled)[-1]
    cut = (
        here(f"UPDATE chains SET length = 4, head = '{last['previous']}'"),
        here("DELETE FROM log") + " AND sequence = 5",
    )
    with as_its_owner(filled, *cut) as connection:
        assert found(connection) == []
        expected = "the log ends at line 4: on 25 November 2026 it had 5; the last lines are missing"
        assert found(connection, Recorded(DAY, LINES, last["hash"])) == [Broken(CASE_ID, expected)]


def test_a_case_that_was_removed_whole_is_known_from_a_daily_head(filled: Engine) -> None:
    recorded = Recorded(DAY, LINES, of_case(filled)[-1]["hash"])
    with as_its_owner(filled, *(here(f"DELETE FROM {table}") for table in ("log", "chains", "cases"))) as connection:
        assert found(connection) == []
        assert found(connection, recorded) == [Broken(CASE_ID, "the log is gone: not one line is left")]


def test_a_case_that_has_just_been_opened_has_no_line_yet(register: Engine) -> None:
    record.open_case(register, examples.case())
    opened_at = examples.case().opened_at
    assert check_chains(register, {}, now=opened_at).broken == []
    assert len(check_chains(register, {}, now=NOW).broken) == 1


def test_one_case_can_be_checked_alone(filled: Engine) -> None:
    with as_its_owner(filled, here("UPDATE log SET who = 'another'")) as connection:
        alone = check_on(connection, {}, now=NOW, case_id=OTHER)
        assert (alone.cases, alone.lines, alone.broken) == (1, LINES, [])
        assert [each.case_id for each in check_on(connection, {}, now=NOW, case_id=CASE_ID).broken] == [CASE_ID]


# -- how the chain is made --------------------------------------------------------------------------------------------


def test_what_comes_twice_late_or_out_of_order_is_one_link_each(register: Engine) -> None:
    lines = [examples.log(f"key {number}") for number in range(12)]
    writes = [lines[start : start + 3] for start in range(10)] * 3
    random.Random(10).shuffle(writes)
    for number, each in enumerate(writes):
        add(register, *each, write=number % 7)
    assert [row["sequence"] for row in sorted(rows(register, "log"), key=lambda row: int(row["sequence"]))] == list(
        range(1, 13)
    )
    assert check_chains(register, {}, now=NOW).broken == []


def test_two_writers_at_once_do_not_fork_the_chain(register: Engine, register_url: str) -> None:
    together = Barrier(2)

    def write(worker: int) -> None:
        engine = open_register(register_url)
        with engine.connect():
            together.wait()
        for number in range(8):
            add(engine, examples.log("common"), examples.log(f"key {number} of {worker}"), write=number)
            add(engine, examples.log(f"common {number}"), write=number)
        engine.dispose()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, range(2)))
    checked = check_chains(register, {}, now=NOW)
    assert (checked.lines, checked.broken) == (1 + 2 * 8 + 8, [])


def test_the_end_of_a_chain_is_locked_by_itself_too(register: Engine) -> None:
    """Whatever else a transaction holds: without it one of the two would be refused for a number that is taken."""
    record.open_case(register, examples.case())
    together = Barrier(2)

    def append(worker: int) -> None:
        together.wait()
        for number in range(10):
            line = examples.log(f"key {number} of {worker}").model_dump()
            row = line | {"case_id": CASE_ID, "as_of": NOW, "place": 0, "digest": "d"}
            with writing(register) as connection:
                append_lines(connection, CASE_ID, [row])

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(append, range(2)))
    checked = check_chains(register, {}, now=NOW)
    assert (checked.lines, checked.broken) == (20, [])


def test_the_database_refuses_two_lines_with_one_number(register: Engine) -> None:
    fill(register)
    again = f"INSERT INTO log (key, digest, {NAMES}) SELECT 'more', digest, {NAMES} FROM log"
    with pytest.raises(RefusedByDatabase), writing(register) as connection:
        connection.execute(text(again))


def test_what_no_database_can_hold_as_it_is_is_covered_as_it_is_kept(register: Engine) -> None:
    strange = {"nul": "a\0b", "half": "\ud800", "nan": float("nan"), "big": 10**30, "float": 1e-7, "қаз": [None, True]}
    line = examples.log("a\0b", details=strange, who="\ud800").model_copy(update={"what": "\0"})
    for _ in range(2):
        add(register, line, examples.log("next"))
    checked = check_chains(register, {}, now=NOW)
    assert (checked.lines, checked.broken) == (2, [])
