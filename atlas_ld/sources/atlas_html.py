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
from atlas_ld.sources.atlas_labels import rank_of

_BLOCK_TAGS = """
    address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer form h1
    h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section table tbody td textarea tfoot th
    thead tr ul
"""
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_PARAGRAPHS = frozenset({"p", "blockquote", "ul", "ol"})
_SKIPPED = frozenset({"script", "style", "title", "noscript", "template", "svg"})
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
    reader = _Reader()
    reader.feed(_tamed(text))
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


class _Reader(HTMLParser):
    """Collects text up to each block's end, and rows. A class because the parser calls methods."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[Line] = []
        self._rows: list[_Row] = []
        self._tables = 0
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
        self._new_piece = True
        if tag not in _BLOCKS:
            return
        had_text = self._flush()
        if (tag == "br" and not had_text) or tag in _PARAGRAPHS:
            self._blank()
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
        self._new_piece = True
        if tag not in _BLOCKS:
            return
        self._flush()
        if tag in _PARAGRAPHS:
            self._blank()
        if tag in ("tr", "table"):
            while self._rows and self._rows[-1].depth >= self._tables:
                self._close_row()
        if tag == "table":
            self._tables = max(0, self._tables - 1)

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        if self._new_piece or not self._pieces:
            self._pieces.append((self.getpos()[0], data))
            self._new_piece = False
        else:
            number, before = self._pieces[-1]
            self._pieces[-1] = (number, before + data)

    def _flush(self) -> bool:
        """End the current block; whether it held any text. A label that begins it gets a line of its own."""
        pieces = [(number, _SPACE.sub(" ", piece)) for number, piece in self._pieces]
        self._pieces = []
        filled = [place for place, (_, piece) in enumerate(pieces) if piece.strip()]
        if not filled:
            return False
        first = filled[0]
        number, piece = pieces[first]
        if len(filled) > 1 and rank_of(piece.strip()) is not None:
            self._add(Line(number, piece.strip()))
            first = filled[1]
            number = pieces[first][0]
        self._add(Line(number, _SPACE.sub(" ", "".join(text for _, text in pieces[first:])).strip()))
        return True

    def _blank(self) -> None:
        self._add(Line(self.getpos()[0], ""))

    def _add(self, line: Line) -> None:
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
        layout = any(line.cells or rank_of(line.text) is not None for line in inside)
        if layout or len(row.cells) < 2:
            for line in inside:
                self._add(line)
            return
        cells = tuple(" ".join(line.text for line in cell if line.text) for cell in row.cells)
        if any(cells):
            self._add(Line(row.number, " ".join(cell for cell in cells if cell), cells))
