"""Charts, maps and timelines: drawn on the server, true to the figures beside them."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from atlas_ld.web.lists import charts, land, maps
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert response.status_code == 200
    return BeautifulSoup(response.data, "html.parser")


def publication_of(app: Flask) -> Publication:
    publication: Publication = app.extensions["atlas"]
    return publication


@pytest.mark.parametrize("highest", ["0.01", "1", "3", "9", "10", "11", "99", "100", "39650", "2100000", "49999999.99"])
def test_an_axis_has_round_steps_and_holds_the_highest_bar(highest: str) -> None:
    step = charts.axis_step(Decimal(highest))
    assert str(step.normalize()).replace("E+", "").strip("0123456789") == ""
    assert step.as_tuple().digits[0] in (1, 2, 5)
    assert Decimal(highest) <= 5 * step


def test_a_chart_has_a_place_for_every_year_and_bars_in_proportion(demonstration_site: Flask) -> None:
    publication = publication_of(demonstration_site)
    with demonstration_site.test_request_context():
        chart = charts.funding_by_year(publication, selecting.select(publication, "funding", {}))
    assert chart is not None
    years = [column.year for column in chart.columns]
    assert years == list(range(years[0], years[-1] + 1))
    known = [column for column in chart.columns if column.amount]
    scales = {round(column.height / float(column.amount or 1), 12) for column in known}
    assert len(scales) == 1
    assert sum(column.amount or 0 for column in known) + (chart.undated or 0) == chart.total


def test_a_chart_says_its_unit_its_source_and_the_same_as_a_table(demonstration_client: FlaskClient) -> None:
    figure = soup(demonstration_client, "/doc/partnership/crea-ocean-2010").select_one("figure.chart")
    assert figure is not None
    assert "en euros" in figure.text
    assert "Source" in figure.text
    cells = [re.sub(r"\D", "", cell.text) for cell in figure.select("tbody td")]
    assert cells == ["39650", "39650"]


def test_a_chart_can_be_taken_as_drawing_and_as_table(demonstration_client: FlaskClient) -> None:
    drawing = demonstration_client.get("/charts/funding-by-year.svg?partnership=crea-ocean-2010")
    assert drawing.content_type == "image/svg+xml"
    assert len(ElementTree.fromstring(drawing.data).findall(".//{http://www.w3.org/2000/svg}rect")) == 3
    table = demonstration_client.get("/charts/funding-by-year.csv?partnership=crea-ocean-2010").text
    assert list(csv.reader(io.StringIO(table))) == [
        ["year", "last_year", "euros"],
        ["2019", "", "39650"],
        ["2020", "", "39650"],
    ]


def test_a_partnership_without_a_known_amount_has_no_chart(client: FlaskClient) -> None:
    for key in ("unfunded", "hostile", "bare"):
        assert soup(client, f"/doc/partnership/{key}").select_one("figure.chart") is None
    empty = client.get("/charts/funding-by-year.svg?partnership=unfunded")
    assert ElementTree.fromstring(empty.data).tag.endswith("svg")


def test_shares_of_the_funders_make_a_whole(demonstration_client: FlaskClient) -> None:
    bars = soup(demonstration_client, "/doc/partnership/crea-ocean-2010").select("#funding .bars .count")
    shares = [int(re.search(r"(\d+)\s?%", bar.text.replace("\u202f", " "))[1]) for bar in bars]  # type: ignore[index]
    assert len(shares) == 3
    assert abs(sum(shares) - 100) <= 2


def test_the_land_has_no_line_across_the_whole_map() -> None:
    for ring in re.findall(r"M([^Z]+)Z", land.outlines()):
        xs = [float(point.split()[0]) for point in ring.split("L")]
        assert all(abs(one - other) < 180 for one, other in pairwise(xs))


def test_places_are_where_the_map_says(demonstration_site: Flask) -> None:
    """Brest and Rimouski, from the left edge at 180° west and the top at the north pole."""
    publication = publication_of(demonstration_site)
    bits = publication.facets.with_iris("partnerships", [publication.iris.entity("partnership", "crea-ocean-2010")])
    with demonstration_site.test_request_context():
        sketch = maps.sketch(publication, bits)
    assert sketch is not None
    french = next(dot for dot in sketch.dots if dot.french)
    assert (round(french.x), round(french.y)) == (176, 42)
    left, top, width, height = map(float, sketch.view.split())
    assert all(left < dot.x < left + width and top < dot.y < top + height for dot in sketch.dots)
    assert len(sketch.arcs) == 1


def test_a_partner_known_by_its_country_alone_is_no_dot_of_an_exact_place(demonstration_client: FlaskClient) -> None:
    """CREA OCEAN's partners are in Canada, and the source does not say where: Ottawa is not the place."""
    figure = soup(demonstration_client, "/doc/partnership/crea-ocean-2010").select_one("figure.map")
    assert figure is not None
    assert [circle["class"] for circle in figure.select("circle.abroad")] == [["abroad", "country"]]
    assert "1 lieu n’est connu que par son pays" in figure.text
    assert sorted(text.text for text in figure.select("text")) == ["Brest Métropole", "Canada"]
    exact = soup(demonstration_client, "/doc/partnership/jumelage-brest-yokosuka-1970").select_one("figure.map")
    assert exact is not None
    assert [circle["class"] for circle in exact.select("circle.abroad")] == [["abroad"]]


