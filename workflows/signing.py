"""The signed conclusion (¶10): what is asked of its file before a signature is judged, and what then leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from activities.interface import SignedFileCheck, SignedFileChecked
from rules.conclusion import FinalConclusion
from rules.messages import Signed
from rules.refusal import Refusal
from workflows.case import Case, ConclusionState

MOST_UNSEEN: Final = 5
"""Signed files that are looked into at a time: one is what anybody sends, another corrects its address."""

WANTED: Final = (
    "signed_file: is required by this office; expected the signed conclusion, as url, filename and sha256, or as the "
    "document_id of a file in the store"
)


def check_required(case: Case, told: Signed) -> None:
    """Whether a signature comes with its file where the office asks for it. :raises Refusal: where it does not."""
    if case.require_signed_file and told.signed_file is None:
        raise Refusal(WANTED)


def question(case: Case, told: Signed) -> SignedFileCheck | None:
    """What is to be seen before the signature is judged; None where it comes without a file."""
    if told.signed_file is None or case.conclusion is None:
        return None
    return SignedFileCheck(case_id=case.case_id, file=told.signed_file, drafts=case.conclusion.drafts)


def accepted(case: Case, found: SignedFileChecked) -> FinalConclusion:
    """The signed file as it leaves. :raises Refusal: with the reason why it does not."""
    if found.final is None:
        raise Refusal(f"signed_file: {found.refused}")
    if case.require_signed_file and not found.final.holds:
        why = next((f"{each.signer}: {each.fault}" for each in found.final.signatures if not each.holds), "it has none")
        raise Refusal(
            f"signed_file: no valid electronic signature ({why}); expected the draft signed with a key whose "
            "certificate comes with it, as a PDF or a container (P7M, CMS)"
        )
    return found.final


def take_final(case: Case, conclusion: ConclusionState, final: FinalConclusion, at: datetime) -> None:
    """What leaves is there."""
    conclusion.final = final
    details = {"document_id": final.document_id, "version": conclusion.version, "signed_file": final.signed_file}
    case.note(f"final {conclusion.version} {final.sha256}", at, "case", "conclusion_final", **details)
