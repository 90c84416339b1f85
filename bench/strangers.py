"""What one stranger can do to the site, case by case: memory and processor of the server's own processes, and what an
honest client beside it notices.

`python -m bench.attack` runs the cases.

Each case is one client (one address, a process of its own) that does one thing as fast as it can, for some seconds. The
server's own processes are those that answer HTTP, the query service and the one that starts them; query workers are
there to be used up, and have limits of their own. Bounds: 300 MB more than before the case, 2 s of processor for one
request, and medians of the honest client at most three times those of the quiet seconds before.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import stat
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote

from bench.clients import Tally, ask, family, get

MOST_MB, MOST_SECONDS, MOST_TIMES = 300.0, 2.0, 3.0
_STRANGER = "127.0.1.1"
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_SMALL = "SELECT ?p { ?p a atlas:Partnership } LIMIT 3"
_PART = {"Range": "bytes=7-"}
_WORDS = ("eau", "brest", "mali", "de", "s", "ecole")
_TICKS = os.sysconf("SC_CLK_TCK")


def request(method: str, path: str, body: bytes = b"", **fields: str) -> bytes:
    """As it goes over the wire; names of `fields` with `_` for `-`."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


@dataclass
class Stranger:
    """One client: where the site is, until when it goes on, and what it was answered."""

    port: int
    until: float
    chance: random.Random = field(default_factory=lambda: random.Random(20261128))
    statuses: Counter[str] = field(default_factory=Counter)

    async def ask(self, sent: bytes, patience: float = 60.0) -> str:
        """One request and its whole answer: the status, `broken`, or `no answer` within `patience` seconds."""
        status, _ = await ask(_STRANGER, sent, patience, self.port)
        self.statuses[status] += 1
        return status

    async def many(self, connections: int, make: Callable[[int], bytes], patience: float = 60.0) -> None:
        """So many connections at a time, each with one request after the other, until the time is over."""

        async def one(number: int) -> None:
            while time.monotonic() < self.until:
                await self.ask(make(number), patience)
                number += connections

        await asyncio.gather(*(one(number) for number in range(connections)))

    async def slowly(self, connections: int, make: Callable[[int], bytes], rate: int = 1024) -> None:
        """So many connections, each with one request whose answer is read at so many bytes a second."""

        async def one(number: int) -> None:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.port, local_addr=(_STRANGER, 0), limit=1024
                )
                writer.write(make(number))
                first = b""
                while time.monotonic() < self.until and (piece := await reader.read(rate)):
                    first = first or piece
                    await asyncio.sleep(1)
                self.statuses[first[9:12].decode("latin-1") or "nothing"] += 1
                writer.close()

        await asyncio.gather(*(one(number) for number in range(connections)))

    async def hold(self, connections: int, begun: bytes, more: bytes = b"") -> None:
        """So many connections that send a beginning, and then `more` each second."""

        async def one() -> None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(_STRANGER, 0))
                writer.write(begun)
                while time.monotonic() < self.until:
                    await asyncio.sleep(1)
                    writer.write(more)
                    await writer.drain()
                writer.close()
                self.statuses["held"] += 1

        await asyncio.gather(*(one() for _ in range(connections)))


def page_of(query: str) -> bytes:
    return request("POST", "/sparql", query.encode(), Accept="text/html", Content_Type=_QUERY)


def rows_of(query: str) -> bytes:
    return request("POST", "/sparql", query.encode(), Accept="text/csv", Content_Type=_QUERY)


async def wide_pages(stranger: Stranger) -> None:
    columns = " ".join(f"?v{n}" for n in range(12_000))
    await stranger.many(
        4, lambda n: page_of(f"SELECT {columns if n % 2 else columns[:1200]} {{ ?v1 ?v2 ?v3 }} LIMIT {1000 + n}")
    )


async def dotted_names(stranger: Stranger) -> None:
    bombs = ("a." * 49_000, "(" * 90_000, "xyzzy " * 16_000, '"' * 90_000, "<a" * 45_000, "?a:" * 30_000)
    await stranger.many(16, lambda n: page_of(f"#service {n}\n{bombs[n % len(bombs)]}"), 0.3)
    await stranger.ask(page_of(f"#service\n{bombs[0]}"))


