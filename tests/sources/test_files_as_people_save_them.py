"""Files as people have them: what each says is read, and whatever is not read is told, with its line."""

from __future__ import annotations

import base64
import codecs
import csv
import html
import unicodedata
from pathlib import Path

import pytest

from atlas_ld import sources
from atlas_ld.findings import Severity
from atlas_ld.records import PartnershipRecord
from atlas_ld.sources import values
from atlas_ld.sources.atlas_rows import is_more, is_part, pager
from atlas_ld.sources.reading import Account, Reading
from tests.sources.pages import base_page, codes, page_of, read_base, read_text

PAGE = base_page()
BASE = read_base({})
USUAL = ["dropped-mission"]
TITLED = "Puits partagés"


def read(folder: Path, name: str, content: bytes) -> list[Reading]:
    path = folder / name
    path.write_bytes(content)
    return list(sources.read_file(path, name))


def put(before: str, after: str, page: str = PAGE) -> str:
    assert before in page, before
    return page.replace(before, after, 1)


def after(line: str, further: str) -> str:
    return put(f"\n{line}\n", f"\n{line}\n{further}\n")


LAST_PARTNER = "Union des puits de Tolbara Burkina Faso commun.ico.loupe.alter"
LAST_FUNDER = "Agence des eaux du plateau 12 000 2017"
FORM = "Votre partenariat prend la forme d'un(e)"
POST = 'Contacts dans le poste diplomatique "Ambassade de France à Valmora"'


def different(record: PartnershipRecord) -> dict[str, object]:
    """The fields in which a record is not that of the base page."""
    return {
        name: getattr(record, name)
        for name in type(record).model_fields
        if name not in ("findings", "origins") and getattr(record, name) != getattr(BASE, name)
    }


# Pages that say the same as the base page


SAME: dict[str, str] = {
    "accents of their own": unicodedata.normalize("NFD", PAGE),
    "quoted as in a letter": "\n".join(f"> {line}".rstrip() for line in PAGE.split("\n")),
    "a mark before each line": "\n".join(f"• {line}" if line.strip() else line for line in PAGE.split("\n")),
    "indented": "\n".join(f"\t  {line}" for line in PAGE.split("\n")),
    "carriage returns": PAGE.replace("\n", "\r"),
    "headings of Markdown": put("\nTitre\n", "\n## Titre\n").replace("\nContexte\n", "\n**Contexte**\n"),
    "value on the line of its label": put(f"{FORM}\nProjet", f"{FORM} Projet"),
    "value after a colon": put("d'œuvre\nAtelier", "d'œuvre : Atelier"),
    "labels without capitals": PAGE.replace("\nAnnée de début du partenariat\n", "\nannée de début du partenariat\n"),
    "headers in capitals": PAGE.replace("Nom du financeur Montant", "NOM DU FINANCEUR MONTANT"),
    "post in guillemets": put(POST, "Contact dans le poste diplomatique : « Ambassade de France à Valmora »"),
    "sentence in capitals": put("Le partenariat est triennal", "LE PARTENARIAT EST TRIENNAL"),
    "tabs between cells": PAGE.replace(" 8000 3000 2016", "\t8000\t3000\t2016"),
    "total below the money": after(LAST_FUNDER, "Total 140000,50"),
    "text that went on": after("Trois chantiers par an, suivis ensemble.", "Voir plus"),
}


@pytest.mark.parametrize("case", SAME)
def test_a_page_says_the_same_however_it_was_saved(case: str) -> None:
    assert different(read_text(SAME[case])) == {}


def test_what_is_left_out_of_such_a_page_is_told() -> None:
    assert codes(read_text(SAME["total below the money"])) == ["total-row", *USUAL]
    assert codes(read_text(SAME["text that went on"])) == ["cut-text", *USUAL]


ENCODED: dict[str, bytes] = {
    "Mac Roman": PAGE.encode("mac-roman"),
    "Windows-1252": PAGE.encode("cp1252"),
    "UTF-16": PAGE.encode("utf-16"),
    "UTF-16 without its mark": PAGE.encode("utf-16-be"),
    "UTF-32": codecs.BOM_UTF32_BE + PAGE.encode("utf-32-be"),
    "two marks": codecs.BOM_UTF8 * 2 + PAGE.encode(),
}


@pytest.mark.parametrize("case", ENCODED)
def test_a_page_says_the_same_in_any_encoding(case: str, tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "page.txt", ENCODED[case])
    assert reading.record is not None
    assert different(reading.record) == {}


