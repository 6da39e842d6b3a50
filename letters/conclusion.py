"""The conclusion on a registration (¶10): a draft, or the final paper once it is signed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from activities.outgoing import Draft, DraftDocument, LookedUp, Signed
from escalation.ladder import Language
from letters.typesetting import CannotBeSet, set_paper
from notifications.dates import almaty_day, english_date
from notifications.words import words_of
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

DRAFT: Final = "DRAFT / ЖОБА / ПРОЕКТ"

LONGEST_LIST: Final = 15
"""Documents named in the conclusion itself: about a page of them. More go into an annex behind the signature."""


def render(draft: Draft, looked_up: LookedUp | None, signed: Signed | None = None) -> bytes:
    """The conclusion as a PDF. Everything in it, its date of creation too, comes from the three arguments.

    :param looked_up: what REX shows for it; None where it could not be reached.
    :param signed: who signed it; then it is final. Without, it is a draft and says so on each page.
    :raises letters.typesetting.CannotBeSet: for a case that has no conclusion, and for words that cannot be set.
    """
    return set_paper(TEMPLATE, _words(draft, looked_up, signed), draft.dated)


def _words(draft: Draft, looked_up: LookedUp | None, signed: Signed | None) -> dict[str, object]:
    """Every text of the conclusion, as the layout names it."""
    registration = draft.registration.model_copy(deep=True)
    if looked_up is not None:
        registration.take(looked_up.record, looked_up.at, Occasion.DRAFT)
    signatures = [(document.filename, each) for document in draft.documents for each in document.signatures]
    findings = registration.findings(draft.request, draft.application) + lacking(draft.lacking)
    findings += signature_findings(signatures)
    if draft.outcome not in RESULTS:
        raise CannotBeSet(f"outcome: expected one of {', '.join(RESULTS)}; a case {draft.outcome} has no conclusion")
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
        "draft": None if signed else DRAFT,
        "signed": _signed_rows(signed) if signed else [],
        "consequence": _consequence(draft.outcome, inspection, grounds, draft.readings.grounds),
    }


def _signed_rows(signed: Signed) -> list[list[str]]:
    at = f"{english_date(almaty_day(signed.at))}, {PRESENT.local(signed.at):%H:%M}"
    rows = [["Position", signed.position or ""], ["Signed by", signed.by], ["Signed on", at]]
    rows.append(["Reference of the signature", signed.reference or ""])
    return [row for row in rows if row[1]]


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
