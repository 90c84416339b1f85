"""Pages about the site: the model from the shapes, licences, what changed between releases."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from atlas_ld.model import load_model
from atlas_ld.web.pages.model_diagram import diagram
from atlas_ld.web.rendering.assets import libraries

HTML = {"Accept": "text/html"}
MODEL = load_model("http://localhost:8000/")


def page(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 200, address
    return BeautifulSoup(answer.data, "html.parser")


@pytest.mark.parametrize("class_", MODEL.classes, ids=lambda class_: class_.local_name)
def test_each_class_has_a_page_with_all_its_fields(demonstration_client: FlaskClient, class_: object) -> None:
    found = page(demonstration_client, f"/model/{class_.local_name}?lang=en")  # type: ignore[attr-defined]
    for field in class_.fields:  # type: ignore[attr-defined]
        row = found.find(id=field.local_name)
        assert row is not None
        assert field.name.en in row.text


def test_a_class_page_gives_an_example_of_this_release(demonstration_client: FlaskClient) -> None:
    found = page(demonstration_client, "/model/FundingLine?lang=en")
    row = found.find(id="amount")
    assert row is not None
    assert any(character.isdigit() for character in row.find_all("td")[-1].text)


def test_an_unknown_class_is_not_there(client: FlaskClient) -> None:
    assert client.get("/model/Planet", headers=HTML).status_code == 404


@pytest.mark.parametrize("class_", MODEL.classes, ids=lambda class_: class_.local_name)
def test_boxes_of_a_diagram_stand_apart_within_it(class_: object) -> None:
    drawn = diagram(MODEL, class_)  # type: ignore[arg-type]
    boxes = drawn.boxes
    for number, box in enumerate(boxes):
        assert 0 <= box.x <= drawn.width - box.width
        assert 0 <= box.y <= drawn.height - box.height
        for other in boxes[number + 1 :]:
            assert abs(box.x - other.x) >= box.width or abs(box.y - other.y) >= box.height
    assert len(drawn.arrows) == len(boxes) - 1


def test_every_library_is_listed_with_its_licence_s_text(client: FlaskClient) -> None:
    found = page(client, "/about/licences")
    text = found.text
    for library in libraries():
        assert library.name in text
        notice = client.get(f"/static/{library.notice}")
        assert notice.status_code == 200
        assert len(notice.data) > 500


def test_a_release_compared_with_itself_is_the_same(client: FlaskClient) -> None:
    assert "hold the same data" in page(client, "/releases/compare?lang=en").text


def test_a_release_that_is_not_kept_cannot_be_compared(client: FlaskClient) -> None:
    assert client.get("/releases/compare?from=2001-01-01-00000000").status_code == 404
    assert client.get("/releases/compare?from=../../etc").status_code == 404


def test_the_about_page_leads_to_the_others(extremes: Flask) -> None:
    found = page(extremes.test_client(), "/about?lang=en")
    links = {str(link["href"]).partition("?")[0] for link in found.find_all("a", href=True)}
    wanted = {"/model", "/about/licences", "/about/accessibility", "/about/privacy", "/releases/compare"}
    assert wanted <= links
