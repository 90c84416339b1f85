"""REGEX, for patterns that Python and Oxigraph read alike, in a time that grows with the text and no faster.

A pattern is letters, digits, a little punctuation, `.`, `.*`, `^`, `$` and `|`. Python's own engine tries each way to
match `.*`, which takes a power of the text's length; here the pieces between are looked for one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import SIMPLE
from atlas_ld.sparql.columns.nodes import Expression, Term

_LETTER = r"[A-Za-z0-9À-ÖØ-Þà-öø-ÿ '’,_-]"
_OPTION = re.compile(rf"\^?(?:{_LETTER}|\.\*?)*\$?")
_MOST = 20
"""Alternatives; each costs one search."""

_I = "(?-i:[iI])"
"""Without regard to case, Python's i matches İ and ı too; Unicode's simple folding, and so Oxigraph's, does not."""

Test = Callable[[str], bool]


def search(pattern: Expression, flags: Expression | None = None) -> Test:
    """What REGEX tests on a text. Raises Uncovered for patterns and flags that are not known, or no constants."""
    options = _text(pattern).split("|")
    flag = "" if flags is None else _text(flags)
    if flag not in ("", "i") or len(options) > _MOST or not all(_OPTION.fullmatch(option) for option in options):
        raise Uncovered("A pattern that Python may read in another way.")
    tests = [_option(option, bool(flag)) for option in options]
    return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)


def _text(expression: Expression) -> str:
    if not isinstance(expression, Term) or expression.kind != SIMPLE:
        raise Uncovered("A pattern is no plain text.")
    return expression.text


def _option(option: str, blind: bool) -> Test:
    at_start, at_end = option.startswith("^"), option.endswith("$")
    pieces = option[at_start : len(option) - at_end].split(".*")
    if len(pieces) == 1:
        return _found(("^" if at_start else "") + pieces[0] + (r"\Z" if at_end else ""), blind)
    return _pieces([_compiled(piece, blind) for piece in pieces], [len(piece) for piece in pieces], at_start, at_end)


def _pieces(pieces: list[re.Pattern[str]], lengths: list[int], at_start: bool, at_end: bool) -> Test:
    first, *middle = pieces
    if at_end:
        *middle, last = middle

    def test(text: str) -> bool:
        lines = text.split("\n")  # `.` is any character but a line feed
        some = lines[:1] if at_start else lines
        if at_end:
            some = some[-1:] if not at_start or len(lines) == 1 else []
        return any(_is_in(line) for line in some)

    def _is_in(line: str) -> bool:
        match = first.match(line) if at_start else first.search(line)
        for piece in middle:
            match = match and piece.search(line, match.end())
        if match is None or not at_end:
            return match is not None
        place = len(line) - lengths[-1]
        return place >= match.end() and last.match(line, place) is not None

    return test


def _found(pattern: str, blind: bool) -> Test:
    compiled = _compiled(pattern, blind)
    return lambda text: compiled.search(text) is not None


def _compiled(pattern: str, blind: bool) -> re.Pattern[str]:
    return re.compile(re.sub("[iI]", _I, pattern), re.IGNORECASE) if blind else re.compile(pattern)


def case_blind(pattern: str) -> Test:
    """A search without regard to case, for patterns of Latin letters, as Unicode's simple case folding has it."""
    return _found(pattern, blind=True)
