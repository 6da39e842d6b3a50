"""Text for the pages in the Temporal UI, which are Markdown."""

from __future__ import annotations


def plain(text: str) -> str:
    """Text from outside, without what Markdown would read as its own; one line, of 300 characters at most."""
    return "".join("\\" + c if c in "\\`*_[]<>#|" else c for c in " ".join(text.split()))[:300]
