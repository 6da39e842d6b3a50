"""The command line: open a case, send it messages and decisions, show it, count a term, run the demo.

``starter.py COMMAND --help`` explains each command (contract, section 9). Exit codes: 0 done, 1 refused or not found,
with one line on stderr that says why, 2 wrong usage. Each command imports only what it needs, so that help comes at
once, and a term can be counted on a machine without server, database or settings.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

from runtime.commands import STARTER

try:
    import typer
except ModuleNotFoundError:
    raise SystemExit(f"error: this Python lacks our libraries; run `make install`, then: {STARTER}") from None

from cases.whose import Whose
from cli.accounts import accounts_app
from cli.calendar import calendar_app, deadline
from cli.clients import clients_app, door_key_app, gateway
from cli.control import audit, export, report
from cli.errors import errors_in_one_line
from cli.store import store
from rules.terms import Risk, Step
from runtime.process import leave

app = typer.Typer(
    help="Verification of REX registrations under order No. 358-RL: one case for each request of a foreign customs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Case = Annotated[str, typer.Argument(metavar="CASE", help="The number of the case, as in rex-ch-2026-0042.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A file with one JSON object; - is standard input.")]
SentBy = Annotated[str | None, typer.Option(metavar="NAME", help="Who sends it, if not as in FILE.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

CASES, MESSAGES, ON_CALL = "Cases", "Messages and decisions", "On-call"
CONTROL, TIME, SYSTEM = "Control", "Terms and calendar", "The system"


@app.command("open", rich_help_panel=CASES)
def open_case(
    file: File,
    received_at: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When the request was received, if not as in FILE: as in 2026-03-02T09:30:00+05:00, or now. "
            "FILE may say now too.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Open the case of a request for verification.

    FILE holds the request of the Norwegian or Swiss customs. If its case is open already, the answer is that case.
    A number that is closed, or open for another request, is refused.
    """
    from cli.cases import open_from_file

    asyncio.run(open_from_file(file, received_at=received_at, as_json=json))


@app.command(rich_help_panel=CASES)
def show(case: Case, json: Json = False) -> None:
    """Show where a case stands, what to do next, who was notified, its terms, documents and findings."""
    from cli.cases import show

    asyncio.run(show(case, as_json=json))


@app.command("list", rich_help_panel=CASES)
def list_cases(
    step: Annotated[Step | None, typer.Option(help="Only cases at this step.")] = None,
    risk: Annotated[Risk | None, typer.Option(help="Only cases of this risk.")] = None,
    refused: Annotated[
        bool, typer.Option("--refused", help="Requests that were refused and opened no case, from the register.")
    ] = False,
    json: Json = False,
) -> None:
    """List the cases, open ones first, the nearest last day at the top."""
    if refused:
        if step or risk:
            raise typer.BadParameter("a refused request has no step and no risk", param_hint="--refused")
        from cli.refused_requests import list_refused

        return asyncio.run(list_refused(as_json=json))

    from cli.cases import list_

    return asyncio.run(list_(step=step and step.value, risk=risk and risk.value, as_json=json))


@app.command(rich_help_panel=MESSAGES)
def sample(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The sample; without it, their names.")] = None,
) -> None:
    """Print a sample request, message or decision as it can be sent, with the present as its time."""
    from cli.printing import print_json
    from cli.samples import names, sample

    if name is None:
        typer.echo("\n".join(names()))
    else:
        print_json(sample(name, datetime.now(UTC)))


@app.command(rich_help_panel=CASES)
def today(
    whose: Annotated[Whose | None, typer.Option(help="Only what this role has to do.")] = None,
    mine: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only in cases for which this officer is responsible.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")] = False,
    json: Json = False,
) -> None:
    """List what is to be done in all open cases, by whom, by which day, and the command to type.

    Late ones come first, then the soonest last day. Each open case is asked, so a worker has to run.
    """
    from cli.today import today

    if csv and json:
        raise typer.BadParameter("expected either --csv or --json")
    asyncio.run(today(whose=whose, mine=mine, in_csv=csv, in_json=json))


@app.command(rich_help_panel=CASES)
def deadlines(
    ics: Annotated[
        str, typer.Option(metavar="FILE", help="The file, replaced where it is there; - is standard output.")
    ],
) -> None:
    """Write the last days of open cases to an iCalendar file, for a calendar program.

    Whole-day events: of the running step, and of the 30 working days. Importing a later file moves them.
    """
    from cli.deadlines import deadlines

    asyncio.run(deadlines(ics))


