"""SHACL of a whole corpus with planted faults: compiled shapes beside plain pyshacl, and whether all find the same."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.mapping import map_partnership
from atlas_ld.pipeline import read_records
from atlas_ld.processes import no_collector
from atlas_ld.rdf import Triple
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import resolve
from atlas_ld.validation import Group, Result, load_shapes, validate, validate_records
from bench.harness import Sample, Table, command, own_peak

DAY = date(2026, 11, 23)
IRIS = Iris("http://localhost:8000/")
_WAYS = {
    "compiled": "atlas-ld, compiled shapes",
    "pyshacl": "plain pyshacl",
    "uncollected": "pyshacl without the collector of cycles",
}


def compare(corpus: Path) -> Table:
    """Each way in a process of its own, which has the mapped records in memory when the clock starts."""
    told = {way: _run(way, corpus) for way in _WAYS}
    same = len({way["found"] for way in told.values()}) == 1
    table = Table(
        "SHACL of every record, with planted faults",
        against="plain pyshacl",
        note=f"{told['compiled']['records']} records, one process each. Ours without Python's collector of cycles, as "
        "in a build; pyshacl as it comes, and without the collector as well. "
        f"All found the same {told['compiled']['results']} results: {'yes' if same else '**no**'}.",
    )
    for way, name in _WAYS.items():
        remark = f"{told[way]['processor']:.1f} s of work; {told[way]['added']:.0f} MB more than the records"
        table.add(name, Sample((told[way]["seconds"],)), remark)
    return table


def _run(way: str, corpus: Path) -> dict[str, float]:
    told: dict[str, float] = json.loads(command([sys.executable, "-m", "bench.validation", way, corpus]).output)
    return told


def _measure(way: str, corpus: Path) -> dict[str, object]:
    """Seconds, memory, and a hash over every result: focus, path, value, shape, component, severity and message."""
    gazetteer = Gazetteer.load()
    groups: dict[str, Group] = {}
    described: dict[str, Sequence[Triple]] = {}  # one description of each, as in a release: one graph, not one a record
    for key, record in read_records([corpus / "records"], Settings())[0].items():
        mapped = map_partnership(record, key, resolve(record, gazetteer), gazetteer, IRIS, DAY)
        groups[key] = Group(mapped.own, {iri: described.setdefault(iri, t) for iri, t in mapped.shared.items()})
    shapes = load_shapes(IRIS.base)
    before, began, used = own_peak(), time.perf_counter(), time.process_time()
    results: list[Result]
    with nullcontext() if way == "pyshacl" else no_collector():
        if way == "compiled":
            results = [result for found in validate_records(groups, shapes).values() for result in found]
        else:
            triples = dict.fromkeys(triple for group in groups.values() for triple in group.triples())
            results = list(validate(triples, shapes).results)
    seconds, used = time.perf_counter() - began, time.process_time() - used
    found = sorted({repr(result) for result in results})
    return {
        "records": len(groups),
        "seconds": seconds,
        "processor": used,
        "added": own_peak() - before,
        "results": len(found),
        "found": hashlib.sha256("\n".join(found).encode()).hexdigest(),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