async def poison(stranger: Stranger) -> None:
    fields = (
        {"Accept__Encoding": "br"},
        {"X__Forwarded__Prefix": "//evil.example", "X__Forwarded__For": "9.9.9.9"},
        {"X_Forwarded_Prefix": "//evil.example", "X_Forwarded_Host": "evil.example"},
        {"Accept__Language": "en", "Accept_Encoding": "gzip;q=0"},
    )

    def make(number: int) -> bytes:
        sent = request("GET", f"/doc/territory/country-ca?{number % 7}", b"", **fields[number % len(fields)])
        return sent.replace(b"--", b"_")

    await stranger.many(4, make)


async def long_names(stranger: Stranger) -> None:
    def make(number: int) -> bytes:
        long = f"{number}-{stranger.chance.randbytes(900).hex()}"
        kinds = (
            request("GET", f"/sparql?query=ASK%7B%7D&default-graph-uri=http://x/{long}"),
            request("POST", "/sparql", f"query=ASK%7B%7D&format={long * 200}".encode(), Content_Type=_FORM),
            request("GET", f"/doc/territory/country-ca?{long}", Accept="text/turtle"),
            request("GET", "/doc/territory/country-ca", Accept=f"text/turtle, a/{long}", Accept_Language=long),
            request("GET", f"/partnerships?country={long}", Cookie=long, If_None_Match=f'"{long}"'),
            request("GET", f"/search?q={long[:200]}", Accept_Encoding=long, X_Request_ID=long[:60]),
            request("GET", f"/{long}"),
            request("POST", "/sparql", b"ASK {}", Content_Type=f"{_QUERY}; charset={long}"),
        )
        return kinds[number % len(kinds)]

    await stranger.many(16, make)


async def costly_pages(stranger: Stranger) -> None:
    def make(number: int) -> bytes:
        word, year = quote(_WORDS[number % len(_WORDS)]), 1960 + number % 60
        kinds = (f"/search?q={word}+{number}", f"/partnerships?q={word}{number}&page=2", f"/map?q={word}{number}",
                 f"/funding?year={year}&sort=-amount", f"/explore?{number}", f"/organisations?q={word}{number}",
                 f"/doc/partnership/none-{number}", f"/about/model?{number}")  # fmt: skip
        return request("GET", kinds[number % len(kinds)], Accept="text/html")

    await stranger.many(32, make)


async def exports(stranger: Stranger) -> None:
    files = ("partnerships.csv", "organisations.json", "territories.geojson", "funding.csv", "partnerships.xlsx")
    await stranger.slowly(40, lambda n: request("GET", f"/{files[n % len(files)]}"))


async def workbooks(stranger: Stranger) -> None:
    await stranger.many(16, lambda n: request("GET", f"/partnerships.xlsx?q={_WORDS[n % len(_WORDS)]}"))


async def slow_answers(stranger: Stranger) -> None:
    query = "SELECT * { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } LIMIT 40 } } LIMIT"
    await stranger.slowly(16, lambda n: rows_of(f"{query} {900_000 - n}"))


async def slow_files(stranger: Stranger) -> None:
    await stranger.slowly(
        400,
        lambda n: request("GET", f"/download/atlas.{('nt', 'ttl', 'rdf')[n % 3]}", **_PART if n % 2 else {}),  # type: ignore[arg-type]
    )


async def slow_pages(stranger: Stranger) -> None:
    query = quote("SELECT * { ?s ?p ?o } LIMIT 9000")
    await stranger.ask(request("GET", f"/sparql?query={query}", Accept="text/csv"))
    await stranger.slowly(800, lambda n: request("GET", f"/sparql?query={query}", Accept="text/csv"))


async def idle(stranger: Stranger) -> None:
    await stranger.hold(1500, b"")


