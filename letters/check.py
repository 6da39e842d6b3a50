"""Whether a folder of templates can be used: every paper is set once with sample facts, before a worker takes work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from activities.outgoing import (
    Acknowledgement,
    Appeal,
    CustomsReply,
    DocumentRequest,
    Draft,
    Letter,
    Reminder,
    Signed,
    Withdrawal,
)
from letters import correspondence
from letters.conclusion import render
from letters.folder import BadTemplate, Folder
from letters.inspection import render_record
from letters.kinds import OF_THE_CUSTOMS, Language, Paper
from letters.typesetting import CannotBeSet
from rules.documents import Kind
from rules.messages import Ground
from rules.outcome import Result
from rules.terms import TERMS

_DAY: Final = date(2026, 3, 2)
_LETTER: Final = Letter(number="REX/26-ZP-0001", date=_DAY)
_ABOUT: Final[dict[str, Any]] = {
    "key": "sample",
    "case_id": "rex-ch-2026-0042",
    "rex_number": "KZREX180340021791",
    "exporter": {"name": "«Қостанай Дән Экспорт» ЖШС", "address": "Қостанай қ.", "bin": "180340021791"},
    "country": "CH",
    "authority": "Federal Office for Customs and Border Security",
    "reference": "2026/0042",
    "received_on": _DAY,
}
_CUSTOMS: Final = {"to_name": "Origin desk", "to_email": "origin@customs.example"}
_CONCLUDED: Final = {"conclusion_number": "REX/26-ZK-0001", "conclusion_date": _DAY}
_KINDS: Final = ["registration_application", "power_of_attorney", "origin_evidence"]

_DRAFT: Final[dict[str, Any]] = {
    "case_id": _ABOUT["case_id"],
    "number": "REX/26-ZK-0001",
    "version": 2,
    "dated": _DAY,
    "request": {
        "requesting_country": "CH",
        "requesting_authority": _ABOUT["authority"],
        "reference": _ABOUT["reference"],
        "received_at": "2026-02-27T05:00:00Z",
        "reason": "doubt",
        "indications": ["the stamp differs"],
        "rex_number": _ABOUT["rex_number"],
        "exporter": _ABOUT["exporter"],
        "statements": [{"document_number": "INV-7", "document_date": _DAY, "hs_codes": ["1101"]}],
        "reply_to": {"name": "Origin desk", "email": "origin@customs.example"},
    },
    "request_received_on": _DAY,
    "inspected_on": _DAY,
    "registration": {},
    "application": {"name": "ТОО «Қостанай Дән»"},
    "lacking": ["power_of_attorney"],
    "documents": [
        {"kind": each, "filename": "a.pdf", "document_id": "", "sha256": "0" * 64, "sent_on": _DAY} for each in Kind
    ],
    "terms": [
        {
            "step": each.value,
            "paragraph": term.paragraph,
            "working_days": term.working_days,
            "began_on": _DAY,
            "last_day": _DAY,
            "ended_on": None,
            "late_days": days,
        }
        for days, (each, term) in enumerate(TERMS.items())
    ],
    "readings": {},
    "reason": "no documents came",
}
_INSPECTION: Final = {
    "message_id": "sample",
    "sent_by": "sample",
    "inspector": "Ә. Қуанышбекова",
    "documents_complete": True,
    "data_reliable": False,
    "rex_data_match": True,
    "grounds": list(Ground),
    "remarks": "–",
}


class _Sampled(Folder):
    """A folder whose layouts are compiled once each: the words of every other paper are data to them."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder.path)
        self._compiled: set[str] = set()

    def set(self, layout: str, words: object, dated: date) -> bytes:
        if layout in self._compiled:
            return b""
        self._compiled.add(layout)
        return super().set(layout, words, dated)


def check_templates(folder: Folder) -> None:
    """Put every paper into words in every language, and compile every layout.

    :raises BadTemplate: one line that names the file, and the line in it where that is known.
    """
    folder = _Sampled(folder)
    for kind, compose in _samples():
        try:
            compose(folder)
        except CannotBeSet as error:
            raise BadTemplate(f"{folder.path}: {error}") from None
        except (KeyError, ValueError) as error:
            raise BadTemplate(_unknown(folder, kind, str(error.args[0]))) from None


def _samples() -> Iterator[tuple[Paper, Callable[[Folder], object]]]:
    about, customs = _ABOUT, _ABOUT | _CUSTOMS
    request = DocumentRequest(**about, documents_wanted=_KINDS, respond_by=_DAY)
    yield Paper.REQUEST, lambda folder: correspondence.request(folder, _LETTER, request)
    for late_days in (0, 2):
        reminder = Reminder(
            **about,
            request_id="1",
            request_letter=_LETTER,
            last_day=_DAY,
            late_days=late_days,
            count=1,
            missing=_KINDS,
            message="",
        )
        yield Paper.REMINDER, partial(correspondence.reminder, letter=_LETTER, reminded=reminder)
    withdrawal = Withdrawal(**about, request_id="1", request_letter=_LETTER, reason="–")
    yield Paper.WITHDRAWAL, lambda folder: correspondence.withdrawal(folder, _LETTER, withdrawal)
    appeal = Appeal(**about, **_CONCLUDED, grounds=list(Ground), conclusion_sha256="0" * 64)
    yield Paper.APPEAL, lambda folder: correspondence.appeal(folder, _LETTER, appeal)
    for language in OF_THE_CUSTOMS:
        acknowledgement = Acknowledgement(
            **customs, language=language, reason="doubt", statements=["INV-7"], limit_last_day=_DAY
        )
        yield Paper.ACKNOWLEDGEMENT, partial(correspondence.acknowledgement, letter=_LETTER, made=acknowledgement)
        for result in Result:
            reply = CustomsReply(
                **customs,
                **_CONCLUDED,
                language=language,
                result=result,
                conclusion_document_id="",
                conclusion_media_type="application/pdf",
            )
            yield Paper.REPLY, partial(correspondence.reply, letter=_LETTER, made=reply)
    signed = Signed.model_validate({"by": "A. Nurlan", "at": "2026-03-02T05:00:00Z", "reference": "1"})
    for state in ("valid", "revoked", "none"):
        for outcome in ("valid", "not_valid", "not_confirmed"):
            inspection = {**_INSPECTION, "registration": state}
            given = {"outcome": outcome, "inspection": inspection, "grounds": list(Ground)}
            draft = Draft.model_validate(_DRAFT | given)
            yield Paper.CONCLUSION, partial(_conclusion, draft, signed if outcome == "valid" else None)
    yield Paper.INSPECTION, lambda folder: render_record(folder, _LETTER, draft)


def _conclusion(draft: Draft, signed: Signed | None, folder: Folder) -> bytes:
    return render(draft, None, signed, folder)


def _unknown(folder: Folder, kind: Paper, name: str) -> str:
    """Where a word or a place stands that the paper does not know, or which words it lacks."""
    for file in [folder.file(f"{kind.value}.{language.value}.toml") for language in Language]:
        if not file.exists():
            continue
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if not line.startswith("#") and (f"${name}" in line or line.strip() == f"@{name}"):
                return f"{file}, line {number}: unknown here: {name}"
    return f"{folder.path}: the {kind.value} lacks words: {name}"
