"""Whether a later version of a PDF shows what an earlier one shows, but for the fields of signatures.

Nobody has signed the earlier version, so that what says what was changed since a signature does not help here.
"""

from __future__ import annotations

from typing import BinaryIO, Final

import pikepdf

from intake.verdict import NotAccepted

_SIGNING_CHANGES: Final = frozenset(
    ("/AcroForm", "/DSS", "/Extensions", "/Metadata", "/Pages", "/Perms", "/StructTreeRoot", "/Version")
)
"""What a program that signs writes anew in the catalog, or what no page shows. Pages are compared one by one."""

Known = set[tuple[tuple[int, int], tuple[int, int]]]
"""Pairs of objects that are compared already, or are being compared: papers refer in circles."""


def same_pages(earlier: BinaryIO, later: BinaryIO) -> bool:
    """Whether both show the same. :raises NotAccepted: where that cannot be seen."""
    try:
        with pikepdf.open(earlier) as before, pikepdf.open(later) as after:
            known: Known = set()
            return (
                len(before.pages) == len(after.pages)
                and _same_entries(before.Root, after.Root, _SIGNING_CHANGES, known)
                and all(_same_page(*each, known) for each in zip(before.pages, after.pages, strict=True))
            )
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise NotAccepted("what was added to the draft cannot be read; expected the draft and a signature") from None


def _same_page(before: pikepdf.Page, after: pikepdf.Page, known: Known) -> bool:
    drawn = _same_entries(before.obj, after.obj, frozenset(("/Annots", "/Parent")), known)
    old, new = (list(page.obj.get("/Annots", pikepdf.Array())) for page in (before, after))
    kept, added = new[: len(old)], new[len(old) :]
    return drawn and all(map(_is_signature, added)) and _same_list(old, kept, known)


def _is_signature(annotation: pikepdf.Object) -> bool:
    field = annotation if "/FT" in annotation else annotation.get("/Parent", pikepdf.Dictionary())
    return annotation.get("/Subtype") == "/Widget" and field.get("/FT") == "/Sig"


def _same_entries(before: pikepdf.Object, after: pikepdf.Object, but: frozenset[str], known: Known) -> bool:
    old, new = (set(each.keys()) - but for each in (before, after))
    return old == new and all(_same(before[key], after[key], known) for key in old)


def _same_list(before: list[pikepdf.Object], after: list[pikepdf.Object], known: Known) -> bool:
    pairs = zip(before, after, strict=False)
    return len(before) == len(after) and all(_same(old, new, known) for old, new in pairs)


def _same(before: object, after: object, known: Known) -> bool:
    # Numbers, names that are no objects and the like come as Python's own.
    if not isinstance(before, pikepdf.Object) or not isinstance(after, pikepdf.Object):
        return type(before) is type(after) and bool(before == after)
    if before.is_indirect and after.is_indirect:
        pair = (before.objgen, after.objgen)
        if pair in known:
            return True
        known.add(pair)
    if isinstance(before, pikepdf.Stream) and isinstance(after, pikepdf.Stream):
        alike = before.read_raw_bytes() == after.read_raw_bytes()
        return alike and _same_entries(before, after, frozenset(), known)
    if isinstance(before, pikepdf.Dictionary) and isinstance(after, pikepdf.Dictionary):
        if before.get("/Type") == after.get("/Type") == "/Page":
            return True  # It has its own turn.
        return _same_entries(before, after, frozenset(("/Parent",)), known)
    if isinstance(before, pikepdf.Array) and isinstance(after, pikepdf.Array):
        return _same_list(list(before), list(after), known)
    return type(before) is type(after) and bool(before == after)
