"""Selections: facets count what they give, and every way of taking a selection away has the same rows."""

from __future__ import annotations

import csv
import io
import json
from threading import BoundedSemaphore
from urllib.parse import parse_qsl

import openpyxl
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode
from werkzeug.datastructures import MultiDict

from atlas_ld.model import Bilingual, load_model
from atlas_ld.queries import Query
from atlas_ld.release.kinds import LISTS
from atlas_ld.release.reading.facets import positions_of
from atlas_ld.release.tables import Column, columns, people_first
from atlas_ld.vocabulary import ATLAS
from atlas_ld.web.lists import exports
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication

SELECTIONS = [
    ("partnerships", "country=country-ca"),
    ("partnerships", "country=country-ca&country=country-sn"),
    ("partnerships", "region=region-53"),
    ("partnerships", "departement=departement-29"),
    ("partnerships", "level=epci"),
    ("partnerships", "level=commune&level=region"),
    ("partnerships", "theme=economie-durable"),
    ("partnerships", "theme=economie-durable--attractivite-des-territoires--entreprises&status=under-way"),
    ("partnerships", "form=twinning"),
    ("partnerships", "status=ended"),
    ("partnerships", "decade=1990"),
    ("partnerships", "decade=2010&decade=2000&country=country-mg"),
    ("partnerships", "funder=state"),
    ("partnerships", "state=yes"),
    ("partnerships", "state=no"),
    ("partnerships", "state=unknown&data=partial"),
    ("partnerships", "data=complete"),
    ("partnerships", "territory=region-53"),
    ("partnerships", "territory=country-ca"),
    ("partnerships", "organisation=242900314"),
    ("partnerships", "q=eau&country=country-sn"),
    ("partnerships", "country=country-zz"),
    ("territories", "level=country"),
    ("territories", "country=country-ca"),
    ("territories", "region=region-53"),
    ("territories", "departement=departement-29&level=commune"),
    ("territories", "within=country-ca"),
    ("territories", "used=yes"),
    ("organisations", "role=foreign-partner&country=country-sn"),
    ("organisations", "level=commune&region=region-53"),
    ("organisations", "departement=departement-35"),
    ("organisations", "q=brest"),
    ("themes", "theme=economie-durable"),
    ("themes", "used=yes"),
    ("funding", "funder=agency"),
    ("funding", "decade=2010"),
    ("funding", "country=country-ca"),
    ("funding", "theme=economie-durable"),
    ("funding", "amount=known"),
    ("funding", "oudin=yes"),
    ("funding", "by=242900314"),
    ("funding", "state=yes&level=epci"),
    ("funding", "partnership=crea-ocean-2010"),
    ("funding", "region=region-53&data=complete"),
    ("funding", "q=ville"),
]


def arguments(text: str) -> MultiDict[str, str]:
    return MultiDict(parse_qsl(text))


def publication_of(app: Flask) -> Publication:
    publication: Publication = app.extensions["atlas"]
    return publication


@pytest.mark.parametrize(("name", "query"), SELECTIONS, ids=[f"{name}-{query}" for name, query in SELECTIONS])
def test_the_query_gives_the_rows_of_the_selection(demonstration_site: Flask, name: str, query: str) -> None:
    publication = publication_of(demonstration_site)
    with demonstration_site.test_request_context():
        chosen = selecting.read(publication, name, arguments(query))
        text = selecting.query(publication, chosen)
    assert text is not None
    rows = publication.reader.select(Query("selection", "", {}, {}, {}, text))
    found = [row[LISTS[name].variable] for row in rows]
    iris = [term.value for term in found if isinstance(term, NamedNode)]
    assert len(iris) == len(set(iris))
    assert set(iris) == set(publication.facets.iris(name, positions_of(chosen.bits)))
    assert iris or "zz" in query


@pytest.mark.parametrize("name", LISTS)
def test_a_count_is_what_the_list_has_once_the_value_is_chosen(demonstration_site: Flask, name: str) -> None:
    publication = publication_of(demonstration_site)
    with demonstration_site.test_request_context():
        country = {"country": ("country-sn",)} if name != "themes" else {}
        chosen = selecting.select(publication, name, country)
        for facet in selecting.facets(publication, chosen, "/x", None):
            for value in (*facet.values, *facet.more):
                narrowed = {**{k: v for k, v in country.items() if k != facet.name}, facet.name: (value.key,)}
                assert selecting.select(publication, name, narrowed).bits.bit_count() == value.count, (
                    facet.name,
                    value,
                )


