"""Each constraint of the shapes that is left out or loosened is noticed by a file of tests/shapes."""

from __future__ import annotations

from dataclasses import replace

from atlas_ld.validation import load_shapes
from bench.mutants import BASE, BEGIN, END, MUTATIONS, PAGE, caught, fixtures, noticed, record_mutants, shape_mutants


def test_each_constraint_that_says_less_is_noticed() -> None:
    shapes, files = load_shapes(BASE), fixtures()
    mutants = list(shape_mutants(shapes))
    assert len(mutants) > 2 * len({fixture.fires for fixture in files})
    assert [(m.change, m.shape) for m in mutants if not noticed(m, shapes, files)] == []


def test_shapes_that_say_what_they_said_are_not_noticed() -> None:
    """Otherwise the test above could not fail."""
    shapes, files = load_shapes(BASE), fixtures()
    some = list(shape_mutants(shapes))[::60]
    assert not any(noticed(replace(mutant, graph=shapes.graph), shapes, files) for mutant in some)


def test_mutants_of_records_are_caught_but_for_those_that_say_less_or_may_be_true() -> None:
    mutants = record_mutants(3 * len(MUTATIONS))
    escaped = {mutant[0] for mutant, was_caught in zip(mutants, caught(mutants), strict=True) if not was_caught}
    silent = {
        *("without form", "without main_theme", "without status", "without funding", "a theme that nobody knows"),
        *("an amount a thousand times as large", "a misspelt name of a body", "a country that does not exist"),
    }
    assert escaped <= silent
    assert "without status" in escaped  # else this test would not be looking


def test_the_page_tells_of_every_constraint_noticed() -> None:
    written = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert "(100.0 %)." in written.splitlines()[1]
    assert all(f"| {mutation.name} |" in written for mutation in MUTATIONS)