HTML = page_of(BASE, "html tables")
WITH_LINES = "<br>\n".join(map(html.escape, PAGE.split("\n")))
HEAD = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
MARKUP: dict[str, str] = {
    "preformatted": f"<html><body><pre>{html.escape(PAGE)}</pre></body></html>",
    "lines": f"<html><body>{WITH_LINES}</body></html>",
    "declared wrongly": f"<html><head><meta charset='iso-8859-1'></head><body>{WITH_LINES}</body></html>",
    "nested in tables": HTML.replace("<body>", "<body><table><tr><td><table><tr><td>").replace(
        "</body>", "</td></tr></table></td></tr></table></body>"
    ),
    "comments in cells": HTML.replace("<td>Commune de Tolbara", "<td><!-- ancien : Vel -->Commune de Tolbara"),
    "a letter's address": HTML.replace(
        "<td>Commune de Tolbara</td>",
        "<td><a href='mailto:x@tolbara.example?subject=Mme%20X'>Commune de Tolbara</a></td>",
    ),
    "a caption": HTML.replace(
        "<table><tr><td>Nom du financeur", "<table><caption>Euros</caption><tr><td>Nom du financeur"
    ),
    "MHTML in base64": f"{HEAD}Content-Transfer-Encoding: base64\r\n\r\n"
    f"{base64.encodebytes(HTML.encode()).decode()}\r\n--b--\r\n",
    "MHTML with a frame": f"{HEAD}Content-Transfer-Encoding: 8bit\r\n\r\n{HTML}\r\n--b\r\n"
    "Content-Type: text/html\r\n\r\n<p>Cadre</p>\r\n--b--\r\n",
}  # fmt: skip


@pytest.mark.parametrize("case", MARKUP)
def test_a_page_says_the_same_in_any_markup(case: str, tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "page.html", MARKUP[case].encode())
    assert reading.record is not None, reading.findings
    # A table without cells does not tell how many volunteers there are; it is never said that there are none.
    changed = different(reading.record)
    assert changed.pop("volunteer_count", None) is None
    changed.pop("volunteer_missions", None)
    assert changed == {}
    assert ("further-parts" in codes(reading.record)) == (case == "MHTML with a frame")


# Lists that say that there is none, or more


@pytest.mark.parametrize("row", ["Aucun", "Néant", "Aucun financement", "Aucun enregistrement", "Pas de financeur"])
def test_a_table_that_says_none_has_no_row(row: str) -> None:
    rows = "\n".join(PAGE[PAGE.index("Montfleury-sur-Aure 8000") :].split("\n")[:3])
    record = read_text(put(rows, row))
    assert different(record) == {"funding": ()}
    assert codes(record) == USUAL


@pytest.mark.parametrize("row", ["Non renseigné", "N/C", "-", "à compléter"])
def test_a_table_whose_author_did_not_know_is_not_documented(row: str) -> None:
    rows = "\n".join(PAGE[PAGE.index("Montfleury-sur-Aure 8000") :].split("\n")[:3])
    assert different(read_text(put(rows, row))) == {"funding": (), "undocumented": ("funding",)}


def test_a_body_that_is_none_is_no_participant() -> None:
    record = read_text(put("Atelier des Puits", "Aucun"))
    assert not [p for p in record.participants if p.role == "implementer"]
    assert read_text(put("\nEau et assainissement\n", "\nAucune\n")).main_theme == BASE.main_theme[:2]


@pytest.mark.parametrize(
    "line",
    ["Voir plus", "Voir plus...", "Afficher plus", "+ Voir les 12 autres", "... et 12 autres", "et 3 autres", "…",
     "Show more", "Page suivante »", "Résultats 1 - 2 sur 14", "1–2 sur 14", "Charger plus de résultats",
     "Lignes par page : 2 1–2 sur 14"],
)  # fmt: skip
def test_a_list_with_more_than_was_saved_is_documented_in_part(line: str) -> None:
    record = read_text(after(LAST_PARTNER, line))
    assert different(record) == {"undocumented": ("partners",)}
    assert codes(record) == ["incomplete-list", *USUAL]


@pytest.mark.parametrize("line", ["1–2 sur 2", "Lignes par page : 10", "Page 1 sur 1", "2 résultats"])
def test_a_list_that_is_whole_is_documented(line: str) -> None:
    assert different(read_text(after(LAST_PARTNER, line))) == {}


@pytest.mark.parametrize("name", ["Autres partenaires", "Voir Ville de Brest", "Tous ensemble", "Plus loin", "Ville 2"])
def test_a_name_is_no_pager(name: str) -> None:
    assert not pager(name)
    assert not is_more(name)
    assert is_part("Voir plus", 100)


# Money


