"""The draft of the conclusion on a registration, as a PDF in the document store (¶10).

The words are here, the layout is in ``templates/conclusion.typ``; what comes from outside reaches the layout as JSON
and is text there, never markup.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Final

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.document_store import DocumentStore
from activities.errors import broken
from activities.http import Now, utc_now
from activities.interface import Activity, Draft, DraftDocument, Drafted, LookedUp, Lookup
from escalation.ladder import Language
from notifications.dates import almaty_day, english_date
from notifications.words import words_of
from reports.typesetting import CannotBeSet, set_paper
from rules.clock import PRESENT
from rules.documents import Kind
from rules.findings import lacking, signature_findings
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Outcome, appeal_is_due, suffice
from rules.readings import Grounds
from rules.registration import Occasion, RexLookup
from rules.request import Country, VerificationRequest

TEMPLATE: Final = Path(__file__).parent / "templates" / "conclusion.typ"

AUTHORITY: Final = words_of(Language.ENGLISH)("authority")
AUTHORITY_KK: Final = words_of(Language.KAZAKH)("authority")

LEGAL_BASIS: Final = (
    "Paragraphs 9 and 10 of the Rules for verifying the validity of exporters' registrations in the REX system (the "
    "Rules), approved by Order No. 358-RL of the Minister of Trade and Integration of the Republic of Kazakhstan of "
    "25 May 2021, registered with the Ministry of Justice on 28 May 2021 under No. 22851."
)

COUNTRIES: Final = {Country.NORWAY: "Kingdom of Norway", Country.SWITZERLAND: "Swiss Confederation"}

GROUNDS: Final = {
    Ground.SCHEME_TERMS: (
        "the exporter does not meet the terms of the preferences that Norway and Switzerland grant to goods of "
        "developing and least developed countries"
    ),
    Ground.REGISTRATION_OBLIGATIONS: (
        "the exporter does not keep the obligations that it accepted when it registered in the REX system"
    ),
    Ground.ACTIVITY_ENDED: "the exporter has ended its activity",
}
"""The grounds of ¶10."""

RESULTS: Final = {
    Outcome.VALID: "The registration is valid",
    Outcome.NOT_VALID: "The registration is not valid",
    Outcome.NOT_CONFIRMED: "The validity of the registration is not confirmed",
}

KINDS: Final = {
    Kind.REGISTRATION_APPLICATION: "Application for the registration number",
    Kind.POWER_OF_ATTORNEY: "Power of attorney",
    Kind.LEGAL_STATUS: "Evidence of legal status",
    Kind.CONTRACT: "Contract",
    Kind.INVOICE: "Invoice",
    Kind.TRANSPORT_DOCUMENT: "Transport document",
    Kind.PURCHASE_EVIDENCE: "Evidence of purchase",
    Kind.PRODUCTION_EVIDENCE: "Evidence of production",
    Kind.ORIGIN_CERTIFICATE: "Certificate of origin",
    Kind.OTHER_ORIGIN_EVIDENCE: "Other evidence of origin",
}

_HOLDS: Final = {
    True: "the signature holds",
    False: "the signature does not hold",
    None: "the signature could not be verified",
}

LOOKS_FOR: Final = 10.0
"""Seconds that a draft waits for REX, which answers within one as a rule."""

LookUp = Callable[[Lookup], Awaitable[LookedUp]]
"""``RexActivities.look_up_registration``."""

REGISTRATIONS: Final = {
    "valid": "valid",
    "revoked": "revoked",
    "none": "no registration",
}
"""``InspectionCompleted.registration`` in words."""

OCCASIONS: Final = {
    Occasion.OPENING: "When the request was taken up",
    Occasion.INSPECTION: "When the inspection began",
    Occasion.DRAFT: "When this conclusion was drafted",
    Occasion.SIGNATURE: "When the conclusion was signed",
    Occasion.BY_HAND: "In between",
}

OUT_OF_REACH: Final = "When this conclusion was drafted, the REX system could not be reached."

LONGEST_LIST: Final = 15
"""Documents named in the conclusion itself: about a page of them. More go into an annex behind the signature."""


class ConclusionActivities:
    """Draws the conclusion up and puts it into the document store."""

    def __init__(self, store: DocumentStore, look_up: LookUp, clock: Now = utc_now) -> None:
        """:param store: where the PDF goes; the same draft is the same bytes and so the same document id.
        :param look_up: the look-up in REX; what it raises means that REX could not be looked up for this draft.
        :param clock: gives the time at which it was made.
        """
        self._store = store
        self._look_up = look_up
        self._clock = clock

    @activity.defn(name=Activity.DRAFT_CONCLUSION)
    async def draft_conclusion(self, draft: Draft) -> Drafted:
        """Draw up the conclusion (¶10), with one more look at REX (¶9), which it does not wait for.

        :raises ApplicationError: ``BROKEN`` where the draft holds what cannot be printed; the store's own errors.
        """
        number = draft.registration.called_for + 1
        lookup = Lookup(rex_number=draft.request.rex_number, occasion=Occasion.DRAFT, number=number)
        try:
            async with asyncio.timeout(LOOKS_FOR):
                looked_up = await self._look_up(lookup)
        except (ApplicationError, TimeoutError):
            looked_up = None  # The case has it tried on by an action of its own, which says why.
        # Rendering takes milliseconds, up to a second for a hundred documents: not on the event loop.
        pdf = await asyncio.to_thread(render, draft, looked_up)
        document_id = await self._store.put(pdf)
        return Drafted(
            document_id=document_id,
            sha256=hashlib.sha256(pdf).hexdigest(),
            size=len(pdf),
            at=self._clock(),
            looked_up=looked_up,
        )


def render(draft: Draft, looked_up: LookedUp | None) -> bytes:
    """The conclusion as a PDF. Everything in it, its date of creation too, comes from the draft and the look-up.

    :param looked_up: what REX shows for it; None where it could not be reached.
    :raises ApplicationError: ``BROKEN`` for a case that has no conclusion, and for what cannot be set.
    """
    try:
        return set_paper(TEMPLATE, _words(draft, looked_up), draft.dated)
    except CannotBeSet as error:
        raise broken(f"the conclusion cannot be set: {error}") from None


def _words(draft: Draft, looked_up: LookedUp | None) -> dict[str, object]:
    """Every text of the conclusion, as the layout names it."""
    registration = draft.registration.model_copy(deep=True)
    if looked_up is not None:
        registration.take(looked_up.record, looked_up.at, Occasion.DRAFT)
    signatures = [(document.filename, each) for document in draft.documents for each in document.signatures]
    findings = registration.findings(draft.request, draft.application) + lacking(draft.lacking)
    findings += signature_findings(signatures)
    if draft.outcome not in RESULTS:
        raise broken(f"outcome: expected one of {', '.join(RESULTS)}; a case {draft.outcome} has no conclusion")
    request, inspection = draft.request, draft.inspection
    grounds = [ground for ground in Ground if ground in draft.grounds]
    return {
        "title": "Conclusion on the verification of registration validity in the REX system",
        "authority": AUTHORITY,
        "authority_kk": AUTHORITY_KK,
        "number": draft.number,
        "dated": english_date(draft.dated),
        "version_note": f", version {draft.version}" if draft.version > 1 else "",
        "result": f"{RESULTS[draft.outcome]} (REX number {request.rex_number})",
        "legal_basis": LEGAL_BASIS,
        "request": _request_rows(request, draft.request_received_on),
        "indications": request.indications,
        "exporter": _exporter_rows(request),
        "statements": _statement_rows(request),
        "documents": [
            [str(number), KINDS[each.kind], english_date(each.sent_on), _file(each), each.sha256]
            for number, each in enumerate(draft.documents, 1)
        ],
        "documents_note": _documents_note(len(draft.documents)),
        "documents_in_annex": len(draft.documents) > LONGEST_LIST,
        "findings": [
            [str(number), _sentence(each.text), each.application or "–", each.rex or "–", each.severity]
            for number, each in enumerate(findings, 1)
        ],
        "lookups": [[_on(each), OCCASIONS[each.occasion], _shown(each)] for each in registration.lookups],
        "lookup_missing": OUT_OF_REACH if looked_up is None else None,
        "readings": [option.sentence for _, option in draft.readings.chosen()],
        "reason": f"Concluded without a complete set of documents: {draft.reason}" if draft.reason else None,
        "inspection": _inspection_rows(inspection, draft.inspected_on) if inspection else [],
        "outcome": _outcome(draft.outcome, request, inspection, grounds),
        "grounds": [GROUNDS[ground] for ground in grounds],
        "consequence": _consequence(draft.outcome, inspection, grounds, draft.readings.grounds),
    }


def _file(document: DraftDocument) -> str:
    """Its name, and who has signed it, where it came in a signed container."""
    signed = [
        f"signed by {each.signer}{f' on {english_date(almaty_day(each.signed_at))}' if each.signed_at else ''}, "
        f"{_HOLDS[each.holds]}"
        for each in document.signatures
    ]
    return "; ".join([document.filename, *signed])


def _on(lookup: RexLookup) -> str:
    return f"{english_date(almaty_day(lookup.at))}, {PRESENT.local(lookup.at):%H:%M}"


def _shown(lookup: RexLookup) -> str:
    shown = f"registration {lookup.status}" if lookup.status else "no registration under this number"
    return f"{shown} (looked up by hand by {lookup.by})" if lookup.by else shown


def _request_rows(request: VerificationRequest, received_on: date) -> list[list[str]]:
    return [
        ["Country", COUNTRIES[request.requesting_country]],
        ["Requesting authority", request.requesting_authority],
        ["Reference", request.reference],
        ["Received on", f"{english_date(received_on)} (Asia/Almaty)"],
        ["Reason", "sample check" if request.reason == "sample" else "reasonable doubt"],
    ]


def _exporter_rows(request: VerificationRequest) -> list[list[str]]:
    rows = [["Name", request.exporter.name]]
    if request.exporter.address:
        rows.append(["Address", request.exporter.address])
    rows.append(["BIN or IIN", request.exporter.bin or "not stated in the request"])
    rows.append(["REX number", request.rex_number])
    return rows


def _statement_rows(request: VerificationRequest) -> list[list[str]]:
    return [
        [
            str(number),
            each.document_number,
            english_date(each.document_date),
            each.goods or "–",
            ", ".join(each.hs_codes) or "–",
            each.origin_criterion or "–",
        ]
        for number, each in enumerate(request.statements, 1)
    ]


def _documents_note(count: int) -> str:
    documents = "One document was" if count == 1 else f"{count} documents were"
    return (
        f"{documents} received from the authorized organization, the National Chamber of Entrepreneurs of the Republic "
        "of Kazakhstan “Atameken”."
    )


def _inspection_rows(inspection: InspectionCompleted, inspected_on: date | None) -> list[list[str]]:
    rows = [
        ["Documents complete", _yes_or_no(inspection.documents_complete)],
        ["Data reliable", _yes_or_no(inspection.data_reliable)],
        ["Data match the REX system", _yes_or_no(inspection.rex_data_match)],
        ["Registration on the dates of the statements", REGISTRATIONS[inspection.registration]],
        ["Inspector", inspection.inspector],
    ]
    if inspected_on:
        rows.append(["Completed on", english_date(inspected_on)])
    if inspection.remarks:
        rows.append(["Remarks", inspection.remarks])
    return rows


def _outcome(
    outcome: Outcome, request: VerificationRequest, inspection: InspectionCompleted | None, grounds: list[Ground]
) -> str:
    registration = f"The registration of the exporter in the REX system under the number {request.rex_number}"
    if outcome is Outcome.VALID:
        return (
            f"{registration} is valid. The data contained in the documents and in the REX system are complete and "
            "reliable and match each other."
        )
    if outcome is Outcome.NOT_CONFIRMED:
        return (
            f"The validity of the registration of the exporter in the REX system under the number "
            f"{request.rex_number} is not confirmed: the documents and the data available do not allow the "
            "authorized body to establish it."
        )
    state = inspection.registration if inspection else "valid"
    if state == "none":
        return (
            "The exporter had no registration in the REX system under the number "
            f"{request.rex_number} on the dates of the statements on origin under question."
        )
    if state == "revoked":
        return f"{registration} was revoked on the dates of the statements on origin under question. It is not valid."
    return f"{registration} is not valid." if grounds else f"{registration} is found not to be valid."


def _consequence(
    outcome: Outcome, inspection: InspectionCompleted | None, grounds: list[Ground], reading: Grounds
) -> str | None:
    """Whether ¶10 sends an appeal to Atameken."""
    if not grounds:
        return None
    if not suffice(grounds, reading):
        return "No appeal is due: not all grounds of paragraph 10 are found."
    if inspection is not None and inspection.registration != "valid":
        return "No appeal is due, since there is no valid registration left to revoke."
    if not appeal_is_due(outcome, inspection, reading):
        return None
    return (
        "Under paragraph 10 of the Rules the authorized body appeals to the authorized organization, within 3 working "
        "days, to revoke the exporter's registration in the REX system."
    )


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
