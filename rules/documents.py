"""Documents of a case: their kinds, the application's data, and when a set is complete (¶7; contract, section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

from rules.instant import Day, Instant
from rules.request import Incoming, LongText, Text
from rules.text import one_line


class Kind(StrEnum):
    """What a document is. The first is the application of ¶7, the rest from the list of order No. 257."""

    REGISTRATION_APPLICATION = "registration_application"
    POWER_OF_ATTORNEY = "power_of_attorney"
    LEGAL_STATUS = "legal_status"
    CONTRACT = "contract"
    INVOICE = "invoice"
    TRANSPORT_DOCUMENT = "transport_document"
    PURCHASE_EVIDENCE = "purchase_evidence"
    PRODUCTION_EVIDENCE = "production_evidence"
    ORIGIN_CERTIFICATE = "origin_certificate"
    OTHER_ORIGIN_EVIDENCE = "other_origin_evidence"


ORIGIN_EVIDENCE = "origin_evidence"
"""In ``missing_documents`` where there is no document of origin: any kind but the two formal ones will do."""

NO_EVIDENCE = frozenset({Kind.REGISTRATION_APPLICATION, Kind.POWER_OF_ATTORNEY})

LARGEST_DOCUMENT = 50 * 1024 * 1024
"""Bytes. A scanned set of papers stays below; anything larger is refused before it fills the store."""


Sha256 = Annotated[str, StringConstraints(to_lower=True, pattern=r"^[0-9a-fA-F]{64}$")]


Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]
DocumentId = Annotated[str, StringConstraints(pattern=r"^sha256-[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class NamedDocument(Incoming):
    """What whoever brings a document says it is."""

    kind: Kind
    filename: FileName
    media_type: Annotated[str, StringConstraints(max_length=200)] | None = None


class OfferedFile(Incoming):
    """A file as a message offers it: where it can be fetched and what it must hash to."""

    url: Address
    sha256: Sha256
    size: Annotated[int, Field(ge=0)] | None = None


class OfferedDocument(OfferedFile, NamedDocument):
    """A document as a message offers it."""


class RecordedDocument(NamedDocument):
    """A document that is in the store: a person has put it there (``starter.py store``), or a system (section 13)."""

    document_id: DocumentId

    @property
    def sha256(self) -> str:
        """Of its bytes, as its id says."""
        return self.document_id.removeprefix("sha256-")


def _by(document: object) -> str:
    fields = document if isinstance(document, dict) else getattr(document, "__dict__", {})
    return "[stored]" if fields.get("document_id") is not None else "[offered]"


AnyDocument = Annotated[
    Annotated[OfferedDocument, Tag("[offered]")] | Annotated[RecordedDocument, Tag("[stored]")], Discriminator(_by)
]
"""A document at its ``url``, or in our store by its ``document_id``."""


OneLine = Annotated[str, AfterValidator(one_line)]
"""Words that a stranger chose, made fit to be shown."""


class Signature(BaseModel):
    """A signature of a signed container (CMS, RFC 5652) or in a signed PDF, as its look finds it.

    ``signed_at`` is what the signer's own clock said. ``holds``: the content is what was signed, with the key of the
    certificate that comes with it, while that was valid; False where it is not, None where that cannot be told, and
    ``fault`` then says why. Whether the certificate's issuer is to be trusted is not checked.
    """

    model_config = ConfigDict(frozen=True)
    signer: OneLine
    issuer: OneLine
    signed_at: Instant | None
    holds: bool | None
    fault: OneLine = ""


HsCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
"""Longer ones than the 10 digits of the nomenclature are spaced or dotted."""


class Application(Incoming):
    """What the exporter's application for registration says, as Atameken transcribes it."""

    rex_number: Text | None = None
    name: Text
    address: Text | None = None
    tin: Text | None = None
    activity: LongText | None = None
    hs_codes: Annotated[list[HsCode], Field(max_length=1000, default_factory=list)]
    signed_on: Day | None = None
    via_representative: bool = False


def missing_documents(kinds: Iterable[Kind], *, via_representative: bool) -> list[str]:
    """What a set still lacks, in the words of ``missing_documents``; empty for a complete set (¶7).

    :param via_representative: the application came through a representative, so a power of attorney is needed.
    """
    there = set(kinds)
    missing: list[str] = []
    if Kind.REGISTRATION_APPLICATION not in there:
        missing.append(Kind.REGISTRATION_APPLICATION.value)
    if not there - NO_EVIDENCE:
        missing.append(ORIGIN_EVIDENCE)
    if via_representative and Kind.POWER_OF_ATTORNEY not in there:
        missing.append(Kind.POWER_OF_ATTORNEY.value)
    return missing
