"""The site under attack: does a well-behaved client still get through?

    python -m bench.attack [--seconds 120] [--clients 32] [--one-address] [--into docs/attack.md]

Starts the site on loopback with a release of the demonstration data, and asks it small things for a while: documents
and short queries, each as soon as the one before is answered. Then `clients` others send what hurts, each from an
address of its own in 127.0.0.0/8 (or all from one, as behind a proxy that is not trusted), while the first goes on.
The report says what everybody got, and the ratio of the well-behaved client's medians, measured in one run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote

from atlas_ld.config import Settings

PORT = 8491
WEAPONS = {
    "cross product": lambda n: f"SELECT (COUNT(*) AS ?n{n}) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }}",
    "endless rows": lambda n: f"SELECT * {{ ?a ?b ?c . {{ SELECT ?d{n} {{ ?d{n} ?e ?f }} }} }}",
    "huge sort": lambda n: f"SELECT * {{ ?a ?b ?c . ?d ?e ?f{n} }} ORDER BY DESC(?c) ?f{n} ?a",
    "regex bomb": lambda n: (
        f"SELECT (COUNT(*) AS ?n{n}) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
        'FILTER(REGEX(CONCAT(STR(?c), STR(?f), STR(?i)), "^(([a-z])+.)+[A-Z]([a-z])+$")) }'
    ),
    "deep path": lambda n: f"SELECT (COUNT(*) AS ?n{n}) {{ ?a (!<x:{n}>|^!<x:{n}>)*/(!<y:>|^!<y:>)* ?b }}",
    "deep nesting": lambda n: f"ASK {{ # {n}\n" + "{" * 20_000 + "}" * 20_000 + " }",
}
QUIET_QUERIES = [
    "SELECT ?p {{ ?p a atlas:Partnership }} ORDER BY ?p OFFSET {n} LIMIT 3",
    "SELECT ?title {{ ?p dct:title ?title FILTER(CONTAINS(?title, '{n}')) }} LIMIT 5",
    "ASK {{ ?p atlas:startYear '{n}'^^xsd:gYear }}",
]
DOCUMENTS = ["partnership/crea-ocean-2010", "territory/country-ca", "territory/country-sn", "partnership/2833"]


@dataclass
class Tally:
    """Seconds of each answer by kind, and how often each status (or `broken`, a body cut short) came."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


async def ask(source: str, request: bytes, patience: float = 60.0) -> tuple[str, float]:
    """One request on a connection of its own from the address `source`: status or `broken`, and seconds."""
    began = time.perf_counter()
    writer = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", PORT, local_addr=(source, 0), limit=2**20)
            writer.write(request)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            status = head.split(" ", 2)[1]
            if "transfer-encoding: chunked" in head:
                while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
                    await reader.readexactly(size + 2)
            elif "content-length: " in head:
                await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        status = "broken"
    except TimeoutError:
        status = "no answer"
    finally:
        if writer:
            writer.close()
    return status, time.perf_counter() - began


def post(query: bytes) -> bytes:
    head = (
        "POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: text/csv\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(query)}\r\n\r\n"
    )
    return head.encode() + query


