"""An Atlas page in HTML as the same lines and rows that a page saved as text has.

How the site builds its pages is not known for every year, so nothing is taken for granted: a label may stand in
`<label>`, `<dt>`, `<th>`, `<b>` or a block of its own, its value in what follows; tables may be data or layout. The
parser of the standard library reads one tag at a time and builds no tree, so hostile nesting costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from atlas_ld.sources.atlas_cut import Line
from atlas_ld.sources.atlas_labels import TICKED, UNTICKED, loose_rank_of, rank_of

_BLOCK_TAGS = """
    address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1
    h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section table tbody td textarea tfoot th
    thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_PARAGRAPHS = frozenset({"p", "blockquote", "ul", "ol"})
_SKIPPED = frozenset({"script", "style", "title", "noscript", "template", "svg", "datalist", "button"})
_VALUELESS = frozenset({"hidden", "submit", "button", "image", "reset", "file", "password", "color", "range"})
"""Kinds of `<input>` that show no value of the page."""
_BOXES = frozenset({"checkbox", "radio"})
_DEEPEST = 40
"""Tables nested deeper than this are read as plain blocks."""

_DECLARATION = re.compile(r"<[!?][^<>]*>")
_UNCLOSED = re.compile(r"<(?![^<>]*>)")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_DOCTYPE = re.compile(r"\s*<!doctype\s+html\b", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"\s*<(?:html|head|body|div|table|form)\b", re.IGNORECASE)


def is_html(text: str) -> bool:
    """Whether a page is HTML, whatever its file is called."""
    return bool(_LOOKS_LIKE_HTML.match(_tamed(text[:10_000])) or _DOCTYPE.match(text))


def html_lines(text: str) -> list[Line]:
    """The page's lines; a row of a data table is a line with cells. Broken markup is text, and raises nothing."""
    tamed = _tamed(text)
    labels = _Labels()
    if "<label" in tamed.lower() and "<input" in tamed.lower():
        labels.feed(tamed)
        labels.close()
    reader = _Reader(labels.ticks())
    reader.feed(tamed)
    reader.close()
    return reader.finish()


def _tamed(text: str) -> str:
    """The text without comments and declarations, every `<` that opens no tag escaped, its line numbers kept.

    The standard parser, before the releases of 2025, takes quadratic time over unclosed tags and comments
    (CVE-2025-6069): a minute for 100 kB. It also raises on some `<![`. The replacements here are linear.
    """
    first, *others = text.split("<!--")
    kept = [first]
    for part in others:
        comment, closed, after = part.partition("-->")
        kept += ["\n" * comment.count("\n"), after if closed else ""]
    declared = _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), "".join(kept))
    return _UNCLOSED.sub("&lt;", declared)


@dataclass
class _Row:
    """An open table row: at which depth of tables, from which line on, and the lines of each cell."""

    depth: int
    number: int
    cells: list[list[Line]] = field(default_factory=list)


def _is_label(text: str) -> bool:
    """Whether a cell or the head of a block is a label, whatever its letters: an author writes headings in texts."""
    return rank_of(text) is not None or loose_rank_of(text) is not None


def _tick(attributes: dict[str, str | None]) -> str:
    return TICKED if "checked" in attributes else UNTICKED


