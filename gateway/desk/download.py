"""What goes to a person as a file: always saved, never shown, and run by nothing."""

from __future__ import annotations

from urllib.parse import quote

from rules.text import one_line


def attachment(filename: str) -> dict[str, str]:
    """The headers (RFC 6266): a name in ASCII for old browsers beside the real one.

    :param filename: may come from outside; what a path or a header could read into it is left out.
    """
    name = one_line(filename).translate({ord(each): "_" for each in '\\/:*?"<>|;%'}).strip(". ") or "document"
    name = name[-150:]
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    return {
        "content-disposition": f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }
