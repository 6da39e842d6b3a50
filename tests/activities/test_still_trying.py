"""When a failed attempt is told, and in which words."""

from __future__ import annotations

from temporalio.exceptions import ApplicationError

from activities.still_trying import LONGEST_REASON, reason_of, worth_saying


def test_the_second_failure_is_told_and_then_ever_fewer() -> None:
    assert [attempt for attempt in range(1, 200) if worth_saying(attempt)] == [2, 4, 8, 16, 32, 64, 128]


def test_the_words_of_an_error_that_is_not_ours_are_kept_back() -> None:
    assert reason_of(ValueError("token=s3cret")) == "ValueError"
    assert reason_of(ApplicationError("REX\nanswers 503", type="Unreachable")) == "REX answers 503"
    assert len(reason_of(ApplicationError("x" * 10_000))) == LONGEST_REASON