class _Labels(HTMLParser):
    """Which boxes and buttons of a form have a `<label for>`, which may stand before them or after."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._boxes: dict[str, str] = {}
        self._labelled: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "input" and (attributes.get("type") or "").lower() in _BOXES and (name := attributes.get("id")):
            self._boxes[name] = _tick(attributes)
        elif tag == "label" and (name := attributes.get("for")):
            self._labelled.add(name)

    def ticks(self) -> dict[str, str]:
        """The tick of each box that has a label, by its id."""
        return {name: tick for name, tick in self._boxes.items() if name in self._labelled}


class _Reader(HTMLParser):
    """Collects text up to each block's end, and rows. A class because the parser calls methods.

    A form's controls are text: the value of a field, the options that are selected, and a tick before the label of each
    box and button. `ticks` are those of boxes with a `<label for>`.
    """

    def __init__(self, ticks: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._ticks = ticks
        self._label_at: int | None = None
        self._options: list[tuple[bool, list[str]]] | None = None
        self._units = 0
        self._lines: list[Line] = []
        self._rows: list[_Row] = []
        self._tables = 0
        self._verbatim = 0
        self._skipping: list[str] = []
        # Pieces of the current block, parted where an inline tag stands, each with its line number.
        self._pieces: list[tuple[int, str]] = []
        self._new_piece = True

    def finish(self) -> list[Line]:
        self._flush()
        while self._rows:
            self._close_row()
        return self._lines

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping.append(tag)
        if self._skipping:
            return
        if tag in ("select", "option", "input", "label"):
            self._control(tag, dict(attrs))
        self._new_piece = True
        if tag not in _BLOCKS:
            return
        had_text = self._flush()
        if (tag == "br" and not had_text) or tag in _PARAGRAPHS:
            self._blank()
        if tag == "pre":
            self._verbatim += 1
        if tag == "table":
            self._tables += 1
        elif tag == "tr":
            if self._rows and self._rows[-1].depth == self._tables:
                self._close_row()
            if len(self._rows) < _DEEPEST:
                self._rows.append(_Row(self._tables, self.getpos()[0]))
        elif tag in ("td", "th") and self._rows and self._rows[-1].depth == self._tables:
            self._rows[-1].cells.append([])

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
            return
        if tag == "select":
            self._selected()
        elif tag == "label":
            self._label_at = None
        self._new_piece = True
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag == "pre":
            self._verbatim = max(0, self._verbatim - 1)
        if tag in _PARAGRAPHS:
            self._blank()
        if tag in ("tr", "table"):
            while self._rows and self._rows[-1].depth >= self._tables:
                self._close_row()
        if tag == "table":
            self._tables = max(0, self._tables - 1)

    def _control(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "select":
            self._options = []
        elif tag == "option" and self._options is not None:
            self._options.append(("selected" in attributes, []))
        elif tag == "label":
            self._label_at = len(self._pieces)
            if tick := self._ticks.get(attributes.get("for") or ""):
                self._say(f"{tick} ")
        elif tag == "input":
            kind = (attributes.get("type") or "text").lower()
            if kind in _BOXES:
                if (attributes.get("id") or "") not in self._ticks:
                    self._say(f" {_tick(attributes)} ", self._label_at)
            elif kind not in _VALUELESS and (value := attributes.get("value")):
                self._say(f" {value} ")

    def _say(self, text: str, at: int | None = None) -> None:
        """Text of a control, within a label at its head."""
        piece = (self.getpos()[0], text)
        self._pieces.insert(len(self._pieces) if at is None else min(at, len(self._pieces)), piece)
        self._new_piece = True

    def _selected(self) -> None:
        """The options that are selected, or the first, which a browser shows where none is; that one is no answer where
        it has no value of its own (`Choisir…`)."""
        options, self._options = self._options or [], None
        chosen = [text for selected, text in options if selected] or [text for _, text in options[:1]]
        values = [" ".join(" ".join(text).split()) for text in chosen]
        shown = [
            value for value in values if value and not re.match(r"[-–—.…(]|choisir|sélectionne", value, re.IGNORECASE)
        ]
        if shown:
            self._say(f" {', '.join(shown)} ")

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._options is not None:
            if self._options:
                self._options[-1][1].append(data)
            return
        if self._verbatim:
            self._preformatted(data)
            return
        if self._new_piece or not self._pieces:
            self._pieces.append((self.getpos()[0], data))
            self._new_piece = False
        else:
            number, before = self._pieces[-1]
            self._pieces[-1] = (number, before + data)

    def _preformatted(self, data: str) -> None:
        """Text whose own lines are lines: browsers show a text file so."""
        number = self.getpos()[0]
        for place, line in enumerate(data.split("\n")):
            if place and not self._flush():
                self._blank()
            if line.strip():
                self._pieces.append((number + place, line))

    def _flush(self) -> bool:
        """End the current block; whether it held any text. A label that begins it gets a line of its own."""
        pieces = [(number, _SPACE.sub(" ", piece)) for number, piece in self._pieces]
        self._pieces = []
        filled = [place for place, (_, piece) in enumerate(pieces) if piece.strip()]
        if not filled:
            return False
        first = filled[0]
        number, piece = pieces[first]
        if len(filled) > 1 and _is_label(piece.strip()):
            self._add(Line(number, piece.strip()))
            first = filled[1]
            number = pieces[first][0]
        self._add(Line(number, _SPACE.sub(" ", "".join(text for _, text in pieces[first:])).strip()))
        return True

    def _blank(self) -> None:
        self._add(Line(self.getpos()[0], ""))

    def _add(self, line: Line) -> None:
        if line.text and not line.units:
            self._units += 1
            line = Line(line.number, line.text, line.cells, (self._units,))
        if self._rows:
            if not self._rows[-1].cells:
                self._rows[-1].cells.append([])
            self._rows[-1].cells[-1].append(line)
        else:
            self._lines.append(line)

    def _close_row(self) -> None:
        """A row of data becomes one line with cells; a row that lays out labels or other rows, its lines in order."""
        row = self._rows.pop()
        inside = [line for cell in row.cells for line in cell]
        layout = any(line.cells or _is_label(line.text) for line in inside)
        if layout and len(inside) == 2:
            # A box in a cell of its own beside the cell of its label.
            tick = next((line for line in inside if line.text in (TICKED, UNTICKED)), None)
            if tick is not None:
                (label,) = (line for line in inside if line is not tick)
                inside = [Line(label.number, f"{tick.text} {label.text}", (), (*tick.units, *label.units))]
        if layout or len(row.cells) < 2:
            for line in inside:
                self._add(line)
            return
        cells = tuple(" ".join(line.text for line in cell if line.text) for cell in row.cells)
        if any(cells):
            units = tuple(unit for line in inside for unit in line.units)
            self._add(Line(row.number, " ".join(cell for cell in cells if cell), cells, units))
