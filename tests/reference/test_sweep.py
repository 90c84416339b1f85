"""Names in every form that lists write: a sample of `python -m bench.matching`, which tries all."""

from __future__ import annotations

from atlas_ld.reference.gazetteer import Gazetteer
from bench.matching import BEGIN, END, PAGE, left_out, sweep


def test_no_form_of_a_name_gives_another_territory(gazetteer: Gazetteer) -> None:
    counts = sweep(gazetteer, one_in=120)
    assert {kind for kind, _ in counts} == {
        "commune", "departement", "region", "epci", "place abroad", "division abroad", "country"
    }  # fmt: skip
    assert [wrong for count in counts.values() for wrong in count.wrong] == []
    found = sum(count.right + count.candidates for count in counts.values())
    assert found > 0.99 * sum(count.tried for count in counts.values())


def test_what_is_not_in_the_data_is_not_taken_for_a_neighbour(gazetteer: Gazetteer) -> None:
    counts = left_out(gazetteer, one_in=30)
    for count in counts.values():
        assert len(count.wrong) <= 0.002 * count.tried, count.wrong


def test_the_page_has_the_table_of_all_and_nothing_wrong_in_it() -> None:
    rows = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].strip().splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("| ").split("|")] for row in rows]
    assert len(cells) >= 14
    for kind, form, *figures in cells:
        tried, _, _, _, wrong = (int(figure.replace(" ", "")) for figure in figures)
        assert wrong == 0 if form != "left out" else wrong <= 0.002 * tried, (kind, form)
