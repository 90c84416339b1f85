"""The detail page of the Atlas, saved as text or as HTML, as a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from atlas_ld.findings import Finding, Severity
from atlas_ld.records import Origin, Participant, PartnershipRecord, Section, Tri
from atlas_ld.sources import atlas_persons as persons
from atlas_ld.sources import atlas_rows as rows
from atlas_ld.sources import values
from atlas_ld.sources.atlas_cut import Block, Line, TooManyLabelsError, cut, text_lines
from atlas_ld.sources.atlas_html import html_lines, is_html
from atlas_ld.sources.atlas_identity import ADDRESS, ATLAS, page_id
from atlas_ld.sources.atlas_labels import MERGED_CONTEXT, TRIENNIAL, is_wording
from atlas_ld.sources.decoding import decode
from atlas_ld.sources.reading import NOT_TEXT, Reading, excerpt, remark, sha256, unreadable
from atlas_ld.sources.themes import ThemeTree, known_themes

MAX_BYTES = 5_000_000

_FEWEST_LABELS = 3
_PAGINATION = re.compile(r"(?:(?:[<>«»‹›…0-9]|pagination\.page\.[a-z]+\b|Précédent|Suivant)\s*)+", re.IGNORECASE)
_RULE = re.compile(r"[\s|:-]+")
_LOCAL = re.compile(r"Objectifs? locaux?\s*(?::\s*(?P<text>.*))?", re.IGNORECASE)
_FRENCH = re.compile(r"Objectifs? en France\s*(?::\s*(?P<text>.*))?", re.IGNORECASE)
_SHOWN_BY: dict[Section, tuple[frozenset[str], ...]] = {
    "texts": (frozenset({"context", "history", "objectives", "description"}),),
    "partners": (frozenset({"foreign_partners"}), frozenset({"french_authorities"})),
    "funding": (frozenset({"funding"}),),
    "follow-up": (frozenset({"follow_up", "communication_in_france", "communication_abroad", "evaluation"}),),
}
"""A section is documented where the page shows a label of each of its sets."""

Blocks = Mapping[str, Block]


def read_page(name: str, content: bytes, themes: ThemeTree | None = None) -> Reading:
    """One page as a Reading; its `name` may tell its number (see `atlas_identity`).

    `themes` cut the rows of other themes in plain text; without it they are those of ontology/themes.ttl.
    """
    decoded = decode(content)
    if decoded is None:
        return unreadable(*NOT_TEXT)
    text, found = decoded
    findings = list(found)
    html = is_html(text)
    try:
        head, cut_blocks = cut(html_lines(text) if html else text_lines(text))
    except TooManyLabelsError:
        cut_blocks = ()
    blocks = {block.label.field: block for block in cut_blocks}
    if len(blocks) < _FEWEST_LABELS:
        return unreadable(
            "not-an-atlas-page",
            "Les libellés d'une page de l'Atlas n'ont pas été trouvés. Enregistrez la page de détail entière.",
            "The labels of an Atlas page were not found. Save the whole detail page.",
        )
    fields = _fields(blocks, html, themes, findings)
    fields["posts"] = persons.posts(head, findings)
    fields["identifier"] = identifier = page_id(name, text, head, html, findings)
    fields["undocumented"] = _undocumented(cut_blocks, findings)
    fields["origins"] = (
        Origin(
            title=f"{ATLAS}, page {identifier}" if identifier else f"{ATLAS}, {fields['title'] or name}",
            address=ADDRESS.format(identifier) if identifier else None,
            sha256=sha256(content),
        ),
    )
    findings.sort(key=lambda finding: finding.line or 0)
    record = PartnershipRecord(**fields, findings=tuple(findings))
    return Reading(record, record.findings)


def _fields(blocks: Blocks, html: bool, themes: ThemeTree | None, findings: list[Finding]) -> dict[str, Any]:
    fields: dict[str, Any] = {"title": _title(blocks)}
    for name in ("first_signature_year", "start_year"):
        line = _value(blocks, name, findings)
        fields[name] = values.year(line.text, findings, line=line.number, field=name) if line else None
    if line := _value(blocks, "end_date", findings):
        fields["end_date"] = values.day(line.text, findings, line=line.number, field="end_date")
    if line := _value(blocks, "status", findings):
        fields["status"] = values.status(line.text, findings, line=line.number)
    if line := _value(blocks, "form", findings):
        fields["form"] = values.form(line.text, findings, line=line.number)
    levels = [_value(blocks, name, findings) for name in ("theme", "subtheme", "subsubtheme")]
    fields["main_theme"] = tuple(line.text for line in levels if line)
    # The tree is read from a file: only where a page has such rows.
    choices = [rows.other_theme(row, themes or known_themes(), findings) for row in _rows(blocks, "other_themes")]
    fields["other_themes"] = _known(choices)
    fields["goals"] = _known(rows.goal(row, findings) for row in _rows(blocks, "goals"))
    fields["funding"] = _known(rows.funding(row, findings) for row in _rows(blocks, "funding"))
    fields["participants"] = _participants(blocks, findings)
    for name in ("context", "history", "description", "beneficiaries"):
        fields[name] = _narrative(blocks[name].lines) if name in blocks else None
    fields.update(_objectives(blocks))
    if "context" in blocks and is_wording(blocks["context"].line.text, MERGED_CONTEXT):
        findings.append(
            remark(
                "merged-context",
                Severity.INFO,
                "La page réunit contexte et historique ; le texte est dans « context ».",
                "The page has context and history in one; the text is in “context”.",
                line=blocks["context"].line.number,
                field="context",
            )
        )
    fields["triennial"] = _triennial(blocks)
    for name in ("communication_in_france", "communication_abroad", "evaluation"):
        # The label is printed whether its box was ticked or not: without a word below it, nothing is known.
        line = _value(blocks, name, findings)
        fields[name] = values.tri(line.text, findings, line=line.number, field=name) if line else "unknown"
    if "volunteers" in blocks:
        people = list(_rows(blocks, "volunteers"))
        fields["volunteer_count"], fields["volunteer_missions"] = persons.volunteers(people, html, findings)
    for name in ("implementation", "triennial", "follow_up"):
        findings.extend(_unknown(line) for line in _filled(blocks, name))
    return fields


def _title(blocks: Blocks) -> str | None:
    """The title on one line. Some authors wrote the label again at its head."""
    text = " ".join(line.text for line in _filled(blocks, "title"))
    return re.sub(r"^Titre\s*:\s*", "", " ".join(text.split())) or None


def _value(blocks: Blocks, name: str, findings: list[Finding]) -> Line | None:
    """The one line below a label; further lines are findings."""
    lines = list(_filled(blocks, name))
    findings.extend(_unknown(line) for line in lines[1:])
    return lines[0] if lines else None


def _filled(blocks: Blocks, name: str) -> Iterable[Line]:
    """The lines below a label that are not blank."""
    return (line for line in (blocks[name].lines if name in blocks else ()) if line.text)


def _rows(blocks: Blocks, name: str) -> Iterable[Line]:
    """The rows of a table, without its header, its rule and its pagination."""
    for line in _filled(blocks, name):
        furniture = _PAGINATION.fullmatch(line.text) or _RULE.fullmatch(line.text)
        if not furniture and not persons.is_header(line, blocks[name].label.header):
            yield line


def _known(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(item for item in items if item is not None)


def _participants(blocks: Blocks, findings: list[Finding]) -> tuple[Participant, ...]:
    """French authorities, foreign partners, contracting authorities, implementers: the order of the table reader."""
    french = _known(rows.french_authority(row) for row in _rows(blocks, "french_authorities"))
    foreign = _known(rows.foreign_partner(row, findings) for row in _rows(blocks, "foreign_partners"))
    foreign = persons.contact_functions(_rows(blocks, "contacts"), foreign, findings)
    owners = [body for line in _filled(blocks, "contracting_authorities") for body in rows.bodies(line.text)]
    makers = [body for line in _filled(blocks, "implementers") for body in rows.bodies(line.text)]
    return (
        *french,
        *foreign,
        *(Participant(name=body, role="contracting-authority") for body in owners),
        *(Participant(name=body, role="implementer") for body in makers),
    )


def _narrative(lines: Iterable[Line]) -> str | None:
    """Lines as they stand, at most one blank line between two."""
    text = "\n".join(line.text for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip() or None


def _objectives(blocks: Blocks) -> dict[str, str | None]:
    """What precedes `Objectifs locaux :` and `Objectifs en France :`, and what follows each, in this order."""
    parts: dict[str, list[Line]] = {"objectives": [], "local_objectives": [], "french_objectives": []}
    current = "objectives"
    for line in blocks["objectives"].lines if "objectives" in blocks else ():
        local = _LOCAL.fullmatch(line.text) if current == "objectives" else None
        heading = local or (_FRENCH.fullmatch(line.text) if current != "french_objectives" else None)
        if heading:
            current = "local_objectives" if local else "french_objectives"
            line = Line(line.number, heading["text"] or "")
        parts[current].append(line)
    return {name: _narrative(lines) for name, lines in parts.items()}


def _triennial(blocks: Blocks) -> Tri:
    if "triennial" not in blocks:
        return "unknown"
    return "yes" if is_wording(blocks["triennial"].line.text, TRIENNIAL) else "no"


def _undocumented(blocks: tuple[Block, ...], findings: list[Finding]) -> tuple[Section, ...]:
    """Sections that the page does not show. A page that was cut off may break off within its last value."""
    shown = {block.label.field for block in blocks}
    last = blocks[-1]
    if not shown & {"end", "volunteers"}:
        if not last.lines:
            shown.discard(last.label.field)
        findings.append(
            remark(
                "cut-page",
                Severity.INFO,
                f"La page s'arrête après « {last.line.text} » ; ce qui suit n'est pas documenté.",
                f"The page ends after “{last.line.text}”; what would follow is not documented.",
                line=last.line.number,
            )
        )
    return tuple(section for section, sets in _SHOWN_BY.items() if not all(fields & shown for fields in sets))


def _unknown(line: Line) -> Finding:
    return remark(
        "unknown-line",
        Severity.WARNING,
        f"La ligne « {excerpt(line.text)} » n'est pas comprise et n'a pas été reprise.",
        f"The line “{excerpt(line.text)}” is not understood and was left out.",
        line=line.number,
    )