def test_a_value_is_added_by_its_link_and_removed_by_its_chip(demonstration_client: FlaskClient) -> None:
    page = soup(demonstration_client, "/partnerships?theme=economie-durable&sort=-year&page=1")
    link = next(a for a in page.select(".facets a") if a.text.strip() == "Canada")
    assert link["href"] == "/partnerships?theme=economie-durable&sort=-year&country=country-ca"
    narrowed = soup(demonstration_client, str(link["href"]))
    assert narrowed.select_one("[aria-current=true]") is not None
    chips = [a["href"] for a in narrowed.select(".filters a")]
    assert chips == [
        "/partnerships?theme=economie-durable&sort=-year",
        "/partnerships?country=country-ca&sort=-year",
        "/partnerships",
    ]


def test_the_search_form_keeps_the_filters(demonstration_client: FlaskClient) -> None:
    form = soup(demonstration_client, "/partnerships?country=country-ca").select_one("main form")
    assert form is not None
    assert [(i["name"], i["value"]) for i in form.select("input[type=hidden]")] == [("country", "country-ca")]


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert response.status_code == 200
    return BeautifulSoup(response.data, "html.parser")


PATH = "/partnerships{}?country=country-ca&sort=-year"


def titles_on_the_page(client: FlaskClient) -> list[str]:
    return [cell.a.text for cell in soup(client, PATH.format("")).select("tbody th") if cell.a]


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ").replace("\u202f", " ")


def test_the_workbook_has_the_rows_of_the_page_in_their_order(demonstration_client: FlaskClient) -> None:
    data = demonstration_client.get(PATH.format(".xlsx")).data
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    column = head.index("Titre") if "Titre" in head else next(i for i, n in enumerate(head) if "itre" in str(n))
    assert [plain(row[column]) for row in rows] == [plain(title) for title in titles_on_the_page(demonstration_client)]


def test_csv_for_programs_and_for_french_excel_say_the_same(demonstration_client: FlaskClient) -> None:
    english = demonstration_client.get("/funding.csv?country=country-ca").data.decode()
    french = demonstration_client.get("/funding.csv?country=country-ca&dialect=fr").data.decode()
    assert french[0] == "\ufeff"
    ours = list(csv.DictReader(io.StringIO(english)))
    theirs = list(csv.reader(io.StringIO(french[1:]), delimiter=";"))[1:]
    shown = columns("funding", load_model("http://localhost:8000/"))
    names = [shown[position].name for position in people_first(shown)]
    assert ours == [
        {n: c.replace(",", ".") if n in ("amount", "oudinAmount") else c for n, c in zip(names, row, strict=True)}
        for row in theirs
    ]


def test_french_excel_says_yes_and_no_in_french(demonstration_client: FlaskClient) -> None:
    rows = list(csv.DictReader(io.StringIO(demonstration_client.get("/partnerships.csv").data.decode())))
    french = demonstration_client.get("/partnerships.csv?dialect=fr").data.decode()
    theirs = list(csv.DictReader(io.StringIO(french[1:]), delimiter=";"))
    model = load_model("http://localhost:8000/").of([str(ATLAS.Partnership)])
    title = next(field.name["fr"] for field in model.fields if field.local_name == "elapsed") if model else ""
    words = {"true": "oui", "false": "non", "": ""}
    assert [row[title] for row in theirs] == [words[row["elapsed"]] for row in rows]
    assert {"oui"} <= {row[title] for row in theirs}


