"""Whose page a file is."""

from __future__ import annotations

import pytest

from tests.sources.pages import base_page, codes, page_of, read_base, read_text

ADDRESS = "https://pastel.diplomatie.gouv.fr/cncdext/dyn/public/atlas/detailProjet.html?criteres.prjId={}"


@pytest.mark.parametrize(
    "name", ["2833.txt", "dossier/2833.html", "detailProjet.html?criteres.prjId=2833", "page_prjId=2833.html"]
)
def test_a_file_s_name_may_tell_the_page_s_number(name: str) -> None:
    record = read_text(base_page(), name)
    assert record.identifier == "2833"
    assert record.origins[0].address == ADDRESS.format("2833")


@pytest.mark.parametrize("name", ["page.txt", "atlas-2019.txt", "12-rue.txt"])
def test_other_names_tell_nothing(name: str) -> None:
    record = read_text(base_page(), name)
    assert (record.identifier, record.origins[0].address) == (None, None)


def test_an_address_above_the_first_label_tells_the_number() -> None:
    page = f"https://www.pastel.example/detailProjet.html?criteres.prjId=16335\n{base_page()}"
    record = read_text(page)
    assert (record.identifier, codes(record)) == ("16335", ["dropped-mission"])


def test_a_number_within_a_narrative_is_another_page_s() -> None:
    record = read_base({"Un plateau, deux rivières.": "Voir detailProjet.html?criteres.prjId=99."})
    assert record.identifier is None


@pytest.mark.parametrize(
    "mark",
    [
        "<link rel='canonical' href='https://x.example/detailProjet.html?criteres.prjId=2833'>",
        "<!-- saved from url=(0090)https://x.example/detailProjet.html?criteres.prjId=2833 -->",
        "<form method=post action='/detailProjet.html?criteres.prjId=2833'></form>",
        "<input type='hidden' name='criteres.prjId' value='2833'>",
    ],
)
def test_html_tells_its_own_number(mark: str) -> None:
    page = page_of(read_base({}), "html tables").replace("<body>", f"<body>{mark}<a href='?criteres.prjId=1'>autre</a>")
    assert read_text(page).identifier == "2833"


def test_the_page_s_own_number_stands_against_the_file_s_name() -> None:
    record = read_text(f"https://x.example/detailProjet.html?criteres.prjId=5\n{base_page()}", "6.txt")
    assert (record.identifier, codes(record)[0]) == ("5", "two-identifiers")
