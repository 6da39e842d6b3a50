"""The conclusion on a registration (¶10), in Kazakh, Russian and English: a draft, or the final paper once signed."""

from __future__ import annotations

from typing import Any, Final

from activities.outgoing import Draft, DraftDocument, DraftTerm, LookedUp, Signed
from letters.correspondence import executor, ground_items, head, written
from letters.folder import Folder, our_folder
from letters.kinds import DRAFT_MARK, OF_THE_CONCLUSION, Language, Paper
from letters.typesetting import CannotBeSet
from letters.words import Words
from notifications.dates import almaty_day
from rules.documents import Kind
from rules.findings import Finding, lacking, signature_findings
from rules.messages import Ground, InspectionCompleted
from rules.outcome import Result, appeal_is_due, result_of, suffice
from rules.registration import Occasion, RexLookup

BETWEEN: Final = " / "
"""Between the same words in several languages, where they share a line."""


def render(
    draft: Draft,
    looked_up: LookedUp | None,
    signed: Signed | None = None,
    folder: Folder | None = None,
    *,
    to_sign: bool = False,
) -> bytes:
    """The conclusion as a PDF. Everything in it, its date of creation too, comes from the arguments.

    :param draft: with its number drawn.
    :param looked_up: what REX shows for it; None where it could not be reached.
    :param signed: who signed it; then it is final. Without, it is a draft and says so on each page.
    :param folder: the templates; ours by default.
    :param to_sign: the copy of a draft that is signed: without the mark.
    :raises letters.typesetting.CannotBeSet: for a case that has no conclusion, and for words that cannot be set.
    """
    folder = folder or our_folder()
    result = result_of(draft.outcome, draft.inspection)
    if result is None:
        raise CannotBeSet(
            f"outcome: expected valid, not_valid or not_confirmed; a case {draft.outcome} has no conclusion"
        )
    drawn = _Drawn(folder, draft, looked_up, signed, result)
    mark = None if signed or to_sign else DRAFT_MARK
    return folder.set("conclusion.typ", drawn.words() | {"draft": mark}, draft.dated)


