"""Text for the pages in the Temporal UI, which are Markdown."""

from __future__ import annotations


def plain(text: str) -> str:
    """Text from outside, without what Markdown would read as its own; one line, of 300 characters at most."""
    return "".join("\\" + c if c in "\\`*_[]<>#|" else c for c in " ".join(text.split()))[:300]


def code(name: str) -> str:
    """A name as it is written, in Markdown's code; one from outside cannot break out of it."""
    return "`" + " ".join(name.replace("`", "'").split()) + "`"