@pytest.mark.parametrize(
    "amount",
    ["12 000 000 FCFA", "12 000 USD", "15 000 $", "12 000 euros par an", "12 000 €/an", "≈ 12 000", "env. 12 000 €",
     "5000-6000", "plus de 10 000 €", "3 000 000 XOF"],
)  # fmt: skip
def test_what_is_no_amount_in_euros_is_told_and_stays_out_of_the_name(amount: str) -> None:
    record = read_text(put(LAST_FUNDER, f"Agence des eaux du plateau {amount}"))
    (line,) = [line for line in record.funding if line.funder.startswith("Agence")]
    assert (line.funder, line.amount) == ("Agence des eaux du plateau", None)
    assert "impossible-amount" in codes(record)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("12.000,50 €", "12000.50"),
        ("12 000,50 €", "12000.50"),
        ("10 K€", "10000"),
        ("1,2 M€", "1200000"),
        ("-12000", "-12000"),
    ],
)
def test_an_amount_is_read_as_it_is_written(written: str, amount: str) -> None:
    record = read_text(put(LAST_FUNDER, f"Agence des eaux du plateau {written} 2017"))
    assert [(str(x.amount), x.year) for x in record.funding if x.funder.startswith("Agence")] == [(amount, 2017)]


@pytest.mark.parametrize(
    "name", ["Total", "TOTAL", "Sous-total 2019", "Total général", "Totaux", "Total des financements"]
)
def test_a_total_is_no_funder(name: str) -> None:
    assert values.is_total(name)
    assert different(read_text(after(LAST_FUNDER, f"{name} 140000"))) == {}


@pytest.mark.parametrize("name", ["TotalEnergies", "Fondation Total Énergies", "Totalement Eau", "Ville de Total"])
def test_a_body_with_such_a_word_is_one(name: str) -> None:
    assert not values.is_total(name)


# Names


@pytest.mark.parametrize(
    "name", ["Tolbara et commune de Sarno", "Tolbara / Sarno", "Tolbara ; Sarno", "Tolbara - Sarno"]
)
def test_a_name_that_may_be_a_list_is_kept_whole_and_told(name: str) -> None:
    record = read_text(put("Commune de Tolbara Burkina Faso", f"{name} Burkina Faso"))
    assert name in {p.name for p in record.participants}
    assert "perhaps-several" in codes(record)


def test_two_posts_on_one_line_are_two() -> None:
    plural = POST.replace("le poste diplomatique", "les postes diplomatiques") + ' "Consulat général à Sarno"'
    assert read_text(put(POST, plural)).posts == ("Ambassade de France à Valmora", "Consulat général à Sarno")


@pytest.mark.parametrize(
    ("sentence", "told"),
    [("LE PARTENARIAT EST TRIENNAL", "yes"), ("Le partenariat n’est pas triennal", "no"),
     ("LE PARTENARIAT N'EST PAS TRIENNAL", "no"), ("• Le partenariat est triennal", "yes")],
)  # fmt: skip
def test_whether_a_partnership_is_triennial_is_what_the_sentence_says(sentence: str, told: str) -> None:
    assert read_text(put("Le partenariat est triennal", sentence)).triennial == told


