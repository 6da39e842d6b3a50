"""The look into a signed conclusion: whether its signatures hold, and whether it is the draft that was to be signed."""

from __future__ import annotations

import base64
from typing import BinaryIO, Final

from intake import media_types
from intake.contents import seen
from intake.media_types import PDF, SIGNED
from intake.verdict import LONGEST_REASON, NotAccepted, Seen, SignatureSeen, SignedVerdict, refusal, verdict_of

LARGEST_APART: Final = 64 * 1024
"""Bytes of a signature that came apart from what it signs; one with its certificates has four thousand."""

_NOT_THE_DRAFT: Final = "is not the draft that was to be signed, in its copy without the mark of a draft"


def look(file: BinaryIO, filename: str | None, draft: BinaryIO) -> SignedVerdict:
    """Look into an open file that is said to be the signed conclusion.

    :param filename: as its sender calls it, where it has a name.
    :param draft: the draft that was to be signed, open.
    """
    try:
        return _look(file, filename, draft)
    except NotAccepted as refused:
        return _refused(str(refused))


def _refused(reason: str) -> SignedVerdict:
    return SignedVerdict(**refusal(reason[:LONGEST_REASON]), from_draft=False, around=None)


def _look(file: BinaryIO, filename: str | None, draft: BinaryIO) -> SignedVerdict:
    media_type = media_types.media_type_of(file)
    if media_type not in (PDF, SIGNED):
        raise NotAccepted("it is neither a PDF nor a signed container (P7M, CMS); expected the signed conclusion")
    media_types.check_name(media_type, filename or "")
    look = _pdf if media_type == PDF else _container
    found, from_draft, around = look(file, filename or "", _all(draft), draft)
    _hold(found.signatures)
    return SignedVerdict(**verdict_of(found), from_draft=from_draft, around=around)


Found = tuple[Seen, bool, tuple[str, str] | None]
"""What it is and holds, whether it holds the draft, and what is to be put around the draft."""


def _pdf(file: BinaryIO, filename: str, drafted: bytes, draft: BinaryIO) -> Found:
    from intake import same_pages, signed_pdf  # here, because a container needs none of it

    found = seen(file, filename)
    signatures = signed_pdf.signatures_in(file)
    from_draft = _all(file).startswith(drafted)
    _hold(signatures)
    if from_draft and not signatures:
        raise NotAccepted("it is the draft, and no signature is in it; expected the signed conclusion")
    if from_draft and not same_pages.same_pages(draft, file):
        raise NotAccepted(f"it changes more than a signature does, and so {_NOT_THE_DRAFT}")
    return Seen(found.media_type, found.concerns, signatures), from_draft, None


def _container(file: BinaryIO, filename: str, drafted: bytes, draft: BinaryIO) -> Found:
    from intake import signed  # as above

    data = _all(file)
    container = signed.opened(data)
    if container is None:
        raise NotAccepted("it is encrypted, so that nobody can see what is in it; expected the signed conclusion")
    if not container.content:
        if len(data) > LARGEST_APART:
            raise NotAccepted(f"it holds nothing that is signed, and has more than {LARGEST_APART} bytes")
        signatures = container.signatures(drafted)
        _hold_for_the_draft(signatures)
        before, behind = (base64.b64encode(each).decode() for each in container.around(drafted))
        return Seen(SIGNED, [], signatures), True, (before, behind)
    if container.content != drafted:
        raise NotAccepted(f"what is inside {_NOT_THE_DRAFT}; expected its very bytes")
    return seen(file, filename), True, None


def _hold(signatures: list[SignatureSeen]) -> None:
    for each in signatures:
        if each["holds"] is False:
            raise NotAccepted(f"the signature of {each['signer'][:100]} does not hold: {each['fault']}")


def _hold_for_the_draft(signatures: list[SignatureSeen]) -> None:
    if any(each["holds"] is False and "content has changed" in each["fault"] for each in signatures):
        raise NotAccepted(f"what it signs {_NOT_THE_DRAFT}")


def _all(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()
