from __future__ import annotations

from datetime import timedelta

import pytest

from activities.errors import broken, refused, unexpected, unreachable
from activities.interface import ErrorKind
from tests.activities.failing import at_attempt


def test_each_kind_says_whether_it_is_tried_again() -> None:
    assert (refused("no").type, refused("no").non_retryable) == (ErrorKind.REFUSED, True)
    assert (broken("what").type, broken("what").non_retryable) == (ErrorKind.BROKEN, True)
    assert (unreachable("out").type, unreachable("out").non_retryable) == (ErrorKind.UNREACHABLE, False)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (None, None),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(hours=5), timedelta(hours=1)),
        (timedelta(0), None),
        (timedelta(seconds=-7), None),
    ],
)
def test_a_wait_is_kept_up_to_an_hour_and_none_is_left_to_the_policy(
    asked: timedelta | None, kept: timedelta | None
) -> None:
    assert unreachable("out", asked).next_retry_delay == kept


def test_a_message_is_one_line_of_bounded_length() -> None:
    assert refused(" a\n b\tc ").message == "a b c"
    assert len(broken("x" * 5000).message) == 1000


async def test_what_nobody_expects_is_tried_again_twice_half_a_minute_later_and_then_shown_to_a_person() -> None:
    async def asked() -> tuple[str | None, timedelta | None]:
        error = unexpected("a page")
        return error.type, error.next_retry_delay

    again = (ErrorKind.UNREACHABLE, timedelta(seconds=30))
    assert [await at_attempt(number, asked) for number in (1, 2, 3, 9)] == [
        again,
        again,
        *2 * [(ErrorKind.BROKEN, None)],
    ]
