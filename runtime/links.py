"""Links into the Temporal UI, for the command line, notices and the self-check."""

from __future__ import annotations

from urllib.parse import quote


def case_link(ui_url: str, namespace: str, workflow_id: str) -> str:
    """Where the Temporal UI shows a case, or any other workflow.

    :param ui_url: base of the UI, as the setting ``REXV_UI_URL`` has it.
    :param namespace: the Temporal namespace of the workflow.
    """
    return f"{_workflows(ui_url, namespace)}/{quote(workflow_id, safe='')}"


def list_link(ui_url: str, namespace: str, query: str) -> str:
    """Where the Temporal UI lists the workflows that fit a visibility query."""
    return f"{_workflows(ui_url, namespace)}?query={quote(query, safe='')}"


def _workflows(ui_url: str, namespace: str) -> str:
    return f"{ui_url.rstrip('/')}/namespaces/{quote(namespace, safe='')}/workflows"