@app.command(rich_help_panel=CASES)
def papers(
    case: Case,
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Write them to this folder; no file that is there is replaced.")
    ] = None,
    json: Json = False,
) -> None:
    """List the documents of a case and its conclusion, and write them as files under their names.

    Each is checked by its sha256. Names that repeat are numbered. A case that Temporal no longer has comes from the
    register.
    """
    from cli.papers import papers

    asyncio.run(papers(case, out=out, as_json=json))


@app.command(rich_help_panel=CASES)
def draft(
    case: Case,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write it to this file, which must be new; checked by sha256.")
    ] = None,
    to_sign: Annotated[
        bool, typer.Option("--to-sign", help="The copy that is signed: without the mark of a draft.")
    ] = False,
    json: Json = False,
) -> None:
    """Write the draft of the conclusion to a file, to be read before it is signed (¶10), or the copy to sign."""
    from cli.papers import draft

    asyncio.run(draft(case, out=out, as_json=json, to_sign=to_sign))


@app.command(rich_help_panel=MESSAGES)
def documents(case: Case, file: File, sent_by: SentBy = None, json: Json = False) -> None:
    """Send a case the documents from Atameken (¶8).

    FILE holds the message documents_arrived: sent_by, documents and, if known, sent_at, received_at, application. A
    message without message_id gets one from its content. Waits until the case has accepted or refused it.
    """
    from cli.messages import documents

    asyncio.run(documents(case, file, sent_by=sent_by, as_json=json))


@app.command(rich_help_panel=MESSAGES)
def inspect(case: Case, file: File, sent_by: SentBy = None, json: Json = False) -> None:
    """Send a case the result of its inspection (¶9).

    FILE holds the message inspection_completed: sent_by, inspector, documents_complete, data_reliable,
    rex_data_match, grounds and, if known, completed_at, registration, remarks. A message without message_id gets one
    from its content. Waits until the case has accepted or refused it.
    """
    from cli.messages import inspect

    asyncio.run(inspect(case, file, sent_by=sent_by, as_json=json))


@app.command(rich_help_panel=MESSAGES)
def sign(
    case: Case,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who signed the conclusion.")],
    document: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The draft that was signed; required after a draft was returned."),
    ] = None,
    position: Annotated[str | None, typer.Option(metavar="TEXT", help="The signatory's position.")] = None,
    reference: Annotated[str | None, typer.Option(metavar="TEXT", help="The reference of the signature.")] = None,
    file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The signed conclusion (PDF, P7M, CMS): it is what the customs get."),
    ] = None,
    json: Json = False,
) -> None:
    """Record that the conclusion is signed (¶10). Waits until the case has accepted or refused it.

    Without FILE a final conclusion is made that says who signed, as what, when, and under which reference.
    """
    from cli.messages import sign

    told = {"document_id": document, "position": position, "signature_reference": reference}
    asyncio.run(sign(case, by=by, file=file, as_json=json, **told))


app.command("store", rich_help_panel=MESSAGES)(store)


@app.command(rich_help_panel=MESSAGES)
def update(
    case: Case,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The decision, as in withdraw.")],
    file: File,
    json: Json = False,
) -> None:
    """Send a decision to a case; the answer comes at once.

    FILE holds the decision: by (who decides) and its further fields. NAME is one of:

    acknowledge_escalation: pause its notices until the end of a day;
    assign: make an officer responsible;
    confirm_request: it is official, and the letter to Atameken may leave;
    record_documents: papers came by post or courier, each put in the store before;
    record_inspection, sign_conclusion: the inspection is done, the conclusion signed;
    record_dispatch: the request, the appeal or the reply was sent by hand;
    record_lookup: the REX record was looked up by hand;
    retry_action: try again now what failed, or what waits for its next try;
    request_missing_documents, return_conclusion, release_conclusion, conclude_without_documents;
    withdraw: the customs withdrew the request;
    change_reading: read the order otherwise in this case;
    recount: count the open terms by the present calendar.
    """
    from cli.decisions import update

    asyncio.run(update(case, name, file, as_json=json))


