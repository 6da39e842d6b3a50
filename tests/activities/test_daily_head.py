"""The daily head, by a real mail server: what is written down, who receives it, and what is found."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Engine, text
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.daily_head import DailyHeadActivities
from activities.interface import ErrorKind
from audit.heads import HeadsFile
from escalation.ladder import Language
from register.heads import heads_sent
from register.record import write
from register.rows import RegisterEntries
from self_check.interface import DailyHeadRecorded, DailyHeadSent, DailyHeadWanted, FindingKind
from simulators import mail
from tests.activities.test_self_check_report import Mailbox
from tests.register import examples
from tests.register.examples import CASE_ID

AT = datetime(2026, 11, 26, 4, tzinfo=UTC)


@pytest_asyncio.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    server = await mail.start(tmp_path / "mail", 0)
    yield Mailbox(tmp_path / "mail", mail.port_of(server))
    server.close()


class Head:
    """The activities over a register with one case, and a file."""

    def __init__(self, register: Engine, folder: Path, urls: list[str]) -> None:
        self.register, self.file, self.urls = register, HeadsFile(folder / "heads.jsonl"), urls
        self.add("opened")

    def add(self, key: str) -> None:
        write(self.register, RegisterEntries(case=examples.case(), log=[examples.log(key)]))

    def own(self, at: datetime, language: Language) -> DailyHeadActivities:
        return DailyHeadActivities(self.register, self.file, self.urls, language, clock=lambda: at)

    async def record(self, *, later: int = 0) -> DailyHeadRecorded:
        at = AT + timedelta(days=later)
        own = self.own(at, Language.ENGLISH)
        recorded: DailyHeadRecorded = await ActivityEnvironment().run(own.record_daily_head, DailyHeadWanted(at=at))
        return recorded

    async def send(self, recorded: DailyHeadRecorded, language: Language = Language.ENGLISH) -> DailyHeadSent:
        sent: DailyHeadSent = await ActivityEnvironment().run(self.own(AT, language).send_daily_head, recorded)
        return sent


@pytest.fixture
def head(sqlite_register: Engine, tmp_path: Path, mailbox: Mailbox) -> Head:
    return Head(sqlite_register, tmp_path, [mailbox.url("head"), mailbox.url("deputy")])


async def test_level_3_receives_the_head_of_each_day_once(head: Head, mailbox: Mailbox) -> None:
    for later in range(2):
        head.add(f"key {later}")
        for again in range(2):
            recorded = await head.record(later=later)
            assert (recorded.findings, recorded.lines) == ([], 2 + later)
            expected = DailyHeadSent(recipients=0 if again else 2, recipients_before=2 if again else 0)
            assert await head.send(recorded) == expected
    heads, _ = head.file.read()
    assert {each.day: each.head for each in heads} == heads_sent(head.register)
    letters = mailbox.letters()
    assert len(letters) == 4
    assert {str(each["Subject"]) for each in letters} == {
        f"REX log, {day} November 2026: daily head" for day in (26, 27)
    }
    texts = "".join(part.get_content() for each in letters for part in each.walk() if not part.is_multipart())
    for daily in heads:
        assert f"audit --head {daily.head}" in re.sub(r"<[^>]+>", "", texts)


async def test_a_line_that_was_changed_is_a_finding_and_level_3_hears_of_it(head: Head, mailbox: Mailbox) -> None:
    head.add("message m-1")
    await head.record()
    with head.register.begin() as connection:
        connection.execute(text("DROP TRIGGER log_refuses_update"))
        connection.execute(text("UPDATE log SET who = 'another' WHERE sequence = 2"))
    recorded = await head.record(later=1)
    [finding] = recorded.findings
    assert (finding.kind, finding.workflow_id, recorded.broken) == (FindingKind.LOG_BROKEN, CASE_ID, 1)
    assert finding.what.startswith(f"{CASE_ID}: line 2 of the log (case opened) was changed")
    assert recorded.day == AT.date() + timedelta(days=1)
    await head.send(recorded)
    assert {each["Subject"] for each in mailbox.letters()} == {
        "REX log, 27 November 2026: 1 broken, and the daily head"
    }


async def test_a_broken_file_is_a_finding_and_has_no_head(head: Head) -> None:
    await head.record()
    head.file.path.write_text("nonsense\n")
    recorded = await head.record(later=1)
    assert (recorded.head, [each.about for each in recorded.findings]) == (None, ["heads"])


async def test_a_file_that_was_put_back_or_removed_is_known_by_what_was_sent(head: Head) -> None:
    await head.send(await head.record())
    head.file.path.unlink()
    recorded = await head.record(later=1)
    [finding] = recorded.findings
    assert "the daily head of 2026-11-26, which level 3 has received, is not in it; is it the file" in finding.what


async def test_a_recipient_that_is_not_reached_gets_it_later_and_the_others_once(head: Head, mailbox: Mailbox) -> None:
    good = head.urls[0]
    head.urls = [good, "json://127.0.0.1:9"]
    recorded = await head.record()
    with pytest.raises(ApplicationError, match=r"does not reach level 3, recipient 2 \(json\)") as caught:
        await head.send(recorded)
    assert caught.value.type == ErrorKind.UNREACHABLE
    head.urls = [good, mailbox.url("deputy")]
    assert await head.send(recorded) == DailyHeadSent(recipients=1, recipients_before=1)


async def test_a_place_where_nothing_can_be_written_is_out_of_reach(head: Head, tmp_path: Path) -> None:
    head.file = HeadsFile(tmp_path)
    with pytest.raises(ApplicationError, match="cannot be read") as caught:
        await head.record()
    assert caught.value.type == ErrorKind.UNREACHABLE


@pytest.mark.parametrize("language", Language)
async def test_the_head_stands_in_the_words_of_the_level(head: Head, mailbox: Mailbox, language: Language) -> None:
    await head.send(await head.record(), language)
    [whole] = {str(each["Subject"]) for each in mailbox.letters()}
    assert "2026" in whole
