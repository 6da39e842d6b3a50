"""The gateway under load: 50 requests a second while cases run, and one client gone wild beside a good one.

    python -m bench.gateway [--seconds 30] [--per-second 50] [--bad 10000]

Everything is real and a process of its own on this machine: Temporal, worker, gateway, simulators. Prints the times of
answers and exits with 1 where a bound is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import httpx

from embedded.system import Embedded
from gateway.clients import RIGHTS, add_client
from runtime.process import leave
from tests.support.messages import inspection
from tests.support.requests import request

PER_SECOND: Final = 50
P99: Final = 0.250
"""Seconds within which 99 of 100 answers come."""
DELAY: Final = 1.0
"""Seconds by which a wild client may delay another's good message."""

CLIENTS: Final = 4
CASES: Final = 30
AT_ONCE: Final = 100
"""Connections of the client gone wild."""

Headers = dict[str, str]


def of_nobody(message: dict[str, Any]) -> dict[str, Any]:
    """The message without its sender, whom the gateway names."""
    return {name: value for name, value in message.items() if name != "sent_by"}


class Bench:
    """Clients at a gateway, and what they measured. Times in seconds."""

    def __init__(self, http: httpx.AsyncClient, clients: list[Headers]) -> None:
        self._http, self._clients = http, cycle(clients)
        self.cases: list[str] = []
        self.times: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[tuple[str, int]] = Counter()

    async def timed(
        self,
        kind: str,
        method: str,
        path: str,
        headers: Headers,
        *,
        http: httpx.AsyncClient | None = None,
        **body: Any,
    ) -> httpx.Response:
        """One request."""
        begun = perf_counter()
        answer = await (http or self._http).request(method, f"/api/v1{path}", headers=headers, **body)
        self.times[kind].append(perf_counter() - begun)
        self.statuses[kind, answer.status_code] += 1
        return answer

    async def open_case(self) -> None:
        """One more case that runs: its worker asks Atameken, looks up REX, writes the register."""
        given = request(datetime.now(UTC) - timedelta(hours=1), reference=uuid.uuid4().hex)
        answer = await self.timed("open a case", "POST", "/cases", next(self._clients), json=given)
        if answer.is_success:
            self.cases.append(answer.json()["case_id"])

    async def look(self, case_id: str | None = None) -> None:
        """The whole case; a worker answers where it has changed since the last look."""
        await self.timed("look at a case", "GET", f"/cases/{case_id or self._any()}", next(self._clients))

    async def list_cases(self) -> None:
        """The list; Temporal's visibility answers."""
        await self.timed("list cases", "GET", "/cases?open=true", next(self._clients))

    async def send(self) -> None:
        """A message that the case takes and keeps until its step comes."""
        body = of_nobody(inspection(uuid.uuid4().hex))
        path = f"/cases/{self._any()}/inspection-completed"
        await self.timed("send a message", "POST", path, next(self._clients), json=body)

    def _any(self) -> str:
        return random.choice(self.cases[-CASES:])


def kinds(bench: Bench) -> Iterator[Callable[[], Coroutine[Any, Any, None]]]:
    """What systems ask of a gateway, one after the other: of 100 requests one opens a case and four are messages.

    That is 2 messages a second, and a new case every other second: far more than any office has. They decide the
    load, for each makes the case work: some 170 ms of a processor for a message, 370 ms for a new case.
    """
    for number in count():
        if number % 100 == 0:
            yield bench.open_case
        elif number % 25 == 5:
            yield bench.send
        elif number % 25 == 15:
            yield bench.list_cases
        else:
            yield bench.look


async def steady(bench: Bench, seconds: int, per_second: int) -> None:
    """So many requests a second, each at its time, whether those before it are answered or not."""
    begun, asked = perf_counter(), list[asyncio.Task[None]]()
    for number, ask in zip(range(per_second * seconds), kinds(bench), strict=False):
        await asyncio.sleep(max(0.0, begun + number / per_second - perf_counter()))
        asked.append(asyncio.create_task(ask()))
    await asyncio.gather(*asked)


async def wild(bench: Bench, http: httpx.AsyncClient, headers: Headers, bad: int) -> None:
    """A client that sends messages that no case takes, as fast as it can."""
    case_id, numbers = bench.cases[0], iter(range(bad))

    async def send() -> None:
        for number in numbers:
            body = {"message_id": f"bad-{number}", "documents": []}
            path = f"/cases/{case_id}/documents-arrived"
            await bench.timed("bad", "POST", path, headers, http=http, json=body)

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))


