"""web.queries: the examples as resources with parameters."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
import rdflib
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib.namespace import RDF, SH

from atlas_ld.errors import EndpointBusy, QueryTimeout
from atlas_ld.media import RDF_FORMATS, Format
from atlas_ld.queries.named import NamedQuery, named_queries
from atlas_ld.release.layout import Release
from atlas_ld.sparql.client import QueryService
from atlas_ld.web.http.responses import _software
from atlas_ld.web.sparql.named_queries import GRAPHS, TABLES, formats_of

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode())))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("named", named_queries().values(), ids=lambda named: named.name)
def test_every_query_has_a_page_in_both_languages(
    named: NamedQuery, language: str, demonstration_client: FlaskClient
) -> None:
    answer = demonstration_client.get(f"/queries/{named.name}?lang={language}", headers={"Accept": BROWSER})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}">' in page
    assert all(f'name="{parameter.name}"' in page for parameter in named.parameters)
    assert "SELECT" in page or "ASK" in page or "CONSTRUCT" in page


@pytest.mark.parametrize("named", named_queries().values(), ids=lambda named: named.name)
def test_every_answer_comes_in_every_format_at_its_own_address(
    named: NamedQuery, demonstration_client: FlaskClient
) -> None:
    for extension, format_ in formats_of(named).items():
        answer = demonstration_client.get(f"/queries/{named.name}.{extension}")
        assert answer.status_code == 200
        assert answer.content_type == format_.content_type
        assert "Accept" not in answer.headers.get("Vary", "").split(", ")


@pytest.mark.parametrize("format_", TABLES.values(), ids=lambda f: f.name)
def test_the_format_is_negotiated_and_its_address_told(format_: Format, demonstration_client: FlaskClient) -> None:
    accept = {"Accept": format_.media_type}
    answer = demonstration_client.get("/queries/partnerships-signed-in-a-year?year=1946", headers=accept)
    assert answer.content_type == format_.content_type
    assert {"Accept", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
    [extension] = [extension for extension, one in TABLES.items() if one is format_]
    location = answer.headers["Content-Location"]
    assert location == f"/queries/partnerships-signed-in-a-year.{extension}?year=1946"
    assert demonstration_client.get(location).data == answer.data


def test_an_answer_links_to_the_others(demonstration_client: FlaskClient) -> None:
    links = demonstration_client.get("/queries/keywords.csv").headers["Link"]
    assert '</queries/keywords>; rel="canonical"' in links
    assert 'keywords.json>; rel="alternate"; type="application/sparql-results+json"' in links


def test_a_format_that_holds_no_table_is_not_acceptable(demonstration_client: FlaskClient) -> None:
    assert demonstration_client.get("/queries/keywords", headers={"Accept": "text/turtle"}).status_code == 406
    assert demonstration_client.get("/queries/keywords.ttl").status_code == 404
    assert demonstration_client.get("/queries/network-of-partners", headers={"Accept": "text/csv"}).status_code == 406


def test_a_graph_comes_as_a_graph(demonstration_client: FlaskClient) -> None:
    for extension, format_ in GRAPHS.items():
        answer = demonstration_client.get(f"/queries/network-of-partners.{extension}")
        assert len(rdflib.Dataset(default_union=True).parse(data=answer.data, format=format_.rdflib)) > 300


def test_a_parameter_is_a_key_a_year_or_a_text(demonstration_client: FlaskClient) -> None:
    country = demonstration_client.get("/queries/cooperating-with-a-country.csv?country=country-tg").data
    assert len({row["partnership"] for row in rows(country)}) == 19  # 14 rows of the tables, and 5 of the Atlas's pages
    year = demonstration_client.get("/queries/partnerships-signed-in-a-year.csv?year=1946").data
    assert [row["title"] for row in rows(year)] == ["Jumelage Orléans – Dundee"]
    words = demonstration_client.get("/queries/text-search.csv?words=g%C3%A9oparc").data
    assert [row["title"] for row in rows(words)] == ["Préfiguration du géoparc de Khammouane"]


def test_a_parameter_that_is_not_given_has_its_example(demonstration_client: FlaskClient) -> None:
    given = demonstration_client.get("/queries/cooperating-with-a-country.csv?country=country-ca").data
    assert demonstration_client.get("/queries/cooperating-with-a-country.csv").data == given


@pytest.mark.parametrize(
    "query",
    [
        "cooperating-with-a-country.csv?contry=country-ca",
        "cooperating-with-a-country.csv?country=country-ca&country=country-tg",
        "cooperating-with-a-country.csv?country=",
        "cooperating-with-a-country.csv?country=Canada",
        "cooperating-with-a-country.csv?country=%3E%20%7D%20%23",
        "partnerships-signed-in-a-year.csv?year=98",
        "text-search.csv?words=" + 201 * "x",
        "keywords.csv?page=2",
    ],
)
def test_a_parameter_that_cannot_be_is_a_problem_that_says_which(query: str, demonstration_client: FlaskClient) -> None:
    answer = demonstration_client.get(f"/queries/{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert query.partition("?")[2].partition("=")[0] in json.loads(answer.data)["detail"]


def test_a_key_that_the_release_does_not_know_is_not_an_empty_answer(demonstration_client: FlaskClient) -> None:
    answer = demonstration_client.get("/queries/cooperating-with-a-country.csv?country=country-zz")
    assert answer.status_code == 404
    assert "country-zz" in json.loads(answer.data)["detail"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_no_text_makes_a_query_fail(demonstration_client: FlaskClient, words: str) -> None:
    answer = demonstration_client.get("/queries/text-search.csv", query_string={"words": words})
    assert answer.status_code in (200, 400)


def test_what_the_client_holds_is_not_asked_again(
    demonstration_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = demonstration_client.get("/queries/keywords.csv").headers["ETag"]
    monkeypatch.setattr(QueryService, "run", None)
    answer = demonstration_client.get("/queries/keywords.csv", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_the_same_query_gives_the_same_bytes_in_every_process(demonstration: Release) -> None:
    """Entity tags are made of the address: the bytes behind it must be the same wherever they are made."""
    program = """
