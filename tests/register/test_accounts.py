"""What an account is counted from is one consistent read; who has which account is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from register import accounts
from register.accounts import opened_before, read_standing, record_sent, sent_to
from register.deliveries import append_deliveries
from register.record import write
from register.rows import RegisterEntries
from register.statements import read
from tests.register import examples
from tests.register.examples import DUE_AT, RECEIVED_AT
from tests.register.reading import rows

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)


def test_it_has_every_case_the_terms_that_began_and_the_open_escalations(register: Engine) -> None:
    running = examples.step()
    pending = examples.step(step="inspect", state="pending", started_at=None, due_at=None, last_day=None)
    resolved = examples.escalation(id="inspect.step_overdue", resolved_at=DUE_AT)
    signed = examples.case(case_id="rex-no-1", closed_at=DUE_AT, limit_met=False, limit_ended_at=DUE_AT)
    write(
        register,
        RegisterEntries(case=examples.case(), steps=[running, pending], escalations=[examples.escalation(), resolved]),
    )
    write(register, RegisterEntries(case=signed, steps=[examples.step(state="done", ended_at=DUE_AT)]))
    append_deliveries(register, [examples.delivery(level=3)])

    found = read_standing(register)

    assert found.cases == [examples.case(), signed]
    assert [(each.step, each.state) for each in found.steps] == [
        ("request_documents", "running"),
        ("request_documents", "done"),
    ]
    assert [(each.case_id, each.escalation.id, each.level) for each in found.escalations] == [
        (examples.CASE_ID, "request_documents.step_overdue", 3)
    ]


def test_whether_there_was_a_case_before_an_instant(register: Engine) -> None:
    opened_at = RECEIVED_AT + timedelta(hours=1)
    assert not opened_before(register, NOW)
    write(register, RegisterEntries(case=examples.case(opened_at=opened_at)))
    assert not opened_before(register, opened_at)
    assert opened_before(register, opened_at + timedelta(microseconds=1))


def test_each_recipient_has_the_account_of_its_month_alone(register: Engine) -> None:
    record_sent(register, MARCH, "a1b2c3", scheme="mailto", now=NOW)
    record_sent(register, MARCH, "d4e5f6", scheme="slack", now=NOW)
    assert sent_to(register, MARCH) == {"a1b2c3", "d4e5f6"}
    assert sent_to(register, APRIL) == frozenset()


def test_recording_again_keeps_the_first_time(register: Engine) -> None:
    record_sent(register, MARCH, "a1b2c3", scheme="mailto", now=NOW)
    record_sent(register, MARCH, "a1b2c3", scheme="mailto", now=NOW + timedelta(hours=1))
    assert [row["sent_at"] for row in rows(register, "sent_accounts")] == [NOW]


def test_what_is_written_meanwhile_is_not_half_in_it(register: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    write(register, RegisterEntries(case=examples.case(), steps=[examples.step()]))

    def read_and_be_overtaken(*arguments: Any) -> Any:
        found = read(*arguments)
        late = examples.case(case_id="rex-no-late")
        write(register, RegisterEntries(case=late, steps=[examples.step()], escalations=[examples.escalation()]))
        return found

    monkeypatch.setattr(accounts, "read", read_and_be_overtaken)
    found = read_standing(register)
    assert (len(found.cases), len(found.steps), len(found.escalations)) == (1, 1, 0)
