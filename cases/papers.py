"""The papers of a case: its documents under the names that they have for people, and the conclusion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.case_view import CaseView, ConclusionView

CONCLUSION = "conclusion"
"""As kind of a paper: the conclusion of ¶10, drafted or signed, which is our own."""


@dataclass(frozen=True)
class Paper:
    """A document in the store under the name that it has for people.

    ``count``: how often it came. ``quarantined``: why it is kept apart; then it is listed, and never written.
    """

    kind: str
    filename: str
    document_id: str
    at: datetime | None
    count: int = 1
    size: int | None = None
    quarantined: str | None = None


def conclusion_paper(conclusion: ConclusionView) -> Paper | None:
    """The conclusion as it stands, drafted or signed; None while there is no draft."""
    if conclusion.document_id is None:
        return None
    version = "" if conclusion.signed_at else f"-draft-{conclusion.version}"
    return Paper(
        CONCLUSION, f"conclusion-{conclusion.number}{version}.pdf", conclusion.document_id, conclusion.drafted_at
    )


def papers_of(case: CaseView) -> list[Paper]:
    """Each document once, in the order in which they came, then the conclusion."""
    found = [
        Paper(each.kind.value, each.filename, each.document_id, each.arrived_at, count, each.size)
        for each, count in case.documents_once
    ]
    found += [
        Paper(each.kind.value, each.filename, each.document_id, None, size=each.size, quarantined=each.reason)
        for each in case.quarantined_documents
    ]
    own = conclusion_paper(case.conclusion) if case.conclusion is not None else None
    return [*found, own] if own is not None else found