class _Drawn:
    """One conclusion, drawn up in each language from the same facts."""

    def __init__(
        self, folder: Folder, draft: Draft, looked_up: LookedUp | None, signed: Signed | None, result: Result
    ) -> None:
        self.folder, self.draft, self.looked_up, self.signed, self.result = folder, draft, looked_up, signed, result
        self.registration = draft.registration.model_copy(deep=True)
        if looked_up is not None:
            self.registration.take(looked_up.record, looked_up.at, Occasion.DRAFT)
        signatures = [(document.filename, each) for document in draft.documents for each in document.signatures]
        self.findings = self.registration.findings(draft.request, draft.application) + lacking(draft.lacking)
        self.findings += signature_findings(signatures)
        self.grounds = [ground for ground in Ground if ground in draft.grounds]

    def words(self) -> dict[str, Any]:
        """Every text of the paper, as the layout names it."""
        parts = [self._part(each) for each in OF_THE_CONCLUSION]
        last = parts[-1]
        return {
            "title": f"{last['heading'].capitalize()} {self.draft.number} {last['title']}",
            "author": BETWEEN.join(self.folder.words(each)("authority") for each in OF_THE_CONCLUSION),
            "parts": parts,
            "annex": self._annex() if self.draft.documents else None,
        }

    def _part(self, language: Language) -> dict[str, Any]:
        draft, request, folder = self.draft, self.draft.request, self.folder
        words, own = folder.words(language), folder.own_words(Paper.CONCLUSION, language)
        inspection = draft.inspection
        return {
            "lang": language.value,
            "head": head(folder, language),
            "number": words("number", number=draft.number),
            "date": words.day(draft.dated),
            "heading": own("heading"),
            "title": own("title"),
            "result_label": own("result"),
            "result": f"{own.of('results', self.result)} ({request.rex_number})",
            "sections": self._sections(own),
            "heads": own.group("heads"),
            "legal_basis": own("legal_basis"),
            "request": request_rows(words, draft),
            "indications_label": own("indications"),
            "indications": request.indications,
            "exporter": exporter_rows(words, draft),
            "no_statements": own("no_statements"),
            "statements": _statements(words, draft),
            "documents": own("documents", count=len(draft.documents)) if draft.documents else own("no_documents"),
            "no_findings": own("no_findings"),
            "findings": [finding_row(words, own, number, each) for number, each in enumerate(self.findings, 1)],
            "lookups_label": own("lookups"),
            "lookups": [lookup_row(words, own, each) for each in self.registration.lookups],
            "lookup_missing": own("out_of_reach") if self.looked_up is None else None,
            "reason": own("without_documents", reason=draft.reason) if draft.reason else None,
            "no_inspection": own("no_inspection"),
            "inspection": inspection_rows(words, own, inspection, draft) if inspection else [],
            "terms_label": own("terms"),
            "terms": [_term(words, own, each) for each in draft.terms],
            "readings": [
                own.deep("readings", name, getattr(draft.readings, name)) or option.sentence
                for name, (_, option) in zip(type(draft.readings).model_fields, draft.readings.chosen(), strict=True)
            ],
            "outcome": own.of("outcome", self.result, rex_number=request.rex_number),
            "grounds_label": own("grounds" if self.result is Result.GROUNDS else "grounds_beside"),
            "grounds": ground_items(words, self.grounds),
            "consequence": self._consequence(own),
            "for_authority": own("for_authority"),
            "signature": self._signature(words),
            "executor": executor(folder, words),
            "foot": self._foot(own, words),
            "page": words("page", page="{page}", pages="{pages}"),
        }

    def _sections(self, own: Words) -> dict[str, str]:
        """The headings by name, numbered as they stand."""
        present = {name: words for name, words in own.group("sections").items() if name != "terms" or self.draft.terms}
        return {name: f"{number}. {words}" for number, (name, words) in enumerate(present.items(), 1)}

    def _foot(self, own: Words, words: Words) -> str:
        version = own("version", version=self.draft.version) if self.draft.version > 1 else ""
        return own("foot", number=self.draft.number, date=words.day(self.draft.dated), version=version)

    def _consequence(self, own: Words) -> str | None:
        """Whether ¶10 sends an appeal to Atameken."""
        draft, reading = self.draft, self.draft.readings.grounds
        if not self.grounds:
            return None
        if not suffice(self.grounds, reading):
            return own("no_appeal_not_all")
        if self.result in (Result.REVOKED, Result.NONE):
            return own("no_appeal_no_registration")
        return own("appeal") if appeal_is_due(draft.outcome, draft.inspection, reading) else None

    def _signature(self, words: Words) -> dict[str, Any]:
        signatory, signed = self.folder.letterhead.signatory, self.signed
        if signed is None:
            position, name, rows = signatory.position[words.language], written(signatory.name, words.language), []
        else:
            position, name = signed.position or "", signed.by
            told = {"position": position, "by": name, "at": words.time(signed.at), "reference": signed.reference}
            rows = [[words.of("signature", key), value] for key, value in told.items() if value]
        return {"position": position, "name": name, "title": words.of("signature", "title"), "rows": rows}

    def _annex(self) -> dict[str, Any]:
        """The documents once for all languages: their names and checksums are the same in each."""
        languages = [
            (self.folder.words(each), self.folder.own_words(Paper.CONCLUSION, each)) for each in OF_THE_CONCLUSION
        ]
        heads = [own.group("heads")["annex"] for _, own in languages]
        return {
            "titles": [[words.language.value, own("annex")] for words, own in languages],
            "head": [[each[place] for each in heads][: 1 if place == 0 else None] for place in range(len(heads[0]))],
            "foot": BETWEEN.join(self._foot(own, words) for words, own in languages[:1]),
            "page": languages[0][0]("page", page="{page}", pages="{pages}"),
            "documents": [
                {
                    "number": str(number),
                    "kind": [words.of("kinds", each.kind) for words, _ in languages],
                    "sent": each.sent_on.strftime("%d.%m.%Y"),
                    "file": [each.filename, *_signers(each, languages)],
                    "sha256": each.sha256,
                }
                for number, each in enumerate(self.draft.documents, 1)
            ],
        }


