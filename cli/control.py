"""The commands for control: by the vice-minister (point 3 of the order), by auditors, by whoever is handed a case."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from escalation.ladder import Language

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def report(
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="DATE", help="The first day, as in 2026-03-01; by default that of --to's month."
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="DATE", help="The last day, included; by default that of --from's month, at most today."
        ),
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write each figure as a line of CSV; an existing file is replaced."),
    ] = None,
    pdf: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a PDF with two charts; an existing file is replaced.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the tables and the PDF.")] = Language.ENGLISH,
    json: Json = False,
) -> None:
    """Account for a period: cases, terms kept and broken, the reserve of what is open, what is unacknowledged.

    Days are days in Asia/Almaty; without --from and --to it is last month. It is the account that level 3 receives
    each month; docs/reports.md defines every figure. It comes from the register, so it works when Temporal is down.
    """
    from cli.report import print_account

    print_account(first, last, csv_file=csv, pdf_file=pdf, language=language, as_json=json)


def audit(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="The number of the case; without it, all cases.")
    ] = None,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A daily head that you have kept: it has to be among those here.")
    ] = None,
    json: Json = False,
) -> None:
    """Check that log, daily heads and documents are what was written, and name what is not.

    Each line of a log covers the one before it; the daily heads cover all logs.
    Works from the register, the file of daily heads and the document store alone.
    Ends with exit code 1 where anything is broken.
    """
    from cli.audit import audit

    asyncio.run(audit(case, head=head, as_json=json))


def export(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The number of the case, as in rex-ch-2026-0042.")],
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="The ZIP, which must be new; by default CASE.zip here.")
    ] = None,
    json: Json = False,
) -> None:
    """Write one ZIP with all that is on record of a case, to be checked anywhere.

    It holds documents, letters, the log with its chain, a summary as PDF,
    the hash of every file, and verify.py, which needs Python alone.
    Works from the register, the file of daily heads and the document store alone.
    """
    from cli.export import export

    asyncio.run(export(case, out=out, as_json=json))
