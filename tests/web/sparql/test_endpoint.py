"""/sparql: the protocol, errors, the page for people, and real clients against a real server."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TURTLE, SPARQLWrapper
from werkzeug.test import TestResponse

from atlas_ld import queries
from atlas_ld.config import Settings
from atlas_ld.errors import QueryError
from atlas_ld.iris import Iris
from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS, Format
from atlas_ld.release.layout import Release
from atlas_ld.sparql.client import QueryService
from atlas_ld.sparql.request import QueryRequest
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.web.serving import serving

IRIS = Iris("http://localhost:8000/")
ASK, ROWS = "ASK { }", "SELECT ?p { ?p a atlas:Partnership } ORDER BY ?p LIMIT 2"
GRAPH = "DESCRIBE partnership:crea-ocean-2010"
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FUNDING = (
    "SELECT ?year (SUM(?amount) AS ?total) { partnership:crea-ocean-2010 atlas:fundingLine ?line . "
    "?line atlas:year ?year ; atlas:amount ?amount } GROUP BY ?year ORDER BY ?year"
)
SETTINGS = Settings(workers=1, query_seconds=1.0, query_length=5000)
FORM = "application/x-www-form-urlencoded"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(scope="module")
def app(demonstration: Release) -> Iterator[Flask]:
    publication = open_publication(replace(SETTINGS, releases=demonstration.path.parent))
    yield create_app(publication)
    publication.service.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, query: str | None = None, accept: str | None = None, **values: str) -> TestResponse:
    arguments = values | ({"query": query} if query is not None else {})
    return client.get("/sparql", query_string=arguments, headers={"Accept": accept} if accept else {})


def problem(response: TestResponse) -> dict[str, Any]:
    assert response.mimetype == "application/problem+json"
    content: dict[str, Any] = json.loads(response.data)
    assert content["status"] == response.status_code
    return content


# The protocol


def test_a_query_comes_by_get_by_form_or_as_the_body(client: FlaskClient) -> None:
    answers = [
        ask(client, ROWS),
        client.post("/sparql", data={"query": ROWS}),
        client.post("/sparql", data=ROWS, content_type="application/sparql-query; charset=utf-8"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].headers["Content-Length"] == str(len(answers[0].data))
    assert answers[0].headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("format_", RESULT_FORMATS)
def test_rows_are_negotiated_and_named_by_format(client: FlaskClient, format_: Format) -> None:
    for answer in (ask(client, ROWS, format_.media_type), ask(client, ROWS, BROWSER, format=format_.extension)):
        assert answer.content_type == format_.content_type
        assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("format_", RDF_FORMATS)
def test_graphs_are_negotiated_and_named_by_format(client: FlaskClient, format_: Format) -> None:
    for answer in (ask(client, GRAPH, format_.media_type), ask(client, GRAPH, BROWSER, format=format_.extension)):
        assert answer.content_type == format_.content_type
        assert len(rdflib.Dataset().parse(data=answer.data, format=format_.rdflib)) > 20


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (ROWS, None, "application/sparql-results+json"),
        (ROWS, "*/*", "application/sparql-results+json"),
        (ROWS, "application/json", "application/sparql-results+json"),
        (ROWS, "text/turtle, application/sparql-results+xml;q=0.5", "application/sparql-results+xml"),
        (GRAPH, None, "text/turtle; charset=utf-8"),
        (GRAPH, "application/json", "application/ld+json"),
        (GRAPH, "application/sparql-results+json, text/turtle;q=0.1", "text/turtle; charset=utf-8"),
        (ASK, BROWSER, "text/html; charset=utf-8"),
        (GRAPH, "text/turtle, text/html;q=0.1", "text/turtle; charset=utf-8"),
        (GRAPH, "application/rdf+xml, text/html;q=0.9, */*;q=0.1", "application/rdf+xml"),
        (ROWS, "application/sparql-results+json, text/html;q=0.1", "application/sparql-results+json"),
        (ROWS, "text/turtle, text/html;q=0.1", "text/html; charset=utf-8"),
        (
            f"# SELECT\nPREFIX a:<http://a.example/>{GRAPH}",
            "text/turtle, text/html;q=0.1",
            "text/turtle; charset=utf-8",
        ),
        (ROWS, "application/sparql-results+json;version=1.2", "application/sparql-results+json"),
        (ROWS, 'application/sparql-results+xml; version="1.2"; q=0.9', "application/sparql-results+xml"),
        (GRAPH, "text/turtle;version=1.2, application/n-triples;q=0.5", "text/turtle; charset=utf-8"),
    ],
)
def test_the_kind_of_answer_decides_among_what_is_accepted(
    client: FlaskClient, query: str, accept: str | None, content_type: str
) -> None:
    assert ask(client, query, accept).content_type == content_type


@pytest.mark.parametrize("address", ["query=ASK%20%7B%7D%23%E9", "query=ASK{}&note=%FF", "query=ASK{}&%E9=1"])
def test_bytes_that_are_no_utf_8_are_refused_in_the_address_and_in_a_form(client: FlaskClient, address: str) -> None:
    by_form = client.post("/sparql", data=address, content_type=FORM)
    by_address = client.get("/sparql", query_string=address)
    for answer in (by_address, by_form):
        assert answer.status_code == 400
        assert problem(answer)["type"].endswith("#problem-utf8")


@pytest.mark.parametrize(
    "asked", ["query=", "query=%20%0A", "default-graph-uri=http://g.example/", "named-graph-uri=http://g.example/"]
)
def test_an_empty_query_and_a_dataset_without_a_query_are_refused(client: FlaskClient, asked: str) -> None:
    for answer in (client.get("/sparql", query_string=asked), client.post("/sparql", data=asked, content_type=FORM)):
        assert answer.status_code == 400
        assert problem(answer)["type"].endswith("#problem-query")


def test_the_dataset_in_the_address_of_a_form_is_honoured(client: FlaskClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    address = urlencode({"default-graph-uri": IRIS.quality_graph})
    found = [
        client.post(f"/sparql?{address}", data={"query": query}).data,
        client.post("/sparql", data=f"{address}&{urlencode({'query': query})}", content_type=FORM).data,
        client.post("/sparql", data={"query": query}).data,
    ]
    assert found[0] == found[1] != found[2]
    twice = client.post("/sparql?query=ASK{}", data={"query": query})
    assert problem(twice)["type"].endswith("#problem-one-query")


def test_a_thousand_and_one_parameters_are_refused(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string="query=ASK{}" + "&x=1" * 1000)
    assert problem(answer)["type"].endswith("#problem-parameters")


@pytest.mark.parametrize("query", ["SELECT ?p { ?p a atlas:Partnership } ORDER BYRAND()", "SELECT(RAND#\n()AS?r){}"])
def test_chance_is_never_kept_however_it_is_spelt(client: FlaskClient, query: str) -> None:
    assert len({ask(client, query).data for _ in range(8)}) > 1


@pytest.mark.parametrize(
    ("query", "accept", "offered"),
    [(ROWS, "text/turtle", "text/csv"), (GRAPH, "text/csv", "text/turtle"), (ASK, "image/png", "application/trig")],
)
def test_what_cannot_be_written_is_406_with_what_can(
    client: FlaskClient, query: str, accept: str, offered: str
) -> None:
    answer = ask(client, query, accept)
    assert answer.status_code == 406
    assert offered in [alternative["type"] for alternative in problem(answer)["alternatives"]]


def test_the_alternatives_of_a_long_query_do_not_repeat_it(client: FlaskClient) -> None:
    assert len(ask(client, f"{ASK} #{'x' * 4000}", "image/png").headers["Link"]) < 4000


def test_the_dataset_of_the_protocol_is_honoured(client: FlaskClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def counted(**values: str) -> int:
        return int(ask(client, count, "text/csv", **values).data.split()[1])

    assert counted() > counted(**{"default-graph-uri": IRIS.quality_graph}) > 0
    assert counted(**{"default-graph-uri": "http://none.example/"}) == 0
    assert counted(**{"named-graph-uri": IRIS.quality_graph}) == 0


# Errors


@pytest.mark.parametrize(
    ("request_", "status", "type_"),
    [
        ({"data": {"update": "DROP ALL"}}, 403, "update"),
        ({"data": "DROP ALL", "content_type": "application/sparql-update"}, 403, "update"),
        ({"data": {"query": "DROP ALL"}}, 403, "refused"),
        ({"data": {"query": "SELECT * { SERVICE <http://x/> { } }"}}, 403, "refused"),
        ({"data": {"query": "SELECT * {"}}, 400, "syntax"),
        ({"data": {"other": "value"}}, 400, "query"),
        ({"data": {"query": [ASK, ASK]}}, 400, "one-query"),
        ({"data": {"query": ASK, "default-graph-uri": "no iri"}}, 400, "graph"),
        ({"data": {"query": ASK, "timeout": "soon"}}, 400, "seconds"),
        ({"data": {"query": ASK, "timeout": "-1"}}, 400, "seconds"),
        ({"data": {"query": ASK, "timeout": "nan"}}, 400, "seconds"),
        ({"data": b"ASK { } # \xff", "content_type": "application/sparql-query"}, 400, "utf8"),
        ({"data": ASK, "content_type": "text/plain"}, 415, "media-type"),
        ({"data": {"query": ASK + "#" * 6000}}, 413, "length"),
        ({"data": {"query": ASK + "#" * 1_000_000}}, 413, "length"),
        ({"data": ASK + "#" * 1_000_000, "content_type": "application/sparql-query"}, 413, "length"),
        ({"data": {"query": HEAVY, "timeout": "0.2"}}, 503, "timeout"),
    ],
)
def test_every_error_is_a_problem_of_its_own_type(
    client: FlaskClient, request_: dict[str, Any], status: int, type_: str
) -> None:
    answer = client.post("/sparql", **request_)
    assert answer.status_code == status
    assert problem(answer)["type"] == f"{IRIS.base}sparql#problem-{type_}"


def test_a_syntax_error_has_its_line_and_column(client: FlaskClient) -> None:
    found = problem(ask(client, "SELECT *\n  { ?s ?p }"))
    assert (found["line"], found["column"]) == (2, 12)


def test_other_methods_are_refused_with_those_allowed(client: FlaskClient) -> None:
    answer = client.put("/sparql")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["Allow"].split(",")}


def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient) -> None:
    get, head = ask(client, ROWS), client.head("/sparql", query_string={"query": ROWS})
    assert head.data == b""
    del head.headers["X-Request-ID"], get.headers["X-Request-ID"]
    assert dict(head.headers) == dict(get.headers)


def _until_busy(service: QueryService) -> None:
    with pytest.raises(QueryError):
        service.run(QueryRequest(HEAVY, seconds=4.0))


def test_a_busy_endpoint_says_when_to_come_back(demonstration: Release) -> None:
    busy = replace(SETTINGS, query_queue=0, query_seconds=20.0, releases=demonstration.path.parent)
    publication = open_publication(busy)
    try:
        thread = threading.Thread(target=_until_busy, args=(publication.service,))
        thread.start()
        time.sleep(1.5)
        answer = ask(create_app(publication).test_client(), ASK)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "20"
        assert problem(answer)["type"].endswith("#problem-busy")
    finally:
        thread.join()
        publication.service.close()


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, BROWSER, "text/csv", "text/turtle", "*/*;q=0"]))
def test_no_bytes_at_all_make_the_endpoint_fail(app: Flask, body: bytes, accept: str | None) -> None:
    headers = {"Accept": accept} if accept else {}
    sent = app.test_client().post("/sparql", data=body, content_type="application/sparql-query", headers=headers)
    assert sent.status_code in (200, 400, 403, 406, 422, 503)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=100), st.text(max_size=20), st.text(max_size=20))
def test_no_parameter_makes_the_endpoint_fail(app: Flask, query: str, format_: str, graph: str) -> None:
    values = {"query": query, "format": format_, "default-graph-uri": graph}
    assert app.test_client().get("/sparql", query_string=values).status_code in (200, 400, 403, 406, 422, 503)


# The page and the description


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("query", [None, ASK, ROWS, GRAPH, "SELECT * {", "SELECT * { SERVICE <http://x/> { } }"])
def test_people_get_a_page_whatever_happens(client: FlaskClient, language: str, query: str | None) -> None:
    answer = ask(client, query, BROWSER, lang=language)
    page = answer.data.decode()
    assert answer.mimetype == "text/html"
    assert f'<html lang="{language}"' in page
    assert "<textarea" in page
    assert (answer.status_code == 200) == ('role="alert"' not in page)


def test_a_query_stays_on_the_page_and_is_escaped(client: FlaskClient) -> None:
    page = ask(client, "SELECT * { </textarea><script>", BROWSER).data.decode()
    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "<script>" not in page


def test_rows_on_the_page_link_to_our_pages(client: FlaskClient) -> None:
    page = ask(client, "SELECT ?p { VALUES ?p { partnership:crea-ocean-2010 } }", BROWSER).data.decode()
    assert re.search(r'<a href="/doc/partnership/crea-ocean-2010[^"]*"[^>]*>partnership:crea-ocean-2010</a>', page)
    assert "format=csv" in page


def test_an_address_of_the_data_that_is_no_web_address_is_not_linked(client: FlaskClient) -> None:
    page = ask(client, "SELECT (IRI('javascript:alert(1)') AS ?x) { }", BROWSER).data.decode()
    assert 'href="javascript:' not in page


def test_costly_files_count_as_queries_of_their_client(demonstration: Release) -> None:
    publication = open_publication(replace(SETTINGS, query_per_client=1, releases=demonstration.path.parent))
    try:
        client = create_app(publication).test_client()
        dismiss = publication.service.admit("127.0.0.1")
        refused = client.get("/partnerships.csv")
        assert refused.status_code == 429
        assert problem(refused)["type"].endswith("#problem-client-busy")
        assert client.get("/partnerships").status_code == 200
        dismiss()
        for _ in range(3):  # each gives its place back when it has been sent
            with client.get("/partnerships.csv", buffered=True) as answer:
                assert answer.status_code == 200
    finally:
        publication.service.close()


def test_every_example_on_the_page_works(client: FlaskClient) -> None:
    for name in queries.names("examples"):
        text = queries.load(name).example(PREFIXES | IRIS.prefixes)
        answer = ask(client, text, "application/json")
        assert answer.status_code == 200, name
        assert json.loads(answer.data), name


@pytest.mark.parametrize("format_", RDF_FORMATS)
def test_machines_get_the_service_description(client: FlaskClient, format_: Format) -> None:
    answer = ask(client, accept=format_.media_type)
    graph = rdflib.Dataset(default_union=True).parse(data=answer.data, format=format_.rdflib)
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    service = graph.value(None, rdflib.RDF.type, sd.Service)
    assert graph.value(service, sd.endpoint) == rdflib.URIRef(f"{IRIS.base}sparql")
    assert len(list(graph.objects(service, sd.resultFormat))) == len(RESULT_FORMATS) + len(RDF_FORMATS)
    assert not any(isinstance(term, rdflib.BNode) for triple in graph.triples((None, None, None)) for term in triple)
    turtle = rdflib.Graph().parse(data=ask(client, accept="text/turtle").data, format="turtle")
    assert set(graph.triples((None, None, None))) == set(turtle)


def test_the_description_counts_the_triples_that_a_query_counts(client: FlaskClient) -> None:
    graph = rdflib.Graph()
    graph.parse(data=ask(client, accept="text/turtle").data, format="turtle")
    sd, void = (
        rdflib.Namespace(iri)
        for iri in ("http://www.w3.org/ns/sparql-service-description#", "http://rdfs.org/ns/void#")
    )
    (default,) = graph.objects(None, sd.defaultGraph)
    (told,) = graph.objects(default, void.triples)
    counted = ask(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", accept="text/csv").text.split()[1]
    assert str(told) == counted


# A real server


@pytest.fixture(scope="module")
def server(demonstration: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Host and port of the site, as `atlas-ld serve` serves it."""
    settings = replace(
        SETTINGS, releases=demonstration.path.parent, workers=2, query_seconds=2.0, query_trial_seconds=0.05
    )
    with serving(settings, tmp_path_factory.mktemp("sparql") / "log") as running:
        yield "127.0.0.1", running.port


