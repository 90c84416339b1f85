"""Where a page is cut, when its narratives hold lines that look like labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_ld.sources.atlas_cut import cut, text_lines
from atlas_ld.sources.atlas_labels import LABELS, rank_of
from atlas_ld.sources.atlas_page import read_page
from tests.sources.pages import THEMES, read_base


def fields(*lines: str) -> dict[str, str]:
    _, blocks = cut(text_lines("\n".join(lines)))
    return {block.label.field: "\n".join(line.text for line in block.lines) for block in blocks}


def test_a_label_inside_a_narrative_does_not_cut_it() -> None:
    found = fields("Titre", "T", "Contexte", "Un.", "Financement du partenariat", "Deux.", "Historique", "Trois.",
                   "Objectif du partenariat", "Quatre.", "Financement du partenariat", "Ville 10 2019")  # fmt: skip
    assert found["context"] == "Un.\nFinancement du partenariat\nDeux."
    assert found["funding"] == "Ville 10 2019"


def test_the_page_s_own_label_comes_after_a_heading_of_the_same_words() -> None:
    found = fields(
        "Contexte", "Un.", "Historique", "Deux.", "Historique", "Trois.", "Objectif du partenariat", "Quatre."
    )
    assert found["context"] == "Un.\nHistorique\nDeux."
    assert found["history"] == "Trois."


def test_a_heading_after_a_blank_line_is_the_author_s() -> None:
    found = fields(
        "Contexte", "Un.", "Historique", "Deux.", "", "Historique", "Trois.", "Objectif du partenariat", "Quatre."
    )
    assert found["context"] == "Un."
    assert found["history"] == "Deux.\n\nHistorique\nTrois."


def test_a_heading_with_a_colon_is_the_author_s() -> None:
    found = fields(
        "Contexte", "Un.", "Historique", "Deux.", "Historique :", "Trois.", "Objectif du partenariat", "Quatre."
    )
    assert found["history"] == "Deux.\nHistorique :\nTrois."


def test_a_heading_in_other_letters_is_the_author_s() -> None:
    found = fields("Titre", "T", "Contexte", "CONTEXTE", "Un.", "historique", "Deux.", "Historique", "Trois.")
    assert found["context"] == "CONTEXTE\nUn.\nhistorique\nDeux."


def test_a_doubled_heading_belongs_to_neither_neighbour() -> None:
    found = fields(
        "Bénéficiaire(s)", "Tous.", "", "Financement du partenariat", "", "Financement du partenariat", "Ville 10 2019"
    )
    assert found["beneficiaries"] == "Tous."
    assert found["funding"] == "Ville 10 2019"


def test_a_label_within_a_line_is_text() -> None:
    found = fields("Titre", "T", "Contexte", "Le Contexte et le Titre.", "Historique", "Un.")
    assert found["context"] == "Le Contexte et le Titre."


def test_the_head_is_what_precedes_the_first_label() -> None:
    head, _ = cut(text_lines("Accueil\n\nTitre\nT\nContexte\nUn."))
    assert [line.text for line in head] == ["Accueil"]


def test_every_wording_is_known_as_its_own_label() -> None:
    for rank, label in enumerate(LABELS):
        for wording in label.wordings:
            assert rank_of(wording) == rank, wording
            assert rank_of(wording.replace("'", "’").replace(" ", "\u00a0") + "\u00a0:") == rank, wording


@pytest.mark.parametrize(
    "line", ["", "Titres", "Le titre", "Contextes", "contexte", "Le partenariat est ancien", "x" * 500]
)
def test_other_lines_are_no_labels(line: str) -> None:
    assert rank_of(line) is None


@given(st.lists(st.sampled_from([*(label.wordings[0] for label in LABELS), "", "texte"]), max_size=40))
def test_every_line_of_a_page_is_in_the_head_in_a_block_or_a_repeated_label(lines: list[str]) -> None:
    head, blocks = cut(text_lines("\n".join(lines)))
    ranks = [LABELS.index(block.label) for block in blocks]
    assert ranks == sorted(set(ranks))
    kept = [line.number for line in head] + [line.number for block in blocks for line in (block.line, *block.lines)]
    assert kept == sorted(set(kept))
    lost = [text for number, text in enumerate(lines, start=1) if number not in kept and text]
    assert "texte" not in lost


def test_a_page_of_nothing_but_labels_is_refused_rather_than_slow() -> None:
    reading = read_page("x.txt", b"Contexte\n" * 400_000, THEMES)
    assert reading.record is None


def test_objectives_are_parted_in_the_page_s_order_only() -> None:
    record = read_base({"Faire connaître le sujet dans les écoles.": "Un.\nObjectifs locaux :\nDeux."})
    assert record.french_objectives == "Un.\nObjectifs locaux :\nDeux."
    record = read_base({"Objectifs locaux :\nRéparer": "Objectifs locaux : Réparer"})
    assert record.local_objectives == "Réparer quarante puits.\n\nFormer les agents."
