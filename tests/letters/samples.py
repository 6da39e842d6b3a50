"""Every paper in every language, from the same facts each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from activities.outgoing import (
    Acknowledgement,
    Appeal,
    CustomsReply,
    DocumentRequest,
    Letter,
    Reminder,
    Signed,
    Withdrawal,
)
from letters import correspondence
from letters.conclusion import render
from letters.folder import Folder
from letters.inspection import render_record
from letters.kinds import OF_THE_CUSTOMS
from rules.documents import Kind
from rules.messages import Ground
from tests.letters.examples import LOOKED_UP, TERMS, documents, draft, inspection

KAZAKH: Final = "әғқңөұүһі ӘҒҚҢӨҰҮҺІ"

ABOUT: Final[dict[str, Any]] = {
    "key": "k",
    "case_id": "rex-ch-2026-0042",
    "rex_number": "KZREX180340021791",
    "exporter": {
        "name": "«Қостанай Дән Экспорт» ЖШС",
        "address": f"Қостанай қ., Әл-Фараби даңғылы, 115 ({KAZAKH})",
        "bin": "180340021791",
    },
    "country": "CH",
    "authority": "Bundesamt für Zoll und Grenzsicherheit BAZG",
    "reference": "2026/0042",
    "received_on": date(2026, 2, 27),
}
CUSTOMS: Final = {"to_name": "Ursprungsnachprüfung", "to_email": "origin@customs.example"}
ATTACHED: Final = {"conclusion_document_id": "", "conclusion_media_type": "application/pdf"}
CONCLUDED: Final = {"conclusion_number": "REX/26-ZK-0007", "conclusion_date": date(2026, 3, 30)}
SENT_BEFORE: Final = Letter(number="REX/26-ZP-0042", date=date(2026, 3, 2))
SIGNED: Final = Signed.model_validate(
    {
        "by": "Айгүл Өмірбекқызы Жүнісова",
        "at": "2026-03-25T05:30:00Z",
        "position": "Вице-министр",
        "reference": "ЭЦП-2026-77",
    }
)
FOUND: Final = draft(
    "not_valid",
    grounds=["scheme_terms"],
    inspection=inspection(grounds=["scheme_terms"], remarks="Атауы өзгеше жазылған."),
    documents=documents(4),
    application={"name": "ТОО «Өндіріс»", "tin": "990440000385"},
    lacking=["power_of_attorney"],
    terms=TERMS,
)


def _letter(code: str, day: date) -> Letter:
    return Letter(number=f"REX/26-{code}-0042", date=day)


def _samples() -> dict[str, Callable[[Folder], bytes]]:
    first = date(2026, 3, 2)
    wanted = [each.value for each in Kind if each is not Kind.POWER_OF_ATTORNEY]
    request = DocumentRequest(**ABOUT, documents_wanted=wanted, respond_by=date(2026, 3, 10))
    reminder = Reminder(
        **ABOUT,
        request_id="1",
        request_letter=SENT_BEFORE,
        last_day=date(2026, 3, 10),
        late_days=3,
        count=3,
        missing=["registration_application", "origin_evidence"],
        message="",
    )
    withdrawal = Withdrawal(**ABOUT, request_id="1", request_letter=SENT_BEFORE, reason="сұрау салу кері қайтарылды")
    appeal = Appeal(**ABOUT, **CONCLUDED, grounds=list(Ground), conclusion_sha256="a3" * 32)
    found: dict[str, Callable[[Folder], bytes]] = {
        "request": lambda folder: correspondence.request(folder, _letter("ZP", first), request),
        "reminder": lambda folder: correspondence.reminder(folder, _letter("NP", date(2026, 3, 13)), reminder),
        "withdrawal": lambda folder: correspondence.withdrawal(folder, _letter("OT", first), withdrawal),
        "appeal": lambda folder: correspondence.appeal(folder, _letter("OB", date(2026, 3, 30)), appeal),
        "inspection": lambda folder: render_record(folder, _letter("AO", date(2026, 3, 20)), FOUND),
        "conclusion-draft": lambda folder: render(FOUND, LOOKED_UP, None, folder),
        "conclusion-signed": lambda folder: render(FOUND, LOOKED_UP, SIGNED, folder),
    }
    for language in OF_THE_CUSTOMS:
        found[f"acknowledgement-{language.value}"] = _acknowledgement(language.value, first)
        found[f"reply-{language.value}"] = _reply(language.value)
    return found


def _acknowledgement(language: str, day: date) -> Callable[[Folder], bytes]:
    made = Acknowledgement(
        **ABOUT,
        **CUSTOMS,
        language=language,
        reason="doubt",
        statements=["INV-7", "INV-8"],
        limit_last_day=date(2026, 4, 14),
    )
    return lambda folder: correspondence.acknowledgement(folder, _letter("UV", day), made)


def _reply(language: str) -> Callable[[Folder], bytes]:
    said = {"language": language, "result": "grounds"}
    made = CustomsReply.model_validate(ABOUT | CUSTOMS | CONCLUDED | ATTACHED | said)
    return lambda folder: correspondence.reply(folder, _letter("OV", date(2026, 4, 1)), made)


SAMPLES: Final = _samples()
"""By name; each is made with a folder of templates."""
