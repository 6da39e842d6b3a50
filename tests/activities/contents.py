"""Bytes of each type of document that tests send, small and whole enough to be what they say; and what was kept."""

from __future__ import annotations

from pathlib import Path

from rules.documents import Kind
from simulators.samples import SAMPLE, document_name, sample_documents
from tests.intake.honest import packed, pdf, picture

PDF = sample_documents()[document_name(SAMPLE, Kind.INVOICE)]

PNG = picture("PNG")
ZIP = packed({"scan.pdf": PDF})
SCRIPT = pdf(lambda document: setattr(document.Root, "AA", {}))
"""A PDF that does something by itself: it is quarantined."""


def files_in(folder: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