import hashlib, sys
from pyoxigraph import QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize
from atlas_ld.iris import Iris
from atlas_ld.queries.named import named_queries
from atlas_ld.vocabulary import PREFIXES
store, iris = Store.read_only(sys.argv[1]), Iris("http://localhost:8000/")
for named in named_queries().values():
    found = store.query(named.bound({}, iris), prefixes=PREFIXES | iris.prefixes)
    if isinstance(found, QueryTriples):
        content = serialize(found, format=RdfFormat.N_TRIPLES)
    else:
        content = found.serialize(format=QueryResultsFormat.JSON)
    print(named.name, hashlib.sha256(content).hexdigest())
"""
    found = {
        subprocess.run(
            [sys.executable, "-c", program, str(demonstration.store)],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("error", "status"), [(QueryTimeout("too long", 1.0), 503), (EndpointBusy("full", retry_after=3), 503)]
)
def test_a_query_that_fails_is_a_problem(
    error: Exception, status: int, demonstration_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[bytes]:
        raise error

    monkeypatch.setattr(QueryService, "run", fail)
    for path in ("keywords.csv", "keywords"):
        assert demonstration_client.get(f"/queries/{path}").status_code == status


def test_the_list_names_every_query_for_people(demonstration_client: FlaskClient) -> None:
    page = demonstration_client.get("/queries/", headers={"Accept": BROWSER}).get_data(as_text=True)
    assert all(page.count(f'id="{name}"') == 1 for name in named_queries())


def test_the_list_is_json_for_programs(demonstration_client: FlaskClient) -> None:
    listed = json.loads(demonstration_client.get("/queries/", headers={"Accept": "application/json"}).data)["queries"]
    assert [one["name"] for one in listed] == list(named_queries())
    [canada] = [one for one in listed if one["name"] == "cooperating-with-a-country"]
    assert canada["parameters"][0]["default"] == "country-ca"
    assert canada["formats"]["csv"] == "http://localhost:8000/queries/cooperating-with-a-country.csv"


@pytest.mark.parametrize("format_", RDF_FORMATS, ids=lambda f: f.name)
def test_the_list_is_rdf_for_programs(format_: Format, demonstration_client: FlaskClient) -> None:
    for answer in (
        demonstration_client.get("/queries/", headers={"Accept": format_.media_type}),
        demonstration_client.get(f"/queries.{format_.extension}"),
    ):
        graph = rdflib.Dataset(default_union=True).parse(data=answer.data, format=format_.rdflib)
        assert len(set(graph.subjects(RDF.type, SH.SPARQLExecutable))) == len(named_queries())


@pytest.mark.parametrize("named", named_queries().values(), ids=lambda named: named.name)
def test_openapi_describes_every_query_with_its_parameters(
    named: NamedQuery, demonstration_client: FlaskClient
) -> None:
    paths = json.loads(demonstration_client.get("/api.json").data)["paths"]
    described = paths[f"/queries/{named.name}"]["get"]
    assert [one["name"] for one in described["parameters"]] == [one.name for one in named.parameters]
    values = {one["name"]: one["schema"]["default"] for one in described["parameters"]}
    [extension, *_] = paths[f"/queries/{named.name}.{{extension}}"]["get"]["parameters"]
    assert extension["schema"]["enum"] == list(formats_of(named))
    assert all(re.search(one["schema"]["pattern"], values[one["name"]]) for one in described["parameters"])
    for name in extension["schema"]["enum"][:1]:
        answer = demonstration_client.get(f"/queries/{named.name}.{name}", query_string=values)
        assert answer.mimetype in described["responses"]["200"]["content"]


def test_no_parameter_has_a_name_that_an_address_uses_already() -> None:
    taken = {"name", "lang", "format", "endpoint", "page"}
    assert not taken & {parameter.name for named in named_queries().values() for parameter in named.parameters}


@pytest.mark.parametrize("path", ["none", "none.csv", "keywords.docx", "keywords.csv.gz", "saved"])
def test_what_is_no_query_is_not_there(path: str, demonstration_client: FlaskClient) -> None:
    assert demonstration_client.get(f"/queries/{path}").status_code in (404, 405)


def test_entity_tags_change_with_the_queries() -> None:
    """An answer's tag is made before the answer: it must know the query's file."""
    assert any(path.name == "keywords.rq" for path in _software())
