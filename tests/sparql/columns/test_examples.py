"""The example queries on columns: which are answered there, with Oxigraph's rows, and that the page says so."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, Store

from atlas_ld.iris import Iris
from atlas_ld.media import SPARQL_JSON
from atlas_ld.queries.named import named_queries
from atlas_ld.release.layout import Release
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.engine import answer
from atlas_ld.sparql.columns.layout import Columns
from atlas_ld.sparql.columns.looks import is_analytic
from atlas_ld.vocabulary import PREFIXES
from tests.sparql.columns.differences import columns_of

IRIS = Iris("http://localhost:8000/")
PAGE = Path(__file__).parents[3] / "docs" / "sparql.md"
DECLINED = {
    "distance-between-partners", "is-there-a-partner", "links-to-other-data-sets", "partnerships-by-territory",
    "quality-report",
}  # fmt: skip
CONCATENATED = {"roles", "countries"}
"""Values of GROUP_CONCAT, whose parts may stand in any order."""


@pytest.fixture(scope="module")
def store(demonstration: Release) -> Store:
    return Store.read_only(str(demonstration.store))


@pytest.fixture(scope="module")
def columns(store: Store) -> Columns:
    return columns_of(store)


def asked() -> dict[str, str]:
    bound = {name: query.bound({}, IRIS) for name, query in named_queries().items()}
    return {name: query for name, query in bound.items() if is_analytic(query)}


def bag(document: bytes) -> Counter[str]:
    return Counter(json.dumps(_told(row), sort_keys=True) for row in json.loads(document)["results"]["bindings"])


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: sorted(term["value"].split(", ")) if name in CONCATENATED else term["value"] for name, term in row.items()
    }


@pytest.mark.parametrize("name", asked())
def test_an_example_is_answered_as_oxigraph_answers_it_or_is_one_of_five(
    name: str, store: Store, columns: Columns
) -> None:
    prefixes = PREFIXES | IRIS.prefixes
    try:
        ours = b"".join(answer(columns, asked()[name], SPARQL_JSON.name, prefixes))
    except Uncovered:
        assert name in DECLINED
        return
    assert name not in DECLINED
    found = store.query(asked()[name], prefixes=prefixes)
    assert isinstance(found, QuerySolutions)
    assert bag(ours) == bag(found.serialize(format=QueryResultsFormat.JSON) or b"")


def test_the_page_says_how_many_are_tried_and_answered() -> None:
    total, tried = len(named_queries()), len(asked())
    text = " ".join(PAGE.read_text("utf-8").split())
    assert f"Of the {total} examples {tried} are tried on columns and {tried - len(DECLINED)} answered there" in text
    assert all(f"`{name}`" in text for name in DECLINED)
