"""The W3C's evaluation tests: what the columns answer is what Oxigraph answers, and docs/sparql.md has the table."""

from __future__ import annotations

import pytest

from tests.sparql.columns.fetch_w3c import FOLDER
from tests.sparql.columns.w3c import BLOCK, PAGE, Outcome, cases, outcome, table

if not FOLDER.is_dir():
    pytest.skip("needs the W3C's tests: python tests/sparql/columns/fetch_w3c.py", allow_module_level=True)


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [outcome(case) for case in cases()]


def test_the_columns_answer_some_of_the_tests_and_leave_the_others(outcomes: list[Outcome]) -> None:
    assert len(outcomes) > 400
    assert sum(found.columns != "" for found in outcomes) > 180


def test_what_the_columns_answer_is_what_oxigraph_answers(outcomes: list[Outcome]) -> None:
    assert [found.case.name for found in outcomes if found.columns == "otherwise"] == []


def test_the_page_has_the_table(outcomes: list[Outcome]) -> None:
    written = BLOCK.search(PAGE.read_text("utf-8"))
    assert written is not None
    assert written[0] == table(outcomes), "python -m tests.sparql.columns.w3c writes it"
