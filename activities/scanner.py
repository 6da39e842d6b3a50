"""The optional scan for malware, over the protocol of ClamAV's daemon: ``INSTREAM`` (``REXV_CLAMD_ADDRESS``)."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import BinaryIO, Final

from activities.errors import unreachable
from rules.text import one_line

WITHIN: Final = timedelta(minutes=2)
"""For one document: 50 MB of packed papers take a scanner some seconds."""

_PIECE: Final = 64 * 1024
_ADDRESS: Final = re.compile(r"unix:(?P<path>/.+)|(?P<host>\[[0-9A-Fa-f:]+\]|[\w.-]+):(?P<port>[0-9]{1,5})")


class Scanner:
    """A daemon that is asked about every document before it is stored.

    :param address: ``host:port``, or ``unix:`` and the path of a socket.
    :raises ValueError: for any other form.
    """

    def __init__(self, address: str, within: timedelta = WITHIN) -> None:
        found = _ADDRESS.fullmatch(address)
        if not found:
            raise ValueError("expected host:port as in 127.0.0.1:3310, or unix:/path/of/socket")
        self._path, self._within = found["path"], within
        self._host, self._port = (found["host"] or "").strip("[]"), int(found["port"] or 0)

    async def scan(self, file: BinaryIO) -> str | None:
        """The name of what the scanner finds in an open file, or None.

        :raises ApplicationError: unreachable, where it gives no verdict: nothing passes that was not scanned.
        """
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                answer = await self._ask(file)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            raise unreachable(f"the scanner is out of reach ({type(error).__name__})") from None
        verdict = answer.removeprefix("stream:").strip()
        if verdict == "OK":
            return None
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND").strip()[:200] or "something without a name"
        raise unreachable(f"the scanner gives no verdict: {verdict[:200] or 'no answer'}")

    async def _ask(self, file: BinaryIO) -> str:
        reader, writer = await (
            asyncio.open_unix_connection(self._path) if self._path else asyncio.open_connection(self._host, self._port)
        )
        try:
            file.seek(0)
            writer.write(b"zINSTREAM\0")
            while piece := file.read(_PIECE):
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
        except ConnectionError:
            pass  # it hangs up on a file that is too large for it, and says so first
        try:
            return one_line((await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace"))
        finally:
            writer.close()
