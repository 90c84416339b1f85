"""Sources: files in, one `Reading` per partnership out. `read` finds the reader of a file.

files            which files there are, and their bytes, within limits
signatures       what a file is by its first bytes
reading          what every reader gives back, and the account of what became of each line or cell
decoding         bytes as text
atlas_page       a page of the Atlas, cut by atlas_labels and atlas_cut, its tables by atlas_rows, persons left out by
                 atlas_persons; atlas_html makes lines of HTML, mhtml finds the HTML of a page saved as one file,
                 atlas_wrap joins lines that were broken, atlas_ledger keeps the account of lines, atlas_identity finds
                 the page's number
table            a table of partnerships: table_files reads CSV and XLSX, which workbook_limits measures first;
                 table_layout finds what each column is, by our own (table_columns) or by a table_mapping; table_cells
                 reads cells with several values; table_guess proposes a mapping
template         a workbook to fill in and send back
json_record      a JSON record
record_folder    the folder of records that an import writes, and its manifest
values           years, dates, amounts and code words as people write them
themes           the themes by which a table row is cut, and by which an unknown one is told
codes            values that no code list knows: kept as written, and told with the nearest
merging          one record of those that tell of the same partnership
steward_table    the lines of tables that a steward keeps beside the sources
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from atlas_ld import privacy
from atlas_ld.findings import Finding, Severity
from atlas_ld.records import PartnershipRecord
from atlas_ld.sources.atlas_page import MAX_BYTES as MAX_PAGE_BYTES
from atlas_ld.sources.atlas_page import read_page
from atlas_ld.sources.codes import settled
from atlas_ld.sources.decoding import CONTROL
from atlas_ld.sources.files import DECISIONS, KEYS, OBJECTIONS, content, digest, files, is_visible
from atlas_ld.sources.json_record import MAX_BYTES as MAX_JSON_BYTES
from atlas_ld.sources.json_record import read_json
from atlas_ld.sources.merging import identity, merge, merge_one
from atlas_ld.sources.reading import Account, Reading, remark, unreadable
from atlas_ld.sources.table import read_table, table_header
from atlas_ld.sources.table_files import MAX_BYTES as MAX_TABLE_BYTES
from atlas_ld.sources.table_guess import guess_mapping
from atlas_ld.sources.table_mapping import TableMapping, load_mapping
from atlas_ld.sources.themes import unknown_themes
from atlas_ld.themes import ThemeTree, known_themes

__all__ = [
    "DECISIONS", "KEYS", "OBJECTIONS", "Account", "Reading", "TableMapping", "ThemeTree", "content", "digest", "files",
    "guess_mapping", "identity", "is_table", "is_visible", "load_mapping", "merge", "merge_one", "read", "read_file",
    "stated_day",
    "table_header",
]  # fmt: skip

_LIMITS = {
    ".txt": MAX_PAGE_BYTES,
    ".html": MAX_PAGE_BYTES,
    ".htm": MAX_PAGE_BYTES,
    ".xhtml": MAX_PAGE_BYTES,
    ".mhtml": MAX_PAGE_BYTES,
    ".mht": MAX_PAGE_BYTES,
    ".csv": MAX_TABLE_BYTES,
    ".tsv": MAX_TABLE_BYTES,
    ".xlsx": MAX_TABLE_BYTES,
    ".xlsm": MAX_TABLE_BYTES,
    ".json": MAX_JSON_BYTES,
}
"""The extensions that we read, and the most bytes of such a file."""
_TABLES = (".csv", ".tsv", ".xlsx", ".xlsm")


def read(path: Path, themes: ThemeTree | None = None, mappings: Sequence[TableMapping] = ()) -> Iterator[Reading]:
    """What a file holds, or every file of a folder and its sub-folders in the order of their names.

    Pages (text, HTML, MHTML) and JSON records give one Reading, tables (CSV, XLSX) one per row. A file that cannot
    be read gives a Reading without a record, so that it stops nothing. Every record and finding has gone through
    `privacy.protect`. `themes` are the known themes; without it, those of ontology/themes.ttl. `mappings` are for
    tables whose columns are not ours.

    Raises UnreadableSource for a path that does not exist.
    """
    return (one for file, name in files(path) for one in read_file(Path(file), name, themes, mappings=mappings))


def read_file(
    path: Path,
    name: str,
    themes: ThemeTree | None = None,
    most: int = 2**40,
    mappings: Sequence[TableMapping] = (),
) -> Iterator[Reading]:
    """What one file of at most `most` bytes holds (see `read`); `name` is how findings call it."""
    for reading in _readings(path, name, _extension(path.name), themes, most, mappings):
        yield _finished(reading, name, themes or known_themes())


def is_table(name: str) -> bool:
    """Whether a file of this name is read as a table."""
    return _extension(name) in _TABLES


def _extension(name: str) -> str:
    # A saved page may be called `detailProjet.html?criteres.prjId=2833`.
    return Path(name.partition("?")[0]).suffix.lower()


def _readings(
    path: Path, name: str, extension: str, themes: ThemeTree | None, most: int, mappings: Sequence[TableMapping]
) -> Iterator[Reading]:
    limit = _LIMITS.get(extension)
    if limit is None and not path.is_dir():
        yield Reading(None, (_not_a_source(extension),), Account(found=1))
        return
    read = content(path, min(limit or 0, most))
    if isinstance(read, Reading):
        yield read
    elif not read.strip():
        yield unreadable("empty-file", "Le fichier est vide.", "The file is empty.")
    elif extension == ".json":
        yield read_json(name, read)
    elif extension in _TABLES:
        yield from read_table(name, read, mappings)
    else:
        yield read_page(name, read, themes)


def _finished(reading: Reading, name: str, themes: ThemeTree) -> Reading:
    """The reading without personal data, its findings with their source and the key of their record."""
    if reading.record is None:
        found = tuple(privacy.protect_finding(f.at(source=name)) for f in reading.findings)
        return Reading(None, found, reading.account)
    record, told = _without_controls(reading.record)
    if record is None:
        return Reading(None, tuple(privacy.protect_finding(f.at(source=name)) for f in told), Account(found=1))
    record = privacy.protect(_dated(record, name))
    known = {finding.en for finding in record.findings}  # a JSON record keeps its findings
    record, uncoded = settled(record)
    new = [finding for finding in (*unknown_themes(record, themes), *uncoded) if finding.en not in known]
    read = len(reading.record.findings)  # those that its reader made say their lines, or are of the whole file
    findings = tuple(
        privacy.protect_finding(f.at(source=name, record=record.key, line=reading.line if place >= read else None))
        for place, f in enumerate((*record.findings, *new))
    )
    record = record.model_copy(update={"findings": findings})
    return Reading(record, findings, reading.account, reading.line)


def _dated(record: PartnershipRecord, name: str) -> PartnershipRecord:
    """The record with the day that the name of its file or folder states (`2026-05-31/page-2833.html`), where its
    sources state none: by it, the newest of several observations is told."""
    day = stated_day(name)
    if day is None or all(origin.retrieved for origin in record.origins):
        return record
    origins = (
        origin if origin.retrieved else origin.model_copy(update={"retrieved": day}) for origin in record.origins
    )
    return record.model_copy(update={"origins": tuple(origins)})


def stated_day(name: str) -> date | None:
    """The last day of the calendar in a file's name, written 2026-05-31."""
    for text in reversed(re.findall(r"(?<![0-9])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])", name)):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(text)
    return None


