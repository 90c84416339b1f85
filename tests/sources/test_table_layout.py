"""Tables with other columns than ours, read by a mapping: each cell is read, left for a reason, or told."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from atlas_ld.findings import Finding
from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.sources.reading import Account, Reading
from atlas_ld.sources.table import read_table
from atlas_ld.sources.table_mapping import load_mapping, parse_mapping

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def mapped(mapping: str, table: str | bytes, name: str = "t.csv") -> list[Reading]:
    content = table if isinstance(table, bytes) else table.encode()
    return list(read_table(name, content, [parse_mapping(mapping, "m.toml")]))


def records(found: list[Reading]) -> list[PartnershipRecord]:
    return [reading.record for reading in found if reading.record]


def told(found: list[Reading]) -> list[Finding]:
    return [finding for reading in found for finding in reading.findings]


def account(found: list[Reading]) -> Account:
    return sum((reading.account for reading in found), Account())


TITLE = '[columns]\n"Intitulé" = "title"\n'


def test_columns_fill_the_fields_that_the_mapping_says() -> None:
    found = mapped(
        f"""{TITLE}
        "Échéance" = {{ to = "end_date", date_format = "MM/DD/YYYY" }}
        "Partenaires" = {{ to = "foreign_partners", separator = ";" }}
        "Pays" = {{ to = "foreign_countries", separator = ";" }}
        "Avancement" = {{ to = "status", values = {{ "Clos" = "ended", "actif" = "under-way" }} }}
        "Référent" = {{ ignore = "names a person" }}
        [constants]
        form = "twinning"
        french_authorities = "Région Clairval"
        french_kinds = "region"
        """,
        "Intitulé,ÉCHÉANCE :,Partenaires,Pays,Avancement,Référent\n"
        "Puits,12/31/2018,Tolbara; Nord|havn,BF;NO,Clos,Camille Exemplaire\n",
    )
    (record,) = records(found)
    assert told(found) == []
    assert (record.form, record.end_date, record.status) == ("twinning", date(2018, 12, 31), "ended")
    assert record.participants == (
        Participant(name="Région Clairval", role="french-authority", kind="region"),
        Participant(name="Tolbara", role="foreign-partner", country="BF"),
        Participant(name="Nord|havn", role="foreign-partner", country="NO"),
    )
    assert account(found) == Account(read=5, furniture=7)
    assert "Exemplaire" not in record.to_json()


def test_a_column_that_is_not_mapped_is_told_once_and_is_not_documented() -> None:
    found = mapped(f'{TITLE}"Fonds" = {{ ignore = "internal" }}', "Intitulé,Budget,Fonds\nA,100,x\nB,200,\n")
    assert [finding.code for finding in told(found)] == ["unknown-column"]
    assert all("funding" in record.undocumented for record in records(found))
    assert account(found) == Account(read=2, furniture=3, found=3)


def test_amounts_of_years_in_columns_are_lines_of_funding() -> None:
    mapping = f"""{TITLE}
        [[funding]]
        funder = "Région Clairval"
        amount_column = "Montant {{year}}"
        [[funding]]
        funder_column = "Cofinanceur"
        amount_column = "Part du cofinanceur (k€)"
        year = 2020
        unit = 1000
        """
    found = mapped(
        mapping,
        "Intitulé;Montant 2019;Montant 2020;Cofinanceur;Part du cofinanceur (k€)\n"
        "A;10 500,50 €;;Fonds des puits;1,5\n"
        "B;néant;;;\n"
        "C;;;;\n",
    )
    first, none, unsaid = records(found)
    assert first.funding == (
        Funding(funder="Région Clairval", amount=Decimal("10500.50"), year=2019),
        Funding(funder="Fonds des puits", amount=Decimal("1500"), year=2020),
    )
    assert (none.funding, "funding" in none.undocumented) == ((), False)
    assert (unsaid.funding, "funding" in unsaid.undocumented) == ((), True)
    assert account(found).found == 0


def test_one_row_for_each_line_of_funding_is_one_record() -> None:
    found = mapped(
        f"""group_by = "Dossier"
        {TITLE}
        "Dossier" = "identifier"
        "Partenaire" = "foreign_partners"
        "Pays" = "foreign_countries"
        [[funding]]
        funder_column = "Financeur"
        amount_column = "Montant"
        year_column = "Exercice"
        """,
        "Dossier,Intitulé,Partenaire,Pays,Financeur,Montant,Exercice\n"
        "7,Puits,Tolbara,BF,Clairval,1000,2019\n"
        "8,École,Nordhavn,NO,Clairval,500,2019\n"
        "7,Puits,Tolbara,BF,Clairval,1000,2019\n"
        "7,,Kouma,BF,État,200,2020\n"
        "7,Puits neufs,,,,,\n",
    )
    wells, school = records(found)
    assert [line.amount for line in wells.funding] == [1000, 1000, 200]
    assert [(p.name, p.country) for p in wells.participants] == [("Tolbara", "BF"), ("Kouma", "BF")]
    assert (wells.title, wells.identifier, school.identifier) == ("Puits", "7", "8")
    assert [(f.code, f.line, f.field) for f in told(found)] == [("rows-disagree", 6, "title")]
    assert account(found) == Account(read=7 + 7 + 7 + 6 + 2, furniture=7)


def test_a_row_without_its_key_is_a_record_of_its_own_and_told() -> None:
    found = mapped(f'group_by = "N°"\n{TITLE}', "N°,Intitulé\n1,A\n,B\n,C\n1,A\n")
    assert [record.title for record in records(found)] == ["A", "B", "C"]
    assert [(f.code, f.line) for f in told(found)] == [("row-without-key", 3), ("row-without-key", 4)]


def test_numbered_columns_belong_together_and_an_empty_one_moves_no_country() -> None:
    mapping = f"""{TITLE}
        "Partenaire {{n}}" = "foreign_partners"
        "Pays {{n}}" = "foreign_countries"
        """
    table = "Intitulé,Partenaire 1,Pays 1,Partenaire 2,Pays 2\nA,Tolbara,,Nordhavn,NO\nB,,,Nordhavn,NO\n"
    first, second = records(mapped(mapping, table))
    assert [(p.name, p.country) for p in first.participants] == [("Tolbara", None), ("Nordhavn", "NO")]
    assert [(p.name, p.country) for p in second.participants] == [("Nordhavn", "NO")]


def test_two_columns_of_one_list_go_with_the_countries_in_their_order() -> None:
    mapping = f"""{TITLE}
        "Ville A" = "foreign_partners"
        "Ville B" = "foreign_partners"
        "Pays A" = "foreign_countries"
        "Pays B" = "foreign_countries"
        """
    (record,) = records(mapped(mapping, "Intitulé,Ville A,Ville B,Pays A,Pays B\nA,Tolbara,Nordhavn,,NO\n"))
    assert [(p.name, p.country) for p in record.participants] == [("Tolbara", None), ("Nordhavn", "NO")]


def test_one_country_is_that_of_all_columns_without_one() -> None:
    mapping = f'{TITLE}"Ville {{n}}" = "foreign_partners"\n"Pays" = "foreign_countries"'
    (record,) = records(mapped(mapping, "Intitulé,Ville 1,Ville 2,Pays\nA,Tolbara,Kouma,BF\n"))
    assert [(p.name, p.country) for p in record.participants] == [("Tolbara", "BF"), ("Kouma", "BF")]


@pytest.mark.parametrize(
    ("decimal", "written", "amount"),
    [
        (".", "10.500", "10.5"), (".", "1,234.50 €", "1234.5"), (".", "1,234", "1234"), (",", "1.234,5", "1234.5"),
        (",", "10,500", "10.5"), (",", "12 000", "12000"), (".", "EUR 1'234.05", "1234.05"), (",", "-5,25", "-5.25"),
    ],
)  # fmt: skip
def test_the_decimal_sign_of_the_mapping_leaves_nothing_to_guess(decimal: str, written: str, amount: str) -> None:
    mapping = f'decimal = "{decimal}"\n{TITLE}[[funding]]\nfunder = "Clairval"\namount_column = "Montant"'
    (record,) = records(mapped(mapping, f'Intitulé,Montant\nA,"{written}"\n'))
    assert [line.amount for line in record.funding] == [Decimal(amount)]


@pytest.mark.parametrize(
    ("columns", "cells", "code"),
    [
        ('"Fin" = { to = "end_date", date_format = "MM/DD/YYYY" }', "Fin,31/12/2018", "impossible-date"),
        ('[[funding]]\nfunder_column = "Qui"\namount_column = "M"', "Qui;M,;500", "bad-funding"),
        ('[[funding]]\nfunder_column = "Qui"\namount_column = "M"', "Qui;M,Aucun;500", "bad-funding"),
        ('[[funding]]\nfunder = "X"\namount_column = "M"', "M,beaucoup", "impossible-amount"),
        ('[[funding]]\nfunder = "X"\namount_column = "M"\nyear_column = "An"', "M;An,;2019", "funding-without-amount"),
        ('"P {n}" = "foreign_partners"\n"C {n}" = "foreign_countries"', "P 1;C 1,;BF", "unpaired-values"),
        ('[[funding]]\nfunder = "X"\ndecimal = "."\namount_column = "M"', "M,1.2.3", "impossible-amount"),
    ],
)  # fmt: skip
def test_a_cell_that_its_column_cannot_hold_is_told_with_its_line(columns: str, cells: str, code: str) -> None:
    header, row = cells.split(",")
    found = mapped(TITLE + columns, f"Intitulé;{header}\nA;{row}\n")
    assert [(finding.code, finding.line) for finding in told(found)] == [(code, 2)]


def test_the_sheet_and_the_row_of_the_header_are_those_that_the_mapping_names() -> None:
    workbook = Workbook()
    workbook.active.append(["Intitulé"])
    sheet = workbook.create_sheet("Projets 2020")
    for row in (["Conseil régional"], ["Intitulé", "brouillon"], ["Intitulé", "Début"], ["Puits", 2019]):
        sheet.append(row)
    output = io.BytesIO()
    workbook.save(output)
    for chosen in ('"projets 2020"', "2"):
        mapping = f'sheet = {chosen}\nheader_row = 3\n{TITLE}"Début" = "start_year"'
        found = mapped(mapping, output.getvalue(), "t.xlsx")
        assert [(record.title, record.start_year) for record in records(found)] == [("Puits", 2019)]
        assert sorted({f.code for f in told(found)}) == ["above-header", "further-sheet"]
    for chosen in ('"Projets"', "3"):
        (reading,) = mapped(f"sheet = {chosen}\n{TITLE}", output.getvalue(), "t.xlsx")
        assert reading.findings[0].code == "broken-table"


def test_a_table_that_no_mapping_knows_is_read_by_our_own_columns() -> None:
    assert [record.title for record in records(mapped(TITLE, "title,form\nPuits,Jumelage\n"))] == ["Puits"]
    found = mapped(f'files = ["other/*"]\n{TITLE}', "Intitulé\nPuits\n")
    assert told(found)[0].code == "not-a-partnership-table"


def test_a_constant_title_needs_no_column_of_titles() -> None:
    mapping = '[columns]\n"Ville" = "foreign_partners"\n[constants]\ntitle = "Jumelage"\nforeign_countries = "BF"'
    first, second = records(mapped(mapping, "Ville\nTolbara\n-\n"))
    assert (first.title, first.participants[0].country) == ("Jumelage", "BF")
    assert (second.title, second.participants) == ("Jumelage", ())
    assert [f.code for f in second.findings] == []


def test_our_numbered_headers_are_read_without_a_mapping() -> None:
    table = (
        "titre,partenaire étranger 1,pays du partenaire 1,financeur 1,montant 1,année 1,part loi oudin 1,financeur 2\n"
        "Puits,Tolbara,Burkina Faso,Clairval,1000,2019,100,État\n"
    )
    (reading,) = read_table("t.csv", table.encode())
    assert reading.record is not None
    assert reading.findings == ()
    assert reading.record.participants == (Participant(name="Tolbara", role="foreign-partner", country="Burkina Faso"),)
    assert reading.record.funding == (
        Funding(funder="État"),
        Funding(funder="Clairval", amount=Decimal(1000), year=2019, oudin=Decimal(100)),
    )


@pytest.mark.parametrize(
    ("table", "titles", "funding", "codes"),
    [
        ("region.csv", ["Puits partagés", "École des métiers"], [2, 0], ["above-header"]),
        ("grants.csv", ["Compost de quartier", "Orchestre des jeunes"], [2, 1], []),
        ("twinnings.csv", ["Twinning", "Twinning"], [0, 0], []),
    ],
)
def test_the_examples_of_the_documentation_read_every_cell_of_their_tables(
    table: str, titles: list[str], funding: list[int], codes: list[str]
) -> None:
    (mapping,) = EXAMPLES.glob(f"{Path(table).stem}.mapping.*")
    found = list(read_table(table, (EXAMPLES / table).read_bytes(), [load_mapping(mapping)]))
    assert [record.title for record in records(found)] == titles
    assert [len(record.funding) for record in records(found)] == funding
    assert [finding.code for finding in told(found)] == codes
    assert account(found).found == len(codes)


def test_what_was_committed_and_what_was_paid_have_columns_of_their_own() -> None:
    mapping = f"""{TITLE}
        "Fin" = "end_date"
        [[funding]]
        funder = "Région Clairval"
        committed_column = "Montant voté"
        paid_column = "Montant versé"
        year_column = "Exercices"
        unit = 1000
        """
    table = "Intitulé;Montant voté;Montant versé;Exercices;Fin\nPuits;12;10;2019-2021;12/2021\nForages;;5;2020;N/A\n"
    found = mapped(mapping, table)
    assert told(found) == []
    twelve, five = Decimal(12000), Decimal(5000)
    assert [record.funding for record in records(found)] == [
        (Funding(funder="Région Clairval", committed=twelve, paid=Decimal(10000), first_year=2019, last_year=2021),),
        (Funding(funder="Région Clairval", paid=five, year=2020),),
    ]
    assert [record.funding[0].amount for record in records(found)] == [twelve, five]
    assert [record.end_month for record in records(found)] == ["2021-12", None]
