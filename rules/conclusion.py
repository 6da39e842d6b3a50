"""The files of a conclusion (¶10): the signed one as it is sent to us, and the final one that leaves."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rules.documents import Address, DocumentId, FileName, OfferedFile, Sha256, Signature
from rules.instant import Instant
from rules.request import Incoming


class SignedFile(Incoming):
    """The signed conclusion: where it can be fetched, or where it lies in the store (``starter.py store``)."""

    url: Address | None = None
    filename: FileName | None = None
    sha256: Sha256 | None = None
    document_id: DocumentId | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> SignedFile:
        offered = self.url is not None and self.filename is not None and self.sha256 is not None
        if offered == (self.document_id is not None) or (self.document_id is not None and (self.url or self.sha256)):
            raise ValueError("expected either url, filename and sha256, or document_id of a file in the store")
        return self

    @property
    def offered(self) -> OfferedFile | None:
        """Where it is to be fetched; None where it lies in the store."""
        return OfferedFile(url=self.url, sha256=self.sha256) if self.url and self.sha256 else None


class FinalConclusion(BaseModel):
    """The conclusion as it leaves: the signed file itself, or the paper that was made to say who signed.

    ``sha256``, of the bytes, is what appeal and reply cite. ``from_draft``: it holds the draft that was to be signed,
    byte for byte, or was made from the same facts; False where a signed file came in bytes of its own.
    """

    model_config = ConfigDict(frozen=True)

    document_id: str
    sha256: str
    size: int
    media_type: str
    signed_file: bool
    from_draft: bool
    signatures: list[Signature] = Field(default_factory=list)

    @property
    def ending(self) -> str:
        """Of the name that it has as a file."""
        return ".pdf.p7m" if self.media_type == "application/pkcs7-mime" else ".pdf"

    @property
    def holds(self) -> bool:
        """Whether it has electronic signatures, and all of them hold."""
        return bool(self.signatures) and all(each.holds for each in self.signatures)


class DraftVersion(BaseModel):
    """One draft; every one is kept. ``returned_because``: why it was returned, where it was.

    ``to_sign`` is the document id of its copy to be signed, which does not bear the mark of a draft.
    """

    version: int
    document_id: str
    sha256: str
    to_sign: str
    drafted_at: Instant
    returned_because: Annotated[str, StringConstraints(max_length=4000)] | None = None