def test_areas_are_in_proportion_and_no_circle_is_cut(demonstration_site: Flask) -> None:
    publication = publication_of(demonstration_site)
    everything = publication.facets.everything("partnerships")
    with demonstration_site.test_request_context():
        for sketch in (maps.sketch(publication, everything), maps.countries(publication)):
            assert sketch is not None
            left, top, width, height = map(float, sketch.view.split())
            for dot in sketch.dots:
                assert left <= dot.x - dot.radius < dot.x + dot.radius <= left + width + 0.01
                assert top <= dot.y - dot.radius < dot.y + dot.radius <= top + height + 0.01
            smallest = min(dot.radius for dot in sketch.dots)
            areas = {round(dot.radius**2 / dot.count, 6) for dot in sketch.dots if dot.radius > smallest}
            assert len(areas) == 1


def test_every_partnership_has_a_dot_abroad_or_is_listed_as_not_drawn(demonstration_client: FlaskClient) -> None:
    page = soup(demonstration_client, "/map")
    link = page.select_one('p.small a[href*="country=none"]')
    assert link is not None
    undrawn = int(link.text.split()[0])
    listed = soup(demonstration_client, link["href"])  # type: ignore[arg-type]
    assert len(listed.select("main tbody tr")) == undrawn
    links = demonstration_client.application.extensions["atlas"].facets.links()
    assert sum(not keys for keys in links.abroad) == undrawn
    assert page.select_one("figure.map") is not None
    mali = soup(demonstration_client, "/map?country=country-ml")
    assert "ont pas de point" not in mali.text
    assert "est pas dessiné" not in mali.text


def test_the_map_and_its_table_have_the_filters_of_the_list(demonstration_client: FlaskClient) -> None:
    page = soup(demonstration_client, "/map?country=country-ca")
    assert page.select_one("#map") is not None
    rows = [row.th.text for row in page.select("main tbody tr") if row.th]
    data = json.loads(demonstration_client.get("/map.json?country=country-ca&lang=fr").data)
    assert sorted(rows) == sorted(place[1] for place in data["places"] if not place[5])
    assert sum(count for _, _, count in data["links"]) >= len(data["links"]) > 0
    everything = json.loads(demonstration_client.get("/map.json").data)
    assert len(everything["places"]) > len(data["places"])


def test_a_map_without_a_place_says_so(client: FlaskClient) -> None:
    assert soup(client, "/map?country=country-zz").select_one("#map") is None


def test_the_timeline_names_the_years_in_order(demonstration_client: FlaskClient) -> None:
    labels = [text.text.split() for text in soup(demonstration_client, "/doc/partnership/crea-ocean-2010").select(
        ".timeline text")]  # fmt: skip
    assert [words[0] for words in labels] == ["2010", "2019", "2020"]