async def slow_headers(stranger: Stranger) -> None:
    await stranger.hold(600, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-A: b\r\n")


async def slow_bodies(stranger: Stranger) -> None:
    head = request("POST", "/sparql", Content_Type=_QUERY).replace(b"Length: 0", b"Length: 800001")
    await stranger.hold(600, head + b" " * 700_000, b" ")


async def saved_queries(stranger: Stranger) -> None:
    await stranger.many(
        8, lambda n: request("POST", "/queries/saved", f"query=ASK%7B%7D%20%23{n}".encode(), Content_Type=_FORM)
    )


async def odd_requests(stranger: Stranger) -> None:
    nine = "9" * 400
    odd = (
        request("GET", "/search?q=école"), request("GET", f"/partnerships?page={nine}"),
        request("GET", "/search?q=%zz%"), request("GET", "/search?q=%00%ED%A0%80"), request("GET", "/%" * 2000),
        request("GET", "/partnerships?" + "&".join(["country=x"] * 600)), request("GET", "//evil.example/%2e%2e/"),
        request("GET", "/download/atlas.nt", Range="bytes=" + ",".join(f"{n}-{n}" for n in range(900))),
        request("GET", "/download/atlas.nt", Range=f"bytes={nine}-"), request("GET", "/about", Cookie="a=b;" * 1900),
        request("GET", "/doc/territory/country-ca", If_None_Match='"' * 8000),
        request("GET", "/doc/territory/country-ca", If_None_Match=",".join(f'"{n}"' for n in range(20_000))),
        request("GET", "/doc/territory/country-ca", If_Modified_Since=f"Mon, 01 Jan {nine} 00:00:00 GMT"),
        request("GET", "/doc/territory/country-ca", Accept=f"text/html;q={nine}"),
        request("OPTIONS", "*"), request("OPTIONS", "/sparql"), request("TRACE", "/sparql"), request("BREW", "/"),
        request("HEAD", "/sparql?query=SELECT*%7B%3Fs%20%3Fp%20%3Fo%7D"), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        request("POST", "/sparql", b"\x1f\x8b" + b"\0" * 5000, Content_Type=_QUERY, Content_Encoding="gzip"),
        request("POST", "/sparql", b"--b\r\n" * 90_000, Content_Type="multipart/form-data; boundary=b"),
        request("POST", "/sparql", b"query=ASK%7B%7D" + b"&a=" * 200_000, Content_Type=_FORM),
        request("PUT", "/partnerships", b"x" * 700_000), bytes(range(256)) * 20,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    )  # fmt: skip
    await stranger.many(8, lambda n: odd[n % len(odd)], 10)


async def names_to_match(stranger: Stranger) -> None:
    def batch(content: str) -> bytes:
        return request("POST", "/reconcile", f"queries={quote(content)}".encode(), Content_Type=_FORM)

    name = "communauté de communes du pays des mille étangs et des sept vallées " * 7
    many = ",".join(f'"q{n}":{{"query":"{name}{n}"}}' for n in range(100))
    types = ",".join(['"territory","organisation"'] * 8000)
    bombs = (
        batch(f"{{{many}}}"), batch(f'{{"q":{{"query":"brest","type":[{types}]}}}}'), batch("[" * 200_000),
        batch('{"a":' * 60_000), batch(f'{{"q":{{"query":"x","limit":{"9" * 4000}}}}}'),
        request("POST", "/reconcile", b"&".join(b"a%d=1" % n for n in range(60_000)), Content_Type=_FORM),
    )  # fmt: skip
    await stranger.many(16, lambda n: bombs[n % len(bombs)])


async def leaves_at_once(stranger: Stranger) -> None:
    await stranger.many(64, lambda n: request("GET", f"/search?q=eau+{n}", Accept="text/html"), 0.01)


async def never_listens(stranger: Stranger) -> None:
    await stranger.many(32, lambda n: rows_of(f"SELECT * {{ SERVICE <http://127.0.0.1:1/{n}> {{ ?s ?p ?o }} }}"))


@dataclass(frozen=True)
class Case:
    """Something that a stranger does, and what it cost before it was bounded, where that was measured."""

    name: str
    attack: Callable[[Stranger], Awaitable[None]]
    before: str = ""


CASES: Sequence[Case] = (
    Case("pages of 12,000 columns", wide_pages, "48 s and 3.3 GB for one"),
    Case("long words, 16 at once, left early", dotted_names, "19 s each; the site closed"),
    Case("header fields with `_`", poison, "others got Brotli, and links to a stranger"),
    Case("long names of graphs, formats, fields", long_names, "1.9 GB in 20 s"),
    Case("costly pages, 32 at once", costly_pages),
    Case("exports, 40 slow readers", exports, "2.2 GB by 20 readers"),
    Case("workbooks, 16 at once", workbooks, "3.4 GB, a page waited 18 s"),
    Case("large answers, 16 slow readers", slow_answers, "2 GB of disk in 44 s"),
    Case("files, 400 slow readers", slow_files),
    Case("kept answers of 1 MB, 800 slow readers", slow_pages),
    Case("1,500 idle connections", idle, "1,024 closed the site"),
    Case("600 headers that never end", slow_headers),
    Case("600 bodies that never end", slow_bodies),
    Case("saved queries, 8 at once", saved_queries, "4,300 drove out all others"),
    Case("odd requests", odd_requests, "500 for raw UTF-8 and `page=`"),
    Case("names to match, in bulk", names_to_match),
    Case("leaves at once, 64 at a time", leaves_at_once),
    Case("refused queries, 32 at once", never_listens),
)


def attacked(case: Case, port: int, seconds: float) -> Counter[str]:
    """One case, in a process of its own: the statuses that were answered."""
    stranger = Stranger(port, time.monotonic() + seconds)

    async def all_of_it() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds + 20):
                await case.attack(stranger)

    os.nice(5)  # it would not be on this machine
    asyncio.run(all_of_it())
    return stranger.statuses


