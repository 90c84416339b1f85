"""The law of the reader: every filled line, cell and file is read, known furniture, or told in a finding."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_ld import sources
from atlas_ld.sources.atlas_page import read_page
from atlas_ld.sources.atlas_rows import is_part, pager
from atlas_ld.sources.reading import Account, Reading
from tests.sources.pages import DATA, LAYOUTS, THEMES, Layout, base_page, page_of, read_base

ROOT = Path(__file__).parents[2]
FIXTURES = [
    DATA / "page.txt",
    *sorted(p for p in (ROOT / "data" / "demonstration").iterdir() if sources.is_visible(p.name)),
]


def filled_lines(page: str) -> int:
    return sum(bool(line.strip()) for line in page.split("\n"))


def page(text: str, name: str = "page.txt") -> Reading:
    return read_page(name, text.encode(), THEMES)


def accounted(text: str) -> Account:
    """The account of a page of text; fails where it is not that of all its lines, or a line is found and not told."""
    reading = page(text)
    assert reading.record is not None, reading.findings
    assert reading.account.total == filled_lines(text)
    told = [
        f for f in reading.findings if f.code in ("unknown-line", "uncut-row", "dropped-contact", "dropped-mission")
    ]
    assert bool(reading.account.found) <= bool(told)
    return reading.account


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_every_line_and_cell_of_a_file_of_the_project_is_read_or_furniture(path: Path) -> None:
    readings = list(sources.read(path, THEMES))
    account = sum((reading.account for reading in readings), Account())
    if path.suffix == ".txt":
        assert account.total == filled_lines(path.read_text("utf-8"))
    elif path.suffix == ".csv":
        import csv

        with path.open(encoding="utf-8", newline="") as file:
            assert account.total == sum(bool(cell.strip()) for row in csv.reader(file) for cell in row)
    assert account.found == 0
    assert account.read > 0 or path.suffix == ".json"


def test_a_page_without_anything_odd_has_nothing_found() -> None:
    account = accounted(base_page())
    assert (account.found, account.read > 35) == (0, True)


@pytest.mark.parametrize("place", range(0, 126, 3))
def test_a_line_that_is_put_anywhere_is_read_or_told_and_never_quoted(place: int) -> None:
    lines = base_page().split("\n")
    lines.insert(min(place, len(lines)), "Qwerty Azerty")
    text = "\n".join(lines)
    accounted(text)
    reading = page(text)
    assert reading.record is not None
    written = reading.record.model_dump_json(exclude={"findings", "origins"})
    line = min(place, len(lines)) + 1
    in_persons_block = any(line == finding.line for finding in reading.findings)
    if "Qwerty" not in written and not in_persons_block:
        # Beside a name in the block of a post's contacts it is taken for one, and a volunteer is counted.
        before = page(base_page())
        assert reading.account.furniture + reading.account.read == before.account.furniture + before.account.read + 1
        assert line < 16 or line > 100
    for finding in reading.findings:
        assert "Qwerty" not in finding.fr + finding.en or "Qwerty" in written


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 130), st.sampled_from(["Abc", "1 2 3", "|", "Titre :", "CONTEXTE", "x " * 90, "☑ Oui"])
        ),
        max_size=6,
    )
)
def test_whatever_lines_are_put_into_a_page_all_are_accounted_for(added: list[tuple[int, str]]) -> None:
    lines = base_page().split("\n")
    for place, text in added:
        lines.insert(min(place, len(lines)), text)
    reading = page("\n".join(lines))
    if reading.record is not None:
        assert reading.account.total == filled_lines("\n".join(lines))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_a_page_is_accounted_for(layout: Layout) -> None:
    reading = page(page_of(read_base({}), layout))
    assert reading.record is not None
    assert reading.account.found == 0
    assert reading.account.read > 30


# Pages as people save them


def same_record(text: str, name: str = "page.txt") -> Reading:
    """The reading of a page that must say what the base page says."""
    reading, base = page(text, name), page(base_page())
    assert reading.record is not None, reading.findings
    assert base.record is not None
    without = {"origins": (), "findings": ()}
    assert reading.record.model_copy(update=without) == base.record.model_copy(update=without)
    return reading


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(" du partenariat\n", "\u00a0du\u202fpartenariat\n"),
        lambda text: text.replace("prend la forme d'un(e)", "prend la forme d’un(e)"),
        lambda text: text.replace("Maître(s) d'", "Maître(s) d´"),
        lambda text: text.replace("signature", "signa\u00adture").replace("Contexte", "Con\u00adtexte"),
        lambda text: text.replace("\nTitre\n", "\nTITRE\n"),
        lambda text: text.replace("\nAnnée de début du partenariat\n", "\nANNÉE DE DÉBUT DU PARTENARIAT\n"),
        lambda text: text.replace("\nTitre\n", "\n« Titre »\n"),
        lambda text: text.replace("\nTitre\n", "\nTitre : "),
        lambda text: text.replace("\nAnnée de début du partenariat\n", "\nAnnée de début du partenariat "),
        lambda text: text.replace("\nLe partenariat est\n", "\nLe partenariat est : "),
        lambda text: text.replace("\nFinancement du partenariat\n", "\nFinancements du partenariat\n"),
        lambda text: text.replace("\nDate de fin du partenariat\n", "\nDate de fin du partenariat : "),
        lambda text: "\ufeff" + text,
    ],
)
def test_a_label_is_known_however_it_is_written(change: object) -> None:
    text = change(base_page())  # type: ignore[operator]  # a function from text to text
    assert same_record(text).account.found == 0


@pytest.mark.parametrize("width", [72, 80])
def test_a_page_that_is_wrapped_says_the_same(width: int) -> None:
    narrative = "Les deux villes partagent un climat sec. " + "Une phrase longue suit une autre phrase longue. " * 8
    before = base_page().replace("Les deux villes partagent un climat sec.", narrative.strip())
    wrapped = "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) if line.strip() else line
        for line in before.split("\n")
    )
    assert max(map(len, wrapped.split("\n"))) <= width
    reading, expected = page(wrapped), page(before)
    assert reading.record is not None
    assert expected.record is not None
    without = {"origins": (), "findings": ()}
    assert reading.record.model_copy(update=without) == expected.record.model_copy(update=without)
    assert reading.account.found == 0
    assert reading.account.total == filled_lines(wrapped)


CONTROLS = """<!DOCTYPE html><html><body><form action="detailProjet.html?criteres.prjId=2833">
<label for="t">Titre</label> <input id="t" type="text" value="PUITS PARTAGÉS"><br>
<label>Année de début du partenariat</label><input value="2015"><br>
<table><tr><td>Le partenariat est</td><td><select name="s"><option>Choisir</option><option>Terminé</option>
<option selected>En cours</option></select></td></tr>
<tr><td>Date de fin du partenariat</td><td><input type="text" value="31/12/2018"></td></tr></table>
<label>Contexte</label><textarea>Un climat sec.</textarea>
<p>Évaluations, communication et perspectives</p>
<div><input type="checkbox" checked id="c"><label for="c">Une communication a été engagée en France</label></div>
<div><label><input type="checkbox"> Une communication a été engagée dans les pays partenaires</label></div>
<div>Une politique d'évaluation a été engagée</div>
<div><input type="radio" name="e" id="y"><label for="y">Oui</label>
<input type="radio" name="e" id="n" checked><label for="n">Non</label></div>
<input type="hidden" value="secret"><button>Envoyer</button>
<p>PIED DE PAGE</p></form></body></html>"""


def test_the_controls_of_a_form_are_read() -> None:
    reading = page(CONTROLS, "page.html")
    record = reading.record
    assert record is not None
    assert (record.title, record.start_year, record.status, record.context) == (
        "PUITS PARTAGÉS", 2015, "under-way", "Un climat sec.",
    )  # fmt: skip
    assert str(record.end_date) == "2018-12-31"
    assert (record.communication_in_france, record.communication_abroad, record.evaluation) == ("yes", "unknown", "no")
    assert record.identifier == "2833"
    assert reading.account.found == 0


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("☑ {}", "yes"),
        ("[x] {}", "yes"),
        ("{} ☑", "yes"),
        ("☐ {}", "unknown"),
        ("[ ] {}", "unknown"),
        ("{}", "unknown"),
    ],
)
def test_a_ticked_box_is_a_yes_and_a_bare_label_unknown(line: str, value: str) -> None:
    label = "Une communication a été engagée en France"
    record = page(base_page().replace(label, line.format(label))).record
    assert record is not None
    assert record.communication_in_france == value


def test_a_page_saved_as_mhtml_is_the_html_in_it() -> None:
    html = page_of(read_base({}), "html tables")
    import quopri

    body = quopri.encodestring(f"<!DOCTYPE html>{html}".encode()).decode()
    text = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://pastel.example/detailProjet.html?prjId=2833\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"{body}\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n--b--\r\n"
    )
    for name in ("page.mhtml", "page.mht"):
        reading, expected = page(text, name), page(html)
        assert reading.record is not None
        assert expected.record is not None
        assert (reading.record.title, reading.record.funding) == (expected.record.title, expected.record.funding)
        assert reading.record.identifier == "2833"
        assert reading.account == expected.account


# Lists that go on


@pytest.mark.parametrize(
    ("line", "is_pager", "part"),
    [
        ("<< < 1 2 3 > >>", True, True), ("1 2 3", True, True), ("Page 1 sur 3", True, True), ("Page 1/3", True, True),
        ("30 résultats", True, True), ("2 résultats", True, False), ("<< < 1 > >>", True, False),
        ("<< < pagination.page.precedent 1 pagination.page.suivant > >>", True, False), ("Page 1 sur 1", True, False),
        ("Précédent 1 2 Suivant", True, True), ("Affichage de 1 à 10 sur 30 éléments", True, True),
        ("Ville 10 2019", False, False), ("2019", False, False), ("A" * 50 + "1" * 50, False, False),
    ],
)  # fmt: skip
def test_a_pager_tells_whether_the_list_is_whole(line: str, is_pager: bool, part: bool) -> None:
    assert pager(line) == is_pager
    assert not is_pager or is_part(line, 2) == part


@pytest.mark.parametrize("line", ["1 2 3", "Page 1 sur 3", "30 résultats", "<< < 1 2 > >>"])
def test_a_list_that_goes_on_is_documented_in_part_and_its_pager_no_partner(line: str) -> None:
    heading = "Contacts dans les partenaires étrangers du partenariat"
    text = base_page().replace(f"\n{heading}\n", f"\n{line}\n{heading}\n", 1)
    reading, base = page(text), page(base_page())
    assert reading.record is not None
    assert base.record is not None
    assert reading.record.participants == base.record.participants
    assert reading.record.undocumented == ("partners",)
    assert [f.code for f in reading.findings] == ["incomplete-list", *(f.code for f in base.findings)]
    accounted(text)


def test_a_partner_whose_name_needs_its_country_is_kept_whole() -> None:
    text = base_page().replace("Commune de Tolbara Burkina Faso", "Union des communes du Togo")
    record = page(text).record
    assert record is not None
    assert "Union des communes du Togo" in {p.name for p in record.participants}


@pytest.mark.parametrize(
    "line", ["|" * 5000 + "x", "1" * 5000 + "x", "1 " * 5000 + "x", "page " * 2000 + "x", "- " * 5000 + "é"]
)
def test_a_hostile_line_costs_no_time(line: str) -> None:
    assert not pager(line)
