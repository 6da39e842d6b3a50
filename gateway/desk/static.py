"""The style sheet and the icon."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import FileResponse

from gateway.desk.pages import HERE
from gateway.desk.problems import DeskProblem

router = APIRouter(include_in_schema=False)

_KINDS: Final = {"desk.css": "text/css", "icon.svg": "image/svg+xml"}


@router.get("/desk/static/{name}")
async def static(name: str) -> FileResponse:
    """One of the files; nothing else of the folder is reached."""
    if name not in _KINDS:
        raise DeskProblem(404, "404")
    return FileResponse(
        HERE / "static" / name, media_type=_KINDS[name], headers={"cache-control": "public, max-age=3600"}
    )