@dataclass(frozen=True)
class Taken:
    """What the server's own processes hold at a moment: MiB of memory, seconds of processor, MiB of unnamed files."""

    memory: float
    processor: float
    disk: float


def taken(pid: int) -> Taken:
    memory = processor = disk = 0.0
    for process, (command, megabytes) in family(pid).items():
        with contextlib.suppress(OSError):
            # A worker that is being started is for a moment a copy of the service, with the memory of both.
            if process != pid and not _is_own(process, command):
                continue
            disk += _unnamed(process)
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            processor += (int(fields[11]) + int(fields[12])) / _TICKS
            memory += megabytes
    return Taken(memory, processor, disk)


def _is_own(process: int, command: str) -> bool:
    """Whether it answers HTTP or is the query service, and leads a session of its own, as what was started does."""
    return ("web_process" in command or "sparql.service" in command) and os.getsid(process) == process


def _unnamed(process: int) -> float:
    """MiB of files without a name that a query service holds: answers that are being read."""
    total = 0
    if "atlas_ld.sparql.service" not in Path(f"/proc/{process}/cmdline").read_text().replace("\0", " "):
        return 0.0
    for path in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):
            found = path.stat()
            total += found.st_size if stat.S_ISREG(found.st_mode) and found.st_nlink == 0 else 0
    return total / 2**20


