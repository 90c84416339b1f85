"""What ten times the corpus costs: builds, the store, and what the site answers, at once, three and ten times the size.

Each build is from nothing. Reads are measured in a process of their own, without network: looking things up (a mix of
entities as Turtle, nothing kept) and pages (each kind of `bench.pages`, the median of all kinds and the slowest one),
each rendered again at every request: the first reads and sums what later ones find.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.media import TURTLE
from atlas_ld.release.layout import open_release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from bench import building, corpus, pages, serving
from bench.harness import Sample, Table, command

_LOOK_UPS = 300
_REPEATS = 7


def compare(sizes: Sequence[int], work: Path) -> Iterator[list[Table]]:
    """Corpora of these sizes, the first of which is the measure. The tables are given again after each size."""
    first = f"{sizes[0]} records"
    builds = Table("Growth: whole builds", first, "Records to release, from nothing.")
    stores = Table("Growth: the store", first)
    look_ups = Table("Growth: looking a thing up", first, f"{_LOOK_UPS} things as Turtle, none of them kept.")
    kinds = "The kinds that `python -m bench.pages` lists, rendered at each request."
    all_pages = Table("Growth: pages, the median of all kinds", first, kinds)
    first_pages = Table(
        "Growth: pages, the median of all kinds at their first request", first, "Right after the site has been opened."
    )
    slowest = Table("Growth: pages, the slowest kind", first)
    starts = Table("Growth: from starting `serve` to the first document", first)
    for size in sizes:
        data, releases, name = work / f"growth-{size}", work / f"growth-{size}-releases", f"{size} records"
        shutil.rmtree(releases, ignore_errors=True)
        corpus.write(data, size, faults=size // 50)
        run = building.build(data, releases)
        shutil.rmtree(data)
        builds.add(name, Sample((run.seconds,)), building.remark(run))
        release = open_release(releases)
        stores.add(name, Sample((serving.store_mb(release),), "MiB"), f"{release.manifest.counts.triples} triples")
        read = json.loads(command([sys.executable, "-m", "bench.growth", releases]).output)
        look_ups.add(name, Sample(tuple(read["look_ups"]), "ms"))
        all_pages.add(name, Sample(tuple(read["pages"]), "ms"))
        first_pages.add(name, Sample((read["first"],), "ms"))
        slowest.add(name, Sample(tuple(read["slowest"]), "ms"), f"`{read['address']}`")
        first_document = f"/doc/{serving.entities(release)[0]}"
        starts.add(name, serving.start_seconds(releases, first_document, TURTLE.media_type))
        shutil.rmtree(releases)
        yield [builds, stores, look_ups, all_pages, slowest, first_pages, starts]


def _read(releases: Path) -> dict[str, object]:
    """Milliseconds of look-ups and pages, each round's median."""
    opened = open_publication(Settings(releases=releases))
    client = create_app(opened).test_client()
    every = serving.entities(open_release(releases))
    chosen = every[:: max(1, len(every) // _LOOK_UPS)][:_LOOK_UPS]
    for name in chosen[:10]:
        pages.timed(client, f"/doc/{name}.ttl")
    look_ups = [pages.timed(client, f"/doc/{name}.ttl") for name in chosen]
    thirds = [statistics.median(look_ups[part::3]) for part in range(3)]
    timed = {
        address: [pages.timed(client, address) for _ in range(_REPEATS + 1)] for address in pages.addresses(opened)
    }
    rounds = {address: times for address, (_, *times) in timed.items()}
    slowest = max(rounds, key=lambda address: statistics.median(rounds[address]))
    opened.service.close()
    return {
        "look_ups": thirds,
        "pages": [statistics.median(times[number] for times in rounds.values()) for number in range(_REPEATS)],
        "first": statistics.median(times[0] for times in timed.values()),
        "slowest": rounds[slowest],
        "address": slowest,
    }


if __name__ == "__main__":
    print(json.dumps(_read(Path(sys.argv[1]))))
