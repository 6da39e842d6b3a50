"""Text from outside that tries to act, hide, turn or link wherever it is shown; and what to look for in an output."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from hypothesis import strategies as st

PIECES: Final = (
    *("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f"),
    *("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\U000e0041", "\u3164", "\u2800"),
    *("\x00", "\x07", "\x08", "\x7f", "\x85", "\x9b31m", "\x9d52;c;ZXZpbA==\x9c"),
    *("\x1b]52;c;ZXZpbA==\x07", "\x1b[2J", "\x1b[1A\x1b[2K", "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07"),
    *("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\u2028", "\u2029", "\t"),
    *("Z" + "\u0336\u0489\u0327" * 9, "\u0338", "\ud800", "א 12", "ش"),
    *("http://evil.example:80/x", "HTTPS://evil.example", "ftp://evil.example", "www.evil.example", "WwW.evil.example"),
    *(
        "a@evil.example",
        "mailto:a@evil.example",
        "xmpp:a@evil.example",
        "<http://evil.example>",
        "@everyone",
        "<!here>",
    ),
    *("[x](http://evil.example)", "![x](http://evil.example/x.png)", "[x]: http://evil.example", "[^1]"),
    *("*x*", "**", "_x_", "__", "`", "```", "~~x~~", "~", "|", "| a | b |", "# x", "> x", "- x", "* x", "+ x", "1. x"),
    *("1) x", "---", "===", "***", "\\", "&#8238;", "&lt;b&gt;", "&colon;//", "<b>x</b>", "<!--", "<script>", "'", '"'),
    *("plain", "Қостанай", "2026", " ", ".", ":", "//", "w", "ww", "h\u200bttp:/\u200b/evil.example", "http:/"),
)

nasty = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=8).map("".join)
"""Pieces in any order, side by side, with any letters between them."""

LINKED: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://|www\.[^\s]|[-.\w+]+@[-\w]+(\.[-\w]+)*",
    re.IGNORECASE,
)
"""What any program makes a link of: GitHub's Markdown (as the Temporal UI reads it), mail, terminals, PDF viewers."""


def acts(output: str) -> list[str]:
    """The characters of an output that act, hide or turn; line breaks of ours and an isolated line are none."""
    bare = re.sub("\u2068([^\u2066-\u2069\n]*)\u2069", r"\1", output)
    marks = re.findall(r"(?:[\u0300-\u036f\u0483-\u0489]){4,}", unicodedata.normalize("NFC", bare))
    return [each for each in bare if not each.isprintable() and each != "\n"] + marks
