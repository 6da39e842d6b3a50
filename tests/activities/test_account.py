"""The account to level 3, by a real mail server: when it is due, to whom it goes, and how often."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities import account as module
from activities.account import AccountActivities
from activities.interface import ErrorKind
from calendars.decrees import Decree, Entry
from escalation.ladder import Language
from escalation.ladder_file import recipient_id
from register.accounts import sent_to
from register.calendar import approve, propose
from register.database import OutOfReach, open_register
from register.record import write
from register.rows import RegisterEntries
from self_check.interface import AccountSent, AccountWanted
from simulators import mail
from tests.activities.failing import failing
from tests.activities.test_self_check_report import Mailbox
from tests.recipients import listening
from tests.register import examples
from tests.reports.standings import march

MARCH = date(2026, 3, 1)
DUE = march(32)
"""1 April 2026, a Wednesday: the first working day."""


@pytest_asyncio.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[Mailbox]:
    server = await mail.start(tmp_path / "mail", 0)
    yield Mailbox(tmp_path / "mail", mail.port_of(server))
    server.close()


@pytest.fixture
def register(sqlite_register: Engine) -> Engine:
    """A register with a case of March."""
    opened = examples.case(received_at=march(2), opened_at=march(2), reserve_days=-1, risk="at_risk")
    write(sqlite_register, RegisterEntries(case=opened, escalations=[examples.escalation(raised_at=march(20))]))
    return sqlite_register


async def send(register: Engine, *urls: str, at: datetime = DUE, language: Language = Language.ENGLISH) -> AccountSent:
    own = AccountActivities(register, urls, language, clock=lambda: at.astimezone(UTC))
    sent: AccountSent = await ActivityEnvironment().run(own.send_account, AccountWanted(at=at))
    return sent


def sent(now: int, before: int = 0) -> AccountSent:
    return AccountSent(month=MARCH, recipients=now, recipients_before=before)


NONE_DUE = AccountSent(month=None, recipients=0, recipients_before=0)


def pdf_of(letter: EmailMessage) -> str:
    (file,) = letter.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("application/pdf", "rex-account-2026-03.pdf")
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(file.get_content())).pages)


async def test_each_recipient_gets_the_figures_and_the_paper(register: Engine, mailbox: Mailbox) -> None:
    urls = [mailbox.url("head"), mailbox.url("deputy")]
    assert await send(register, *urls) == sent(2)
    letters = mailbox.letters()
    assert sorted(str(letter["To"]) for letter in letters) == ["deputy@trade.gov.example", "head@trade.gov.example"]
    for letter in letters:
        assert (letter["Subject"], letter["X-REX-Notice"]) == (
            "REX account 03.2026: 1 received, 0 closed, 0 terms broken",
            "account.2026-03",
        )
        html = letter.get_body(("html",))
        assert html is not None
        assert "Switzerland: 1 received, 0 closed, 1 open at the end (0 before)" in html.get_content()
        assert "1 March 2026 – 31 March 2026" in pdf_of(letter)


async def test_it_is_in_the_language_of_the_level(register: Engine, mailbox: Mailbox) -> None:
    await send(register, mailbox.url("head"), language=Language.KAZAKH)
    (letter,) = mailbox.letters()
    assert letter["Subject"] == "REX есебі 03.2026: 1 түсті, 0 жабылды, 0 мерзім бұзылды"
    assert "2026 жылғы 1 наурыз" in pdf_of(letter)


@pytest.mark.parametrize("day", [32, 33, 40, 61])
async def test_it_is_sent_once_on_the_first_working_day_or_when_the_system_is_back(
    register: Engine, mailbox: Mailbox, day: int
) -> None:
    assert await send(register, mailbox.url("head"), at=march(day)) == sent(1)
    for later in (day, 61):
        assert await send(register, mailbox.url("head"), at=march(later)) == sent(0, before=1)
    assert len(mailbox.letters()) == 1


async def test_the_month_after_has_an_account_of_its_own(register: Engine, mailbox: Mailbox) -> None:
    await send(register, mailbox.url("head"))
    in_may = await send(register, mailbox.url("head"), at=datetime(2026, 5, 4, 4, tzinfo=UTC))
    assert (in_may.month, in_may.recipients) == (date(2026, 4, 1), 1)
    assert [str(letter["Subject"])[:19] for letter in mailbox.letters()] == [
        "REX account 03.2026",
        "REX account 04.2026",
    ]


async def test_before_the_first_working_day_none_is_due(register: Engine, mailbox: Mailbox) -> None:
    """1 May 2026 is a holiday, and a weekend follows."""
    for day in (1, 2, 3):
        assert await send(register, mailbox.url("head"), at=datetime(2026, 5, day, 4, tzinfo=UTC)) == NONE_DUE
    assert mailbox.letters() == []


async def test_the_ministrys_own_entries_decide_what_is_a_working_day(register: Engine, mailbox: Mailbox) -> None:
    decree = Decree(number="77", date=date(2026, 3, 2), title="On a day off")
    numbers = propose(register, [Entry(day=date(2026, 4, 1), working=False, decree=decree)], by="A", now=march(3))
    approve(register, numbers, by="B", now=march(4))
    assert await send(register, mailbox.url("head"), at=march(32)) == NONE_DUE
    assert await send(register, mailbox.url("head"), at=march(33)) == sent(1)


async def test_of_a_month_before_the_first_case_there_is_none(register: Engine, mailbox: Mailbox) -> None:
    assert await send(register, mailbox.url("head"), at=march(3)) == NONE_DUE
    assert mailbox.letters() == []


async def test_who_was_not_reached_gets_it_later_and_nobody_gets_it_twice(register: Engine, mailbox: Mailbox) -> None:
    head = mailbox.url("head")
    with listening() as hook:
        hook.answers = [500]
        with failing(ErrorKind.UNREACHABLE) as failure:
            await send(register, head, hook.url())
        assert "the account of 2026-03 does not reach level 3, recipient 2 (json): " in failure.message
        for secret in ("hookuser", "hooksecret", "T0KEN", "trade.gov.example"):
            assert secret not in failure.message
        assert sent_to(register, MARCH) == {recipient_id(head)}

        assert await send(register, head, hook.url(), at=march(33)) == sent(1, before=1)
        assert [title[:19] for title in hook.titles] == ["REX account 03.2026"] * 2
    assert len(mailbox.letters()) == 1


async def test_a_worker_that_dies_before_it_is_recorded_sends_it_again(
    register: Engine, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice is better than never; the second letter has the same id."""

    def out_of_reach(*_: Any, **__: Any) -> None:
        raise OutOfReach("the register is out of reach: database is locked")

    with monkeypatch.context() as dying:
        dying.setattr(module, "record_sent", out_of_reach)
        with failing(ErrorKind.UNREACHABLE):
            await send(register, mailbox.url("head"))
    assert await send(register, mailbox.url("head")) == sent(1)
    assert [letter["X-REX-Notice"] for letter in mailbox.letters()] == ["account.2026-03"] * 2


async def test_without_a_register_there_is_no_account_yet(mailbox: Mailbox, sqlite_url: str, tmp_path: Path) -> None:
    engine = open_register(sqlite_url)  # its folder is not there
    with failing(ErrorKind.UNREACHABLE):
        await send(engine, mailbox.url("head"))
    engine.dispose()
    assert mailbox.letters() == []