def endpoint(server: tuple[str, int]) -> str:
    return f"http://{server[0]}:{server[1]}/sparql"


def raw(server: tuple[str, int], query: str, accept: str = "text/csv") -> tuple[int, dict[str, str], bytes]:
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    with contextlib.closing(http.client.HTTPConnection(*server, timeout=30)) as connection:
        connection.request("POST", "/sparql", query, headers)
        with connection.getresponse() as response:
            body = response.read()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def test_a_large_answer_arrives_whole(server: tuple[str, int]) -> None:
    _, _, counted = raw(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    status, headers, body = raw(server, "SELECT ?s { ?s ?p ?o }")
    assert status == 200
    assert body.count(b"\r\n") - 1 == int(counted.split()[1])
    assert int(headers.get("content-length", len(body))) == len(body) > 1_000_000


@pytest.mark.parametrize("accept", [format_.media_type for format_ in RESULT_FORMATS])
def test_an_answer_that_fails_half_way_is_a_broken_connection(server: tuple[str, int], accept: str) -> None:
    """Millions of rows begin to come at once and cannot be done in the time."""
    with pytest.raises(http.client.IncompleteRead) as caught:
        raw(server, f"SELECT * {{ ?a ?b ?c . {{ SELECT ?d {{ ?d ?e ?f }} }} }} # {accept}", accept)
    assert len(caught.value.partial) > 1_000_000


def test_the_first_rows_come_before_the_last_are_known(server: tuple[str, int]) -> None:
    """The answer has begun, well-formed as far as it goes, though it will never be done."""
    query = "SELECT * { ?a ?b ?c . { SELECT ?d { ?d ?e ?f } } } # first rows"
    headers = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    with contextlib.closing(http.client.HTTPConnection(*server, timeout=30)) as connection:
        connection.request("POST", "/sparql", query, headers)
        with connection.getresponse() as response:
            assert response.status == 200
            assert response.getheader("Content-Length") is None
            assert response.readline().rstrip() == b"a,b,c,d"


def test_clients_that_go_away_leave_the_endpoint_in_order(server: tuple[str, int]) -> None:
    request = f"GET /sparql?query={'SELECT*{?s?p?o}'} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    for _ in range(6):
        with socket.create_connection(server) as connection:
            connection.sendall(request)
            connection.recv(100)
    # One address may have four queries under way, and it is heard of a closed connection a moment after.
    statuses = [raw(server, ASK)[0]]
    while statuses[-1] == 429 and len(statuses) < 100:
        time.sleep(0.05)
        statuses.append(raw(server, ASK)[0])
    assert statuses[-1] == 200


def test_sparqlwrapper_asks_in_every_way(server: tuple[str, int]) -> None:
    wrapper = SPARQLWrapper(endpoint(server))
    wrapper.setQuery(FUNDING)
    wrapper.setReturnFormat(JSON)
    for method, how in (("GET", None), (POST, None), (POST, POSTDIRECTLY)):
        wrapper.setMethod(method)
        if how:
            wrapper.setRequestMethod(how)
        found = wrapper.queryAndConvert()["results"]["bindings"]
        assert [(row["year"]["value"], row["total"]["value"]) for row in found] == [
            ("2019", "39650"),
            ("2020", "39650"),
        ]
    wrapper.setReturnFormat(CSV)
    assert wrapper.queryAndConvert().startswith(b"year,total")
    wrapper.setQuery(GRAPH)
    wrapper.setReturnFormat(TURTLE)
    assert len(rdflib.Graph().parse(data=wrapper.queryAndConvert(), format="turtle")) > 20


def test_rdflib_reads_the_endpoint_as_a_store(server: tuple[str, int]) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint(server)))
    subject = rdflib.URIRef(IRIS.entity("partnership", "crea-ocean-2010"))
    query = f"PREFIX atlas: <{PREFIXES['atlas']}> " + FUNDING.replace("partnership:crea-ocean-2010", subject.n3())
    assert [(str(row[0]), int(row[1])) for row in graph.query(query)] == [("2019", 39650), ("2020", 39650)]
    assert str(graph.value(subject, rdflib.DCTERMS.title)).startswith("CREA")


@pytest.mark.parametrize(
    ("query", "french", "english"),
    [
        ("SELECT * { ?s foo:b ?o }", "Le préfixe foo: n’est pas déclaré", "The prefix foo: is not declared"),
        ("SELECT * { ?s ?p ?o", "n’est pas fermé", "is not closed"),
        ("SELECT * { SERVICE <http://x/> { } }", "SERVICE est refusé", "SERVICE is refused"),
        ("DROP ALL", "ne prend pas de mises à jour", "takes no updates"),
    ],
)
@pytest.mark.parametrize("accept", ["application/sparql-results+json", "text/html"])
def test_what_is_wrong_with_a_query_is_said_in_the_language_of_the_request(
    client: FlaskClient, query: str, french: str, english: str, accept: str
) -> None:
    for language, text in (("fr", french), ("en", english)):
        response = client.post(
            "/sparql",
            data=query,
            content_type="application/sparql-query",
            headers={"Accept": accept, "Accept-Language": language},
        )
        assert response.status_code >= 400
        told = unescape(response.text) if accept == "text/html" else response.get_json()["detail"]
        assert text in told