async def good(bench: Bench, headers: Headers, kind: str, until: asyncio.Event) -> None:
    """A client that sends a good message twice a second, to one case after the other."""
    cases = cycle(bench.cases[1:])  # the first one is sent what no case takes
    while not until.is_set():
        body = of_nobody(inspection(uuid.uuid4().hex))
        await bench.timed(kind, "POST", f"/cases/{next(cases)}/inspection-completed", headers, json=body)
        await asyncio.sleep(0.5)


def part(times: list[float], share: float) -> float:
    """The time within which this share of the answers came."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


async def measure(seconds: int, per_second: int, bad: int) -> bool:
    """Measure and print; whether both bounds are kept."""
    with tempfile.TemporaryDirectory(prefix="rexv-bench-") as folder:
        async with Embedded(Path(folder)) as system:
            await system.start_gateway()
            file, now = Path(folder) / "clients.json", datetime.now(UTC)
            names = [*(f"client {number}" for number in range(CLIENTS)), "good", "wild"]
            tokens = {name: add_client(file, name, RIGHTS, now).token for name in names}
            headers = {name: {"Authorization": f"Bearer {token}"} for name, token in tokens.items()}
            limits = httpx.Limits(
                max_connections=2 * AT_ONCE, max_keepalive_connections=2 * AT_ONCE, keepalive_expiry=4
            )
            url = system.gateway_url
            async with (
                httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as http,
                httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as gone_wild,  # with connections of its own
            ):
                bench = Bench(http, [headers[name] for name in names[:CLIENTS]])
                for _ in range(CASES):
                    await bench.open_case()
                await asyncio.sleep(5)  # the first writes of these cases are not what is measured, nor the first looks
                for case_id in bench.cases:
                    await bench.look(case_id)
                bench.times.clear()
                await steady(bench, seconds, per_second)
                kept = _print_steady(bench, per_second)
                stop = asyncio.Event()
                alone = asyncio.create_task(good(bench, headers["good"], "good, alone", stop))
                await asyncio.sleep(5)
                stop.set()
                await alone
                stop.clear()
                beside = asyncio.create_task(good(bench, headers["good"], "good, beside", stop))
                begun = perf_counter()
                await wild(bench, gone_wild, headers["wild"], bad)
                took = perf_counter() - begun
                stop.set()
                await beside
                return _print_wild(bench, took) and kept


def _print_steady(bench: Bench, per_second: int) -> bool:
    for kind, times in sorted(bench.times.items()):
        told = f"p50 {part(times, 0.5) * 1000:.0f} ms, p99 {part(times, 0.99) * 1000:.0f} ms"
        print(f"{kind:16} {len(times):5} answers: {told}, longest {max(times) * 1000:.0f} ms")
    every = [each for times in bench.times.values() for each in times]
    found = part(every, 0.99)
    odd = {f"{kind} {status}": count for (kind, status), count in bench.statuses.items() if status >= 400}
    kept = found <= P99 and not odd
    told = f"p99 {found * 1000:.0f} ms (bound {P99 * 1000:.0f} ms), refused {odd or 'none'}"
    print(f"{per_second} a second: {told}: {_word(kept)}", flush=True)
    return kept


def _print_wild(bench: Bench, took: float) -> bool:
    alone, beside = max(bench.times["good, alone"]), max(bench.times["good, beside"])
    bad = Counter({status: n for (kind, status), n in bench.statuses.items() if kind == "bad"})
    print(f"{bad.total()} bad ones in {took:.0f} s: {dict(bad)}")
    odd = sum(n for (kind, status), n in bench.statuses.items() if kind == "good, beside" and status != 200)
    kept = beside - alone < DELAY and not odd
    delay = f"{alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside it (bound {DELAY * 1000:.0f} ms more)"
    print(f"a good one of another client: longest {delay}, refused {odd}: {_word(kept)}", flush=True)
    return kept


def _word(kept: bool) -> str:
    return "kept" if kept else "NOT KEPT"


def main() -> int:
    """0 where both bounds are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--per-second", type=int, default=PER_SECOND)
    parser.add_argument("--bad", type=int, default=10_000)
    given = parser.parse_args()
    return 0 if asyncio.run(measure(given.seconds, given.per_second, given.bad)) else 1


if __name__ == "__main__":
    leave(main())
