"""Documents in quarantine: kept out of the set, shown, escalated, and released by a person (contract, section 4)."""

from __future__ import annotations

import pytest

from activities.interface import Activity
from rules.documents import Signature
from rules.refusal import Refusal
from tests.support.calendars import at
from tests.support.cases import CaseInMemory
from tests.support.messages import document, documents
from tests.support.views import escalation, instant, step_of

INVOICE = document("invoice")
KIND = "await_documents.documents_quarantined"


async def quarantined(case: CaseInMemory) -> None:
    """Application and invoice have come on the second day; the invoice is in quarantine."""
    await case.bring_to("await_documents")
    await case.sleep_to(2)
    case.world.suspicious["invoice.pdf"] = "it runs a script"
    await case.signal("documents_arrived", documents("d1", sent_at=at(case.day(1)).isoformat()))


async def release(case: CaseInMemory, **fields: str) -> None:
    await case.update("release_document", sha256=INVOICE["sha256"], reason="seen on a machine apart", **fields)


async def test_a_document_in_quarantine_is_not_of_the_set_and_is_shown_with_its_reason(case: CaseInMemory) -> None:
    await quarantined(case)
    view = await case.view()
    assert [each["kind"] for each in view["documents"]] == ["registration_application"]
    [shown] = view["quarantined_documents"]
    assert shown | {"size": 0} == {
        "kind": "invoice",
        "filename": "invoice.pdf",
        "reason": "it runs a script",
        "document_id": f"sha256-{INVOICE['sha256']}",
        "sha256": INVOICE["sha256"],
        "size": 0,
        "message_id": "d1",
        "signatures": [],
        "released_by": None,
    }
    assert (view["step"], view["missing_documents"]) == ("await_documents", ["origin_evidence"])
    told = escalation(view, KIND)
    assert (told["level"], told["resolved_at"]) == (1, None)
    assert told["summary"] == "1 of 2 documents in quarantine; invoice.pdf: it runs a script"
    assert "release_document" in case.world.notices()[-1].matters[0].what_to_do
    assert view["to_do"].startswith("Documents in quarantine: 1. Release them with the update `release_document`")
    page = case.driver.page()
    assert "**Documents in quarantine**" in page
    assert INVOICE["sha256"] in page


async def test_a_released_document_counts_from_the_times_of_its_delivery(case: CaseInMemory) -> None:
    await quarantined(case)
    await case.sleep_to(4)
    await release(case, by="A. Nurlan")
    view = await case.view()
    [released] = [each for each in view["documents"] if each["kind"] == "invoice"]
    assert (released["released_by"], released["released_because"]) == ("A. Nurlan", "seen on a machine apart")
    assert (view["step"], view["quarantined_documents"]) == ("inspect", [])
    assert instant(step_of(view, "await_documents")["ended_at"]) == at(case.day(1))
    assert case.world.calls[Activity.RELEASE_DOCUMENT][0].sha256 == INVOICE["sha256"]
    assert escalation(view, KIND)["resolved_by"] == "the documents were released (A. Nurlan)"
    what = [line.what for entries in case.world.written for line in entries.log]
    assert {"document_quarantined", "release_document", "document_released"} <= set(what)


async def test_what_could_not_be_released_waits_for_a_person_and_is_no_document_of_the_set_yet(
    case: CaseInMemory,
) -> None:
    await quarantined(case)
    case.world.refuse(Activity.RELEASE_DOCUMENT, "it has changed in quarantine")
    await release(case, by="A. Nurlan")
    view = await case.view()
    assert [each["action"] for each in view["failed_actions"]] == [f"release_document {INVOICE['sha256']}"]
    assert view["quarantined_documents"][0]["released_by"] == "A. Nurlan"
    assert view["step"] == "await_documents"
    with pytest.raises(Refusal, match=r"is being released already, for A\. Nurlan$"):
        await release(case, by="B. Omarov")
    case.world.mend(Activity.RELEASE_DOCUMENT)
    await case.update("retry_action")
    assert (await case.view())["step"] == "inspect"


async def test_only_what_is_in_quarantine_can_be_released(case: CaseInMemory) -> None:
    await case.bring_to("await_documents")
    with pytest.raises(Refusal, match=r"^sha256: no such document is in quarantine; expected one of: none is in"):
        await release(case, by="A. Nurlan")
    await quarantined(case)
    with pytest.raises(Refusal, match=f"expected one of: {INVOICE['sha256']}$"):
        await case.update("release_document", sha256="0" * 64, reason="x")
    with pytest.raises(Refusal, match=r"^sha256: no such document"):
        await release(case, by="A. Nurlan", message_id="d9")
    with pytest.raises(Refusal, match=r"^sha256: "):
        await case.update("release_document", sha256="1", reason="x")


async def test_a_release_for_one_message_leaves_the_same_document_of_another_in_quarantine(case: CaseInMemory) -> None:
    await quarantined(case)
    await case.signal("documents_arrived", documents("d2", "invoice"))
    await release(case, by="A. Nurlan", message_id="d2")
    view = await case.view()
    assert [each["message_id"] for each in view["quarantined_documents"]] == ["d1"]
    assert [each["message_id"] for each in view["documents"] if each["kind"] == "invoice"] == ["d2"]


async def test_a_document_released_once_is_not_asked_about_again_in_the_same_case(case: CaseInMemory) -> None:
    await quarantined(case)
    await release(case, by="A. Nurlan")
    await case.signal("documents_arrived", documents("d2", "invoice"))
    view = await case.view()
    assert view["quarantined_documents"] == []
    assert [each["released_by"] for each in view["documents"]] == [None, "A. Nurlan", "A. Nurlan"]
    assert len(case.world.calls[Activity.RELEASE_DOCUMENT]) == 1


async def test_the_set_complete_without_it_resolves_the_matter_and_it_may_still_be_released(case: CaseInMemory) -> None:
    await quarantined(case)
    await case.signal("documents_arrived", documents("d2", "contract"))
    view = await case.view()
    assert (view["step"], len(view["quarantined_documents"])) == ("inspect", 1)
    assert escalation(view, KIND)["resolved_by"] == "the set of documents is complete"
    await release(case, by="A. Nurlan")
    assert (await case.view())["quarantined_documents"] == []


async def test_a_signature_that_does_not_hold_is_a_serious_finding_and_a_good_one_is_shown(case: CaseInMemory) -> None:
    signed = Signature(signer="A. Akhmetova", issuer="NCA", signed_at=at(case.day(0)), holds=True)
    broken = signed.model_copy(update={"holds": False, "fault": "the content has changed since it was signed"})
    unknown = signed.model_copy(update={"holds": None, "fault": "its method is unknown here"})
    case.world.signatures = {"invoice.pdf": [signed], "contract.pdf": [broken], "legal_status.pdf": [unknown]}
    await case.bring_to("await_documents")
    kinds = ("registration_application", "invoice", "contract", "legal_status")
    await case.signal("documents_arrived", documents("d1", *kinds))
    view = await case.view()
    assert view["documents"][1]["signatures"][0]["signer"] == "A. Akhmetova"
    assert [(each["severity"], each["text"]) for each in view["findings"] if each["field"] == "signature"] == [
        (
            "serious",
            "contract.pdf: the signature of A. Akhmetova does not hold: the content has changed since it was signed",
        ),
        ("minor", "legal_status.pdf: the signature of A. Akhmetova cannot be verified: its method is unknown here"),
    ]
    page = case.driver.page()
    assert "Signed by A. Akhmetova, Mon 2 Mar 2026 10:00: the signature holds" in page
    assert "**the signature does not hold**" in page
