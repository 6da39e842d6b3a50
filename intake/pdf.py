"""PDF: whole, open to everybody, and without anything that acts or hides (pikepdf, which is qpdf, does the reading)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

import pikepdf

from intake.verdict import NotAccepted

_DAMAGED: Final = "it is damaged: it cannot be read as a PDF; expected a file that opens"

_ACTIONS: Final = {
    "/JavaScript": "it runs a script",
    "/Launch": "it starts a program or opens another file",
    "/SubmitForm": "it sends what is entered in it to an address",
    "/ImportData": "it takes in data from another file",
    "/GoToR": "it opens another file",
    "/GoToE": "it opens a file inside it",
    "/Rendition": "it plays a film or a sound",
    "/Movie": "it plays a film or a sound",
    "/Sound": "it plays a film or a sound",
    "/RichMediaExecute": "it runs a player inside it",
    "/GoTo3DView": "it has a model that runs in a player",
}
_KEYS: Final = {
    "/JS": "it runs a script",
    "/JavaScript": "it runs a script",
    "/AA": "it does something by itself, as when a page is turned",
    "/EF": "it has other files inside",
    "/EmbeddedFiles": "it has other files inside",
    "/Collection": "it has other files inside",
    "/RichMediaContent": "it runs a player inside it",
    "/XFA": "it is a form that runs by itself (XFA)",
}
_SUBTYPES: Final = {
    "/FileAttachment": "it has other files inside",
    "/RichMedia": "it runs a player inside it",
    "/3D": "it has a model that runs in a player",
    "/Movie": "it plays a film or a sound",
    "/Sound": "it plays a film or a sound",
    "/Screen": "it plays a film or a sound",
}
_HARMLESS_LINKS: Final = ("http://", "https://", "mailto:", "tel:")
_DEEPEST: Final = 100
_END_WITHIN: Final = 1024
"""Bytes from the end within which readers look for it."""

_AFTER_END: Final = re.compile(rb"%%EOF[\s\0]*(?!\d|xref\b|%|[\s\0]|\Z)", re.DOTALL)
"""Behind the end of a PDF may stand its next version, which begins with a number, a table or a comment."""


def concerns_of(file: BinaryIO) -> list[str]:
    """What a PDF does or hides; each in a few words. :raises NotAccepted: where it is damaged or has no page."""
    found = []
    file.seek(0)
    data = file.read()
    if b"%%EOF" not in data[-_END_WITHIN:]:
        raise NotAccepted(_DAMAGED)  # cut off, though what is there can be read
    if _AFTER_END.search(data):
        found.append("it has data behind its end")
    del data
    try:
        # Not mended: what one reader mends in one way, the next may mend in another, and show something else.
        pdf = pikepdf.open(file, attempt_recovery=False)
    except pikepdf.PasswordError:
        return [*found, "it is protected by a password, so that nobody can see what is in it"]
    except (pikepdf.PdfError, ValueError, OverflowError, RecursionError):
        raise NotAccepted(_DAMAGED) from None
    with pdf:
        try:
            if pdf.is_encrypted:
                found.append("it is encrypted, though it opens without a password")
            if not len(pdf.pages):
                raise NotAccepted("it has no page; expected a document")
            found += _of_objects(pdf)
            # Every stream is unpacked and every page read, so that nobody inspects half a document.
            if pdf.check_pdf_syntax() or pdf.get_warnings():
                raise NotAccepted(_DAMAGED)
        except (pikepdf.PdfError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise NotAccepted(_DAMAGED) from None
    return found


def _of_objects(pdf: pikepdf.Pdf) -> list[str]:
    """Every object is looked at, reached from the pages or not: a reader may reach it in a way of its own."""
    found: list[str] = []
    if "/OpenAction" in pdf.Root:
        found += _when_opened(pdf.Root.OpenAction)
    for each in [*pdf.objects, pdf.trailer]:
        for dictionary in _dictionaries(each, 0):
            found += _of_dictionary(dictionary)
            if "/OpenAction" in dictionary and dictionary.get("/Type") != "/Catalog":
                found += _when_opened(dictionary["/OpenAction"])
    return found


def _dictionaries(value: pikepdf.Object, depth: int) -> Iterator[pikepdf.Object]:
    """The dictionaries that stand in an object itself; what it refers to has its own turn."""
    if depth > _DEEPEST:
        raise NotAccepted(_DAMAGED)
    if isinstance(value, pikepdf.Array):
        inside = list(value)
    elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield value
        inside = [each for _, each in value.items()]
    else:
        return
    for each in inside:
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            yield from _dictionaries(each, depth + 1)


def _of_dictionary(dictionary: pikepdf.Object) -> list[str]:
    found = [words for key, words in _KEYS.items() if key in dictionary]
    action, subtype = str(dictionary.get("/S", "")), str(dictionary.get("/Subtype", ""))
    found += [words for names, name in ((_ACTIONS, action), (_SUBTYPES, subtype)) if (words := names.get(name))]
    if action == "/URI" or "/URI" in dictionary:
        target = dictionary.get("/URI")
        link = str(target).strip().lower() if isinstance(target, pikepdf.String) else ""
        if link and not link.startswith(_HARMLESS_LINKS):
            found.append("it has a link that is no web or mail address")
    if isinstance(dictionary, pikepdf.Stream) and "/F" in dictionary:
        found.append("it takes a part of itself from another file")
    return found


def _when_opened(action: pikepdf.Object) -> list[str]:
    """Going to a page of its own is all that a document may do when it is opened."""
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) != "/GoTo":
        return ["it does something when it is opened"]
    if isinstance(action, pikepdf.Dictionary) and "/Next" in action:
        return ["it does something when it is opened"]
    return []
