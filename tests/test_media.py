"""What clients ask for and what they get: RFC 9110, section 12.5.1, and headers that real software sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.media import (
    CSV,
    DOCUMENT_FORMATS,
    HTML,
    JSONLD,
    NQUADS,
    NTRIPLES,
    RDF_FORMATS,
    RDFXML,
    RESULT_FORMATS,
    SPARQL_JSON,
    SPARQL_XML,
    TRIG,
    TURTLE,
    Format,
    by_extension,
    choose,
    parse_accept,
)

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"  # noqa: E501
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
OLD_SAFARI = "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
RDF4J = "application/rdf+xml;q=0.8, text/turtle, application/x-turtle, application/trig;q=0.8, text/n3;q=0.8, */*;q=0.1"
RDFLIB = "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, */*;q=0.1"
AXIOS = "application/json, text/plain, */*"
JQUERY = "application/json, text/javascript, */*; q=0.01"

CASES: list[tuple[str | None, Format | None]] = [
    # nothing asked
    (None, HTML),
    ("", HTML),
    ("   ", HTML),
    ("*/*", HTML),
    # one format
    ("text/html", HTML),
    ("text/turtle", TURTLE),
    ("application/ld+json", JSONLD),
    ("application/n-triples", NTRIPLES),
    ("application/rdf+xml", RDFXML),
    ("application/trig", TRIG),
    ("application/n-quads", NQUADS),
    ("text/csv", CSV),
    ("TEXT/Turtle", TURTLE),
    # by another name
    ("application/xhtml+xml", HTML),
    ("application/x-turtle", TURTLE),
    ("text/n3", TURTLE),
    ("application/json", JSONLD),
    ("text/plain", NTRIPLES),
    ("application/xml", RDFXML),
    ("text/xml", RDFXML),
    # quality
    ("text/turtle;q=0.5, application/ld+json;q=0.6", JSONLD),
    ("text/turtle;q=0.6, application/ld+json;q=0.5", TURTLE),
    ("text/turtle;q=0.5,text/html;q=0.4", TURTLE),
    ("text/turtle; q=0.001, application/pdf", TURTLE),
    ("text/turtle;q=1.000, text/html;q=0.999", TURTLE),
    ("text/turtle ; q=0.9 , text/html ; q=0.8", TURTLE),
    ("text/turtle, text/html", HTML),
    ("text/turtle;Q=0.2, application/ld+json;q=0.1", TURTLE),
    # q=0 rules out
    ("text/html;q=0, */*", TURTLE),
    ("text/html;q=0", None),
    ("text/*;q=0, */*", JSONLD),
    ("*/*;q=0", None),
    ("*/*;q=0, text/turtle", TURTLE),
    ("text/turtle;q=0, text/turtle;q=0.0", None),
    # wildcards, and the more specific range that sets the quality
    ("text/*", HTML),
    ("application/*", JSONLD),
    ("application/*, application/ld+json;q=0.1", NTRIPLES),
    ("*/*;q=0.1, text/turtle", TURTLE),
    ("*/*, text/turtle;q=0.1", HTML),
    ("text/turtle, */*", TURTLE),
    ("*/*, application/json", JSONLD),
    ("image/*", None),
    ("*/html", HTML),
    # parameters: charset and profile never rule out, others name what we do not have
    ("text/turtle;charset=utf-8", TURTLE),
    ('text/turtle;charset="UTF-8";q=0.7, text/html;q=0.6', TURTLE),
    ("application/ld+json;profile=http://www.w3.org/ns/json-ld#compacted", JSONLD),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#flattened http://example.org/a,b;c"', JSONLD),
    ('application/ld+json;profile="a,b";q=0.1, text/turtle;q=0.2', TURTLE),
    ("text/html;level=1", None),
    ("text/html;level=1, text/turtle;q=0.1", TURTLE),
    ("text/turtle;q=0.5;extension=1, application/ld+json;q=0.4", TURTLE),
    ("text/turtle;;q=0.5, text/html;q=0.4", TURTLE),
    # nothing that we have
    ("application/pdf", None),
    ("application/vnd.oasis.opendocument.text", None),
    # malformed elements are left out; a wholly malformed header says nothing
    ("nonsense", HTML),
    ("text/", HTML),
    (",,,", HTML),
    ("text/turtle;q=2", HTML),
    ("text/turtle;q=high", HTML),
    ("text/turtle;q=-1, application/ld+json", JSONLD),
    ("text/turtle;q=0.1234, application/ld+json;q=0.1", JSONLD),
    ("nonsense, text/turtle", TURTLE),
    ('text/turtle;a="unclosed', HTML),
    ("text/turtle, , application/pdf,", TURTLE),
    # real clients
    (CHROME, HTML),
    (FIREFOX, HTML),
    (OLD_SAFARI, HTML),
    (JAVA, HTML),
    (JENA, TURTLE),
    (RDF4J, TURTLE),
    (RDFLIB, RDFXML),
    (AXIOS, JSONLD),
    (JQUERY, JSONLD),
]


@pytest.mark.parametrize(("accept", "expected"), CASES)
def test_a_document_is_given_in_the_format_asked_for(accept: str | None, expected: Format | None) -> None:
    assert choose(accept, DOCUMENT_FORMATS) is expected


def test_a_client_that_prefers_html_but_takes_anything_gets_data_where_there_is_no_page() -> None:
    for accept in (JAVA, "text/html, */*;q=0.5", "*/*", None):
        assert choose(accept, RDF_FORMATS) is TURTLE


def test_sparql_clients_get_their_results_format() -> None:
    assert choose("application/sparql-results+json,application/json;q=0.9", RESULT_FORMATS) is SPARQL_JSON
    assert choose("application/sparql-results+xml, */*;q=0.1", RESULT_FORMATS) is SPARQL_XML
    assert choose("application/xml", RESULT_FORMATS) is SPARQL_XML


def test_every_extension_names_one_format() -> None:
    assert [by_extension(f.extension, DOCUMENT_FORMATS) for f in DOCUMENT_FORMATS] == list(DOCUMENT_FORMATS)
    assert by_extension("exe", DOCUMENT_FORMATS) is None


@given(st.text(max_size=200))
def test_no_header_breaks_the_parser(header: str) -> None:
    assert all(0 <= media_range.quality <= 1 for media_range in parse_accept(header))


@given(st.permutations(DOCUMENT_FORMATS), st.lists(st.integers(0, 1000), min_size=8, max_size=8, unique=True))
def test_the_highest_quality_wins_in_any_order(formats: list[Format], thousandths: list[int]) -> None:
    header = ", ".join(f"{f.media_type};q={q / 1000:.3f}" for f, q in zip(formats, thousandths, strict=True))
    best = max(zip(thousandths, formats, strict=True), key=lambda pair: pair[0])[1]
    assert choose(header, DOCUMENT_FORMATS) is best


@pytest.mark.parametrize("tail", ['x="a', 'x="', 'x="\\', 'x="\\"', 'x="a\\"b'])
def test_a_quoted_string_that_is_not_closed_spoils_what_follows_and_nothing_before(tail: str) -> None:
    ranges = parse_accept(f"text/turtle, text/html;{tail}, text/csv")
    assert [(r.type, r.subtype) for r in ranges] == [("text", "turtle")]
