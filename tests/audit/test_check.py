"""The check of log and daily heads, while a self-check writes the next head."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from audit.chains import read_chains
from audit.check import check_log
from audit.heads import DailyHead, HeadsFile
from register.database import open_register
from register.heads import record_sent_head
from tests.cli.record import AT, DAY, Record, keep


class WrittenMeanwhile(HeadsFile):
    """A file to which a self-check adds a head, and sends it, right after it was read."""

    def __init__(self, file: HeadsFile, register: Engine) -> None:
        super().__init__(file.path)
        self.register = register

    def read(self) -> tuple[list[DailyHead], str | None]:
        found = super().read()
        later = AT + timedelta(days=1)
        daily = self.add(DAY + timedelta(days=1), later, read_chains(self.register))
        record_sent_head(self.register, daily.day, "a1b2c3", head=daily.head, scheme="mailto", now=later)
        return found


async def test_a_head_that_is_written_and_sent_meanwhile_is_not_missed(
    sqlite_register_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: Record = await keep(sqlite_register_url, tmp_path_factory.mktemp("record"), monkeypatch)
    register = open_register(kept.url)
    file = WrittenMeanwhile(HeadsFile(kept.heads), register)
    first, second = (check_log(register, file, now=AT) for _ in range(2))
    register.dispose()
    assert (list(first.broken), list(second.broken)) == ([], [])
    assert [len(each.heads) for each in (first, second)] == [1, 2]
