"""A page as a Markdown parser reads it: CommonMark with the tables and strikethrough of GitHub's."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def tokens_of(page: str) -> list[Token]:
    """Blocks and what stands in them, side by side."""
    return [each for block in _PARSER.parse(page) for each in (block, *(block.children or ()))]


def texts_of(page: str) -> list[str]:
    """The text nodes, of which GitHub's Markdown makes links where they have an address; code is none."""
    return [each.content for each in tokens_of(page) if each.type.startswith("text") and each.content]
