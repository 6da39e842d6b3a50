"""``store``: put a document that came by post or courier into the store, so that it can be recorded (¶8)."""

from __future__ import annotations

import json
from pathlib import Path

from rich.text import Text

from activities.document_store import DocumentStore
from cli.errors import CannotDo
from cli.printing import console, print_json
from cli.words import size_words
from rules.documents import LARGEST_DOCUMENT
from runtime.settings import ClientSettings, read_settings


async def store(file: str, *, as_json: bool) -> None:
    """Store the file and print its id; the same file again changes nothing and has the same id.

    :raises CannotDo: where it is no file that can be read, empty, or larger than a document may be.
    """
    content = _read(Path(file))
    document_id = await DocumentStore(read_settings(ClientSettings).document_store).put(content)
    name = Path(file).name
    if as_json:
        print_json({"document_id": document_id, "filename": name, "size": len(content)})
        return
    to_paste = json.dumps({"kind": "", "filename": name, "document_id": document_id}, ensure_ascii=False)
    out = console()
    out.print(Text(f"{document_id}  {size_words(len(content))}"), soft_wrap=True)
    out.print(Text(f"\nFor documents in the update record_documents:\n{to_paste}", style="dim"), soft_wrap=True)


def _read(path: Path) -> bytes:
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
