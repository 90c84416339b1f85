"""Tables that a steward keeps among the sources (`decisions.csv`, `keys.csv`), line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from atlas_ld.findings import Finding

_MOST_BYTES = 20_000_000

Fault = Callable[[int | None, str, str], Finding]
"""A finding on a line (None: on the whole file), of its sentences in French and English."""


def rows(
    content: bytes, columns: Sequence[str], fault: Fault
) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    """The lines of a table in CSV and UTF-8 with their numbers, each cell stripped, and a `fault` for each that is
    none. The first line names the `columns`, in any order; blank lines say nothing."""
    if len(content) > _MOST_BYTES:
        most = f"{_MOST_BYTES // 1_000_000}"
        fr, en = f"Le fichier dépasse {most} Mo ; il n’a pas été lu.", f"The file is over {most} MB; it was not read."
        return [], [fault(None, fr, en)]
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig", errors="replace")))
    found: list[tuple[int, dict[str, str]]] = []
    findings: list[Finding] = []
    listed = ",".join(columns)
    header: list[str] | None = None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            fr, en = f"La ligne n’est pas du CSV ({error}).", f"The line is not CSV ({error})."
            findings.append(fault(reader.line_num, fr, en))
            continue
        if cells is None and header is not None:
            return found, findings
        cells = [cell.strip() for cell in cells or ()]
        if header is None:
            header = cells
            if sorted(header) != sorted(columns):
                fr, en = f"Les colonnes doivent être : {listed}.", f"The columns must be: {listed}."
                return [], [fault(max(reader.line_num, 1), fr, en)]
        elif any(cells) and (len(cells) != len(columns) or "\ufffd" in "".join(cells)):
            findings.append(
                fault(
                    reader.line_num,
                    f"La ligne doit avoir {len(columns)} valeurs en UTF-8 ({listed}) ; elle en a {len(cells)}.",
                    f"The line must have {len(columns)} values in UTF-8 ({listed}); it has {len(cells)}.",
                )
            )
        elif any(cells):
            found.append((reader.line_num, dict(zip(header, cells, strict=True))))
