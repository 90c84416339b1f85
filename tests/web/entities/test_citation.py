"""Citations: what reference managers take, whatever a title holds."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from atlas_ld.web.entities.citation import Citation, bibtex, csl, ris

HOSTILE = Citation(
    "partnership-1",
    "50 % {de} l’eau & du_sable\nER  - \\end #1 ~ ^",
    "Éditeur",
    (2026, 11, 23),
    "https://a.example/1",
    "v1",
)


def test_bibtex_escapes_what_tex_would_run() -> None:
    entry = bibtex(HOSTILE)
    assert r"50 \% \{de\} l’eau \& du\_sable ER - \textbackslash{}end \#1 \~{} \^{}" in entry
    assert entry.startswith("@misc{partnership-1,\n")
    assert "  year = {2026},\n" in entry


def test_ris_has_one_record_whatever_the_title_holds() -> None:
    lines = ris(HOSTILE).split("\r\n")
    assert lines[0] == "TY  - DATA"
    assert [line for line in lines if line.startswith("ER")] == ["ER  - "]
    assert "PY  - 2026" in lines


def test_csl_json_is_a_data_set_with_its_date() -> None:
    (item,) = json.loads(csl(HOSTILE))
    assert item["type"] == "dataset"
    assert item["issued"] == {"date-parts": [[2026, 11, 23]]}
    assert item["title"] == HOSTILE.title


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("bib", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_every_entity_can_be_cited(client: FlaskClient, extension: str, media_type: str) -> None:
    for path in ("partnership/crowd", "territory/country-ca", "organisation/242900314", "theme/economie-durable"):
        response = client.get(f"/cite/{path}.{extension}")
        assert response.status_code == 200
        assert response.content_type == media_type
        memento = re.search(rf"http://localhost:8000(/releases/[0-9a-f-]+/doc/{path})", response.text)
        assert memento
        assert client.get(memento[1]).status_code == 200


@pytest.mark.parametrize(
    "path", ["partnership/nothing.bib", "partnership/crowd.doc", "nothing/x.bib", "partnership/crowd"]
)
def test_what_does_not_exist_cannot_be_cited(client: FlaskClient, path: str) -> None:
    assert client.get(f"/cite/{path}").status_code == 404
