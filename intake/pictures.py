"""Pictures: PNG, JPEG and TIFF that decode to the last line, within bounds, with nothing behind their end (Pillow)."""

from __future__ import annotations

import re
import struct
import warnings
from typing import BinaryIO, Final

from PIL import Image, ImageSequence, UnidentifiedImageError

from intake.media_types import JPEG, PNG, TIFF
from intake.polyglots import holds_a_page
from intake.verdict import NotAccepted

MOST_PIXELS: Final = 80_000_000
"""Of one picture: A3 scanned with 600 dots to the inch has 70 million."""

MOST_PIXELS_IN_ALL: Final = 1_000_000_000
"""Of all pages of a TIFF: a hundred of A4 with 300 dots to the inch."""

MOST_PAGES: Final = 500

_FORMATS: Final = {PNG: ("PNG",), JPEG: ("JPEG", "MPO"), TIFF: ("TIFF",)}
_DAMAGED: Final = "it is damaged: it cannot be read as a picture to its end; expected a file that opens"
_MARKER: Final = re.compile(rb"\xff(?![\x00\xd0-\xd7\xff])", re.DOTALL)
_ALONE: Final = frozenset({0xD8, 0x01, *range(0xD0, 0xD8)})
_END_OF_PICTURE: Final = 0xD9


def concerns_of(file: BinaryIO, media_type: str) -> list[str]:
    """What a picture hides. :raises NotAccepted: where it does not decode, or is too large to be a scan."""
    _decode(file, media_type)
    file.seek(0)
    data = file.read()
    found = holds_a_page(data)
    end = {PNG: _end_of_png, JPEG: _end_of_jpeg}.get(media_type, len)(data)
    # Cameras fill up with zeros, and put a second, smaller picture behind the first.
    behind = data[end:].strip(b"\0")
    if behind and not (media_type == JPEG and _only_pictures(behind)):
        found.append("it has data behind its end")
    return found


def _decode(file: BinaryIO, media_type: str) -> None:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    file.seek(0)
    pages = pixels = 0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scanners write odd tags
            warnings.simplefilter("error", Image.DecompressionBombWarning)  # of a picture somewhat too large
            with Image.open(file, formats=_FORMATS[media_type]) as picture:
                for page in ImageSequence.Iterator(picture):
                    pages, pixels = pages + 1, pixels + page.width * page.height
                    if page.width * page.height > MOST_PIXELS or pages > MOST_PAGES or pixels > MOST_PIXELS_IN_ALL:
                        raise Image.DecompressionBombError
                    page.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAccepted(
            f"it has more than {MOST_PIXELS // 1_000_000} million pixels, or too many pages; expected a scan"
        ) from None
    except (UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError, EOFError, KeyError):
        raise NotAccepted(_DAMAGED) from None
    except (IndexError, AttributeError, struct.error, OverflowError, NotImplementedError, RuntimeError):
        raise NotAccepted(_DAMAGED) from None


def _end_of_png(data: bytes) -> int:
    place = 8
    while place + 12 <= len(data):
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        place += 12 + length
        if kind == b"IEND":
            return place
    raise NotAccepted(_DAMAGED)


def _end_of_jpeg(data: bytes) -> int:
    """Where its first picture ends. :raises NotAccepted: where it never does."""
    place = 0
    while found := _MARKER.search(data, place):
        code, place = (data[found.start() + 1] if found.start() + 1 < len(data) else -1), found.start() + 2
        if code == _END_OF_PICTURE:
            return place
        if code not in _ALONE and place + 2 <= len(data):
            # A segment says how long it is; behind the one that starts a scan come its data, up to the next marker.
            place += int.from_bytes(data[place : place + 2], "big")
    raise NotAccepted(_DAMAGED)


def _only_pictures(data: bytes) -> bool:
    while data:
        if not data.startswith(b"\xff\xd8\xff"):
            return False
        try:
            data = data[_end_of_jpeg(data) :].strip(b"\0")
        except NotAccepted:
            return False
    return True
