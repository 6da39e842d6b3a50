"""A real server that speaks the protocol of ClamAV's daemon (``INSTREAM``) and knows EICAR's test file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The string that every scanner takes for malware, in two pieces, so that none takes this file for it."""


@dataclass
class Daemon:
    """What it was asked about, and how it shall behave. ``most`` is its ``StreamMaxLength`` in bytes."""

    address: str = ""
    scanned: list[bytes] = field(default_factory=list)
    most: int = 100 * 1024 * 1024
    says: bytes | None = None
    silent: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One exchange, as in clamd(8): a command, pieces each with its length before it, and a length of zero."""
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readuntil(b"\0") != b"zINSTREAM\0":
            writer.write(b"UNKNOWN COMMAND\0")
            return
        content = bytearray()
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
            if len(content) > self.most:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.scanned.append(bytes(content))
        if self.silent:
            await reader.read()
            return
        found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        writer.write(self.says if self.says is not None else found)
        await writer.drain()


@asynccontextmanager
async def clamd(path: str | None = None) -> AsyncIterator[Daemon]:
    """A daemon on a free port of this machine, or on a socket."""
    daemon = Daemon()
    if path:
        server = await asyncio.start_unix_server(daemon.serve, path)
        daemon.address = f"unix:{path}"
    else:
        server = await asyncio.start_server(daemon.serve, "127.0.0.1", 0)
        daemon.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield daemon
