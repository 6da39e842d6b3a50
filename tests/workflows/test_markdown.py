"""Text from outside on a page of the Temporal UI: read by a Markdown parser, it is text and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from rules.text import isolated, one_line, shown
from tests.support.markdown import texts_of, tokens_of
from tests.support.nasty import LINKED, PIECES, acts, nasty
from workflows.markdown import LONGEST, code, plain

SHAPE_OF_AN_ENTRY = {
    *("bullet_list_open", "list_item_open", "paragraph_open", "inline", "text", "text_special"),
    *("paragraph_close", "list_item_close", "bullet_list_close"),
}


@pytest.mark.parametrize("piece", PIECES)
def test_each_piece_at_the_head_of_an_entry_is_text(piece: str) -> None:
    for text in (piece, f"{piece} and more", f"1{piece}"):
        assert {each.type for each in tokens_of(f"- {plain(text)}")} <= SHAPE_OF_AN_ENTRY


@given(nasty)
@example("\\" * 299 + "]")
@example("x" * 298 + "*y*")
def test_any_text_from_outside_is_shown_as_it_is_and_nothing_of_it_is_markdown(text: str) -> None:
    page = f"- {plain(text)}"
    assert {each.type for each in tokens_of(page)} <= SHAPE_OF_AN_ENTRY
    assert "".join(texts_of(page)) == shown(text, LONGEST)
    assert acts(page) == []
    assert not any(LINKED.search(each) for each in texts_of(page))


@given(nasty, nasty)
def test_two_texts_side_by_side_do_not_join_to_markdown(one: str, other: str) -> None:
    page = f"- **{plain(one)}x** ({plain(other)}) by {code(one)}: {plain(other)}."
    types = {each.type for each in tokens_of(page)}
    assert types <= SHAPE_OF_AN_ENTRY | {"strong_open", "strong_close", "code_inline"}
    assert "strong_open" in types
    assert not any(LINKED.search(each) for each in texts_of(page))


@given(nasty)
def test_a_name_in_code_can_be_copied_and_breaks_out_of_nothing(name: str) -> None:
    codes = [each.content for each in tokens_of(f"- {code(name)}: rest") if each.type == "code_inline"]
    line = isolated(one_line(name, LONGEST).replace("`", "'"))
    assert codes == ([line] if line else [])
    assert {each.type for each in tokens_of(f"- {code(name)}: rest")} <= SHAPE_OF_AN_ENTRY | {"code_inline"}
