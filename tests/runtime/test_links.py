"""Links lead to the page that the Temporal UI has for a workflow or for a list."""

from __future__ import annotations

from runtime.links import case_link, list_link


def test_a_case_has_its_page_and_nothing_breaks_the_address() -> None:
    link = case_link("https://ui.example/", "office 1", "rex-ch-26/1")
    assert link == "https://ui.example/namespaces/office%201/workflows/rex-ch-26%2F1"


def test_a_list_has_its_query() -> None:
    link = list_link("https://ui.example", "default", "WorkflowType = 'X' AND A != 'b'")
    assert (
        link
        == "https://ui.example/namespaces/default/workflows?query=WorkflowType%20%3D%20%27X%27%20AND%20A%20%21%3D%20%27b%27"
    )
