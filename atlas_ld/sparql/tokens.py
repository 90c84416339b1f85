"""The tokens of a query (SPARQL 1.1, 19.8), for the guard and for the engine on columns.

The engine's own parser reads characters, so the guard asks for the token at any place. Whatever the text, a token
costs no more than its length: where the end of a comment or of a dotted name is far away, it is looked up.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

# Characters of names: productions 164 to 168.
_START = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHAR = rf"_\-0-9{_START}\u00b7\u0300-\u036f\u203f\u2040"
_ESCAPE = (
    r"\\(?:[tbnrf\"'\\]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r"|U000(?!0[dD][89a-fA-F])[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4})"
)
_LOCAL = rf"(?:[_:0-9{_START}]|%[0-9a-fA-F]{{2}}|\\[^\s\w])(?:\.*+(?:[:{_CHAR}]|%[0-9a-fA-F]{{2}}|\\[_\W]))*+"

_IRI = re.compile(r"<(?:[^\x00-\x20<>\"{}|^`\\]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})*+>")
_PREFIX = re.compile(rf"[{_START}](?:\.*+[{_CHAR}])*+")
_AFTER_PREFIX = re.compile(rf":(?:{_LOCAL})?+")
_TOKEN = re.compile(
    rf"""
      (?P<blank>     [\ \t\r\n]++ )
    | (?P<tag>       @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
    | (?P<variable>  [?$][_0-9{_START}][_0-9{_START}\u00b7\u0300-\u036f\u203f\u2040]*+ )
    | (?P<node>      _:[_0-9{_START}](?:\.*+[{_CHAR}])*+ )
    | (?P<word>      [{_START}][{_CHAR}]*+ )
    | (?P<number>    (?:[0-9]++(?:\.[0-9]*+(?=[eE][+-]?[0-9])|\.[0-9]++)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+ )
    | (?P<sign>      && | \|\| | [<>!]= | \^\^ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BODIES = {
    '"""': re.compile(rf'(?:"{{0,2}}+(?:[^"\\]|{_ESCAPE}))*+'),
    "'''": re.compile(rf"(?:'{{0,2}}+(?:[^'\\]|{_ESCAPE}))*+"),
    '"': re.compile(rf'(?:[^"\\\r\n]|{_ESCAPE})*+'),
    "'": re.compile(rf"(?:[^'\\\r\n]|{_ESCAPE})*+"),
}
"""What stands between the quotes of a string."""
_LINE_END = re.compile(r"[\r\n]|\Z")


class Token(NamedTuple):
    """`kind` is blank (space, or a comment), iri, string, tag, variable, node, name (prefixed), word, number or sign.

    `prefix` is a name's, without its colon.
    """

    kind: str
    start: int
    end: int
    prefix: str = ""


class Text:
    """A query whose tokens can be asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._unclosed: dict[str, tuple[int, int]] = {}
        """By the quotes that begin a string: where one begins that is never closed, and how far it goes."""

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in _LINE_END.finditer(self.text)]

    @cached_property
    def _words(self) -> tuple[list[int], list[int]]:
        """Where the longest dotted words begin and end: one that begins within another ends with it."""
        spans = [match.span() for match in _PREFIX.finditer(self.text)]
        return [start for start, _ in spans], [end for _, end in spans]

    def iri_end(self, position: int) -> int | None:
        """Where an IRI that begins at this place ends, if one does."""
        match = _IRI.match(self.text, position)
        return match.end() if match else None

    def token(self, position: int) -> Token:
        """The token other than an IRI that begins at this place of the text, before its end."""
        if self.text[position] == "#":
            return Token("blank", position, self._line_ends[bisect_left(self._line_ends, position)])
        if self.text[position] in "\"'" and (closed := self._string_end(position)):
            return Token("string", position, closed)
        end = self._prefix_end(position)
        if self.text.startswith(":", end) and (name := _AFTER_PREFIX.match(self.text, end)):
            return Token("name", position, name.end(), self.text[position:end])
        match = _TOKEN.match(self.text, position)
        assert match is not None  # `sign` matches any character
        assert match.lastgroup is not None
        return Token(match.lastgroup, position, match.end())

    def _string_end(self, position: int) -> int | None:
        for quotes, body in _BODIES.items():
            if not self.text.startswith(quotes, position):
                continue
            first, last = self._unclosed.get(quotes, (0, 0))
            if first <= position < last:  # its quotes were escaped ones to the unclosed string: both end alike
                continue
            match = body.match(self.text, position + len(quotes))
            assert match is not None  # a body can be empty
            if self.text.startswith(quotes, match.end()):
                return match.end() + len(quotes)
            self._unclosed[quotes] = (position, match.end())
        return None

    def _prefix_end(self, position: int) -> int:
        starts, ends = self._words
        place = bisect_right(starts, position) - 1
        if place < 0 or position >= ends[place] or not _PREFIX_START.match(self.text, position):
            return position
        return ends[place]

    def tokens(self) -> Iterator[Token]:
        """All tokens but blanks, each as long as can be."""
        position = 0
        while position < len(self.text):
            end = self.iri_end(position) if self.text[position] == "<" else None
            token = self.token(position) if end is None else Token("iri", position, end)
            if token.kind != "blank":
                yield token
            position = token.end


_PREFIX_START = re.compile(f"[{_START}]")
