"""The detail page of the Atlas, saved as text, as HTML or as MHTML, as a record.

Every line is read, furniture or found: see `atlas_ledger`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from atlas_ld.findings import Finding, Severity
from atlas_ld.records import Origin, Participant, PartnershipRecord, Section, Tri
from atlas_ld.sources import atlas_persons as persons
from atlas_ld.sources import atlas_rows as rows
from atlas_ld.sources import values
from atlas_ld.sources.atlas_cut import Block, Line, TooManyLabelsError, cut, several_pages, text_lines
from atlas_ld.sources.atlas_html import html_lines, is_html
from atlas_ld.sources.atlas_identity import ADDRESS, ATLAS, page_id
from atlas_ld.sources.atlas_labels import MERGED_CONTEXT, chosen, is_wording, rank_of, says_not, ticked
from atlas_ld.sources.atlas_ledger import Ledger, not_understood
from atlas_ld.sources.atlas_wrap import joined, width_of
from atlas_ld.sources.decoding import decode
from atlas_ld.sources.mhtml import is_mhtml, main_part
from atlas_ld.sources.reading import NOT_TEXT, Reading, remark, sha256, unreadable
from atlas_ld.sources.signatures import kind_of
from atlas_ld.themes import ThemeTree, known_themes

MAX_BYTES = 5_000_000

T = TypeVar("T")

_FEWEST_LABELS = 3
_RULE = re.compile(r"[\s|:-]+")
_LOCAL = re.compile(r"Objectifs? locaux?\s*(?::\s*(?P<text>.*))?", re.IGNORECASE)
_FRENCH = re.compile(r"Objectifs? en France\s*(?::\s*(?P<text>.*))?", re.IGNORECASE)
_HEADING = re.compile(r"Objectifs? (?:locaux?|en France)\s*(?::|$)", re.IGNORECASE)
"""A heading within a narrative, which begins a line whatever stands above it."""
_SHOWN_BY: dict[Section, tuple[frozenset[str], ...]] = {
    "texts": (frozenset({"context", "history", "objectives", "description"}),),
    "partners": (frozenset({"foreign_partners"}), frozenset({"french_authorities"})),
    "funding": (frozenset({"funding"}),),
    "follow-up": (frozenset({"follow_up", "communication_in_france", "communication_abroad", "evaluation"}),),
}
"""A section is documented where the page shows a label of each of its sets."""
_CHOICES = ("communication_in_france", "communication_abroad", "evaluation")


def read_page(name: str, content: bytes, themes: ThemeTree | None = None) -> Reading:
    """One page as a Reading; its `name` may tell its number (see `atlas_identity`).

    `themes` cut the rows of other themes in plain text; without it they are those of ontology/themes.ttl.
    """
    if (kind := kind_of(content)) is not None:
        return unreadable(
            "not-a-page",
            f"Le fichier est {kind[0]} et non une page. Enregistrez la page en HTML ou en texte.",
            f"The file is {kind[1]} and no page. Save the page as HTML or text.",
        )
    part = main_part(content) if is_mhtml(content) else (content, "", 0)
    decoded = decode(part[0]) if part else None
    if part is None or decoded is None:
        return unreadable(*NOT_TEXT)
    text, found = decoded
    html = is_mhtml(content) or is_html(text)
    lines = html_lines(text) if html else text_lines(text)
    try:
        head, blocks = cut(lines)
    except TooManyLabelsError:
        head, blocks = (), ()
    if several_pages(lines):
        return unreadable(
            "several-pages",
            "Le fichier contient plusieurs pages de l'Atlas. Enregistrez chacune dans un fichier.",
            "The file holds several pages of the Atlas. Save each as a file of its own.",
        )
    if len({block.label.field for block in blocks}) < _FEWEST_LABELS:
        return unreadable(
            "not-an-atlas-page",
            "Les libellés d'une page de l'Atlas n'ont pas été trouvés. Enregistrez la page de détail entière.",
            "The labels of an Atlas page were not found. Save the whole detail page.",
        )
    page = _Page(lines, head, blocks, html, [*found, *_further_parts(part[2])])
    fields = _fields(page, themes)
    fields["posts"], fields["post_functions"] = persons.posts(page.head, page.ledger)
    fields["identifier"] = identifier = page_id(
        name, f"{part[1]}\n{text}" if part[1] else text, head, html, page.findings
    )
    fields["undocumented"] = page.undocumented()
    fields["origins"] = (
        Origin(
            title=f"{ATLAS}, page {identifier}" if identifier else f"{ATLAS}, {fields['title'] or name}",
            address=ADDRESS.format(identifier) if identifier else None,
            sha256=sha256(content),
        ),
    )
    findings = sorted([*page.findings, *page.ledger.unclaimed()], key=lambda finding: finding.line or 0)
    record = PartnershipRecord(**fields, findings=tuple(findings))
    return Reading(record, record.findings, page.ledger.account)


def _further_parts(count: int) -> list[Finding]:
    if not count:
        return []
    return [
        remark(
            "further-parts",
            Severity.INFO,
            f"Le fichier contient {count} autre(s) page(s), cadres de la première, qui n'ont pas été lues.",
            f"The file holds {count} further page(s), frames of the first one, which were not read.",
        )
    ]


class _Page:
    """A page that is being read: its blocks by field, and the account of its lines."""

    def __init__(
        self, lines: list[Line], head: tuple[Line, ...], blocks: tuple[Block, ...], html: bool, findings: list[Finding]
    ) -> None:
        self.html = html
        self.findings = findings
        self.ledger = Ledger(lines)
        width = None if html else width_of(lines)
        self.head = joined(head, width)
        self.blocks = blocks
        self._lines = {
            block.label.field: joined(block.lines, width, block.label.kind == "table", _HEADING) for block in blocks
        }
        self.labels = {block.label.field: block.line for block in blocks}
        self._incomplete: set[str] = set()
        within = {unit for line in (*head, *(line for block in blocks for line in block.lines)) for unit in line.units}
        for line in lines:
            if not within.intersection(line.units):
                self.ledger.mark(line, "furniture")  # labels, and those that are printed twice

    def lines(self, field: str) -> tuple[Line, ...]:
        return self._lines.get(field, ())

    def filled(self, field: str) -> list[Line]:
        """The lines below a label that are not blank, all of them read."""
        filled = [line for line in self.lines(field) if line.text]
        for line in filled:
            self.ledger.mark(line, "read")
        return filled

    def text(self, field: str) -> list[Line]:
        """The lines of a narrative, all of them read, without `Voir plus` at its end, which says that it went on."""
        lines = list(self.lines(field))
        self.filled(field)
        if lines and rows.is_more(lines[-1].text):
            self.ledger.mark(lines[-1], "found")
            self.findings.append(
                remark(
                    "cut-text",
                    Severity.WARNING,
                    "Le texte continuait sous « Voir plus », qui n'était pas ouvert. Ouvrez-le et enregistrez de "
                    "nouveau la page.",
                    "The text went on below “Voir plus”, which was not opened. Open it and save the page again.",
                    line=lines[-1].number,
                    field=field,
                )
            )
            del lines[-1]
        return lines

    def value(self, field: str) -> Line | None:
        """The one line below a label; further lines are findings."""
        lines = [line for line in self.lines(field) if line.text]
        for line in lines[1:]:
            self.left_out(line)
        if not lines:
            return None
        self.ledger.mark(lines[0], "read")
        text = chosen(lines[0].text)
        return Line(lines[0].number, text, lines[0].cells, lines[0].units) if text else None

    def left_out(self, line: Line) -> None:
        self.ledger.mark(line, "found")
        self.findings.append(not_understood(line.number, length=len(line.text)))

    def rows(self, field: str) -> Iterator[Line]:
        """The rows of a table, without its header, its rule and its pagers."""
        header = next((block.label.header for block in self.blocks if block.label.field == field), "")
        pages: list[Line] = []
        count = 0
        lines = [line for line in self.lines(field) if line.text]
        headed = next((place for place, line in enumerate(lines) if persons.is_header(line, header)), 0)
        for line in lines[:headed]:
            self.left_out(line)  # a caption
        for line in lines[headed:]:
            said = rows.without_raw_keys(line.text)
            if values.none_at_all(said):
                self.ledger.mark(line, "read")
            elif values.untold(said):
                self.ledger.mark(line, "read")
                self._incomplete.add(field)
            elif _RULE.fullmatch(line.text) or persons.is_header(line, header):
                self.ledger.mark(line, "furniture")
            elif rows.pager(line.text):
                self.ledger.mark(line, "furniture")
                pages.append(line)
            else:
                count += 1
                yield line
        cut_off = next((line for line in pages if rows.is_part(line.text, count)), None)
        if cut_off is not None:
            self._incomplete.add(field)
            self.findings.append(
                remark(
                    "incomplete-list",
                    Severity.WARNING,
                    "La liste continue sur d'autres pages, non enregistrées : elle n'est documentée qu'en partie. "
                    "Enregistrez la page avec toute la liste.",
                    "The list goes on on other pages that were not saved: it is documented in part only. "
                    "Save the page with the whole list.",
                    line=cut_off.number,
                    field=field,
                )
            )

    def each(self, field: str, read: Callable[[Line], T | None]) -> tuple[T, ...]:
        """What a reader makes of each row; a row of which it makes nothing is found."""
        made = []
        for line in self.rows(field):
            value = read(line)
            self.ledger.mark(line, "found" if value is None else "read")
            if value is not None:
                made.append(value)
        return tuple(made)

    def undocumented(self) -> tuple[Section, ...]:
        """Sections that the page does not show, or only in part. A page that was cut off may break off within its last
        value."""
        shown = self.labels.keys() - self._incomplete
        last = self.blocks[-1]
        if not shown & {"end", "volunteers"}:
            if not last.lines:
                shown.discard(last.label.field)
            self.findings.append(
                remark(
                    "cut-page",
                    Severity.INFO,
                    f"La page s'arrête après « {last.line.text} » ; ce qui suit n'est pas documenté.",
                    f"The page ends after “{last.line.text}”; what would follow is not documented.",
                    line=last.line.number,
                )
            )
        return tuple(section for section, sets in _SHOWN_BY.items() if not all(fields & shown for fields in sets))


def _fields(page: _Page, themes: ThemeTree | None) -> dict[str, Any]:
    findings = page.findings
    fields: dict[str, Any] = {"title": _title(page)}
    for name in ("first_signature_year", "start_year"):
        line = page.value(name)
        fields[name] = values.year(line.text, findings, line=line.number, field=name) if line else None
    if line := page.value("end_date"):
        end = values.graded_date(line.text, findings, line=line.number, field="end_date")
        fields |= {"end_date": end.day, "end_month": end.month, "end_year": end.year}
    if line := page.value("status"):
        fields["status"] = values.status(line.text, findings, line=line.number)
    if line := page.value("form"):
        fields["form"] = values.form(line.text, findings, line=line.number)
    levels = [page.value(name) for name in ("theme", "subtheme", "subsubtheme")]
    fields["main_theme"] = tuple(line.text for line in levels if line and is_told(line.text))
    # The tree is read from a file: only where a page has such rows.
    fields["other_themes"] = page.each(
        "other_themes", lambda row: rows.other_theme(row, themes or known_themes(), findings)
    )
    fields["goals"] = page.each("goals", lambda row: rows.goal(row, findings))
    fields["funding"] = page.each("funding", lambda row: rows.funding(row, findings))
    fields["participants"] = _participants(page)
    for name in ("context", "history", "description", "beneficiaries"):
        fields[name] = _narrative(page.text(name))
    fields.update(_objectives(page))
    if "context" in page.labels and is_wording(page.labels["context"].text, MERGED_CONTEXT):
        findings.append(
            remark(
                "merged-context",
                Severity.INFO,
                "La page réunit contexte et historique ; le texte est dans « context ».",
                "The page has context and history in one; the text is in “context”.",
                line=page.labels["context"].number,
                field="context",
            )
        )
    fields["triennial"] = _triennial(page)
    for name in _CHOICES:
        # The label is printed whether its box was ticked or not: without a tick or a word, nothing is known.
        line = page.value(name)
        is_ticked = name in page.labels and ticked(page.labels[name].text)
        told = values.tri(line.text, findings, line=line.number, field=name) if line else "unknown"
        fields[name] = "yes" if is_ticked and told == "unknown" else told
    if "volunteers" in page.labels:
        people = list(page.rows("volunteers"))
        before = len(findings)
        fields["volunteer_count"], fields["volunteer_missions"] = persons.volunteers(people, page.html, findings)
        _settle(page, people, findings[before:], "unknown-line")
    for name in ("implementation", "triennial", "follow_up", "end"):
        for line in page.lines(name):
            if name == "end" and (rank_of(line.text) is not None or re.fullmatch("[0-9]{4}", line.text)):
                page.ledger.mark(line, "furniture")
                continue
            if line.text:
                page.left_out(line)
    return fields


def is_told(text: str) -> bool:
    """Whether a text is a value, and not that there is none or that nobody knows."""
    return not values.untold(text) and not values.none_at_all(text)


def _settle(page: _Page, lines: Iterable[Line], findings: Iterable[Finding], code: str) -> None:
    """Lines that findings of this code name are found, the others read."""
    told = {finding.line for finding in findings if finding.code == code}
    for line in lines:
        page.ledger.mark(line, "found" if line.number in told else "read")


def _title(page: _Page) -> str | None:
    """The title on one line. Some authors wrote the label again at its head."""
    text = " ".join(line.text for line in page.filled("title"))
    return re.sub(r"^Titre\s*:\s*", "", " ".join(text.split())) or None


def _participants(page: _Page) -> tuple[Participant, ...]:
    """French authorities, foreign partners, contracting authorities, implementers: the order of the table reader."""
    findings = page.findings
    french = page.each("french_authorities", lambda row: rows.french_authority(row, findings))
    foreign = page.each("foreign_partners", lambda row: rows.foreign_partner(row, findings))
    contacts = list(page.rows("contacts"))
    before = len(findings)
    foreign = persons.contact_functions(contacts, foreign, findings)
    _settle(page, contacts, findings[before:], "dropped-contact")
    owners = [body for line in page.filled("contracting_authorities") for body in rows.bodies(line.text)]
    makers = [body for line in page.filled("implementers") for body in rows.bodies(line.text)]
    return (
        *french,
        *foreign,
        *(Participant(name=body, role="contracting-authority") for body in owners if is_told(body)),
        *(Participant(name=body, role="implementer") for body in makers if is_told(body)),
    )


def _narrative(lines: Iterable[Line]) -> str | None:
    """Lines as they stand, at most one blank line between two."""
    text = "\n".join(line.text for line in lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip() or None


def _objectives(page: _Page) -> dict[str, str | None]:
    """What precedes `Objectifs locaux :` and `Objectifs en France :`, and what follows each, in this order."""
    parts: dict[str, list[Line]] = {"objectives": [], "local_objectives": [], "french_objectives": []}
    current = "objectives"
    for line in page.text("objectives"):
        local = _LOCAL.fullmatch(line.text) if current == "objectives" else None
        heading = local or (_FRENCH.fullmatch(line.text) if current != "french_objectives" else None)
        if heading:
            current = "local_objectives" if local else "french_objectives"
            line = Line(line.number, heading["text"] or "")
        parts[current].append(line)
    return {name: _narrative(lines) for name, lines in parts.items()}


def _triennial(page: _Page) -> Tri:
    if "triennial" not in page.labels:
        return "unknown"
    return "no" if says_not(page.labels["triennial"].text) else "yes"
