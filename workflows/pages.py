"""The pages of our workflows in the Temporal UI: made when somebody looks, not with each task.

Each task is a replay of the whole history; a page made at every turn of it would be thrown away all times but the last.
"""

from __future__ import annotations

from typing import Any, Final, Protocol, runtime_checkable

from temporalio import workflow
from temporalio.worker import HandleQueryInput, WorkflowInboundInterceptor

METADATA: Final = "__temporal_workflow_metadata"
"""The query by which the UI asks a workflow for its current details, among other things."""


@runtime_checkable
class HasPage(Protocol):
    """A workflow with a page."""

    def page(self) -> str:
        """The page in Markdown."""


class PagesOnDemand(WorkflowInboundInterceptor):
    """Answers the UI's query with the page as it is now."""

    async def handle_query(self, input: HandleQueryInput) -> Any:
        """See base class."""
        answer = await super().handle_query(input)
        shown = workflow.instance()
        if input.query == METADATA and isinstance(shown, HasPage):
            answer.current_details = shown.page()
        return answer
