"""Every attempt to notify a recipient is written once and never changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from register.database import RefusedByDatabase
from register.deliveries import append_deliveries, deliveries_of
from tests.register import examples
from tests.register.examples import CASE_ID, DUE_AT


def test_attempts_are_read_back_in_their_order_each_once_case_by_case(register: Engine) -> None:
    failed = examples.delivery(notified=False, error="421 try later", next_level=None, next_at=None)
    told = examples.delivery(attempt=2, at=failed.at + timedelta(minutes=5))
    elsewhere = examples.delivery(case_id="rex-no-1", notice="rex-no-1.notice.1.a1b2c3")

    append_deliveries(register, [told, elsewhere])
    append_deliveries(register, [failed, told])
    append_deliveries(register, [])

    assert deliveries_of(register, CASE_ID) == [failed, told]
    assert deliveries_of(register, "rex-no-1") == [elsewhere]
    assert deliveries_of(register, "rex-ch-unknown") == []


def test_one_message_about_several_escalations_is_an_attempt_for_each(register: Engine) -> None:
    both = [examples.delivery(escalation_id=each) for each in ("inspect.step_overdue", "limit_exceeded")]

    append_deliveries(register, both)

    assert deliveries_of(register, CASE_ID) == both


@pytest.mark.parametrize(
    "changes",
    [
        {"case_id": "rex-no-1"},
        {"rung": 2},
        {"level": 3},
        {"recipient": "ffffff"},
        {"scheme": "tgram"},
        {"at": DUE_AT},
        {"notified": False},
        {"error": "550"},
        {"next_level": None},
        {"next_at": None},
    ],
)
def test_an_attempt_with_another_content_under_its_key_is_an_error_and_nothing_is_written(
    register: Engine, changes: dict[str, Any]
) -> None:
    append_deliveries(register, [examples.delivery()])

    with pytest.raises(RefusedByDatabase) as refused:
        append_deliveries(register, [examples.delivery(attempt=2), examples.delivery(**changes)])

    assert str(refused.value).endswith(
        f"deliveries has notice {CASE_ID}.notice.1.a1b2c3, escalation_id request_documents.step_overdue, "
        "message a1b2c3.1, attempt 1 with another content"
    )
    assert deliveries_of(register, CASE_ID) == [examples.delivery()]


def test_the_register_need_not_know_the_case(register: Engine) -> None:
    append_deliveries(register, [examples.delivery(case_id="rex-ch-unknown")])

    assert len(deliveries_of(register, "rex-ch-unknown")) == 1
