"""The self-check's report, by real mail and real HTTP servers: who gets it, how often, and the heartbeat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from activities.interface import ErrorKind
from register.database import open_register
from self_check.interface import AllWell, CheckFinding, FindingKind, FindingsReport, Reported
from simulators import mail
from tests.self_check.office import NOW, Office
from tests.servers import Answer, Host, running


@pytest.fixture
def office(dev_server: WorkflowEnvironment, sqlite_register: Engine, task_queue: str) -> Office:
    return Office(dev_server.client, sqlite_register, task_queue)


def finding(number: int, **changes: Any) -> CheckFinding:
    given: dict[str, Any] = {
        "kind": FindingKind.NOT_IN_REGISTER,
        "workflow_id": f"rex-ch-{number}",
        "what": f"rex-ch-{number} is in Temporal but not in the register",
        "what_to_do": "Check that REXV_DATABASE_URL names the right register.",
    }
    return CheckFinding.model_validate(given | changes)


def report(*findings: CheckFinding, more: int = 0, later: timedelta = timedelta(0)) -> FindingsReport:
    return FindingsReport(scope="cases", at=NOW + later, findings=list(findings), total=len(findings) + more)


class Mailbox:
    """A mail server, with any recipient."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port

    def url(self, who: str) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=rex@trade.gov.example&to={who}@trade.gov.example"

    def letters(self) -> list[EmailMessage]:
        return [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(self.folder.glob("*.eml"))]


@pytest_asyncio.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    server = await mail.start(tmp_path / "mail", 0)
    yield Mailbox(tmp_path / "mail", mail.port_of(server))
    server.close()


async def test_one_message_to_on_call_lists_every_finding(office: Office, mailbox: Mailbox) -> None:
    office.recipients[2] = [mailbox.url("on-call")]
    level = finding(0, kind=FindingKind.LEVEL_WITHOUT_RECIPIENT, workflow_id=None, about="3", what="level 3 has none")

    reported = await office.run(office.activities().report_findings, report(level, finding(1), finding(2), more=7))

    assert reported == Reported(reported=3, reported_before=0, level=2)
    (letter,) = mailbox.letters()
    assert str(letter["To"]) == "on-call@trade.gov.example"
    assert str(letter["Subject"]) == "REX self-check: 10 findings. level 3 has none"
    html = letter.get_body(("html",))
    assert html is not None
    assert html.get_content().count("What to do") == 3
    assert "href='https://temporal.example/namespaces/default/workflows/rex-ch-2'" in html.get_content()


async def test_a_finding_is_reported_once_a_day_and_again_the_next(office: Office, mailbox: Mailbox) -> None:
    office.recipients[2] = [mailbox.url("on-call")]
    send = office.activities().report_findings
    assert await office.run(send, report(finding(1))) == Reported(reported=1, reported_before=0, level=2)
    assert await office.run(send, report(finding(1))) == Reported(reported=0, reported_before=1, level=None)
    both = [finding(1), finding(2)]
    assert await office.run(send, report(*both)) == Reported(reported=1, reported_before=1, level=2)
    tomorrow = report(*both, later=timedelta(days=1))
    assert await office.run(send, tomorrow) == Reported(reported=2, reported_before=0, level=2)
    subjects = [str(letter["Subject"]) for letter in mailbox.letters()]
    assert ["rex-ch-1" in subject for subject in subjects] == [True, False, True]
    assert [subject.partition("check: ")[2][:10] for subject in subjects] == ["1 finding.", "1 finding.", "2 findings"]


async def test_if_nobody_on_call_is_reached_the_head_gets_it(office: Office, mailbox: Mailbox) -> None:
    answers = Host({"/hook": Answer(status=500)})
    async with running(answers) as hook:
        office.recipients = {
            1: [mailbox.url("officer")],
            2: [f"{hook.replace('http', 'json')}/hook"],
            3: [mailbox.url("head")],
        }
        reported = await office.run(office.activities().report_findings, report(finding(1)))
        assert (reported.level, answers.asked) == (3, ["/hook"])
        answers.answers["/hook"] = Answer(status=200)
        assert (await office.run(office.activities().report_findings, report(finding(2)))).level == 2
    (letter,) = mailbox.letters()
    assert str(letter["To"]) == "head@trade.gov.example"


async def test_if_nobody_at_all_is_reached_it_is_tried_again_and_nothing_counts_as_reported(office: Office) -> None:
    office.recipients = {2: ["json://user:hunter2@127.0.0.1:9/secret"]}
    for _ in range(2):
        with pytest.raises(ApplicationError, match="reaches nobody: level 2, recipient 1") as raised:
            await office.run(office.activities().report_findings, report(finding(1)))
        assert raised.value.type == ErrorKind.UNREACHABLE
        assert "hunter2" not in str(raised.value)
        assert "secret" not in str(raised.value)


async def test_a_register_out_of_reach_keeps_no_report_back(
    dev_server: WorkflowEnvironment, sqlite_url: str, tmp_path: Path, mailbox: Mailbox, task_queue: str
) -> None:
    (tmp_path / "var").mkdir(exist_ok=True)
    office = Office(dev_server.client, open_register(sqlite_url), task_queue)  # not migrated
    office.recipients[2] = [mailbox.url("on-call")]
    reported = await office.run(office.activities().report_findings, report(finding(1)))
    office.register.dispose()
    assert (reported.level, len(mailbox.letters())) == (2, 1)


async def test_the_heartbeat_is_called_if_one_is_set(office: Office) -> None:
    outside = Host({"/ping/T0KEN": Answer(b"<!doctype html><p>OK", headers={"content-type": "text/html"})})
    async with running(outside) as url:
        heartbeat = office.activities(heartbeat_url=f"{url}/ping/T0KEN").call_heartbeat
        assert await office.run(heartbeat, AllWell(at=NOW)) is True
    assert outside.asked == ["/ping/T0KEN"]
    assert await office.run(office.activities().call_heartbeat, AllWell(at=NOW)) is False


@pytest.mark.parametrize(("status", "kind"), [(500, ErrorKind.UNREACHABLE), (404, ErrorKind.REFUSED)])
async def test_a_heartbeat_that_is_refused_is_an_error_without_its_token(
    office: Office, status: int, kind: ErrorKind
) -> None:
    async with running(Host({"/ping/T0KEN": Answer(status=status)})) as url:
        heartbeat = office.activities(heartbeat_url=f"{url}/ping/T0KEN").call_heartbeat
        with pytest.raises(ApplicationError, match=f"REXV_HEARTBEAT_URL.* answered {status}") as raised:
            await office.run(heartbeat, AllWell(at=NOW))
    assert raised.value.type == kind
    assert "T0KEN" not in str(raised.value)
