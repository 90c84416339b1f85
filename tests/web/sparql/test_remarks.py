"""web/sparql/remarks.py: a query that finds nothing is told which of its names the data do not have."""

from __future__ import annotations

import pytest
from flask import Flask

from atlas_ld.web.publication import Publication
from atlas_ld.web.sparql.remarks import remarks


@pytest.fixture
def publication(demonstration_site: Flask) -> Publication:
    found: Publication = demonstration_site.extensions["atlas"]
    return found


@pytest.mark.parametrize(
    ("query", "name", "nearest"),
    [
        ("SELECT * { ?p atlas:fundingLines ?t }", "atlas:fundingLines", "atlas:fundingLine"),
        ("SELECT * { ?p a atlas:partnership }", "atlas:partnership", "atlas:Partnership"),
        ("SELECT * { ?p dct:titel ?t }", "dct:titel", "dct:title"),
        (
            "PREFIX a: <https://w3id.org/atlas-ld/ontology#> SELECT * { ?p a:participaton ?t }",
            "a:participaton",
            "atlas:participation",
        ),
        ("SELECT * { ?p <https://w3id.org/atlas-ld/ontology#amonut> ?t }", None, "atlas:amount"),
        ("SELECT * { partnership:no-such-thing dct:title ?t }", "partnership:no-such-thing", None),
    ],
)
def test_a_name_that_stands_nowhere_is_told_with_the_nearest(
    publication: Publication, query: str, name: str | None, nearest: str | None
) -> None:
    (remark,) = remarks(query, publication)
    assert name in (None, remark.name)
    assert nearest is None or remark.nearest[0] == nearest


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?p a atlas:Partnership FILTER(false) }",
        "SELECT * { ?p dct:title 'atlas:nonsense' } # atlas:nonsense",
        "PREFIX x: <http://nothing.example/> BASE <http://base.example/> SELECT * { ?p dct:title ?t FILTER(false) }",
        "SELECT",
        "",
    ],
)
def test_names_that_are_there_strings_and_comments_are_not_remarked(publication: Publication, query: str) -> None:
    assert remarks(query, publication) == []


def test_many_names_cost_no_more_than_fifty(publication: Publication) -> None:
    query = " ".join(f"atlas:nothing{number}" for number in range(20_000))
    assert len(remarks(query, publication)) == 50


def test_the_page_tells_it_escaped_and_in_its_language(demonstration_site: Flask) -> None:
    query = "SELECT * { ?p atlas:fundingLines <http://a.example/?x=1&y=2> }"
    for language, told in (("fr", "nulle part dans les données"), ("en", "nowhere in the data")):
        page = demonstration_site.test_client().get(
            "/sparql", query_string={"query": query, "format": "html"}, headers={"Accept-Language": language}
        )
        assert told in page.text
        assert "<code>atlas:fundingLine</code>" in page.text
        assert "&lt;http://a.example/?x=1&amp;y=2&gt;" in page.text
