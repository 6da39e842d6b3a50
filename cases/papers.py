"""The papers of a case: its documents under the names that they have for people, and the conclusion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.case_view import CaseView, ConclusionView

CONCLUSION = "conclusion"
"""As kind of a paper: the conclusion of ¶10, drafted or final, which is our own."""


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


def conclusion_papers(conclusion: ConclusionView) -> list[Paper]:
    """Every draft, those that were returned too, and then the final conclusion, which is the only one that leaves."""
    final = conclusion.final
    found = [
        Paper(CONCLUSION, conclusion.draft_name(each.version), each.document_id, each.drafted_at)
        for each in conclusion.drafts
    ]
    if final is not None:
        found.append(Paper(CONCLUSION, conclusion.filename, final.document_id, conclusion.signed_at, size=final.size))
    return found


def conclusion_paper(conclusion: ConclusionView) -> Paper | None:
    """The conclusion as it stands: the final one, or the present draft; None while there is neither."""
    papers = conclusion_papers(conclusion)
    return papers[-1] if papers and conclusion.document_id is not None else None


def copy_to_sign(conclusion: ConclusionView) -> Paper | None:
    """The copy of the present draft that is signed; None once it is."""
    if conclusion.signed_at is not None or not conclusion.drafts:
        return None
    name = conclusion.draft_name(conclusion.version).replace("-draft-", "-to-sign-")
    return Paper(CONCLUSION, name, conclusion.drafts[-1].to_sign, conclusion.drafted_at)


def papers_of(case: CaseView) -> list[Paper]:
    """Each document once, in the order in which they came, then our letters, then each version of the conclusion."""
    found = [
        Paper(each.kind.value, each.filename, each.document_id, each.arrived_at, count, each.size)
        for each, count in case.documents_once
    ]
    found += [
        Paper(each.kind.value, each.filename, each.document_id, None, size=each.size, quarantined=each.reason)
        for each in case.quarantined_documents
    ]
    found += [
        Paper(each.what, each.filename, each.document_id, each.sent_at)
        for each in case.letters
        if each.document_id and each.what != CONCLUSION
    ]
    return found + (conclusion_papers(case.conclusion) if case.conclusion is not None else [])


def name_of_own(filename: str, content: bytes) -> str:
    """What a paper of ours is called, once its bytes are there: a signed container is no PDF (``FinalConclusion``)."""
    return filename if content.startswith(b"%PDF-") or not filename.endswith(".pdf") else f"{filename}.p7m"
