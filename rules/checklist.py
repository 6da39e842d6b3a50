"""What an inspector checks (¶9), as data: each question with the paragraph it rests on and what it looks at.

In a module and not in a file of its own, because a case's code reads no files.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, NamedTuple

from rules.documents import NO_EVIDENCE, Kind

Language = Literal["en", "ru", "kk"]


class Part(StrEnum):
    """What ¶9 and ¶10 ask for, one after the other."""

    COMPLETENESS = "completeness"
    RELIABILITY = "reliability"
    REX = "rex"
    GROUNDS = "grounds"


class Item(NamedTuple):
    """One question.

    ``source`` says what it rests on, beside the paragraph of the order. ``answers``: the field of
    ``inspection_completed`` on which it bears. ``fields`` are rows of the comparison, or findings; ``kinds`` documents.
    """

    id: str
    part: Part
    paragraph: int
    source: str
    answers: str
    questions: dict[Language, str]
    fields: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


PARTS: Final[dict[Part, dict[Language, str]]] = {
    Part.COMPLETENESS: {
        "en": "Completeness of the documents",
        "ru": "Полнота документов",
        "kk": "Құжаттардың толықтығы",
    },
    Part.RELIABILITY: {
        "en": "Reliability of the data",
        "ru": "Достоверность данных",
        "kk": "Деректердің дұрыстығы",
    },
    Part.REX: {
        "en": "Agreement with REX",
        "ru": "Соответствие данным системы REX",
        "kk": "REX жүйесінің деректеріне сәйкестік",
    },
    Part.GROUNDS: {
        "en": "Grounds for revocation",
        "ru": "Основания для отзыва регистрации",
        "kk": "Тіркеуді кері қайтарып алу негіздері",
    },
}
"""The parts by name, in the order in which they are checked."""

_EVIDENCE: Final = tuple(kind for kind in Kind if kind not in NO_EVIDENCE)

CHECKLIST: Final[tuple[Item, ...]] = (
    Item(
        id="application",
        part=Part.COMPLETENESS,
        paragraph=7,
        source="order No. 244-NK",
        answers="documents_complete",
        questions={
            "en": "Is there a copy of the application for the REX number, filled in, signed and dated?",
            "ru": "Имеется ли копия заявления на получение номера REX, заполненного, подписанного и датированного?",
            "kk": "REX нөмірін алуға берілген, толтырылған, қол қойылған, күні көрсетілген өтініш көшірмесі бар ма?",
        },
        fields=("registration_application",),
        kinds=(Kind.REGISTRATION_APPLICATION,),
    ),
    Item(
        id="origin_documents",
        part=Part.COMPLETENESS,
        paragraph=7,
        source="order No. 257",
        answers="documents_complete",
        questions={
            "en": "Are there copies of the documents confirming the origin on which the registration was based?",
            "ru": "Имеются ли копии документов о происхождении товара, послуживших основанием для регистрации?",
            "kk": "Тіркеуге негіз болған тауардың шығарылуын растайтын құжаттардың көшірмелері бар ма?",
        },
        fields=("origin_evidence",),
        kinds=_EVIDENCE,
    ),
    Item(
        id="power_of_attorney",
        part=Part.COMPLETENESS,
        paragraph=7,
        source="the second part of ¶7",
        answers="documents_complete",
        questions={
            "en": "Where a representative applied: is there a power of attorney, valid on the day of the application?",
            "ru": "Если заявление подал представитель: имеется ли доверенность, действовавшая на день подачи?",
            "kk": "Өтінішті өкіл берген болса: өтініш берілген күні жарамды сенімхат бар ма?",
        },
        fields=("power_of_attorney",),
        kinds=(Kind.POWER_OF_ATTORNEY,),
    ),
    Item(
        id="legible",
        part=Part.COMPLETENESS,
        paragraph=9,
        source="",
        answers="documents_complete",
        questions={
            "en": "Is every document whole and legible, with all its pages and annexes?",
            "ru": "Все ли документы целы и читаемы, со всеми страницами и приложениями?",
            "kk": "Барлық құжат, барлық беттері мен қосымшаларын қоса, бүтін және оқуға жарамды ма?",
        },
        kinds=tuple(Kind),
    ),
    Item(
        id="one_exporter",
        part=Part.RELIABILITY,
        paragraph=9,
        source="",
        answers="data_reliable",
        questions={
            "en": "Do all documents name one exporter: the same name, tax number and address?",
            "ru": "Указан ли во всех документах один и тот же экспортёр: наименование, БИН/ИИН и адрес?",
            "kk": "Барлық құжатта бір экспорттаушы көрсетілген бе: атауы, БСН/ЖСН және мекенжайы бірдей ме?",
        },
        fields=("name", "tin", "address"),
        kinds=tuple(Kind),
    ),
    Item(
        id="signatures",
        part=Part.RELIABILITY,
        paragraph=9,
        source="",
        answers="data_reliable",
        questions={
            "en": "Are the documents signed by persons entitled to sign, and do electronic signatures hold?",
            "ru": "Подписаны ли документы уполномоченными лицами, и действительны ли электронные подписи?",
            "kk": "Құжаттарға уәкілетті тұлғалар қол қойған ба және электрондық қолтаңбалар жарамды ма?",
        },
        fields=("signature",),
        kinds=(Kind.REGISTRATION_APPLICATION, Kind.POWER_OF_ATTORNEY, Kind.LEGAL_STATUS),
    ),
    Item(
        id="dates",
        part=Part.RELIABILITY,
        paragraph=9,
        source="",
        answers="data_reliable",
        questions={
            "en": "Do the dates follow each other: application, registration, contract, invoice, transport?",
            "ru": "Согласуются ли даты: заявления, регистрации, договора, счёта-фактуры, перевозки?",
            "kk": "Өтініштің, тіркеудің, шарттың, шот-фактураның және тасымалдың күндері өзара сәйкес пе?",
        },
        fields=("signed_on",),
        kinds=(Kind.REGISTRATION_APPLICATION, Kind.CONTRACT, Kind.INVOICE, Kind.TRANSPORT_DOCUMENT),
    ),
    Item(
        id="goods_and_origin",
        part=Part.RELIABILITY,
        paragraph=9,
        source="order No. 257",
        answers="data_reliable",
        questions={
            "en": "Do production or purchase, quantities and materials bear out the origin of the goods?",
            "ru": "Подтверждают ли производство или закупка, количество и сырьё происхождение товара?",
            "kk": "Өндіріс немесе сатып алу, саны мен шикізаты тауардың шығарылуын растай ма?",
        },
        fields=("hs_codes",),
        kinds=(
            Kind.PURCHASE_EVIDENCE,
            Kind.PRODUCTION_EVIDENCE,
            Kind.ORIGIN_CERTIFICATE,
            Kind.OTHER_ORIGIN_EVIDENCE,
            Kind.INVOICE,
        ),
    ),
    Item(
        id="indications",
        part=Part.RELIABILITY,
        paragraph=9,
        source="the request of the customs (¶4)",
        answers="data_reliable",
        questions={
            "en": "Do the documents explain what the customs have pointed out?",
            "ru": "Объясняют ли документы то, на что указала таможенная служба?",
            "kk": "Құжаттар кеден қызметі көрсеткен мән-жайларды түсіндіре ме?",
        },
        kinds=_EVIDENCE,
    ),
    Item(
        id="registration",
        part=Part.REX,
        paragraph=9,
        source="REX",
        answers="registration",
        questions={
            "en": "Does REX show the registration as valid on the dates of the statements on origin?",
            "ru": "Действовала ли регистрация по данным REX на даты заявлений о происхождении?",
            "kk": "REX деректері бойынша тіркеу шығарылуы туралы мәлімдемелердің күндерінде қолданыста болды ма?",
        },
        fields=("registration_status", "status", "valid_from", "revoked_on", "registered_on"),
    ),
    Item(
        id="who_in_rex",
        part=Part.REX,
        paragraph=9,
        source="REX, the application",
        answers="rex_data_match",
        questions={
            "en": "Are REX number, tax number, name and address in REX those of the application and the request?",
            "ru": "Совпадают ли номер REX, БИН/ИИН, наименование и адрес в REX с заявлением и запросом?",
            "kk": "REX жүйесіндегі нөмір, БСН/ЖСН, атау мен мекенжай өтініш пен сұрау салудағыдай ма?",
        },
        fields=("rex_number", "tin", "name", "address", "requested_tin", "requested_name"),
        kinds=(Kind.REGISTRATION_APPLICATION, Kind.LEGAL_STATUS),
    ),
    Item(
        id="what_in_rex",
        part=Part.REX,
        paragraph=9,
        source="REX, the application",
        answers="rex_data_match",
        questions={
            "en": "Are activity and goods in REX those of the application, and the goods of the statements among them?",
            "ru": "Совпадают ли деятельность и товары в REX с заявлением, есть ли среди них товары запроса?",
            "kk": "REX жүйесіндегі қызмет пен тауарлар өтініштегідей ме, сұрау салудағы тауарлар олардың ішінде ме?",
        },
        fields=("activity", "hs_codes", "requested_hs_codes"),
        kinds=(Kind.REGISTRATION_APPLICATION, Kind.INVOICE),
    ),
    Item(
        id="scheme_terms",
        part=Part.GROUNDS,
        paragraph=10,
        source="the scheme of preferences of Norway or Switzerland",
        answers="grounds",
        questions={
            "en": "Does the exporter not comply with the terms of the scheme of preferences?",
            "ru": "Не соблюдает ли экспортёр условия системы преференций?",
            "kk": "Экспорттаушы преференциялар жүйесінің шарттарын сақтамай ма?",
        },
        fields=("hs_codes",),
        kinds=_EVIDENCE,
    ),
    Item(
        id="registration_obligations",
        part=Part.GROUNDS,
        paragraph=10,
        source="the obligations of the application, order No. 244-NK",
        answers="grounds",
        questions={
            "en": "Does the exporter not meet the obligations that it took on when it registered?",
            "ru": "Не исполняет ли экспортёр обязательства, принятые при регистрации?",
            "kk": "Экспорттаушы тіркелу кезінде қабылдаған міндеттемелерін орындамай ма?",
        },
        kinds=(Kind.REGISTRATION_APPLICATION,),
    ),
    Item(
        id="activity_ended",
        part=Part.GROUNDS,
        paragraph=10,
        source="",
        answers="grounds",
        questions={
            "en": "Has the exporter ended its activity?",
            "ru": "Прекратил ли экспортёр свою деятельность?",
            "kk": "Экспорттаушы өз қызметін тоқтатты ма?",
        },
        fields=("activity",),
        kinds=(Kind.LEGAL_STATUS,),
    ),
)
"""All questions, part by part."""
