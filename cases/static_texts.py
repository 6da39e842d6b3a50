"""What the Temporal UI shows of a case from its start: it cannot change, so it holds only what the request says."""

from __future__ import annotations

from calendars.time_zone import almaty_clock
from pages.words import COUNTRIES, day, moment
from rules.request import VerificationRequest
from workflows.markdown import code, plain

LONGEST_SUMMARY = 200
"""Bytes: what Temporal takes as a summary."""

LONGEST_DETAILS = 16_000
"""Bytes, below the 20 kB that Temporal takes as details."""

_REASONS = {"sample": "a sample", "doubt": "doubt about the origin"}
_LANGUAGES = {"en": "English", "fr": "French", "de": "German"}


def static_summary(request: VerificationRequest) -> str:
    """One line for the list of cases: country, reference, exporter, REX number."""
    country = COUNTRIES[request.requesting_country]
    return _cut(
        f"{country} {plain(request.reference)}: {plain(request.exporter.name)}, {request.rex_number}", LONGEST_SUMMARY
    )


def static_details(request: VerificationRequest) -> str:
    """The request in Markdown. Lists, not tables: the UI sets tables without space between the cells.

    Numbers are set as code: the UI would make a fraction of ``17/2``.
    """
    exporter = request.exporter
    lines = [
        "#### The request",
        f"- **From** {plain(request.requesting_authority)}, {COUNTRIES[request.requesting_country]}, "
        f"reference {code(request.reference)}",
        f"- **Received** {moment(almaty_clock(), request.received_at)} (Almaty)",
        f"- **Reason** {_REASONS[request.reason]}",
        f"- **Registration** {code(request.rex_number)}",
        f"- **Exporter** {plain(exporter.name)}"
        + (f", {plain(exporter.address)}" if exporter.address else "")
        + (f", BIN {code(exporter.bin)}" if exporter.bin else ""),
        f"- **Reply** to {plain(request.reply_to.name)}, {code(request.reply_to.email)}, "
        f"in {_LANGUAGES[request.language]}"
        + (f"; the customs ask for it by {day(request.reply_by)}" if request.reply_by else ""),
    ]
    if request.backdated_because:
        lines.append(f"- **Entered late because** {plain(request.backdated_because)}")
    if request.indications:
        lines += ["", "#### What points to an error", *(f"- {plain(each)}" for each in request.indications)]
    if request.statements:
        lines += ["", "#### Statements on origin"]
        for statement in request.statements:
            goods = f": {plain(statement.goods)}" if statement.goods else ""
            codes = f" (HS {', '.join(map(plain, statement.hs_codes))})" if statement.hs_codes else ""
            lines.append(f"- {code(statement.document_number)} of {day(statement.document_date)}{goods}{codes}")
    return _cut("\n".join(lines), LONGEST_DETAILS)


def _cut(text: str, limit: int) -> str:
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[: limit - 3].decode(errors="ignore") + "…"
