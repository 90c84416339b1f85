"""What passed -> the content of a release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.pipeline.cache import Cache, software
from atlas_ld.pipeline.checking import CheckedRow, Checks
from atlas_ld.pipeline.entities import KeptEntities, publish
from atlas_ld.pipeline.quality import quality
from atlas_ld.pipeline.reading import Readings
from atlas_ld.pipeline.reviewing import review
from atlas_ld.processes import ALONE, Workers
from atlas_ld.queries.description import describe_queries
from atlas_ld.release.moved import write_keys
from atlas_ld.release.writing.writer import Content
from atlas_ld.resources import root, turtle_files
from atlas_ld.validation import SerializedResult, report_turtle


def gather(readings: Readings, checks: Checks, settings: Settings, cache: Cache, workers: Workers = ALONE) -> Content:
    """The content of a release of every record that is not quarantined. The release is written from the cache's file,
    once that is closed."""
    checked = checks.records
    iris = Iris(settings.base_iri)
    assert cache.path
    publish(checked.values(), cache, settings.base_iri)
    told = (SerializedResult(*one) for record in checked.values() if record.told for one in json.loads(record.told))
    found = quality(checked, [*readings.unreadable, *checks.remarks], checks.decisions)
    return Content(
        entities=KeptEntities(cache.path),
        ontology=_together([root() / "ontology" / "atlas.ttl", *turtle_files("ontology/alignments")], iris),
        shapes=_together(turtle_files("shapes"), iris),
        report=report_turtle(told, iris),
        quality=found.json,
        review=review(checks, cache, workers),
        severities=found.counts,
        inputs=readings.inputs,
        records=len(readings.records),
        quarantined=found.quarantined,
        example=_example(checked, iris),
        queries=describe_queries(iris),
        keys=write_keys(readings.keys.entries),
        # With other objections nothing is taken over from the release before, whose databases keep what was deleted.
        made_with=software().hex() + readings.objections,
    )


def _together(paths: Iterable[Path], iris: Iris) -> str:
    """Turtle files as one, with the base against which their relative IRIs are resolved."""
    return f"@base <{iris.base}> .\n\n" + "\n".join(path.read_text("utf-8") for path in paths)


def _example(checked: Mapping[str, CheckedRow], iris: Iris) -> str | None:
    """The partnership of which most is told."""
    published = (key for key, record in checked.items() if not record.quarantined)
    key = max(published, key=lambda k: (checked[k].lines, k), default=None)
    return iris.entity("partnership", key) if key else None
