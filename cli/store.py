"""``store``: put a document that came by post or courier into the store, so that it can be recorded (¶8)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CannotDo

if TYPE_CHECKING:
    from activities.document_store import DocumentStore
    from runtime.settings import ClientSettings


def store(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A document: a PDF, a picture, an office file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Put a document that came by post or courier into the store, and print its id.

    The update record_documents then names it: kind, filename, document_id. The same file has the same id.
    """
    asyncio.run(put(file, as_json=as_json))


async def put(file: str, *, as_json: bool) -> None:
    """Store the file and print its id; the same file again changes nothing and has the same id.

    :raises CannotDo: where it is no file that can be read, empty, or larger than a document may be, or the store does
        not take it.
    """
    # Here, because every command would load their libraries.
    from rich.text import Text

    from cli.printing import console, print_json
    from pages.words import size as size_words

    document_id, size = await stored(file)
    name = Path(file).name
    if as_json:
        print_json({"document_id": document_id, "filename": name, "size": size})
        return
    to_paste = json.dumps({"kind": "", "filename": name, "document_id": document_id}, ensure_ascii=False)
    out = console()
    out.print(Text(f"{document_id}  {size_words(size)}"), soft_wrap=True)
    out.print(Text(f"\nFor documents in the update record_documents:\n{to_paste}", style="dim"), soft_wrap=True)


async def stored(file: str) -> tuple[str, int]:
    """Store the file; its id and its bytes in number. Raises as ``put`` does."""
    from temporalio.exceptions import ApplicationError  # as above

    from runtime.settings import ClientSettings, read_settings  # as above

    content = _read(Path(file))
    try:
        return await open_store(read_settings(ClientSettings)).put(content), len(content)
    except ApplicationError as error:
        raise CannotDo(error.message) from None


def open_store(settings: ClientSettings) -> DocumentStore:
    """The document store of the settings.

    :raises CannotDo: where there is no such kind of store here.
    """
    from activities.document_store import DocumentStore  # as above

    try:
        return DocumentStore(settings.document_store)
    except ValueError as error:
        raise CannotDo(str(error)) from None


def _read(path: Path) -> bytes:
    from rules.documents import LARGEST_DOCUMENT  # as above

    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_DOCUMENT + 1)
    except FileNotFoundError:
        raise CannotDo(f"{path}: no such file") from None
    except IsADirectoryError:
        raise CannotDo(f"{path}: is a folder; expected a file") from None
    except OSError as error:
        raise CannotDo(f"{path}: {error.strerror or 'cannot be read'}") from None
    if not content:
        raise CannotDo(f"{path}: is empty; expected a document")
    if len(content) > LARGEST_DOCUMENT:
        raise CannotDo(f"{path}: is larger than {LARGEST_DOCUMENT // 1024**2} MB, the most that a document may have")
    return content