def _without_controls(record: PartnershipRecord) -> tuple[PartnershipRecord | None, tuple[Finding, ...]]:
    """The record without control characters, which entities and escapes may stand for, and the finding in it."""
    written = record.model_dump_json(exclude_defaults=True)
    if not CONTROL.search(written) and not _ESCAPED_CONTROL.search(written):
        return record, ()
    finding = remark(
        "control-characters",
        Severity.WARNING,
        "Des caractères de commande ont été retirés de la fiche. Retirez-les aussi de la source.",
        "Control characters were taken out of the record. Take them out of the source as well.",
    )
    try:
        clean = PartnershipRecord.model_validate(_clean(json.loads(written, parse_float=str)))
    except ValidationError:
        return None, (finding.model_copy(update={"severity": Severity.VIOLATION}),)
    return clean.model_copy(update={"findings": (*clean.findings, finding)}), (finding,)


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        cleaned = {name: _clean(item) for name, item in value.items()}
        return {name: item for name, item in cleaned.items() if item != ""}
    if isinstance(value, list):
        return tuple(item for item in map(_clean, value) if item != "")
    return CONTROL.sub("", value).strip() if isinstance(value, str) else value


_ESCAPED_CONTROL = re.compile(r"\\u(?:00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF]|[89][0-9a-fA-F])|[fF]{3}[eEfF])")
_ADVICE = {
    ".xls": ("Enregistrez-le en XLSX ou en CSV.", "Save it as XLSX or CSV."),
    ".ods": ("Enregistrez-le en XLSX ou en CSV.", "Save it as XLSX or CSV."),
    ".xlsb": ("Enregistrez-le en XLSX ou en CSV.", "Save it as XLSX or CSV."),
    ".pdf": ("Enregistrez la page en HTML ou en texte.", "Save the page as HTML or text."),
    ".numbers": ("Exportez-le en XLSX ou en CSV.", "Export it as XLSX or CSV."),
    ".gsheet": ("Téléchargez-le en XLSX ou en CSV.", "Download it as XLSX or CSV."),
    ".webarchive": (
        "Dans Safari, enregistrez la page en « Source de la page ».",
        "In Safari, save the page as “Page Source”.",
    ),
    ".maff": ("Enregistrez la page en HTML ou en texte.", "Save the page as HTML or text."),
    ".rtf": ("Enregistrez-le en texte.", "Save it as text."),
    ".md": ("Renommez-le en .txt.", "Rename it to .txt."),
    ".eml": ("Enregistrez la page ou la pièce jointe elle-même.", "Save the page or the attachment itself."),
    ".gz": ("Ouvrez l'archive et donnez ses fichiers.", "Unpack it and give its files."),
    ".7z": ("Ouvrez l'archive et donnez ses fichiers.", "Unpack it and give its files."),
    ".zip": ("Ouvrez l'archive et donnez ses fichiers.", "Unpack it and give its files."),
    ".doc": ("Enregistrez-le en texte.", "Save it as text."),
    ".docx": ("Enregistrez-le en texte.", "Save it as text."),
    ".odt": ("Enregistrez-le en texte.", "Save it as text."),
}


def _not_a_source(extension: str) -> Finding:
    known = ", ".join(_LIMITS)
    fr, en = _ADVICE.get(extension, ("", ""))
    kind = extension if re.fullmatch(r"\.[a-z0-9]{1,10}", extension) else ""
    return remark(
        "not-a-source",
        Severity.WARNING if fr else Severity.INFO,
        f"Les fichiers « {kind or 'sans extension'} » ne sont pas lus ; ceux qui le sont : {known}. {fr}".rstrip(),
        f"Files “{kind or 'without extension'}” are not read; those that are: {known}. {en}".rstrip(),
    )
