"""HTML of unknown structure, and hostile HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.sources.atlas_html import html_lines, is_html
from atlas_ld.sources.atlas_page import read_page
from tests.sources.pages import THEMES, page_of, read_base


def texts(html: str) -> list[str]:
    return [line.text for line in html_lines(html) if line.text]


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>Titre</dt><dd>Puits</dd></dl>",
        "<p><b>Titre</b> Puits</p>",
        "<div><label for=x>Titre</label><span id=x>Puits</span></div>",
        "<table><tr><th>Titre</th><td>Puits</td></tr></table>",
        "<table><tr><td>Titre<td>Puits</table>",
        "<table><tr><td><table><tr><td>Titre</td></tr><tr><td>Puits</td></tr></table></td><td></td></tr></table>",
        "<strong>Titre</strong><br>Puits<br>",
    ],
)
def test_a_label_and_its_value_are_two_lines_however_they_are_marked(html: str) -> None:
    assert texts(html) == ["Titre", "Puits"]


def test_a_data_table_gives_rows_with_cells_and_their_line_numbers() -> None:
    html = "<table>\n<tr><td>Ville<td>Canada<td><img alt='commun.ico'></tr>\n<tr><td>A</td><td>B</td></tr></table>"
    assert [(line.number, line.cells) for line in html_lines(html)] == [(2, ("Ville", "Canada", "")), (3, ("A", "B"))]


def test_a_label_within_a_sentence_does_not_end_it() -> None:
    assert texts("<p>Le <b>Contexte</b> est rude.</p>") == ["Le Contexte est rude."]


def test_scripts_styles_and_the_document_s_title_are_not_text() -> None:
    assert texts("<title>Titre</title><style>p{}</style><script>var a='<p>Titre</p>'</script><p>Un</p>") == ["Un"]


def test_entities_are_characters() -> None:
    assert texts("<p>M&eacute;tropole &amp; r&#233;gion&nbsp;!</p>") == ["Métropole & région\u00a0!"]


def test_an_inline_element_does_not_part_a_word() -> None:
    assert texts("<p>é<i>co</i>le</p>") == ["école"]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>" * 10_000 + "x",
        "<div>" * 100_000 + "x",
        "</table>" * 10_000 + "<p>x</p>",
        "<p>x</p><![foo[<p>y</p>",
        "<p>x</p><!--",
        "<p>x<",
        "<td>x<tr><td><th></table>",
        "<p>x</p>&" + "a" * 100_000,
        "<p " + "a='b' " * 10_000 + ">x</p>",
    ],
)  # fmt: skip
def test_hostile_html_is_read_as_far_as_it_goes(html: str) -> None:
    assert any(line.text.startswith("x") for line in html_lines(html))


@given(
    st.lists(
        st.sampled_from(
            ["<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<p>", "<br>", "x", "Titre", "<script>"]
        )
    )
)
def test_no_order_of_tags_breaks_the_reader(parts: list[str]) -> None:
    html = "".join(parts)
    wanted = html.partition("<script>")[0].count("x")
    assert "".join(texts(html)).count("x") == wanted


def test_a_text_page_that_mentions_a_tag_is_text() -> None:
    assert not is_html("Titre\nUn <b>mot</b>\n")
    assert is_html("\n<!-- saved from url=(0014)about:internet -->\n<!DOCTYPE html>\n<html>")


def test_an_html_page_called_txt_is_read_as_html() -> None:
    page = page_of(read_base({}), "html tables")
    reading = read_page("2833.txt", page.encode(), THEMES)
    assert reading.record is not None
    assert (reading.record.title, reading.record.identifier) == ("PUITS PARTAGÉS", "2833")
