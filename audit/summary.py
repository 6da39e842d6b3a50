"""A case at a glance, as a paper: request and outcome, steps, documents with hashes, letters, escalations, log.

The layout is in ``summary.typ``. The same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final

from audit.case_file import CaseFile
from calendars.time_zone import almaty_clock
from escalation.ladder import Language
from letters.typesetting import set_paper
from notifications.dates import english_date
from notifications.words import words_of
from rules.terms import STEP_NAMES, Step
from rules.text import one_line

TEMPLATE: Final = Path(__file__).with_name("summary.typ")

NOTHING: Final = "–"

LONGEST_DETAILS: Final = 200
"""Characters of a line of the log beside who and what; all of it is in ``log.jsonl``."""

_ORDER: Final = {step.value: place for place, step in enumerate(Step)}
_COUNTRIES: Final = {"NO": "Norway", "CH": "Switzerland"}
_LIMIT: Final = "30 working days (¶5)"


def summary_of(file: CaseFile, files: Mapping[str, str]) -> bytes:
    """The paper as a PDF.

    :param files: where each document id lies in the export.
    :raises letters.typesetting.CannotBeSet: where it cannot be set.
    """
    return set_paper(TEMPLATE, _words(file, files), almaty_clock().day_of(file.case.as_of))


def _words(file: CaseFile, files: Mapping[str, str]) -> dict[str, object]:
    """Every word of the paper, as the layout names it."""
    words, case = words_of(Language.ENGLISH), file.case
    return {
        "authority": words("authority"),
        "authority_kk": words_of(Language.KAZAKH)("authority"),
        "title": "Record of a verification in the REX system",
        "case_id": case.case_id,
        "as_of": f"As the register had it on {_moment(case.as_of)} (Asia/Almaty).",
        "glance": _glance(file),
        "sections": [
            {"title": "Steps", "head": ["¶", "Step", "Began", "Due, end of", "Ended", "Late"], "rows": _steps(file)},
            {"title": "Documents", "head": ["Received", "Document", "SHA-256"], "rows": _documents(file, files)},
            {"title": "Letters", "head": ["Sent", "What", "To", "Number", "Their reference"], "rows": _letters(file)},
            {"title": "Escalations", "head": ["Raised", "What", "How it ended"], "rows": _escalations(file)},
            {"title": "Log", "head": ["No.", "When", "Who", "What", "Details"], "rows": _log(file)},
        ],
        "chain": f"The log has {file.chain.length} lines. Each covers the one before it, the first the request. "
        "The hash of the last one:",
        "head": file.chain.head,
        "check": "python3 verify.py, in the folder of this paper, checks the log and every file.",
    }


def _glance(file: CaseFile) -> list[list[str]]:
    case, request = file.case, file.case.request
    met = {True: "kept", False: "not kept", None: "not known yet"}[case.limit_met]
    country = _COUNTRIES.get(case.country, case.country)
    ended = f", ended {_moment(case.limit_ended_at)}" if case.limit_ended_at else ""
    return [
        [
            "Requested by",
            f"{request.get('requesting_authority', NOTHING)}, {country}",
        ],
        ["Their reference", case.reference],
        ["Received", _moment(case.received_at)],
        ["Exporter", case.exporter],
        ["REX number", case.rex_number],
        ["Stands at", f"closed on {_moment(case.closed_at)}" if case.closed_at else _step(case.step)],
        ["Outcome", (case.outcome or "none yet").replace("_", " ")],
        [_LIMIT, f"until the end of {_day(case.limit_last_day)}: {met}{ended}"],
        ["Reserve", NOTHING if case.reserve_days is None else f"{case.reserve_days} working days"],
    ]


def _steps(file: CaseFile) -> list[list[str]]:
    return [
        [
            str(each.paragraph),
            _step(each.step) + (f", round {each.round}" if each.round > 1 else ""),
            _moment(each.started_at),
            _day(each.last_day) + (" (provisional)" if each.provisional else ""),
            _moment(each.ended_at) if each.ended_at or each.state in ("done", "running") else each.state,
            f"{each.late_days} working days" if each.late else "no" if each.state in ("done", "running") else NOTHING,
        ]
        for each in sorted(file.steps, key=lambda each: (each.round, _ORDER.get(each.step, 0)))
    ]


def _documents(file: CaseFile, files: Mapping[str, str]) -> list[list[str]]:
    rows = [[_moment(each.arrived_at), f"{_name(each.kind)}: {each.filename}", each.sha256] for each in file.documents]
    own = [
        [NOTHING, files.get(document_id, f"{name}, which is not in the store"), document_id.removeprefix("sha256-")]
        for document_id, name in file.own_papers.items()
    ]
    return rows + own


def _letters(file: CaseFile) -> list[list[str]]:
    return [
        [_moment(each.sent_at), _name(each.what), each.addressee, each.number, each.reference or NOTHING]
        for each in file.letters
    ]


def _escalations(file: CaseFile) -> list[list[str]]:
    rows = []
    for each in file.escalations:
        if each.resolved_at:
            end = f"resolved {_moment(each.resolved_at)}: {each.resolved_by or NOTHING}"
        elif each.overtaken_by:
            end = f"overtaken by {each.overtaken_by}"
        else:
            end = f"open, acknowledged by {each.acknowledged_by}" if each.acknowledged_by else "open"
        rows.append([_moment(each.raised_at), each.summary, end])
    return rows


def _log(file: CaseFile) -> list[list[str]]:
    return [
        [
            str(line["sequence"]),
            _moment(line["at"]),
            str(line["who"]),
            _name(str(line["what"])),
            one_line(", ".join(_details(line["details"])), LONGEST_DETAILS),
        ]
        for line in file.lines
    ]


def _details(details: object) -> Iterator[str]:
    """What a line says beside; hashes stand in the table of documents, and lists and objects in ``log.jsonl``."""
    for name, value in details.items() if isinstance(details, dict) else ():
        if isinstance(value, str | int) and name not in ("document_id", "sha256"):
            yield f"{_name(name)}: {('no', 'yes')[value] if isinstance(value, bool) else value}"


def _step(step: str) -> str:
    return STEP_NAMES[Step(step)] if step in set(Step) else _name(step)


def _name(name: str) -> str:
    return name.replace("_", " ")


def _moment(instant: datetime | None) -> str:
    if instant is None:
        return NOTHING
    local = almaty_clock().local(instant)
    return f"{english_date(local.date())}, {local:%H:%M}"


def _day(day: date | None) -> str:
    return english_date(day) if day else NOTHING