def test_the_workbook_of_partnerships_has_their_funding_lines_and_themes_and_says_where_it_is_from(
    demonstration_client: FlaskClient,
) -> None:
    response = demonstration_client.get(PATH.format(".xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    assert book.sheetnames == ["partnerships", "funding", "themes", "Lisez-moi"]
    chosen = json.loads(demonstration_client.get(PATH.format(".json")).data)
    iris = {row["iri"] for row in chosen["rows"]}
    lines = [row for row in json.loads(demonstration_client.get("/funding.json").data)["rows"]
             if set(row["partnership_iri"] if isinstance(row["partnership_iri"], list) else [row["partnership_iri"]])
             & iris]  # fmt: skip
    assert book["funding"].max_row == 1 + len(lines)
    about = {row[0]: row[1] for row in book["Lisez-moi"].iter_rows(values_only=True)}
    assert about["Version"] == chosen["release"]
    assert about["Requête SPARQL qui la donne"] == chosen["query"]
    assert str(about["Adresse de la sélection"]).endswith(PATH.format(""))
    assert chosen["release"] in response.headers["Content-Disposition"]


def test_a_workbook_speaks_the_language_of_the_page_that_leads_to_it(demonstration_client: FlaskClient) -> None:
    page = soup(demonstration_client, "/partnerships?country=country-ca&lang=en")
    address = next(a["href"] for a in page.select(".take a") if ".xlsx" in a["href"])
    book = openpyxl.load_workbook(io.BytesIO(demonstration_client.get(str(address)).data))
    assert book.sheetnames[-1] == "Read me"
    assert book.worksheets[0].max_row == 1 + len(page.select("tbody th"))  # the filter is kept


def test_more_workbooks_at_once_than_may_be_are_refused_for_some_seconds(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_MAKING", BoundedSemaphore(1))
    with exports._MAKING:
        response = client.get("/partnerships.xlsx")
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/partnerships.xlsx").status_code == 200


def test_amounts_of_french_excel_have_a_decimal_comma(client: FlaskClient) -> None:
    rows = client.get("/funding.csv?partnership=crowd&dialect=fr").data.decode()
    assert ";1000,5;" in rows


def test_a_dialect_that_there_is_not_is_refused(client: FlaskClient) -> None:
    assert client.get("/funding.csv?dialect=klingon").status_code == 400


def test_json_has_numbers_lists_and_the_query(demonstration_client: FlaskClient) -> None:
    body = json.loads(demonstration_client.get(PATH.format(".json")).data)
    assert body["total"] == len(body["rows"]) == len(titles_on_the_page(demonstration_client))
    assert "SELECT" in body["query"]
    crea_ocean = next(row for row in body["rows"] if row["iri"].endswith("crea-ocean-2010"))
    assert crea_ocean["firstSignatureYear"] == 2010
    assert any(isinstance(value, list) for value in crea_ocean.values())


def test_geojson_puts_partnerships_at_the_places_of_their_partners(demonstration_client: FlaskClient) -> None:
    response = demonstration_client.get(PATH.format(".geojson"))
    assert response.content_type == "application/geo+json"
    features = json.loads(response.data)["features"]
    crea_ocean = next(feature for feature in features if feature["id"].endswith("crea-ocean-2010"))
    assert crea_ocean["geometry"]["type"] == "MultiPoint"
    longitudes = sorted(point[0] for point in crea_ocean["geometry"]["coordinates"])
    assert longitudes[0] < -60
    assert -6 < longitudes[-1] < -3


def test_a_formula_in_a_cell_stays_text(demonstration_site: Flask) -> None:
    rows = exports.Table("x", (Column("iri", Bilingual("IRI", "IRI"), None),), 1, [["=1+1"]])
    assert b"".join(exports.as_csv(rows, "")) == b"iri\n'=1+1\n"


@pytest.mark.parametrize("extension", ["csv", "json", "geojson"])
def test_a_long_list_is_sent_in_pieces_that_make_the_same_file(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, extension: str
) -> None:
    whole = client.get(f"/partnerships.{extension}").data
    monkeypatch.setattr("atlas_ld.web.lists.exports._BATCH", 7)
    response = client.get(f"/partnerships.{extension}", buffered=False)
    pieces = list(response.iter_encoded())
    assert len(pieces) > 5
    assert b"".join(pieces) == whole


def test_themes_have_no_place(client: FlaskClient) -> None:
    assert client.get("/themes.geojson").status_code == 404
    assert client.get("/themes.xlsx").status_code == 200


@pytest.mark.parametrize("query", ["country=%22%3E%3Cscript%3E", "theme=%7B%7B7*7%7D%7D", "decade=soon", "decade=²"])
def test_values_that_do_not_exist_select_nothing(client: FlaskClient, query: str) -> None:
    for name in ("partnerships", "funding"):
        for extension in ("", ".csv", ".json", ".geojson"):
            response = client.get(f"/{name}{extension}?{query}", headers={"Accept": "text/html,*/*;q=0.1"})
            assert response.status_code == 200
            assert b"<script>" not in response.data


@pytest.mark.parametrize("language", ["", "?lang=en", "?lang=fr"])
def test_the_list_behind_an_entity_keeps_its_filter_in_every_language(
    demonstration_client: FlaskClient, language: str
) -> None:
    page = soup(demonstration_client, f"/doc/territory/country-ca{language}")
    addresses = [str(a["href"]) for a in page.select("#partnerships p.inline a") if "/sparql" not in str(a["href"])]
    assert addresses
    for address in addresses:
        path, _, query = address.partition("?")
        assert ("territory", "country-ca") in parse_qsl(query), address
        assert len(parse_qsl(query)) == (2 if language else 1), address
        assert demonstration_client.get(address).status_code == 200
        if path == "/partnerships":
            listed = soup(demonstration_client, address).select_one("h1")
            assert listed is not None
            assert listed.text.split()[0] == str(len(page.select("#partnerships tbody tr")))


def test_a_parameter_that_a_list_does_not_know_is_told_on_the_page_and_refused_in_a_file(
    demonstration_client: FlaskClient,
) -> None:
    page = demonstration_client.get("/partnerships?contry=country-ca&lang=en", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Unknown parameters, which change nothing: contry. Known: country, " in page.text
    assert "Unknown parameters" not in demonstration_client.get("/partnerships?country=country-ca&lang=en").text
    for extension in ("csv", "json", "geojson", "xlsx"):
        refused = demonstration_client.get(f"/partnerships.{extension}?contry=country-ca")
        assert refused.status_code == 400
        assert "contry" in refused.json["detail"]  # type: ignore[index]


def count(publication: Publication, pattern: str) -> int:
    text = f"SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE {{ ?p a atlas:Partnership . {pattern} }}"
    [row] = publication.reader.select(Query("count", "", {}, {}, {}, text))
    return int(row["n"].value)  # type: ignore[union-attr]


def test_what_is_not_documented_is_counted_beside_each_facet(demonstration_site: Flask) -> None:
    publication = publication_of(demonstration_site)
    with demonstration_site.test_request_context():
        views = {v.name: v for v in selecting.facets(
            publication, selecting.select(publication, "partnerships", {}), "/x", None)}  # fmt: skip
    for facet, pattern in {
        "theme": "FILTER NOT EXISTS { ?p atlas:mainTheme|(atlas:themeAssignment/atlas:theme) ?t }",
        "funder": "FILTER NOT EXISTS { ?p atlas:fundingLine/atlas:funderKind ?k }",
        "country": "FILTER NOT EXISTS { ?p atlas:partnerCountry ?c }",
        "status": "FILTER NOT EXISTS { ?p atlas:declaredStatus ?s }",
    }.items():
        unfiled = views[facet].unfiled
        assert unfiled is not None
        assert unfiled.count == count(publication, pattern) > 0, facet
    assert views["state"].unfiled is None  # which says itself what is not known


@pytest.mark.parametrize(
    ("name", "facet"),
    [(name, facet.name) for name, list_ in LISTS.items() for facet in list_.facets if facet.tells_unfiled()],
)
def test_rows_of_which_a_facet_tells_nothing_can_be_listed_and_their_query_gives_the_same(
    demonstration_site: Flask, name: str, facet: str
) -> None:
    publication = publication_of(demonstration_site)
    with demonstration_site.test_request_context():
        unfiled = selecting.select(publication, name, {facet: ("none",)})
        query = selecting.query(publication, unfiled)
    assert query is not None
    rows = publication.reader.select(Query("unfiled", "", {}, {}, {}, query))
    found = sorted({row[LISTS[name].variable].value for row in rows})  # type: ignore[union-attr]
    positions = publication.facets.ordered(name, unfiled.bits, "title")
    assert found == sorted(publication.facets.iris(name, positions))


def test_what_is_not_documented_is_chosen_alone(demonstration_client: FlaskClient) -> None:
    alone = demonstration_client.get("/partnerships.json?theme=none").json
    both = demonstration_client.get("/partnerships.json?theme=none&theme=economie-durable").json
    assert alone == both
    assert alone


@pytest.mark.parametrize(
    ("path", "among"),
    [
        ("/?lang=en", ""),
        ("/funding?lang=en", ""),
        ("/funding?country=country-ca&lang=en", "?p atlas:partnerCountry territory:country-ca ."),
        ("/doc/territory/country-ca?lang=en", "?p atlas:partnerCountry territory:country-ca ."),
    ],
)
def test_a_total_says_how_many_partnerships_declare_anything(
    demonstration_site: Flask, demonstration_client: FlaskClient, path: str, among: str
) -> None:
    publication = publication_of(demonstration_site)
    every, told = (count(publication, f"{among} {more}") for more in ("", "?p atlas:fundingLine/atlas:amount ?a ."))
    text = " ".join(soup(demonstration_client, path).get_text().split())
    sentence = f"{told} partnership of" if every == 1 else f"Partnerships that declare an amount: {told} of {every}."
    assert sentence in text


def test_a_total_of_one_funder_makes_no_claim_about_other_partnerships(demonstration_client: FlaskClient) -> None:
    text = soup(demonstration_client, "/funding?funder=agency&lang=en").get_text()
    assert "Partnerships that declare an amount" not in text
