"""Queries on columns, asked of the query service like all others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.errors import QueryTooLarge
from atlas_ld.media import RESULT_FORMATS, SPARQL_JSON, Format
from atlas_ld.sparql.client import QueryService
from atlas_ld.sparql.column_file import ColumnFile
from atlas_ld.sparql.columns.attachment import Attached
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.vocabulary import PREFIXES
from tests.sparql.conftest import IRIS

SECONDS = 30
TITLES = "SELECT ?title { ?p a atlas:Partnership ; dct:title ?title } ORDER BY ?title"
TOTAL = "SELECT (SUM(?amount) AS ?total) { ?line atlas:amount ?amount }"
LISTING = "SELECT ?p ?country { ?p dct:title ?t OPTIONAL { ?p atlas:partnerCountry ?country } } ORDER BY ?p"


def wait_until(holds: object) -> None:
    end = time.monotonic() + SECONDS
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def filled(store: Path) -> Iterator[ColumnFile]:
    file = ColumnFile(store)
    file.fill()
    wait_until(lambda: file.is_filled)
    yield file
    file.close()


def text(service: QueryService, query: str, format_: Format = SPARQL_JSON) -> bytes:
    with service.run(QueryRequest(query, (format_,))) as answer:
        return answer.content()


@pytest.mark.parametrize("format_", RESULT_FORMATS, ids=lambda format_: format_.name)
@pytest.mark.parametrize("query", [TITLES, TOTAL, LISTING])
def test_a_worker_answers_with_the_bytes_that_oxigraph_writes(
    filled: ColumnFile, store: Path, query: str, format_: Format
) -> None:
    service = QueryService(store, IRIS.base, Settings(workers=1, query_cache_mb=0))  # without columns
    attached = Attached(filled.descriptor)
    wait_until(lambda: attached.answer(query, format_.name, PREFIXES | IRIS.prefixes, None))
    pieces = attached.answer(query, format_.name, PREFIXES | IRIS.prefixes, None)
    assert pieces is not None
    assert b"".join(pieces) == text(service, query, format_)
    service.close()


def test_a_service_answers_the_same_before_and_after_its_columns_are_written(store: Path) -> None:
    service = QueryService(store, IRIS.base, Settings(workers=1, query_cache_mb=0), columns=True)
    before = [text(service, query) for query in (TITLES, TOTAL, LISTING)]
    wait_until(lambda: service.status()["columns"])
    time.sleep(1)  # for the worker to attach them
    assert [text(service, query) for query in (TITLES, TOTAL, LISTING)] == before
    service.close()


def test_the_limit_of_rows_holds_on_columns(store: Path) -> None:
    service = QueryService(store, IRIS.base, Settings(workers=1, query_rows=2), columns=True)
    wait_until(lambda: service.status()["columns"])
    with pytest.raises(QueryTooLarge):
        text(service, TITLES)
    service.close()


def test_closing_ends_the_process_that_writes_the_columns(large_store: Path) -> None:
    file = ColumnFile(large_store)
    file.fill()
    writer = file.writer
    file.close()
    assert writer is not None
    assert writer.returncode is not None
