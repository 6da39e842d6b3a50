"""The record of the inspection (¶9), in Kazakh and Russian: what came, what it was compared with, and the result."""

from __future__ import annotations

from typing import Any, Final

from activities.outgoing import Draft, Letter
from letters import conclusion
from letters.correspondence import executor, head
from letters.folder import Folder
from letters.kinds import OF_THE_OFFICE, Language, Paper
from letters.typesetting import CannotBeSet
from letters.words import Words
from rules.checklist import CHECKLIST
from rules.comparison import REGISTRATION, Compared
from rules.findings import lacking, signature_findings
from rules.messages import InspectionCompleted

_STATES: Final = ("valid", "revoked")

_SECTIONS: Final = ("request", "exporter", "documents", "comparison", "checklist", "inspection")


def render_record(folder: Folder, letter: Letter, draft: Draft) -> bytes:
    """The record as a PDF; the same arguments give the same bytes.

    :param draft: of the conclusion that follows from the inspection; it has all that was inspected.
    :raises letters.typesetting.CannotBeSet: where there was no inspection, and for words that cannot be set.
    """
    if draft.inspection is None:
        raise CannotBeSet("inspection: there was none; expected its result")
    parts = [_part(folder, each, letter, draft) for each in OF_THE_OFFICE]
    words = {
        "title": f"{letter.number}. {parts[0]['title']}",
        "author": folder.words(Language.KAZAKH)("authority"),
        "parts": parts,
    }
    return folder.set("inspection.typ", words, letter.date)


def _part(folder: Folder, language: Language, letter: Letter, draft: Draft) -> dict[str, Any]:
    words = folder.words(language)
    common, own = folder.own_words(Paper.CONCLUSION, language), folder.own_words(Paper.INSPECTION, language)
    sections, heads = common.group("sections"), common.group("heads")
    inspection = draft.inspection
    inspector = inspection.inspector if inspection else ""
    signatures = [(document.filename, each) for document in draft.documents for each in document.signatures]
    sections["checklist"] = own("checklist")
    rows = draft.registration.comparison(draft.request, draft.application)
    compared = {each.text for each in rows}
    findings = [
        each
        for each in [*draft.registration.findings(draft.request, draft.application), *signature_findings(signatures)]
        if each.text not in compared
    ]
    return {
        "lang": language.value,
        "head": head(folder, language),
        "number": words("number", number=letter.number),
        "date": words.day(letter.date),
        "heading": own("heading"),
        "title": own("title"),
        "basis": own("basis"),
        "foot": own("foot", number=letter.number, date=words.day(letter.date)),
        "page": words("page", page="{page}", pages="{pages}"),
        "sections": {name: f"{number}. {sections[name]}" for number, name in enumerate(_SECTIONS, 1)},
        "heads": {
            "documents": [*heads["annex"][:2], words("file"), heads["annex"][2]],
            "compared": own.list_of("heads"),
            "checklist": own.list_of("checklist_heads"),
            "findings": heads["findings"],
            "lookups": heads["lookups"],
        },
        "request": conclusion.request_rows(words, draft),
        "exporter": conclusion.exporter_rows(words, draft),
        "received_label": own("received"),
        "no_documents": common("no_documents"),
        "documents": [
            [str(number), words.of("kinds", each.kind), each.filename, words.day(each.sent_on)]
            for number, each in enumerate(draft.documents, 1)
        ],
        "lacks_label": own("lacks"),
        "lacking": [words.of("kinds", each.field) for each in lacking(draft.lacking)],
        "compared_label": own("compared"),
        "compared": [_compared(words, common, own, each) for each in rows],
        "checklist": _checklist(words, common, own, inspection) if inspection else [],
        "findings": [conclusion.finding_row(words, common, number, each) for number, each in enumerate(findings, 1)],
        "lookups_label": common("lookups"),
        "lookups": [conclusion.lookup_row(words, common, each) for each in draft.registration.lookups],
        "inspection": conclusion.inspection_rows(words, common, inspection, draft) if inspection else [],
        "signature": {"position": own("by"), "name": inspector, "title": "", "rows": []},
        "executor": executor(folder, words),
    }


def _compared(words: Words, common: Words, own: Words, row: Compared) -> list[str]:
    """Both sides of a field, and how they agree."""
    told = own("agrees" if row.severity == "none" else row.severity) if row.compared else own("one_side")
    field = common.of("fields", row.field)
    shown = common(f"registration_{row.rex}") if row.field == REGISTRATION and row.rex in _STATES else row.rex
    return [field, row.application or words("none"), shown or words("none"), told]


def _checklist(words: Words, common: Words, own: Words, inspection: InspectionCompleted) -> list[list[str]]:
    """Each question with its paragraph and what the inspector concluded of it."""
    language: Final = "kk" if words.language is Language.KAZAKH else "ru"
    rows = []
    for number, item in enumerate(CHECKLIST, 1):
        if item.answers == "grounds":
            told = own("found" if item.id in inspection.grounds else "not_found")
        elif item.answers == "registration":
            told = common.of("registrations", inspection.registration)
        else:
            told = words.yes_or_no(getattr(inspection, item.answers))
        rows.append([str(number), item.questions[language], str(item.paragraph), told])
    return rows
