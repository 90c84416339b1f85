"""What passed -> the content of a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from sqlite3 import Connection

from atlas_ld.config import Settings
from atlas_ld.iris import Iris
from atlas_ld.pipeline.cache import software
from atlas_ld.pipeline.checking import Checked, Checks, told_results
from atlas_ld.pipeline.entities import KeptEntities, publish
from atlas_ld.pipeline.quality import quality
from atlas_ld.pipeline.reading import Readings
from atlas_ld.queries.description import describe_queries
from atlas_ld.release.writing.writer import Content
from atlas_ld.resources import root, turtle_files
from atlas_ld.validation import report_turtle


def gather(readings: Readings, checks: Checks, settings: Settings, cache: Connection, path: Path) -> Content:
    """The content of a release of every record that is not quarantined. `path` is the file of the cache, from which
    the release is written once the cache is closed."""
    iris = Iris(settings.base_iri)
    checked = checks.records
    publish(cache, checks.changes, settings.base_iri)
    found = quality(checked, [*readings.unreadable, *checks.remarks])
    return Content(
        entities=KeptEntities(path),
        ontology=_together([root() / "ontology" / "atlas.ttl", *turtle_files("ontology/alignments")], iris),
        shapes=_together(turtle_files("shapes"), iris),
        report=report_turtle((told for record in checked.values() for told in told_results(record)), iris),
        quality=found.json,
        severities=found.counts,
        inputs=readings.inputs,
        records=len(readings.records),
        quarantined=found.quarantined,
        example=_example(checked, iris),
        queries=describe_queries(iris),
        made_with=software().hex(),
    )


def _together(paths: Iterable[Path], iris: Iris) -> str:
    """Turtle files as one, with the base against which their relative IRIs are resolved."""
    return f"@base <{iris.base}> .\n\n" + "\n".join(path.read_text("utf-8") for path in paths)


def _example(checked: Mapping[str, Checked], iris: Iris) -> str | None:
    """The partnership of which most is told."""
    published = (key for key, record in checked.items() if not record.quarantined)
    key = max(published, key=lambda k: (checked[k].lines, k), default=None)
    return iris.entity("partnership", key) if key else None
