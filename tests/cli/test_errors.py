"""Whatever fails is one line with exit code 1, and never a stack trace."""

from __future__ import annotations

import pytest

from cli.errors import CannotDo, errors_in_one_line, in_one_line
from rules.refusal import Refusal


@pytest.mark.parametrize("error", [Refusal("rex_number: is required"), CannotDo("two\nlines"), KeyError("x")])
def test_an_error_is_one_line_on_stderr(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, errors_in_one_line():
        raise error
    assert ended.value.code == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert len(shown.err.splitlines()) == 1


def test_ctrl_c_ends_with_the_code_that_shells_give_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, errors_in_one_line():
        raise KeyboardInterrupt
    assert ended.value.code == 130
    assert "Traceback" not in capsys.readouterr().err


def test_our_own_errors_stand_for_themselves_and_foreign_ones_say_their_type() -> None:
    assert in_one_line(CannotDo("no such case")) == "no such case"
    assert in_one_line(ZeroDivisionError("division by zero")) == "ZeroDivisionError: division by zero"
    assert in_one_line(ValueError()) == "ValueError"
    assert len(in_one_line(CannotDo("x" * 10_000))) <= 600
