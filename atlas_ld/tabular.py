"""Tables in a terminal: SPARQL results, settings."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

_WIDEST = 60


def text(results: dict[str, Any]) -> str:
    """SPARQL 1.1 Query Results JSON as aligned columns, a count last; an ASK answer as `true` or `false`.

    Cells are cut at 60 columns with an ellipsis, and control characters are shown as spaces, so that no value can
    move the cursor.
    """
    if "boolean" in results:
        return str(results["boolean"]).lower()
    names = results["head"]["vars"]
    rows = [
        [binding[name]["value"] if name in binding else "" for name in names]
        for binding in results["results"]["bindings"]
    ]
    return f"{table(names, rows)}\n({len(rows)} row{'' if len(rows) == 1 else 's'})"


def table(names: Sequence[str], values: Sequence[Sequence[str]]) -> str:
    """Rows below their names as aligned columns, cut and plain as in `text`."""
    rows = [[_cell(value) for value in row] for row in values]
    widths = [max([_width(name), *(_width(row[i]) for row in rows)]) for i, name in enumerate(names)]
    lines = [_line(names, widths), "  ".join("─" * width for width in widths), *(_line(row, widths) for row in rows)]
    return "\n".join(lines)


def _cell(value: str) -> str:
    plain = "".join(" " if unicodedata.category(char) == "Cc" else char for char in value)
    return plain if len(plain) <= _WIDEST else plain[: _WIDEST - 1] + "…"


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in cell)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()
