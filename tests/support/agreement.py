"""Whether all who know of a case say the same: its result, its history, its query, the register and its notices."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    Replayer,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from activities.interface import CaseRecord
from register.deliveries import deliveries_of
from register.record import disagreeing_log_keys, find_present, log_of
from register.rows import MESSAGE_KEY
from rules.case_view import CaseView
from runtime.connection import PLUGIN
from self_check.comparison import differences
from workflows.verification import VerificationWorkflow

ANSWERS_WITHIN = timedelta(seconds=30)

_IDENTITY = re.compile(r"^Notice (\S+)\.(?= |$)", re.MULTILINE)


class _Results(Interceptor):
    """Keeps what replayed workflows end with."""

    def __init__(self) -> None:
        self.results: list[CaseView] = []

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        results = self.results

        class Keeping(WorkflowInboundInterceptor):
            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
                result = await super().execute_workflow(input)
                results.append(result)
                return result

        return Keeping


async def replayed(history: WorkflowHistory) -> dict[str, Any]:
    """What the history of a closed case gives when it is replayed, as JSON.

    :raises NondeterminismError: where it does not replay.
    """
    kept = _Results()
    await Replayer(workflows=[VerificationWorkflow], plugins=[PLUGIN], interceptors=[kept]).replay_workflow(history)
    [result] = kept.results
    return result.model_dump(mode="json")


def came_to(history: WorkflowHistory) -> dict[str, Any]:
    """What the case came to in life, as JSON."""
    [payload] = history.events[-1].workflow_execution_completed_event_attributes.result.payloads
    result: dict[str, Any] = json.loads(payload.data)
    return result


async def differs_from_history(handle: WorkflowHandle[Any, Any]) -> list[str]:
    """The parts of a closed case's result, times included, that its history does not give; none where all is well."""
    history = await handle.fetch_history()
    life, again = came_to(history), await replayed(history)
    return [
        f"{name}: {life[name]} in life, {again.get(name)} replayed" for name in life if life[name] != again.get(name)
    ]


async def check_register(client: Client, register: Engine, case_id: str, sent: Iterable[str]) -> CaseView:
    """Assert that the register has what the case has, and that its log has each accepted message exactly once.

    :param sent: ids of the messages that the case must have accepted.
    :return: the case as it stands.
    """
    handle = client.get_workflow_handle(case_id)
    view = CaseView.model_validate(await handle.query("case", rpc_timeout=ANSWERS_WITHIN))
    record: CaseRecord = await handle.query("record", rpc_timeout=ANSWERS_WITHIN, result_type=CaseRecord)
    kept = find_present(register, case_id)
    assert kept is not None, f"{case_id} is not in the register"
    keys = Counter(line.key for line in log_of(register, case_id))
    found = [each.what for each in differences(kept, keys, view, record.accepted)]
    assert not found, found
    assert set(sent) <= set(record.accepted), f"{case_id} has accepted {record.accepted} only"
    assert {key for key, count in keys.items() if count > 1} == set(), f"{case_id}: {keys}"
    assert {key for key in keys if key.startswith(MESSAGE_KEY)} == {f"{MESSAGE_KEY}{each}" for each in record.accepted}
    assert case_id not in {each for each, _ in disagreeing_log_keys(register)}
    return view


def notice_keys(messages: Iterable[str]) -> list[str]:
    """The keys of the notices in messages, as they were sent."""
    return [key for message in messages for key in _IDENTITY.findall(message)]


def check_notices(register: Engine, view: CaseView, told: Iterable[str]) -> Counter[str]:
    """Assert that nobody was notified of what the case does not have, and that the register knows of each notice.

    :param told: the keys of all notices that were sent, of any case.
    :return: how often each of this case's notices was sent.
    """
    rows = deliveries_of(register, view.case_id)
    own = Counter(key for key in told if key.startswith(f"{view.case_id}."))
    has = {each.id for each in view.escalations}
    assert {row.escalation_id for row in rows} <= has, f"{view.case_id} has {has} only"
    assert set(own) == {row.notice for row in rows if row.notified}
    return own
