"""The look into a document: what it is, whether it is whole, and what in it acts or hides."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import BinaryIO, Final

from intake import archives, media_types
from intake.media_types import DOCX, LOCKED_OFFICE, PDF, SIGNED, XLSX, ZIP
from intake.polyglots import also_an_archive, also_another
from intake.verdict import NotAccepted, Seen, SignatureSeen, Verdict, refusal, verdict_of

DEEPEST: Final = 3
"""A document in two signed containers in an archive. What lies deeper is hidden."""


def look(file: BinaryIO, filename: str, declared: str | None) -> Verdict:
    """Look into an open file.

    :param filename: as its sender calls it.
    :param declared: its media type, as its sender says, if anything.
    """
    try:
        media_types.check_declared(media_types.media_type_of(file), declared)
        return verdict_of(seen(file, filename))
    except NotAccepted as refused:
        return refusal(str(refused))


def seen(file: BinaryIO, filename: str) -> Seen:
    """What an open file is and holds. :raises NotAccepted: where it, or a file inside it, is none that is taken."""
    return _seen(file, filename, ())


def _seen(file: BinaryIO, filename: str, around: tuple[str, ...]) -> Seen:
    """What a file is and holds. :raises NotAccepted: where it, or a file inside it, is none that is taken.

    :param around: the types of the files in which it is.
    """
    media_type = media_types.media_type_of(file)
    media_types.check_name(media_type, filename)
    inside = partial(_seen, around=(*around, media_type))
    # Each kind loads its own library and no other: a look is a process of its own.
    if media_type in (SIGNED, ZIP):
        if len(around) >= DEEPEST or (media_type == ZIP and ZIP in around):
            return Seen(media_type, ["it has an archive inside another"])
        if media_type == ZIP:
            return _archive(file, inside)
        from intake import signed

        return signed.seen(file, media_types.name_inside(filename), inside)
    if media_type == LOCKED_OFFICE:
        return Seen(media_type, ["it is protected by a password, so that nobody can see what is in it"])
    concerns = also_another(file)
    if media_type in (DOCX, XLSX):
        from intake import office

        return Seen(media_type, concerns + office.concerns_of(file, media_type, inside))
    concerns += also_an_archive(file)
    if media_type == PDF:
        from intake import pdf

        return Seen(media_type, concerns + pdf.concerns_of(file))
    from intake import pictures

    return Seen(media_type, concerns + pictures.concerns_of(file, media_type))


def _archive(file: BinaryIO, inside: Callable[[BinaryIO, str], Seen]) -> Seen:
    """An archive is as good as the worst of the documents in it."""
    with archives.opened(file) as archive:
        concerns = archives.concerns_of(file, archive)
        if concerns:
            return Seen(ZIP, concerns)
        signatures: list[SignatureSeen] = []
        members = [each for each in archive.infolist() if not each.is_dir()]
        if not members:
            raise NotAccepted("it holds no file; expected a document")
        for member in members:
            name = member.filename.rpartition("/")[2]
            try:
                found = inside(archives.unpacked(archive, member), name)
            except NotAccepted as refused:
                raise NotAccepted(f"it holds {name[:80]}: {refused}") from None
            concerns += [f"{name[:80]}: {each}" for each in found.concerns]
            signatures += found.signatures
    return Seen(ZIP, concerns, signatures)
