"""The command for control by the vice-minister (point 3 of the order)."""

from __future__ import annotations

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
