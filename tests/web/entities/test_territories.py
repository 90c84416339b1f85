"""Pages of territories: what they count is what the graph says, and what lies around them is told."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from atlas_ld.queries import Query
from atlas_ld.web.publication import Publication

AROUND = """SELECT ?around (COUNT(DISTINCT ?p) AS ?count) WHERE {
  territory:commune-29019 atlas:within+ ?around . ?body atlas:administers ?around .
  ?p atlas:participation/org:member ?body .
  FILTER NOT EXISTS { ?p atlas:participation/org:member/atlas:administers territory:commune-29019 }
} GROUP BY ?around"""


def page_of(client: FlaskClient, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path, headers={"Accept": "text/html"}).data, "html.parser")


def test_a_town_says_what_is_done_through_the_territories_around_it(demonstration_client: FlaskClient) -> None:
    publication: Publication = demonstration_client.application.extensions["atlas"]
    rows = publication.reader.select(Query("around", "", {}, {}, {}, AROUND))
    counted = {str(row["around"].value): int(row["count"].value) for row in rows}  # type: ignore[union-attr]
    page = page_of(demonstration_client, "/doc/territory/commune-29019?lang=en")
    told = {}
    for line in page.select(".above li"):
        more, around = line.select("a")
        told[str(around["href"]).partition("?")[0].rpartition("/")[2]] = int(more.text.split()[0])
    assert told == {iri.rpartition("/")[2]: count for iri, count in counted.items()}
    assert told["epci-242900314"] == 1
    lines = [" ".join(line.text.split()) for line in page.select(".above li")]
    assert "1 more partnership through Brest Métropole (€79,300 declared)" in lines


def test_a_country_lies_in_nothing(demonstration_client: FlaskClient) -> None:
    assert not page_of(demonstration_client, "/doc/territory/country-ca").select(".above")
