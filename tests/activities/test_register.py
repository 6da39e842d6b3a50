"""The register's activity: written once, and its errors told apart."""

from __future__ import annotations

import socket
from datetime import datetime

import pytest
from sqlalchemy import Engine
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.interface import Activity, ErrorKind
from activities.register import RegisterActivities
from register.database import open_register
from register.record import find_case, log_of
from register.rows import RegisterEntries
from tests.register import examples


async def failure_of(engine: Engine, entries: RegisterEntries) -> ApplicationError:
    with pytest.raises(ApplicationError) as raised:
        await ActivityEnvironment().run(RegisterActivities(engine).write_register, entries)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is None
    return raised.value


async def test_a_change_is_written_and_writing_it_again_changes_nothing(register: Engine) -> None:
    entries = RegisterEntries.model_validate_json(examples.everything().model_dump_json())
    for _ in range(2):
        await ActivityEnvironment().run(RegisterActivities(register).write_register, entries)

    assert find_case(register, examples.CASE_ID) == examples.case()
    assert log_of(register, examples.CASE_ID) == [examples.log()]


def test_it_is_registered_under_the_name_that_workflows_call() -> None:
    definition = activity._Definition.from_callable(RegisterActivities.write_register)
    assert definition is not None
    assert definition.name == Activity.WRITE_REGISTER


async def test_an_unreachable_database_is_tried_again() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        engine = open_register(f"postgresql://rex:hunter2@127.0.0.1:{deaf.getsockname()[1]}/rexv")
        error = await failure_of(engine, examples.everything())

    assert (error.type, error.non_retryable) == (ErrorKind.UNREACHABLE, False)
    assert "out of reach" in str(error)
    assert "hunter2" not in str(error)
    assert "://" not in str(error)


async def test_a_value_that_the_database_refuses_is_for_a_person(register: Engine) -> None:
    too_large = examples.document(size=2**70)
    error = await failure_of(register, examples.everything().model_copy(update={"documents": [too_large]}))
    assert (error.type, error.non_retryable) == (ErrorKind.BROKEN, True)


async def test_a_naive_time_is_for_a_person(register: Engine) -> None:
    naive = examples.case().model_copy(update={"received_at": datetime(2026, 3, 2)})  # noqa: DTZ001 - the point
    error = await failure_of(register, examples.everything().model_copy(update={"case": naive}))
    assert (error.type, error.non_retryable) == (ErrorKind.BROKEN, True)
    assert "aware times only" in str(error)


async def test_a_value_that_is_missing_is_for_a_person(register: Engine) -> None:
    empty = examples.case().model_copy(update={"exporter": None})
    error = await failure_of(register, examples.everything().model_copy(update={"case": empty}))
    assert (error.type, error.non_retryable) == (ErrorKind.BROKEN, True)


async def test_what_the_register_has_with_another_content_is_for_a_person(register: Engine) -> None:
    await ActivityEnvironment().run(RegisterActivities(register).write_register, examples.everything())
    other = examples.everything().model_copy(update={"refused_messages": [examples.refused_message(name="another")]})
    error = await failure_of(register, other)
    assert (error.type, error.non_retryable) == (ErrorKind.BROKEN, True)
    assert "refused_messages has case_id rex-ch-2026-0042, key refused.1 with another content" in str(error)
