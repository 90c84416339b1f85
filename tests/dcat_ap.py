"""The shapes of DCAT-AP, which lie beside the checkout: reference data, nothing of which is part of the project."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyshacl
from rdflib import OWL, Graph

from atlas_ld.vocabulary import SH

VERSION = "3.0.1"
FOLDER = Path(__file__).parents[2] / "shared" / "data" / "interop" / "dcat-ap" / VERSION / "html" / "shacl"


@cache
def shapes(name: str) -> Graph:
    found = Graph().parse(FOLDER / f"{name}.ttl")
    found.remove((None, OWL.imports, None))  # nothing is fetched
    return found


def results(name: str, turtle: str) -> set[tuple[str, str]]:
    """What the shapes of a file find in a catalogue: the thing and the property of each result."""
    _, report, _ = pyshacl.validate(Graph().parse(data=turtle), shacl_graph=shapes(name), do_owl_imports=False)
    assert isinstance(report, Graph)
    return {
        (str(report.value(result, SH.focusNode)), str(report.value(result, SH.resultPath)))
        for result in report.objects(None, SH.result)
    }