def _signers(document: DraftDocument, languages: list[tuple[Words, Words]]) -> list[str]:
    """Who has signed it, where it came in a signed container: one line in each language."""
    lines = []
    for each in document.signatures:
        holds = {True: "yes", False: "no", None: "unknown"}[each.holds]
        for words, own in languages:
            signed_on = [words.day(almaty_day(each.signed_at))] if each.signed_at else []
            lines.append(", ".join([own("signed_by", signer=each.signer), *signed_on, own.of("holds", holds)]))
    return lines


def request_rows(words: Words, draft: Draft) -> list[list[str]]:
    """Who asks, and why: pairs of a label and what stands there."""
    request, label = draft.request, words.of
    return [
        [label("labels", "country"), words.of("countries", request.requesting_country)],
        [label("labels", "authority"), request.requesting_authority],
        [label("labels", "reference"), request.reference],
        [label("labels", "received"), words.day(draft.request_received_on)],
        [label("labels", "reason"), words.of("reasons", request.reason)],
    ]


def exporter_rows(words: Words, draft: Draft) -> list[list[str]]:
    """About whom: pairs as in ``request_rows``."""
    exporter, label = draft.request.exporter, words.of
    rows = [
        [label("labels", "exporter"), exporter.name],
        [label("labels", "address"), exporter.address or ""],
        [label("labels", "bin"), exporter.bin or words("not_stated")],
        [label("labels", "rex_number"), draft.request.rex_number],
    ]
    return [row for row in rows if row[1]]


def _statements(words: Words, draft: Draft) -> list[list[str]]:
    none = words("none")
    return [
        [
            str(number),
            each.document_number,
            words.day(each.document_date),
            each.goods or none,
            ", ".join(each.hs_codes) or none,
            each.origin_criterion or none,
        ]
        for number, each in enumerate(draft.request.statements, 1)
    ]


def finding_row(words: Words, own: Words, number: int, finding: Finding) -> list[str]:
    """A finding with both sides; its sentence is English, so other languages name the field."""
    if finding.field in {*Kind, "origin_evidence"}:
        what = own("lacks", kind=words.of("kinds", finding.field))
    elif words.language is Language.ENGLISH:
        what = finding.text[:1].upper() + finding.text[1:]
    else:
        what = own.of("fields", finding.field) if own.has("fields", finding.field) else finding.field
    none, weight = words("none"), own.of("severities", finding.severity)
    return [str(number), what, finding.application or none, finding.rex or none, weight]


def lookup_row(words: Words, own: Words, lookup: RexLookup) -> list[str]:
    """When REX was looked up, why, and what it showed."""
    shown = own(f"registration_{lookup.status or 'none'}")
    if lookup.by:
        shown = own("looked_up_by", shown=shown, by=lookup.by)
    return [words.time(lookup.at), own.of("occasions", lookup.occasion), shown]


def inspection_rows(words: Words, own: Words, inspection: InspectionCompleted, draft: Draft) -> list[list[str]]:
    """The result of the inspection: pairs as in ``request_rows``."""
    label = own.of
    rows = [
        [label("inspection", "complete"), words.yes_or_no(inspection.documents_complete)],
        [label("inspection", "reliable"), words.yes_or_no(inspection.data_reliable)],
        [label("inspection", "match"), words.yes_or_no(inspection.rex_data_match)],
        [label("inspection", "registration"), own.of("registrations", inspection.registration)],
        [label("inspection", "inspector"), inspection.inspector],
        [label("inspection", "completed"), words.day(draft.inspected_on) if draft.inspected_on else ""],
        [label("inspection", "remarks"), inspection.remarks or ""],
    ]
    return [row for row in rows if row[1]]


def _term(words: Words, own: Words, term: DraftTerm) -> list[str]:
    kept = own("late", days=term.late_days) if term.late_days else own("kept" if term.ended_on else "running")
    days = [words.day(each) if each else words("none") for each in (term.began_on, term.last_day, term.ended_on)]
    return [str(term.paragraph), own.of("steps", term.step), str(term.working_days), *days, kept]
