"""Outgoing numbers: a series without a gap and without a repeat, whoever draws and however often."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import Engine

from register.letter_numbers import draw_number, keep_document, letters_made
from register.rows import LetterNumber
from runtime.packages import ROOT

FORM = "REX/{year}-ZP-{serial:04}"
DAY = date(2026, 11, 26)


def drawn(register: Engine, key: str, **changes: object) -> LetterNumber:
    given = {"key": key, "case_id": "rex-ch-1", "kind": "request", "dated": DAY, "form": FORM, **changes}
    return draw_number(register, **given)  # type: ignore[arg-type]  # the changes of a test


def test_each_kind_and_year_has_a_series_of_its_own(register: Engine) -> None:
    numbers = [
        drawn(register, "a").number,
        drawn(register, "b").number,
        drawn(register, "c", kind="appeal", form="REX/{year}-OB-{serial:04}").number,
        drawn(register, "d", dated=date(2027, 1, 4)).number,
        drawn(register, "e").number,
    ]
    assert numbers == ["REX/26-ZP-0001", "REX/26-ZP-0002", "REX/26-OB-0001", "REX/27-ZP-0001", "REX/26-ZP-0003"]


def test_a_key_has_the_same_number_date_and_document_for_ever(register: Engine) -> None:
    first = drawn(register, "a")
    assert drawn(register, "a", dated=date(2027, 1, 4)) == first
    kept = keep_document(register, "a", "sha256-1")
    assert kept == first.model_copy(update={"document_id": "sha256-1"})
    assert keep_document(register, "a", "sha256-2") == drawn(register, "a") == kept


def test_a_case_has_the_letters_that_were_made_for_it_sent_or_not(register: Engine) -> None:
    for key, case_id in (("a", "rex-ch-1"), ("b", "rex-ch-2"), ("c", "rex-ch-1"), ("d", "rex-ch-1")):
        drawn(register, key, case_id=case_id)
    for key in ("c", "b", "a"):
        keep_document(register, key, f"sha256-{key}")
    assert [(each.key, each.number) for each in letters_made(register, "rex-ch-1")] == [
        ("a", "REX/26-ZP-0001"),
        ("c", "REX/26-ZP-0003"),
    ]


def test_a_document_without_a_number_is_an_error(register: Engine) -> None:
    with pytest.raises(LookupError, match="no number was drawn for a"):
        keep_document(register, "a", "sha256-1")


def test_many_at_once_draw_without_a_gap_and_without_a_repeat(register: Engine) -> None:
    keys = [f"key {number % 20}" for number in range(40)]  # each key by two of them
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda key: drawn(register, key).number, keys))
    assert numbers[:20] == numbers[20:]
    assert sorted(numbers[:20]) == [f"REX/26-ZP-{serial:04}" for serial in range(1, 21)]


_WORKER = """
import sys
from datetime import date
from register.database import open_register
from register.letter_numbers import draw_number
register = open_register(sys.argv[1])
for number in range(15):
    key = f"{sys.argv[2]} {number}"
    drawn = draw_number(register, key=key, case_id="c", kind="request", dated=date(2026, 11, 26), form=sys.argv[3])
    print(drawn.number)
"""


def test_two_workers_draw_without_a_gap_and_without_a_repeat(register_url: str) -> None:
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKER, register_url, name, FORM], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]
    numbers = [line for worker in workers for line in worker.communicate(timeout=60)[0].split()]
    assert sorted(numbers) == [f"REX/26-ZP-{serial:04}" for serial in range(1, 31)]
