"""The site under attack: does a well-behaved client still get through?

    python -m bench.attack [--seconds 120] [--clients 32] [--one-address] [--case-seconds 8] [--only NAME...]
                           [--soak MINUTES] [--into docs/attack.md]

Starts the site on loopback with a release of the demonstration data, and asks it small things for a while: documents
and short queries, each as soon as the one before is answered. Then `clients` others send what hurts, each from an
address of its own in 127.0.0.0/8 (or all from one, as behind a proxy that is not trusted), while the first goes on.
The report says what everybody got, and the ratio of the well-behaved client's medians, measured in one run. After this
mix come the cases of `strangers`, one client each, and, with `--soak`, all of them in turn for so long.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import quote

from atlas_ld.config import Settings
from bench import serving, strangers
from bench.clients import Tally, ask, family, get

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


def post(query: bytes) -> bytes:
    head = (
        "POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: text/csv\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(query)}\r\n\r\n"
    )
    return head.encode() + query


async def attack(number: int, source: str, until: float, tally: Tally, port: int) -> None:
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
        status, seconds = await ask(source, request, patience, port)
        tally.statuses[name]["left" if status == "no answer" and patience < 1 else status] += 1
        tally.seconds[name].append(seconds)


def assault(
    clients: int, seconds: float, one_address: bool, port: int
) -> tuple[dict[str, list[float]], dict[str, Counter[str]]]:
    """All attackers, in a process of their own: seconds and statuses of their requests, by weapon."""

    async def all_of_them() -> Tally:
        tally, until = Tally(), time.monotonic() + seconds
        sources = ["127.0.1.1" if one_address else f"127.0.1.{number + 1}" for number in range(clients)]
        await asyncio.gather(*(attack(number, source, until, tally, port) for number, source in enumerate(sources)))
        return tally

    tally = asyncio.run(all_of_them())
    return dict(tally.seconds), dict(tally.statuses)


async def behave(until: float, tally: Tally, port: int) -> None:
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
            status, seconds = await ask("127.0.0.1", request, 60.0, port)
            tally.statuses[kind][status] += 1
            tally.seconds[kind].append(seconds)
        await asyncio.sleep(0.02)


def workers(pid: int) -> int:
    return sum("atlas_ld.sparql.worker" in command for command, _ in family(pid).values())


async def watch(pid: int, until: float, peaks: dict[str, int]) -> None:
    while time.monotonic() < until:
        for command, megabytes in family(pid).values():
            kind = "worker" if "atlas_ld.sparql.worker" in command else "server"  # web processes, service, supervisor
            peaks[kind] = max(peaks.get(kind, 0), megabytes)
        peaks["workers"] = max(peaks.get("workers", 0), workers(pid))
        await asyncio.sleep(0.5)


async def run(pid: int, port: int, seconds: float, clients: int, one_address: bool) -> tuple[str, bool]:
    """The report as Markdown, and whether every demand is met."""
    await behave(time.monotonic() + 2, Tally(), port)
    quiet, busy, hostile, peaks = Tally(), Tally(), Tally(), dict[str, int]()
    await behave(time.monotonic() + max(5.0, seconds / 8), quiet, port)
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        attackers = asyncio.get_running_loop().run_in_executor(process, assault, clients, seconds, one_address, port)
        await asyncio.sleep(1)
        until = time.monotonic() + seconds
        await asyncio.gather(behave(until, busy, port), watch(pid, until, peaks))
        hostile.seconds, hostile.statuses = await attackers
    await asyncio.sleep(12)
    left, after = workers(pid), Tally()
    await behave(time.monotonic() + 3, after, port)
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
    parser.add_argument("--seconds", type=float, default=120.0, help="of the mix; 0 leaves it out")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--one-address", action="store_true")
    parser.add_argument("--case-seconds", type=float, default=8.0, help="of each case; 0 leaves them out")
    parser.add_argument("--only", nargs="*", default=[], help="parts of the names of cases")
    parser.add_argument("--soak", type=float, default=0.0, metavar="MINUTES")
    parser.add_argument("--releases", type=Path, help="a folder of releases, instead of a fresh one")
    parser.add_argument("--into", type=Path, help="a file for the report, instead of the standard output")
    options = parser.parse_args()
    cases = [case for case in strangers.CASES if not options.only or any(part in case.name for part in options.only)]
    texts, met = list[str](), True
    with releases_of(options.releases) as releases:
        if options.seconds:
            with serving.site(releases) as (base, pid):
                text, held = asyncio.run(run(pid, port_of(base), options.seconds, options.clients, options.one_address))
            texts, met = [*texts, text], met and held
        with serving.site(releases, access_log=0) as (base, pid):
            serving.settle(base)
            if options.case_seconds:
                text, held = asyncio.run(strangers.run(pid, port_of(base), options.case_seconds, cases))
                texts, met = [*texts, text], met and held
            if options.soak:
                texts.append(asyncio.run(strangers.soak(pid, port_of(base), options.soak, cases)))
    report_ = "\n".join(texts)
    if options.into:
        options.into.write_text(report_, encoding="utf-8")
    else:
        print(report_)
    sys.exit(0 if met else 1)


def port_of(base: str) -> int:
    return int(base.rpartition(":")[2])


@contextlib.contextmanager
def releases_of(given: Path | None) -> Iterator[Path]:
    """The given folder, or a fresh one with a release of the demonstration data."""
    with tempfile.TemporaryDirectory() as folder:
        if given is None:
            build = [sys.executable, "-m", "atlas_ld", "build", "--releases", folder]
            subprocess.run(build, check=True, capture_output=True)
        yield given or Path(folder)


if __name__ == "__main__":
    main()
