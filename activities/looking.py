"""The look into a document, from the worker's side: each in a process of its own, which is killed when it is over.

The process has no setting and no secret, writes no file, and takes limits on memory and time upon itself
(``intake.limits``). Whatever it dies of is the document's failure; only what keeps it from starting is ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final, Literal, TypeVar

from pydantic import Base64Bytes, BaseModel, ValidationError

from activities.errors import unreachable
from intake.limits import EXIT_MEMORY, MEMORY, PROCESSOR, READY, WHOLE
from rules.documents import NamedDocument, Signature
from rules.refusal import Refusal

ROOT: Final = Path(__file__).resolve().parent.parent
LARGEST_VERDICT: Final = 256 * 1024

_OPENS: Final = "expected a document that opens on any computer"
_TOO_LARGE: Final = f"it takes more than {MEMORY // 1024**2} MB of memory to open; {_OPENS}"
_TOO_LONG: Final = f"it takes more than {PROCESSOR.total_seconds():.0f} seconds to open; {_OPENS}"
_CRASHED: Final = f"it is damaged in such a way that the program that reads it breaks off; {_OPENS}"


class Verdict(BaseModel):
    """What a look finds, as the process says it: ``intake.verdict.Verdict``, which it is held to."""

    state: Literal["good", "refused", "quarantined"]
    reason: str
    media_type: str
    signatures: list[Signature]


class SignedVerdict(Verdict):
    """What a look into a signed conclusion finds: ``intake.verdict.SignedVerdict``, which it is held to."""

    from_draft: bool
    around: tuple[Base64Bytes, Base64Bytes] | None


VerdictT = TypeVar("VerdictT", bound=Verdict)


class Looks:
    """Looks into documents, no more of them at a time than this machine has processors.

    :param program: what Python is to run for a look, and ``whole`` how long, by the clock.
    """

    def __init__(self, program: Sequence[str] = ("-m", "intake"), whole: timedelta = WHOLE) -> None:
        self._program, self._whole = program, whole.total_seconds()
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)

    async def into(self, file: BinaryIO, document: NamedDocument) -> Verdict:
        """Look into a document's bytes.

        :raises Refusal: where it is not accepted, or the look takes too much or breaks off.
        :raises ApplicationError: unreachable, where the look cannot be done here and now.
        """
        return await self._verdict(Verdict, file, [document.filename, document.media_type])

    async def at_signed(self, file: BinaryIO, filename: str | None, draft: BinaryIO) -> SignedVerdict:
        """Look into the bytes of a signed conclusion; raises as ``into`` does.

        :param draft: an open file of the draft that was to be signed.
        """
        return await self._verdict(SignedVerdict, file, [filename, None], draft)

    async def _verdict(
        self, kind: type[VerdictT], file: BinaryIO, sender_says: list[str | None], draft: BinaryIO | None = None
    ) -> VerdictT:
        async with self._turns:
            code, said = await self._process(file, sender_says, draft)
        ready, _, answer = said.partition("\n")
        if ready != READY:
            raise unreachable(f"the look into documents cannot be started (exit code {code})")
        if code in (EXIT_MEMORY, -signal.SIGKILL):  # by the limit, or by a machine that has less
            raise Refusal(_TOO_LARGE)
        if code == -signal.SIGXCPU:
            raise Refusal(_TOO_LONG)
        try:
            verdict = kind.model_validate_json(answer)
        except ValidationError:
            raise Refusal(_CRASHED) from None
        if verdict.state == "refused":
            raise Refusal(verdict.reason)
        return verdict

    async def _process(self, file: BinaryIO, sender_says: list[str | None], draft: BinaryIO | None) -> tuple[int, str]:
        """Exit code and output of a look; the process is gone when this ends, however it ends."""
        file.seek(0)
        beside = [draft.fileno()] if draft is not None else []
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-s", "-B", "-X", "utf8", *self._program, json.dumps([*sender_says, *beside])),
                stdin=file,
                pass_fds=beside,
                stdout=PIPE,
                stderr=DEVNULL,
                env={},
                cwd=ROOT,
            )
        except OSError as error:
            raise unreachable(f"the look into documents cannot be started ({type(error).__name__})") from None
        try:
            async with asyncio.timeout(self._whole):
                said = await _output(process)
                return await process.wait(), said.decode("utf-8", "replace")
        except TimeoutError:
            # Its processor time is limited by the system: by the clock alone it is this machine that is too busy.
            raise unreachable(f"the look into it did not end within {self._whole:.0f} seconds") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _output(process: asyncio.subprocess.Process) -> bytes:
    said = bytearray()
    while process.stdout is not None and (piece := await process.stdout.read(LARGEST_VERDICT)):
        said += piece
        if len(said) > LARGEST_VERDICT:
            process.kill()
    return bytes(said)
