"""web/sparql/result_table.py: what a page shows of an answer is bounded in cells and characters."""

from __future__ import annotations

import json

import pytest

from atlas_ld.iris import Iris
from atlas_ld.web.sparql.result_table import Table, read_table


def table(columns: int, rows: int, text: str = "x") -> Table:
    names = [f"v{number}" for number in range(columns)]
    row = {name: {"type": "literal", "value": text} for name in names[:3]}
    document = {"head": {"vars": names}, "results": {"bindings": [row] * rows}}
    return read_table(json.dumps(document).encode(), Iris("http://localhost:8000/"))


@pytest.mark.parametrize(
    ("columns", "rows", "shown"),
    [(3, 5, (3, 5)), (3, 5000, (3, 1000)), (12_000, 300, (200, 50)), (150, 5000, (150, 66)), (0, 4, (0, 4))],
)
def test_so_many_rows_and_columns_are_shown_and_all_are_counted(
    columns: int, rows: int, shown: tuple[int, int]
) -> None:
    found = table(columns, rows)
    assert (len(found.variables), len(found.rows)) == shown
    assert all(len(row) == shown[0] for row in found.rows)
    assert (found.columns, found.total) == (columns, rows)


def test_a_long_value_is_cut_and_says_so() -> None:
    (row,) = table(1, 1, "é" * 3000).rows
    assert row[0].text == "é" * 2000 + "…"
