"""``demo``: three cases on a private, real system, each brought to its expected end and then checked.

Messages are sent as an outside system sends them: plain JSON as Temporal signals, documents by Atameken's simulator.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.live import Live
from temporalio.client import Client
from temporalio.service import RPCError

from activities.document_store import DocumentStore
from calendars.build import build
from calendars.time_zone import almaty_clock
from cases.asking import ask_case, read_case
from cases.opening import open_case
from cases.papers import papers_of
from cli.demo_pages import progress, results
from cli.demo_story import Story
from cli.errors import CannotDo
from cli.papers import write_papers
from cli.printing import console, print_page
from cli.samples import sample
from embedded.system import NAMESPACE, Embedded
from rules.calendar import WorkingCalendar
from rules.case_view import CaseView
from runtime.connection import connect
from runtime.links import case_link
from runtime.settings import VAR, ClientSettings

PATIENCE = 60.0
"""Seconds for all three cases together; they take about ten on two free processors."""

LATE_BY = 27
"""Working days since the receipt of the third request: three are left, and the steps that follow need far more."""

TASK_QUEUE: str = ClientSettings.model_fields["task_queue"].default
"""The embedded worker's: settings in the environment are for some other system."""

_PAUSE = 0.15


def run_demo(folder: Path | None) -> int:
    """Run the demo.

    :param folder: for its databases, documents, e-mails and logs; by default a new one below ``var/demo``.
    :return: 0 if all three cases are as expected, else 1.
    :raises CannotDo: for a folder that is not empty: an earlier demo would have used the case numbers.
    :raises embedded.processes.ProcessTrouble: one line, where something does not start or dies.
    :raises KeyboardInterrupt: after Ctrl-C, when every process has been stopped.
    """
    if folder is None:
        (VAR / "demo").mkdir(parents=True, exist_ok=True)
        folder = Path(
            tempfile.mkdtemp(prefix=f"{almaty_clock().local(datetime.now(UTC)):%Y%m%d-%H%M}-", dir=VAR / "demo")
        )
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotDo(f"{folder}: is not empty; expected an empty folder or a new one")
    return asyncio.run(_demo(folder.resolve()))


async def _demo(folder: Path) -> int:
    started = time.monotonic()
    out = console()
    out.print("Starting Temporal with its UI, simulators of Atameken, REX and mail, and a worker ...")
    async with Embedded(folder) as system:
        client = await connect(environment=system.environment)
        async with httpx.AsyncClient(base_url=system.atameken_url) as web:
            demo = Demo(system, client, web, out)
            out.print(f"Started after {_seconds(started)}. While this runs, the Temporal UI is at {system.ui_url}\n")
            await system.while_all_run(demo.run())
    print_page(results(demo.stories, folder, out.width))
    good = all(story.as_expected for story in demo.stories)
    verdict = "All three cases are as expected" if good else "NOT as expected"
    stopped = "Everything is stopped; `make up` starts the same system and keeps it running."
    out.print(f"\n{verdict}, after {_seconds(started)}. {stopped}", soft_wrap=True)
    return 0 if good else 1


def _seconds(since: float) -> str:
    return f"{time.monotonic() - since:.0f} s"