def get(path: str, accept: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: {accept}\r\n\r\n".encode()


async def attack(number: int, source: str, until: float, tally: Tally) -> None:
    """One attacker: every weapon in turn, as fast as answers come."""
    chance = random.Random(number)
    while time.monotonic() < until:
        name = chance.choice([*WEAPONS, "1 MB query", "malformed bytes", "SERVICE", "leaves at once"])
        if name == "1 MB query":
            request = post(b"ASK { } #" + chance.randbytes(8).hex().encode() * 65_536)
        elif name == "malformed bytes":
            request = post(chance.randbytes(200))
        elif name == "SERVICE":
            request = post(b"SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")
        else:
            weapon = chance.choice(list(WEAPONS)) if name == "leaves at once" else name
            request = post(WEAPONS[weapon](chance.randrange(10**9)).encode())
        patience = 0.3 if name == "leaves at once" else 60.0
        status, seconds = await ask(source, request, patience)
        tally.statuses[name]["left" if status == "no answer" and patience < 1 else status] += 1
        tally.seconds[name].append(seconds)


def assault(clients: int, seconds: float, one_address: bool) -> tuple[dict[str, list[float]], dict[str, Counter[str]]]:
    """All attackers, in a process of their own: seconds and statuses of their requests, by weapon."""

    async def all_of_them() -> Tally:
        tally, until = Tally(), time.monotonic() + seconds
        sources = ["127.0.1.1" if one_address else f"127.0.1.{number + 1}" for number in range(clients)]
        await asyncio.gather(*(attack(number, source, until, tally) for number, source in enumerate(sources)))
        return tally

    tally = asyncio.run(all_of_them())
    return dict(tally.seconds), dict(tally.statuses)


async def behave(until: float, tally: Tally) -> None:
    """The well-behaved client: documents and small queries, never the same query twice."""
    number = int(time.monotonic() * 1000) % 10**6
    while time.monotonic() < until:
        number += 1
        path = f"/doc/{DOCUMENTS[number % len(DOCUMENTS)]}"
        query = QUIET_QUERIES[number % len(QUIET_QUERIES)].format(n=number)
        for kind, request in (
            ("document", get(path, ("text/turtle", "text/html")[number % 2])),
            ("query", get(f"/sparql?query={quote(query)}", "text/csv")),
        ):
            status, seconds = await ask("127.0.0.1", request)
            tally.statuses[kind][status] += 1
            tally.seconds[kind].append(seconds)
        await asyncio.sleep(0.02)


@contextlib.contextmanager
def site(releases: Path) -> Iterator[int]:
    """The process id of the site's server, while it serves."""
    environment = os.environ | Settings(releases=releases, port=PORT).environment()
    program = "import os; from atlas_ld.config import Settings; from atlas_ld.web.server.server import serve; "
    program += "serve(Settings.read(os.environ))"
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, start_new_session=True, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def family(pid: int) -> dict[int, tuple[str, int]]:
    """The process and its descendants: command and resident MiB of each."""
    parents, about = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                about[int(entry.name)] = (command, int(fields[21]) * os.sysconf("SC_PAGESIZE") // 2**20)
    members = {pid}
    while more := {child for child, parent in parents.items() if parent in members and child not in members}:
        members |= more
    return {member: about[member] for member in members if member in about}


def workers(pid: int) -> int:
    return sum("atlas_ld.sparql.worker" in command for command, _ in family(pid).values())


async def watch(pid: int, until: float, peaks: dict[str, int]) -> None:
    while time.monotonic() < until:
        for command, megabytes in family(pid).values():
            kind = "worker" if "atlas_ld.sparql.worker" in command else "server"  # web processes, service, supervisor
            peaks[kind] = max(peaks.get(kind, 0), megabytes)
        peaks["workers"] = max(peaks.get("workers", 0), workers(pid))
        await asyncio.sleep(0.5)


async def ready() -> None:
    for _ in range(200):
        if (await ask("127.0.0.1", get("/health", "*/*"), 1.0))[0] == "200":
            return
        await asyncio.sleep(0.1)
    raise SystemExit("The site did not start.")


async def run(pid: int, seconds: float, clients: int, one_address: bool) -> tuple[str, bool]:
    """The report as Markdown, and whether every demand is met."""
    await ready()
    await behave(time.monotonic() + 2, Tally())
    quiet, busy, hostile, peaks = Tally(), Tally(), Tally(), dict[str, int]()
    await behave(time.monotonic() + max(5.0, seconds / 8), quiet)
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        attackers = asyncio.get_running_loop().run_in_executor(process, assault, clients, seconds, one_address)
        await asyncio.sleep(1)
        until = time.monotonic() + seconds
        await asyncio.gather(behave(until, busy), watch(pid, until, peaks))
        hostile.seconds, hostile.statuses = await attackers
    await asyncio.sleep(12)
    left, after = workers(pid), Tally()
    await behave(time.monotonic() + 3, after)
    return report(quiet, busy, hostile, peaks, left, seconds, clients, one_address)


def report(
    quiet: Tally, busy: Tally, hostile: Tally, peaks: dict[str, int], left: int, seconds: float, clients: int, one: bool
) -> tuple[str, bool]:
    lines = [
        "# Under attack", "",
        f"Written by `python -m bench.attack --seconds {seconds:g} --clients {clients}{' --one-address' * one}`, on "
        f"{platform.system()} with {os.cpu_count()} cores, Python {platform.python_version()}; the attackers and "
        "the well-behaved client share the machine with the site. Settings are the defaults.", "",
        "| well-behaved client | quiet median | median under attack | ratio | 95 % under attack | answers |",
        "| --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    ratios = []
    both = ("document", "query")
    for name, kinds in (("documents", both[:1]), ("small queries", both[1:]), ("both", both)):
        calm = [value for kind in kinds for value in quiet.seconds[kind]]
        hard = sorted(value for kind in kinds for value in busy.seconds[kind])
        statuses = sum((busy.statuses[kind] for kind in kinds), Counter[str]())
        ratios.append(statistics.median(hard) / statistics.median(calm))
        said = ", ".join(f"{count} × {status}" for status, count in statuses.most_common())
        lines.append(
            f"| {name} | {statistics.median(calm) * 1000:.1f} ms | {statistics.median(hard) * 1000:.1f} ms | "
            f"{ratios[-1]:.1f} | {hard[int(len(hard) * 0.95)] * 1000:.0f} ms | {said} |"
        )
    lines += ["", "| attack | requests | answers | median |", "| --- | --- | --- | --- |"]
    for name in sorted(hostile.statuses):
        counted = hostile.statuses[name]
        said = ", ".join(f"{count} × {status}" for status, count in counted.most_common())
        lines.append(f"| {name} | {counted.total()} | {said} | {statistics.median(hostile.seconds[name]):.2f} s |")
    every = sum(hostile.statuses.values(), Counter[str]())
    allowed = {status for status in every if status.startswith("4") or status in ("503", "broken", "left")}
    wrong = {status: count for status, count in every.items() if status not in allowed}
    refused = {s: n for s, n in sum(busy.statuses.values(), Counter[str]()).items() if s != "200"}
    lines += [
        "",
        "`broken` is an answer that had begun to stream and was broken off at its limit, as the contract says "
        "(docs/sparql.md); `left` is a client that went away by itself.",
        "",
        f"Most memory: the server {peaks.get('server', 0)} MiB, a worker {peaks.get('worker', 0)} MiB. "
        f"Most workers at a time, a spare one included: {peaks.get('workers', 0)}; twelve seconds after the attack: "
        f"{left}. "
        f"Answers to attackers other than 4xx and 503: {wrong or 'none'}. "
        f"Answers to the well-behaved client other than 200: {refused or 'none'}.",
        "",
    ]
    met = not wrong and not refused and ratios[-1] <= 3 and left <= Settings().workers + 1
    return "\n".join(lines), met


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--one-address", action="store_true")
    parser.add_argument("--releases", type=Path, help="a folder of releases, instead of a fresh one")
    parser.add_argument("--into", type=Path, help="a file for the report, instead of the standard output")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        releases = options.releases or Path(folder)
        if options.releases is None:
            subprocess.run(
                [sys.executable, "-m", "atlas_ld", "build", "--releases", folder], check=True, capture_output=True
            )
        with site(releases) as pid:
            text, met = asyncio.run(run(pid, options.seconds, options.clients, options.one_address))
    if options.into:
        options.into.write_text(text, encoding="utf-8")
    else:
        print(text)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