# Files that are not what they are called


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.txt", (PAGE + PAGE.replace("PUITS", "AUTRES PUITS")).encode(), "several pages"),
        ("page.html", b"%PDF-1.7 x", "a PDF"),
        ("page.txt", b"bplist00\xd1\x01\x02" + b"\0" * 60, "web archive of Safari"),
        ("page.webarchive", b"bplist00", "Page Source"),
        ("t.csv", b"bplist00" + b"\0" * 60, "web archive"),
        ("t.xlsx", b"PK\x03\x04...word/document.xml", "a Word document"),
        ("t.numbers", b"PK\x03\x04", "XLSX or CSV"),
        ("t.csv", b"\x1f\x8b\x08", "gzip"),
        ("page.md", b"# x", "Rename"),
        ("page.rtf", b"{\\rtf1", "as text"),
        ("page.mht", HEAD.encode() + b"\r\n<p>Rien</p>\r\n--b--\r\n", "labels of an Atlas page"),
        ("t.xlsx", b"PK\x03\x04xl/workbook.xml cut", "no readable XLSX"),
        ("t.csv", "titre;contexte\nA;b".encode("utf-32-le"), "no readable text"),
    ],
)
def test_a_file_that_is_none_of_ours_is_told_with_what_to_do(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    (reading,) = read(tmp_path, name, content)
    assert reading.record is None
    assert said in reading.findings[0].en
    assert reading.account == Account(found=1)
    assert reading.findings[0].severity in (Severity.VIOLATION, Severity.WARNING)


# Tables


TABLE = "titre;collectivités françaises;partenaires étrangers;pays;financement;année de début\n"
ROW = f"{TITLED};Évreux;Tolbara;Burkina Faso;Évreux=10500@2019;2015\n"
WHOLE = TABLE + ROW
TABLES: dict[str, tuple[bytes, list[str | None], list[str]]] = {
    "UTF-32": (codecs.BOM_UTF32_LE + WHOLE.encode("utf-32-le"), [TITLED], []),
    "UTF-16 without its mark": (WHOLE.encode("utf-16-be"), [TITLED], ["not-utf-8"]),
    "Mac Roman": (WHOLE.encode("mac-roman"), [TITLED], ["not-utf-8"]),
    "DOS": (WHOLE.encode("cp850"), [TITLED], ["not-utf-8"]),
    "Windows-1252": (f"{WHOLE}Fête d’été;;;;;\n".encode("cp1252"), [TITLED, "Fête d’été"], ["not-utf-8"]),
    "ISO 8859-15": (f"{WHOLE}Cœur à 10 €;;;;;\n".encode("iso8859-15"), [TITLED, "Cœur à 10 €"], ["not-utf-8"]),
    "one bad byte": ((WHOLE * 3).encode() + b"Caf\xe9;;;;;\n", [TITLED] * 3 + ["Caf\ufffd"], ["bad-bytes"]),
    "null bytes": (WHOLE.replace("Puits", "Pu\0its").encode(), [TITLED], ["control-characters"]),
    "accents of their own": (unicodedata.normalize("NFD", WHOLE).encode(), [TITLED], []),
    "old line ends": (WHOLE.replace("\n", "\r").encode(), [TITLED], []),
    "bars": (WHOLE.replace(";", "|").encode(), [TITLED], []),
    "tabs": (WHOLE.replace(";", "\t").encode(), [TITLED], []),
    "separator named": (f"sep=;\n{WHOLE}".encode(), [TITLED], []),
    "title above": (f"Partenariats 2024;;;;;\n;;;;;\nService;;;;;\n{WHOLE}".encode(), [TITLED], ["above-header"] * 2),
    "header again": (f"{WHOLE}{WHOLE}".encode(), [TITLED] * 2, []),
    "columns at the end": (b"titre;contexte;;\nA;b;;\nC;d;;\n", ["A", "C"], []),
    "value below no header": (b"titre;;contexte\nA;perdu;b\nC;;d\n", ["A", "C"], ["cell-without-header"]),
    "value beyond the header": (b"titre;contexte\nA;b;c\n", ["A"], ["extra-cells"]),
    "header twice": (b"titre;titre;contexte\nA;B;c\n", ["A"], ["double-column"]),
    "unknown column": (b"titre;couleur du mur\nA;vert\n", ["A"], ["unknown-column"]),
    "totals": (f"{WHOLE}Total;;;;10500;\nTOTAL GÉNÉRAL;;;;10500;\n".encode(), [TITLED], ["total-row"] * 2),
    "quote within quotes": (b'titre;contexte\n"A ""b""";"x\ny"\nC;5" de tuyau\n', ['A "b"', "C"], []),
    "quote that never closes": (b'titre;contexte\nA;"b\nC;d\n', ["A", "C"], ["bad-quotes"]),
    "commas in names": (b"titre;contexte\nA, b;c, d\n", ["A, b"], []),
    "nothing but the header": (TABLE.encode(), [], ["no-rows"]),
    "no header": (b"Puits;Brest\nEau;Lyon\n", [], ["not-a-partnership-table"]),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_read_or_told_whatever_it_looks_like(case: str, tmp_path: Path) -> None:
    content, titles, expected = TABLES[case]
    readings = read(tmp_path, "t.csv", content)
    assert [reading.record.title for reading in readings if reading.record] == titles
    assert sorted(f.code for reading in readings for f in reading.findings if f.code != "unknown-theme") == sorted(
        expected
    )
    account = sum((reading.account for reading in readings), Account())
    assert bool(account.found) <= any(f.line or f.code for reading in readings for f in reading.findings)


READ = sorted(case for case, (_, titles, _) in TABLES.items() if titles and not case.startswith("UTF"))


@pytest.mark.parametrize("case", READ)
def test_every_cell_of_such_a_table_is_in_its_account(case: str, tmp_path: Path) -> None:
    content = TABLES[case][0]
    text = content.decode("utf-8", "replace").replace("\0", "").replace("\r", "\n")
    lines = text.removeprefix("sep=;\n").split("\n")
    delimiter = next(sign for sign in ";\t|" if sign in lines[0])
    cells = sum(bool(cell.strip()) for row in csv.reader(lines, delimiter=delimiter) for cell in row)
    account = sum((reading.account for reading in read(tmp_path, "t.csv", content)), Account())
    assert account.total == cells or case == "quote that never closes"
