"""When messages arrived: the times at which Temporal recorded the signals (contract, section 2).

A workflow that was not being worked on sees the present when it gets to a message; only the history knows better.
"""

from __future__ import annotations

from datetime import UTC, datetime

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import broken, unreachable
from activities.interface import Activity, ArrivalsWanted
from activities.signals import INTERNAL_SIGNALS

PAGE = 25
"""Events a request. A message may have 2 MB, and a page has to fit into one gRPC answer."""


class ArrivalActivities:
    """Reads the histories of this project's own cases."""

    def __init__(self, client: Client) -> None:
        """:param client: connected to the namespace of the cases."""
        self._client = client

    @activity.defn(name=Activity.READ_ARRIVALS.value)
    async def read_arrivals(self, wanted: ArrivalsWanted) -> list[datetime]:
        """When the messages ``wanted.numbers`` were recorded, in UTC, in the order of the numbers.

        They count the run's signals from 1, those between our own workflows (``INTERNAL_SIGNALS``) left out.

        :raises ApplicationError: broken, where the run is not there or has fewer signals; unreachable, where Temporal
            does not answer.
        """
        if not wanted.numbers:
            return []
        try:
            recorded = await self._recorded(wanted.workflow_id, wanted.run_id, max(wanted.numbers))
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT):
                raise broken(f"history of {wanted.workflow_id}: there is no run {wanted.run_id}") from None
            raise unreachable(f"history of {wanted.workflow_id}: {error.status.name.lower()}") from None
        absent = [number for number in wanted.numbers if not 1 <= number <= len(recorded)]
        if absent:
            raise broken(
                f"history of {wanted.workflow_id}: no signals {', '.join(map(str, absent))}; "
                f"expected numbers from 1 to {len(recorded)}"
            )
        return [recorded[number - 1] for number in wanted.numbers]

    async def _recorded(self, workflow_id: str, run_id: str, count: int) -> list[datetime]:
        """The times of the first ``count`` signals, or of all where there are fewer."""
        times: list[datetime] = []
        handle = self._client.get_workflow_handle(workflow_id, run_id=run_id)
        async for event in handle.fetch_history_events(page_size=PAGE):
            if event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                continue
            if event.workflow_execution_signaled_event_attributes.signal_name not in INTERNAL_SIGNALS:
                times.append(event.event_time.ToDatetime(tzinfo=UTC))
                if len(times) >= count:
                    break
        return times