async def behave(port: int, seconds: float, tally: Tally, number: int = 0) -> None:
    """The honest client: a document, a page that was not asked for before, a small query, in turn."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        number += 1
        unique = f"{number}-{int(time.monotonic() * 1000) % 10**7}"
        for kind, sent in (
            ("document", get("/doc/territory/country-ca", "text/turtle")),
            ("page", get(f"/search?q=brest+{unique}", "text/html")),
            ("query", get(f"/sparql?query={quote(_SMALL)}%20%23{unique}", "text/csv")),
        ):
            status, took = await ask("127.0.0.1", sent, 60.0, port)
            tally.statuses[kind][status] += 1
            tally.seconds[kind].append(took)
        await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Outcome:
    """What came of a case: MiB and seconds more than before it, the longest of the ratios of the honest client's
    medians, and what it and the stranger were answered."""

    case: Case
    memory: float
    processor: float
    disk: float
    ratios: dict[str, float]
    statuses: Counter[str]
    honest: Counter[str]

    @property
    def requests(self) -> int:
        return self.statuses.total()

    @property
    def each(self) -> float:
        """Seconds of processor for one request."""
        return self.processor / max(1, self.requests)

    @property
    def wrong(self) -> list[str]:
        """Which bounds do not hold."""
        found = [f"{self.memory:.0f} MiB"] if self.memory > MOST_MB else []
        found += [f"{self.each:.1f} s a request"] if self.each > MOST_SECONDS else []
        found += [f"{kind} {ratio:.1f} times" for kind, ratio in self.ratios.items() if ratio > MOST_TIMES]
        found += [f"honest client: {status}" for status in self.honest if status != "200"]
        found += [f"stranger: {status}" for status in self.statuses if status in ("500", "502")]
        return found


async def tried(case: Case, pid: int, port: int, seconds: float) -> Outcome:
    """One case, with quiet seconds before it."""
    quiet, busy = Tally(), Tally()
    await behave(port, 0.5, Tally())
    at = taken(pid)
    await behave(port, max(2.0, seconds / 3), quiet)
    before = taken(pid)
    honest_seconds = (before.processor - at.processor) / sum(map(len, quiet.seconds.values()))
    peak, disk = before.memory, 0.0
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        attacker = asyncio.get_running_loop().run_in_executor(process, attacked, case, port, seconds)
        await asyncio.sleep(0.8)  # until it has begun
        honest = asyncio.ensure_future(behave(port, seconds - 0.5, busy))
        while not (attacker.done() and honest.done()):
            now = taken(pid)
            peak, disk = max(peak, now.memory), max(disk, now.disk)
            await asyncio.sleep(0.2)
        statuses = await attacker
    after = taken(pid)
    others = honest_seconds * sum(map(len, busy.seconds.values()))
    kinds = {k: statistics.median(v) / statistics.median(quiet.seconds[k]) for k, v in busy.seconds.items()}
    return Outcome(
        case,
        peak - before.memory,
        max(0.0, after.processor - before.processor - others),
        disk,
        kinds,
        statuses,
        sum(busy.statuses.values(), Counter[str]()),
    )


def table(outcomes: Sequence[Outcome]) -> list[str]:
    lines = [
        "| one client | before | requests | memory | processor, for one | on disk | honest: document, page, query | "
        "answers | |",
        "|---|---|---:|---:|---|---:|---|---|---|",
    ]
    for one in outcomes:
        said = ", ".join(f"{count} × {status}" for status, count in one.statuses.most_common(6))
        times = ", ".join(f"{one.ratios.get(kind, 0):.1f}" for kind in ("document", "page", "query"))
        lines.append(
            f"| {one.case.name} | {one.case.before} | {one.requests} | {one.memory:.0f} MiB | {one.processor:.1f} s, "
            f"{one.each * 1000:.0f} ms | {one.disk:.0f} MiB | {times} | {said} | {'; '.join(one.wrong) or 'held'} |"
        )
    return lines


async def soak(pid: int, port: int, minutes: float, cases: Sequence[Case]) -> str:
    """The cases in turn, twenty seconds each, for so long; how memory grows in the second half."""
    began, samples = time.monotonic(), list[tuple[float, float]]()
    honest, number = Tally(), 0

    async def watch() -> None:
        while True:
            samples.append((time.monotonic() - began, taken(pid).memory))
            await asyncio.sleep(1)

    watcher = asyncio.ensure_future(watch())
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        while time.monotonic() - began < minutes * 60:
            attacker = asyncio.get_running_loop().run_in_executor(
                process, attacked, cases[number % len(cases)], port, 20.0
            )
            while not attacker.done():
                await behave(port, 1.0, honest, number)
            number += 1
    watcher.cancel()
    later = [(at / 60, memory) for at, memory in samples if at > minutes * 30]
    slope = statistics.linear_regression(*zip(*later, strict=True)).slope
    said = ", ".join(f"{n} × {s}" for s, n in sum(honest.statuses.values(), Counter[str]()).most_common())
    return (
        f"Soak of {minutes:g} minutes, {number} cases: memory of the server's own processes {samples[0][1]:.0f} MiB "
        f"at the start, {max(m for _, m in samples):.0f} at most, {samples[-1][1]:.0f} at the end; {slope:+.1f} MiB a "
        f"minute in the second half. The honest client was answered {said}."
    )


async def run(pid: int, port: int, seconds: float, cases: Sequence[Case]) -> tuple[str, bool]:
    """The report as Markdown, and whether every bound held."""
    outcomes = []
    for case in cases:
        outcomes.append(await tried(case, pid, port, seconds))
        print(table(outcomes)[-1], file=sys.stderr, flush=True)
    lines = [
        "## One client at a time",
        "",
        f"Each case for {seconds:g} s from one address. Memory and processor are those of the server's own processes "
        "(those that answer HTTP, the query service, and what starts them): more than before the case, and without "
        "what the honest client took, whose medians are multiples of those of the seconds before. Bounds: "
        f"{MOST_MB:.0f} MiB, {MOST_SECONDS:g} s of processor for one request, {MOST_TIMES:g} times. “Before” is the "
        "first version, measured then.",
        "",
        *table(outcomes),
        "",
    ]
    return "\n".join(lines), not any(one.wrong for one in outcomes)
