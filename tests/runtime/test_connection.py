"""The one object that says how the project talks to Temporal."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from runtime.connection import DATA_CONVERTER, FAILURE_MESSAGE_BYTES, PLUGIN
from tests.support.taking_anything import TakesAnything


def payload(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


async def test_a_handler_that_takes_anything_gets_every_payload_and_a_replay_reads_the_same(
    dev_server: WorkflowEnvironment, task_queue: str
) -> None:
    client = dev_server.client
    async with Worker(client, task_queue=task_queue, workflows=[TakesAnything]):
        handle = await client.start_workflow(
            TakesAnything.run, payload(b"{not json"), id=f"any-{uuid.uuid4().hex}", task_queue=task_queue
        )
        await handle.signal("message")
        await handle.signal("message", {"message_id": "m-1"})
        await handle.signal("message", args=[1, "two"])
        await handle.signal("message", payload(b"{bad"))
        await handle.signal("message", payload(b"?", b"binary/strange"))
        await handle.signal("message", args=[{"good": True}, payload(b"{bad")])
        await handle.signal("never_heard_of", payload(b"{bad"))
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update("close", payload(b"{bad"))
        assert str(refused.value.__cause__) == "Refused: by: is required"
        assert await handle.execute_update("close", {"by": "A. Officer"}) == 1
        seen = await handle.result()
    assert seen == [
        [],
        ["{'message_id': 'm-1'}"],
        ["1", "'two'"],
        ["raw {bad"],
        ["raw ?"],
        ["{'good': True}", "raw {bad"],
        ["never_heard_of", "raw {bad"],
    ]
    await Replayer(workflows=[TakesAnything], plugins=[PLUGIN]).replay_workflow(await handle.fetch_history())


@given(st.binary(), st.sampled_from([b"json/plain", b"json/protobuf", b"binary/plain", b"binary/null", b"\xff", b""]))
def test_without_a_type_every_payload_becomes_a_value_or_stays_as_it_came(data: bytes, encoding: bytes) -> None:
    given_payload = Payload(metadata={"encoding": encoding}, data=data)
    [value] = DATA_CONVERTER.payload_converter.from_payloads([given_payload])
    if isinstance(value, RawValue):
        assert value.payload == given_payload


def test_where_a_type_is_asked_for_a_payload_that_does_not_fit_still_raises() -> None:
    with pytest.raises(ValueError, match="integer"):
        DATA_CONVERTER.payload_converter.from_payloads([DATA_CONVERTER.payload_converter.to_payload("x")], [int])


def failure_of(error: BaseException) -> Failure:
    failure = Failure()
    DATA_CONVERTER.failure_converter.to_failure(error, DATA_CONVERTER.payload_converter, failure)
    return failure


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:
        return caught


@pytest.mark.parametrize("kind", ["Refused", "Unreachable", "Broken"])
def test_an_error_meant_for_people_carries_neither_stack_trace_nor_cause(kind: str) -> None:
    error = ApplicationError("REX_LOGIN: refused", type=kind, next_retry_delay=timedelta(seconds=7))
    failure = failure_of(raised(error, ValueError("https://user:secret@host")))
    assert failure.message == "REX_LOGIN: refused"
    assert failure.application_failure_info.type == kind
    assert failure.application_failure_info.next_retry_delay.seconds == 7
    assert not failure.stack_trace
    assert not failure.HasField("cause")


def test_a_refusal_by_a_rule_is_for_people_too() -> None:
    from rules.refusal import Refusal

    failure = failure_of(raised(Refusal("until: expected a date")))
    assert (failure.message, failure.application_failure_info.type, failure.stack_trace) == (
        "until: expected a date",
        "Refusal",
        "",
    )


def test_a_defect_of_ours_keeps_its_stack_trace_and_cause() -> None:
    failure = failure_of(raised(RuntimeError("a defect"), KeyError("lost")))
    assert "raised" in failure.stack_trace
    assert failure.cause.application_failure_info.type == "KeyError"


@given(st.text(alphabet="aқ€😀", min_size=1), st.integers(1, 5000), st.sampled_from(["Refused", None]))
def test_no_failure_message_is_longer_than_its_limit_and_a_short_one_is_whole(
    text: str, times: int, kind: str | None
) -> None:
    message = text * times
    kept = failure_of(ApplicationError(message, type=kind)).message
    assert len(kept.encode()) <= FAILURE_MESSAGE_BYTES
    assert kept == message or (len(message.encode()) > FAILURE_MESSAGE_BYTES and kept.endswith("bytes in all]"))


def test_a_cause_is_shortened_as_well() -> None:
    failure = failure_of(raised(RuntimeError("short"), RuntimeError("x" * 10_000)))
    assert len(failure.cause.message.encode()) <= FAILURE_MESSAGE_BYTES
