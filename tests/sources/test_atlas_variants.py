"""One small page per way in which pages of the Atlas differ."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from atlas_ld.findings import Severity
from atlas_ld.sources.atlas_page import read_page
from tests.sources.pages import THEMES, base_page, codes, line_of, read_base, read_text

SIGNATURE = "Année de première signature de la convention"


@pytest.mark.parametrize(
    "label",
    ["Année de signature de la convention", "Année de signature de la convention ou de la lettre d'intention"],
)
def test_each_wording_of_the_signature_label_is_known(label: str) -> None:
    assert read_base({SIGNATURE: label}).first_signature_year == 2004


def test_a_page_without_signature_label_has_no_signature_year() -> None:
    record = read_base({f"{SIGNATURE}\n2004\n": ""})
    assert (record.first_signature_year, record.title) == (None, "PUITS PARTAGÉS")


@pytest.mark.parametrize(
    ("start", "status", "end"),
    [
        ("Année de début de l'action", "L'action est :", "Date de fin de l'action"),
        ("Année de début de projet", "Le projet est", "Date de fin du projet"),
        ("Année de début du partenariat", "Le partenariat est :", "Date de fin du partenariat"),
    ],
)
def test_pages_of_actions_and_projects_have_their_own_noun(start: str, status: str, end: str) -> None:
    record = read_base(
        {
            "Année de début du partenariat": start,
            "Le partenariat est\n": f"{status}\n",
            "Date de fin du partenariat": end,
        }
    )
    assert (record.start_year, record.status, record.end_date) == (2015, "under-way", date(2018, 12, 31))


def test_an_empty_value_followed_by_the_next_label_is_empty() -> None:
    record = read_base({"31/12/2018\n": "", "Eau et assainissement\n\nAutres": "\nAutres", "En cours\n": "Terminé\n"})
    assert (record.end_date, record.status) == (None, "ended")
    assert record.main_theme == ("Environnement, Climat et Energie", "Eau et déchets")


def test_three_theme_labels_without_a_value_are_no_theme() -> None:
    record = read_base(
        {
            "Thématique d'intervention\nEnvironnement, Climat et Energie\n": "Thématique d'intervention\n",
            "Sous-thématique d'intervention\nEau et déchets\n": "Sous-thématique d'intervention\n",
            "Sous-sous-thématique d'intervention\nEau et assainissement\n": "Sous-sous-thématique d'intervention\n",
        }
    )
    assert record.main_theme == ()


def test_rows_with_bars_are_read_and_a_collapsed_cell_does_not_move_the_priority() -> None:
    record = read_base(
        {
            "Thématique éligible Sous-thématique Sous-sous-thématique Priorité\n": (
                "Thématique éligible | Sous-thématique | Sous-sous-thématique | Priorité | \n---|---|---|---|\n"
            ),
            "Culture et Patrimoine Patrimoine 2": "Culture et Patrimoine | Patrimoine | 2 |  | ",
            "Economie durable Attractivité des territoires Tourisme 3": (
                "Economie durable | Attractivité des territoires | Tourisme | 3 | "
            ),
            "<< < pagination.page.precedent 1 pagination.page.suivant > >>": "<<\n<\n1\n>\n>>",
        }
    )
    assert [(choice.path, choice.priority) for choice in record.other_themes][1:] == [
        (("Culture et Patrimoine", "Patrimoine"), 2),
        (("Economie durable", "Attractivité des territoires", "Tourisme"), 3),
    ]
    assert codes(record) == ["dropped-mission"]


def test_a_bare_rule_below_the_header_is_an_empty_table() -> None:
    rows = base_page().partition("Priorité\n")[2].partition("<< <")[0]
    record = read_base({rows: "---|\n"})
    assert (record.other_themes, codes(record)) == ((), ["dropped-mission"])


def test_the_words_of_a_theme_not_in_the_tree_are_a_finding_with_their_line() -> None:
    record = read_base({"Culture et Patrimoine Patrimoine 2": "Culture et Patrimoine Cirque ambulant 2"})
    (finding,) = (finding for finding in record.findings if finding.code == "uncut-row")
    assert finding.line == line_of("Culture et Patrimoine Patrimoine 2")
    assert "Cirque ambulant" not in finding.en  # a row of unknown nature may name a person


def test_an_other_theme_that_repeats_the_main_one_is_kept() -> None:
    record = read_base({"Culture et Patrimoine Patrimoine 2": "Environnement, Climat et Energie Eau et déchets 2"})
    assert ("Environnement, Climat et Energie", "Eau et déchets") in [choice.path for choice in record.other_themes]


def test_a_page_without_goals_has_none() -> None:
    block = base_page().partition("Objectifs de développement durable")[2].partition("Année de début")[0]
    record = read_base({f"Objectifs de développement durable{block}": ""})
    assert (record.goals, record.start_year) == ((), 2015)


def test_a_page_names_each_of_its_posts() -> None:
    second = 'Contacts dans le poste diplomatique "Ambassade de France à Autreville"\n\nCorrespondant\nAlix RIEN\nTitre'
    record = read_base({"Titre": second})
    assert record.posts == ("Ambassade de France à Autreville", "Ambassade de France à Valmora")
    assert "RIEN" not in record.to_json()


@pytest.mark.parametrize("post", ["Consul général à Jérusalem", "AMBASSADE DE FRANCE A TUNIS"])
def test_a_post_is_kept_as_written(post: str) -> None:
    assert read_base({"Ambassade de France à Valmora": post}).posts == (post,)


def test_a_page_without_contact_block_has_no_post() -> None:
    page = "Atlas français de la coopération décentralisée\nTitre" + base_page().partition("Titre")[2]
    assert (read_text(page).posts, codes(read_text(page))) == ((), ["dropped-mission"])


def test_an_unknown_line_at_the_head_is_a_finding_that_does_not_quote_it() -> None:
    record = read_text(base_page().replace("Accueil", "Mme Dominique Secret\nAccueil"))
    (finding,) = (finding for finding in record.findings if finding.code == "unknown-line")
    assert finding.line == 1
    assert "Secret" not in finding.fr + finding.en


def test_a_merged_context_is_the_context_and_its_own_first_line_is_no_label() -> None:
    record = read_base({"Contexte\n": "Contexte et historique\nContexte\n", "Historique\n": "\nHistorique\n"})
    assert record.context is not None
    assert record.context.startswith("Contexte\nLes deux villes")
    assert record.context.endswith("Historique\nUne première visite a eu lieu en 2003.")
    assert record.history is None
    assert "merged-context" in codes(record)


def test_an_empty_history_is_none() -> None:
    assert read_base({"Une première visite a eu lieu en 2003.\n": ""}).history is None


def test_a_title_on_two_lines_is_one_title() -> None:
    assert read_base({"PUITS PARTAGÉS": "PUITS\nPARTAGÉS"}).title == "PUITS PARTAGÉS"


def test_a_title_that_repeats_its_label_loses_it() -> None:
    assert read_base({"PUITS PARTAGÉS": "Titre : Puits partagés"}).title == "Puits partagés"


def test_a_page_without_a_title_gives_a_record_without_a_title() -> None:
    record = read_base({"PUITS PARTAGÉS\n": ""})
    assert (record.title, record.start_year) == (None, 2015)


@pytest.mark.parametrize(
    ("after", "undocumented"),
    [
        ("Contexte", ("follow-up", "funding", "partners", "texts")),
        ("Un plateau, deux rivières.", ("follow-up", "funding", "partners")),
        ("Région Hautes-Plaines commun.ico.loupe.alter", ("follow-up", "funding")),
        ("Agence des eaux du plateau 12 000 2017", ("follow-up",)),
    ],
)
def test_a_page_that_is_cut_off_does_not_document_what_follows(after: str, undocumented: tuple[str, ...]) -> None:
    record = read_text(base_page().partition(after + "\n")[0] + after + "\n")
    assert record.undocumented == undocumented
    assert "cut-page" in codes(record)


def test_a_table_that_is_there_without_rows_is_documented_as_none() -> None:
    record = read_base({
        "Commune de Tolbara Burkina Faso commun.ico.loupe.alter\n": "",
        "Union des puits de Tolbara Burkina Faso commun.ico.loupe.alter\n": "",
        "Commune de Tolbara Imaginaire Lou Maire l.imaginaire@tolbara.example\n": "",
        "Union des puits de Tolbara Supposé Ange Secrétaire général a.suppose@tolbara.example\n": "",
    })  # fmt: skip
    assert [p for p in record.participants if p.role == "foreign-partner"] == []
    assert record.undocumented == ()


@pytest.mark.parametrize("impossible", ["31/02/2020", "00/12/2020", "31/12/20200", "bientôt"])
def test_an_impossible_date_is_told_with_its_line(impossible: str) -> None:
    record = read_base({"31/12/2018": impossible})
    (finding,) = (finding for finding in record.findings if finding.code.startswith("impossible"))
    assert (finding.code, finding.line, finding.field) == ("impossible-date", line_of("31/12/2018"), "end_date")
    assert record.end_date is None


@pytest.mark.parametrize("impossible", ["20I5", "201", "2016-2015", "0215"])
def test_an_impossible_year_is_told_with_its_line(impossible: str) -> None:
    record = read_base({"2015\n": f"{impossible}\n"})
    (finding,) = (finding for finding in record.findings if finding.code.startswith("impossible"))
    assert (finding.code, finding.line, finding.field) == ("impossible-year", line_of("2015"), "start_year")


def test_an_amount_that_is_no_number_is_a_violation_with_its_line() -> None:
    record = read_base({"Région Hautes-Plaines 120000,50 2016": "Région Hautes-Plaines 120k$ 2016"})
    (finding,) = (finding for finding in record.findings if finding.severity is Severity.VIOLATION)
    assert (finding.code, finding.line) == ("impossible-amount", line_of("Région Hautes-Plaines 120000,50 2016"))


def test_a_negative_amount_is_kept_for_the_shapes_to_refuse() -> None:
    record = read_base({"Région Hautes-Plaines 120000,50 2016": "Région Hautes-Plaines -500 2016"})
    assert Decimal(-500) in [line.amount for line in record.funding]


def test_an_unknown_status_is_kept_as_written_with_a_finding() -> None:
    record = read_base({"En cours": "Envisagé"})
    assert (record.status, codes(record)) == ("Envisagé", ["unknown-status", "dropped-mission"])


@pytest.mark.parametrize(
    ("wording", "form"),
    [("Jumelage", "twinning"), ("Accord-cadre", "framework-agreement"), ("Aide humanitaire", "humanitarian")],
)
def test_the_form_is_a_code(wording: str, form: str) -> None:
    assert read_base({"Projet de coopération décentralisée": wording}).form == form


def test_a_second_line_below_a_single_value_is_a_finding() -> None:
    record = read_base({"En cours\n": "En cours\nDepuis longtemps\n"})
    (finding,) = (finding for finding in record.findings if finding.code == "unknown-line")
    assert (record.status, finding.line) == ("under-way", line_of("En cours") + 1)


def test_not_triennial_is_an_explicit_no_and_silence_is_unknown() -> None:
    assert read_base({"Le partenariat est triennal": "Le partenariat n’est pas triennal"}).triennial == "no"
    assert read_base({"Le partenariat est triennal\n": ""}).triennial == "unknown"


def test_a_follow_up_label_with_a_word_below_it_is_known() -> None:
    record = read_base(
        {"Une politique d'évaluation a été engagée\n": "Une politique d'évaluation a été engagée\nOui\n"}
    )
    assert record.evaluation == "yes"


@pytest.mark.parametrize(
    "content", [b"", b"Bonjour.", b"Titre\nX\n", b"\x00\x01\x02", b"<html><body>Titre</body></html>"]
)
def test_what_is_no_page_gives_no_record_and_a_violation(content: bytes) -> None:
    reading = read_page("x.txt", content, THEMES)
    assert reading.record is None
    assert [finding.severity for finding in reading.findings] == [Severity.VIOLATION]


def test_a_page_in_windows_1252_is_read_with_a_finding() -> None:
    page = base_page().replace("Énergie", "Energie")
    reading = read_page("x.txt", page.encode("cp1252"), THEMES)
    assert reading.record is not None
    assert reading.record.title == "PUITS PARTAGÉS"
    assert "not-utf-8" in codes(reading.record)


@pytest.mark.parametrize(
    ("label", "line"),
    [
        ("Priorité\n", "1" * 50_000 + "x 1"),
        ("Priorité\n", "<" * 50_000 + "x"),
        ("Priorité\n", "-" * 50_000 + "x"),
        ("Priorité\n", "pagination.page.suivant1 " * 5_000 + "x"),
        ("Maître(s) d'ouvrage\n", "," * 50_000),
        ("Maître(s) d'ouvrage\n", "(," * 50_000),
        ("Année\n", "1 " * 50_000),
        ("Courriel\n", "Maire " * 50_000),
        ("Contexte\n", " " * 50_000 + "x"),
        ("Correspondant coopération décentralisée\n", 'Contacts dans le poste diplomatique "' + " " * 50_000 + "x"),
    ],
)  # fmt: skip
def test_a_hostile_line_costs_no_more_than_its_length(label: str, line: str) -> None:
    """No time is asserted: with a pattern that backtracks, this test would not end."""
    assert read_base({label: f"{label}{line}\n"}).start_year == 2015
