"""The queue as a sheet, CSV or XLSX, that a steward fills in; and the filled sheet read back.

A row is one candidate of one name, or a name without any. The first columns say what is doubtful, the last are the
steward's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from atlas_ld.errors import UnreadableSource
from atlas_ld.findings import Finding, Language
from atlas_ld.iris import Iris, fold
from atlas_ld.model import Bilingual
from atlas_ld.release.tables import as_written, harmless
from atlas_ld.release.workbook import Form, FormColumn, write_form
from atlas_ld.review.queue import Doubtful
from atlas_ld.sources.table_files import HEADER_WITHIN, BrokenTableError, Row, table_rows

FILLED = ("decision", "value", "partnership", "role", "date", "reason")
"""The columns of the steward."""
NEEDED = ("name", "country", "identifier", *FILLED)
"""Those that are read back."""
DECISIONS: Mapping[str, Bilingual] = {
    "accept": Bilingual(
        "c’est bien ce candidat, ou ce que dit « value »", "it is this candidate, or what “value” says"
    ),
    "reject": Bilingual("ce n’est pas ce candidat", "it is not this candidate"),
    "none": Bilingual("aucun candidat : seul son nom est connu", "no candidate: it is known by name only"),
    "same-as": Bilingual("le même organisme que celui que nomme « value »", "the body that “value” names"),
    "split": Bilingual(
        "plusieurs organismes portent ce nom : un par partenariat", "several bodies have this name: one per partnership"
    ),
    "exonym": Bilingual("un autre nom du lieu (le candidat, ou « value »)", "another name of the place"),
    "label": Bilingual("ce n’est le nom d’aucun organisme", "it is the name of no body"),
}
"""What may be decided, and what it means."""
_MOST_LINKS = 20
_FEWEST_COLUMNS = 5

COLUMNS: Mapping[str, Bilingual] = {
    "doubt": Bilingual("ambigu, sans correspondance, ou rapproché par ressemblance", "what is doubtful"),
    "name": Bilingual("le nom comme il est écrit", "the name as it is written"),
    "other_names": Bilingual("le même nom, écrit autrement", "the same name, written otherwise"),
    "country": Bilingual("pays, comme code ISO ; vide : non connu", "country, as its ISO code; empty: not known"),
    "kind": Bilingual("nature déclarée", "kind as declared"),
    "used_as": Bilingual("rôles", "roles"),
    "known": Bilingual("ce que l’on sait de l’organisme", "what is known of the body"),
    "partnerships": Bilingual("nombre de partenariats concernés", "number of partnerships concerned"),
    "euros": Bilingual("montants concernés, en euros", "amounts concerned, in euros"),
    "used_in": Bilingual("adresses de ces partenariats (20 au plus)", "their addresses (20 at most)"),
    "candidate": Bilingual("ce qu’il peut être", "what it may be"),
    "identifier": Bilingual(
        "son identifiant, ou le nom de l’autre organisme", "its identifier, or the other body’s name"
    ),
    "score": Bilingual("ressemblance des noms, de 0 à 1", "how like the names are, 0 to 1"),
    "method": Bilingual("comment il a été trouvé", "how it was found"),
    "decision": Bilingual("À REMPLIR : votre décision", "TO FILL IN: your decision"),
    "value": Bilingual("SIREN, clé d’un lieu ou nom", "SIREN, key of a place, or name"),
    "partnership": Bilingual("clé du partenariat, s’il est le seul concerné", "key of the only one meant"),
    "role": Bilingual("votre fonction, jamais votre nom (publiée)", "your function, never your name (published)"),
    "date": Bilingual("jour de la décision", "day of the decision"),
    "reason": Bilingual("pourquoi (publié)", "why (published)"),
}
_NUMBERS = frozenset({"partnerships", "euros", "score"})


def rows(cases: Iterable[Doubtful], iris: Iris) -> Iterator[dict[str, str]]:
    """The rows of the sheet, by column."""
    for case in cases:
        links = [iris.entity("partnership", key) for key in case.partnerships[:_MOST_LINKS]]
        told = {
            "doubt": case.doubt,
            "name": case.name,
            "other_names": " | ".join(case.names[1:]),
            "country": case.country,
            "kind": case.kind,
            "used_as": " | ".join(case.roles),
            "known": " | ".join(case.identifications),
            "partnerships": str(len(case.partnerships)),
            "euros": f"{Decimal(case.cents) / 100:.2f}",
            "used_in": " | ".join(links),
        }
        for one in case.candidates:
            found = {"candidate": one.label, "identifier": one.value, "score": one.score, "method": one.method}
            yield {**dict.fromkeys(COLUMNS, ""), **told, **found}
        if not case.candidates:
            yield {**dict.fromkeys(COLUMNS, ""), **told}


def as_csv(cases: Iterable[Doubtful], iris: Iris) -> str:
    """The sheet as CSV (RFC 4180, UTF-8). No cell begins a formula."""
    output = io.StringIO(newline="")
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows(cases, iris):
        writer.writerow([harmless(row[name], number=name in _NUMBERS) for name in COLUMNS])
    return output.getvalue()


def as_xlsx(cases: Iterable[Doubtful], iris: Iris, language: Language) -> bytes:
    """The sheet as a workbook, decisions to choose from a list, with a sheet that explains the columns."""
    columns = [
        FormColumn(name, meaning[language], tuple(DECISIONS) if name == "decision" else (), name in _NUMBERS)
        for name, meaning in COLUMNS.items()
    ]
    about = [(name, meaning[language]) for name, meaning in DECISIONS.items()]
    output = io.BytesIO()
    cells = ([row[name] for name in COLUMNS] for row in rows(cases, iris))
    write_form(output, Form("Review", columns, cells, about), language)
    return output.getvalue()


@dataclass(frozen=True)
class Filled:
    """A row of a filled sheet, by column; `line` starts at 1. `findings` are on cells that cannot be read."""

    line: int
    cells: Mapping[str, str]
    findings: tuple[Finding, ...]


def read_filled(content: bytes, source: str) -> list[Filled]:
    """The rows of a filled sheet that have a decision. Other columns and their order do not matter.

    Raises UnreadableSource for a file that is no such sheet.
    """
    try:
        table = table_rows(content, _known)
        header: dict[str, int] = {}
        found: list[Filled] = []
        for number, row in enumerate(table.rows):
            if header:
                cells = {name: _cell(row, place) for name, place in header.items()}
                if cells["decision"]:
                    found.append(Filled(row.line, cells, row.findings))
            elif _known(row.cells) >= _FEWEST_COLUMNS:
                header = {fold(cell): place for place, cell in enumerate(row.cells) if fold(cell) in COLUMNS}
            elif number >= HEADER_WITHIN:
                break
    except BrokenTableError as error:
        raise UnreadableSource(f"{source}: {error.en or 'The file is empty or no text.'}") from error
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise UnreadableSource(
            f"{source} is no sheet of `atlas-ld review`: it has no column {', '.join(missing)}. "
            "Keep the header line of the sheet as it was written."
        )
    return found


def _known(cells: Sequence[str]) -> int:
    return sum(fold(cell) in COLUMNS for cell in cells)


def _cell(row: Row, place: int) -> str:
    return as_written(row.cells[place]).strip() if place < len(row.cells) else ""