@app.command(rich_help_panel=MESSAGES)
def assign(
    case: Case,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides it.")],
    to: Annotated[str | None, typer.Option(metavar="NAME", help="The officer responsible from now on.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Nobody is responsible any more.")] = False,
    json: Json = False,
) -> None:
    """Make an officer responsible for a case: shown in lists and notices, and notified at level 1.

    An officer without an address in the ladder file is shown and not notified.
    """
    from cli.decisions import assign

    if (to is None) != nobody:
        raise typer.BadParameter("expected either --to NAME or --nobody")
    asyncio.run(assign(case, to=to, by=by, as_json=json))


@app.command(rich_help_panel=ON_CALL)
def escalations(
    open_only: Annotated[bool, typer.Option("--open", help="Only open ones.")] = False,
    level: Annotated[
        int | None,
        typer.Option(min=1, max=3, help="Only those at this level: 1 case officer, 2 on-call, 3 head."),
    ] = None,
    json: Json = False,
) -> None:
    """List the escalations of all cases, open ones first, the nearest due at the top.

    The list comes from the register, so it works when Temporal is down.
    """
    from cli.escalations import escalations

    asyncio.run(escalations(open_only=open_only, level=level, as_json=json))


@app.command(rich_help_panel=ON_CALL)
def acknowledge(
    case: Case,
    escalation: Annotated[
        str, typer.Argument(metavar="ID", help="The escalation, as in inspect.step_overdue, or all.")
    ],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who handles it.")],
    until: Annotated[str, typer.Option(metavar="DATE", help="Notices pause until the end of this day.")],
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Also what another has acknowledged until a day that is not over.")
    ] = False,
    json: Json = False,
) -> None:
    """Acknowledge an escalation, or all open ones of a case, until a date.

    Notices pause until the end of that day. If the matter is still open then, they continue. What another holds is
    refused with that name, or left to them where you acknowledge all; --take-over takes it.
    """
    from cli.escalations import acknowledge

    asyncio.run(acknowledge(case, escalation, by=by, until=until, take_over=take_over, as_json=json))


@app.command(rich_help_panel=ON_CALL)
def dismiss(
    case: Case,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who decides it.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why no case is wanted.")],
    json: Json = False,
) -> None:
    """Dismiss a request that was refused: no case is wanted for it.

    `list --refused` shows what is open. A corrected request under the same reference resolves it by itself.
    """
    from cli.refused_requests import dismiss

    asyncio.run(dismiss(case, by=by, because=because, as_json=json))


for each in (report, audit, export):
    app.command(rich_help_panel=CONTROL)(each)
# Without ignore_unknown_options a term of -3 would be an unknown option and not a refused term.
app.command("deadline", rich_help_panel=TIME, context_settings={"ignore_unknown_options": True})(deadline)
app.add_typer(calendar_app, name="calendar", rich_help_panel=TIME)


@app.command(rich_help_panel=SYSTEM)
def setup(json: Json = False) -> None:
    """Prepare the database and the Temporal namespace: tables, search attributes, schedules. May be run again."""
    from cli.setup import setup

    asyncio.run(setup(as_json=json))


for name, group in (("accounts", accounts_app), ("clients", clients_app), ("door-key", door_key_app)):
    app.add_typer(group, name=name, rich_help_panel=SYSTEM)
app.command(rich_help_panel=SYSTEM)(gateway)


@app.command(rich_help_panel=SYSTEM)
def demo(
    folder: Annotated[
        Path | None,
        typer.Option(help="For its databases, documents and e-mails; by default a new folder below var/demo."),
    ] = None,
) -> None:
    """Run three cases end to end on a private system: valid, not valid, and at risk. Takes about a minute."""
    from cli.demo import run_demo

    raise typer.Exit(run_demo(folder))


@app.command(rich_help_panel=SYSTEM)
def up() -> None:
    """Start the same system as the demo, and keep it running until Ctrl-C; print who may log in at the desk.

    It says what it takes from the environment, how an office works, and what it sets aside.
    """
    from cli.up import up

    up()


def main() -> NoReturn:
    """Run the command line; whatever fails is one line on stderr."""
    try:
        with errors_in_one_line():
            app()
    except SystemExit as ended:
        leave(ended.code if isinstance(ended.code, int) else 0)
    leave(0)


if __name__ == "__main__":
    main()