class Demo:
    """The three stories, on one system."""

    def __init__(self, system: Embedded, client: Client, web: httpx.AsyncClient, out: Console) -> None:
        """:param web: speaks to Atameken's simulator."""
        self.system, self.client, self.web, self.out = system, client, web, out
        now = datetime.now(UTC).replace(microsecond=0)
        long_ago = days_ago(now, LATE_BY)
        no_documents = f"received {LATE_BY} working days ago, no documents arrive"
        self.plays: list[tuple[Story, Callable[[Demo, Story], Awaitable[None]]]] = [
            (Story("a Swiss request, everything in order", "request-ch", now), play_valid),
            (Story("a Norwegian request, a ground is found", "request-no", now), play_not_valid),
            (Story(no_documents, "request-ch-doubt", long_ago), play_at_risk),
        ]
        self.stories = [story for story, _ in self.plays]

    async def run(self) -> None:
        """Play all three at the same time, and show their progress."""
        playing = asyncio.gather(*(self._play(story, play) for story, play in self.plays))
        if not self.out.is_terminal:
            await playing
            return
        with Live(progress(self.stories), console=self.out, refresh_per_second=8, transient=True) as live:
            while not playing.done():
                live.update(progress(self.stories))
                await asyncio.wait([playing], timeout=_PAUSE)
        playing.result()

    async def _play(self, story: Story, play: Callable[[Demo, Story], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.open(story)
                await play(self, story)
                await self._copy_papers(story)
            story.doing = "done"
        except TimeoutError:
            story.check(f"within {PATIENCE:.0f} s; it was still at: {story.doing}", False)
        except (CannotDo, RPCError, httpx.HTTPError, OSError) as error:
            story.check(f"{story.doing}: {type(error).__name__}: {error}", False)

    def now(self, story: Story, doing: str) -> None:
        """Print what happens; on a terminal the live table shows it."""
        story.doing = doing
        if not self.out.is_terminal:
            self.out.print(f"{story.case_id or story.title}: {doing}", soft_wrap=True)

    async def open(self, story: Story) -> None:
        """Open the case of the story's request."""
        request = sample(story.sample, story.received_at)
        opened = await open_case(self.client, TASK_QUEUE, self.system.database_url, request)
        story.case_id, story.case = opened.case_id, opened.case
        story.link = case_link(self.system.ui_url, NAMESPACE, opened.case_id)
        self.out.print(f"{story.case_id}: {story.title}", soft_wrap=True)
        self.now(story, "opened")

    async def until(self, story: Story, doing: str, there: Callable[[CaseView], bool]) -> CaseView:
        """Wait until the case is as wanted."""
        self.now(story, doing)
        while True:
            story.case = read_case(await ask_case(self.client, story.case_id))
            if there(story.case):
                return story.case
            await asyncio.sleep(_PAUSE)

    async def ended(self, story: Story) -> CaseView:
        """Wait until the workflow is over: by then the register has all of the case."""
        self.now(story, "the last of it is written into the register")
        story.case = read_case(await self.client.get_workflow_handle(story.case_id).result())
        return story.case

    async def signal(self, story: Story, name: str, message: dict[str, Any]) -> None:
        """Send a message as any system would: one JSON object."""
        self.now(story, f"sent: {name}")
        await self.client.get_workflow_handle(story.case_id).signal(name, message)

    async def at_atameken(self, book: str, case_id: str) -> list[dict[str, Any]]:
        """What Atameken has received about a case: ``requests``, ``appeals`` ..."""
        received = (await self.web.get(f"/simulator/{book}")).raise_for_status().json()
        return [each for each in received if each["body"]["case_id"] == case_id]

    async def mail(self, wanted: Callable[[EmailMessage, str], bool]) -> EmailMessage | None:
        """The first e-mail in the sink that fits, by itself and its plain text; None where there is none."""
        for file in sorted(self.system.mail_folder.glob("*.eml")):
            message = message_from_bytes(await asyncio.to_thread(file.read_bytes), policy=default)
            assert isinstance(message, EmailMessage)
            body = message.get_body(("plain",))
            if wanted(message, body.get_content() if body else ""):
                return message
        return None

    async def _copy_papers(self, story: Story) -> None:
        """Copy the papers of the case to their own names: in the store each lies under its hash."""
        if story.case is None:
            return
        store = DocumentStore(str(self.system.document_folder))
        folder = self.system.folder / "papers" / story.case_id
        papers = await write_papers(store, papers_of(story.case), folder)
        story.papers = f"papers/{story.case_id} ({len(papers)})" if papers else "none arrived"


def days_ago(now: datetime, working_days: int) -> datetime:
    """09:30 in Almaty, so many working days before today."""
    today = almaty_clock().day_of(now)
    calendar = WorkingCalendar(build(today.year - 1, today.year + 1))
    return calendar.start_of(calendar.before(today, working_days)) + timedelta(hours=9, minutes=30)


async def _to_signature(demo: Demo, story: Story, inspection: str, expected: str) -> None:
    """From ¶7 to the reply, as the first two cases go."""
    await demo.until(story, "¶7: asks Atameken", lambda case: case.step == "await_documents")
    taken = (await demo.at_atameken("requests", story.case_id))[0]
    await demo.signal(
        story,
        "document_request_received",
        {"message_id": f"{taken['id']}-received", "sent_by": "Atameken", "received_at": taken["received_at"]},
    )
    documents = (await demo.web.get(f"/simulator/documents-arrived/{story.case_id}")).raise_for_status().json()
    await demo.signal(story, "documents_arrived", documents)
    case = await demo.until(story, "¶8: fetches and checks the documents", lambda case: case.step == "inspect")
    story.check("every document of Atameken is stored", len(case.documents) == len(documents["documents"]))
    await demo.signal(story, "inspection_completed", sample(inspection, datetime.now(UTC)))
    await demo.until(
        story, "¶10: drafts the conclusion", lambda case: bool(case.conclusion and case.conclusion.document_id)
    )
    await demo.signal(story, "conclusion_signed", sample("signature", datetime.now(UTC)))
    await demo.until(story, "the reply goes to the customs", lambda case: case.step == "closed")
    case = await demo.ended(story)
    story.check(f"outcome {expected}", case.outcome == expected)
    story.check("within the 30 working days", case.limit_met is True)
    to = case.request.reference
    reply = await demo.mail(lambda mail, text: to in f"{mail['Subject']} {text}" and any(mail.iter_attachments()))
    story.check("the reply with the conclusion is in the mail sink", reply is not None)


async def play_valid(demo: Demo, story: Story) -> None:
    """A Swiss request that ends ``valid``."""
    await _to_signature(demo, story, "inspection-valid", "valid")
    story.check("no appeal was made", not await demo.at_atameken("appeals", story.case_id))


async def play_not_valid(demo: Demo, story: Story) -> None:
    """A Norwegian request with a ground, that ends ``not_valid`` with the appeal delivered."""
    await _to_signature(demo, story, "inspection-ground", "not_valid")
    appeals = await demo.at_atameken("appeals", story.case_id)
    grounds = [each["body"]["grounds"] for each in appeals]
    story.check("Atameken received one appeal, with its ground", grounds == [["registration_obligations"]])


async def play_at_risk(demo: Demo, story: Story) -> None:
    """An old request whose documents never arrive: ``at_risk``, and on-call is notified."""

    def at_risk(case: CaseView) -> bool:
        return (
            case.step == "await_documents"
            and case.risk == "at_risk"
            and any(each.id == "case.limit_at_risk" for each in case.open_escalations)
        )

    case = await demo.until(story, "the reserve is used up", at_risk)
    story.check("at risk, its reserve used up", case.reserve_days is not None and case.reserve_days < 0)
    story.check("¶7 was late and stays on record as late", case.steps[0].late and case.steps[0].state == "done")
    demo.now(story, "waits for the e-mail to on-call")

    def names_the_case(mail: EmailMessage, text: str) -> bool:
        return "on-call@" in str(mail["To"]) and story.case_id in f"{mail['Subject']} {text}"

    while await demo.mail(names_the_case) is None:  # noqa: ASYNC110 - the sink is a folder
        await asyncio.sleep(_PAUSE)
    story.check("on-call was notified by e-mail", True)
    story.case = read_case(await ask_case(demo.client, story.case_id))
