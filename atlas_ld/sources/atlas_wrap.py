"""Texts that a program has broken at 72 or 80 columns: where a line was broken, it is joined again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from atlas_ld.sources.atlas_cut import Line

_WIDEST, _NARROWEST = 100, 50
_FEWEST = 3
"""A page is wrapped where it has no longer line and at least so many that are broken."""
_ROW_END = re.compile(
    r"(?:\b(?:19|20)[0-9]{2}|\s[0-9]{1,2}|\S+@\S+|\S+\[at\]\S+|commun\.ico\S*"
    r"|Priorité|Année|Courriel|Pays|Entité d['’]affectation|collectivité territoriale|éligible)$"
)
"""What ends a row of a table: a year, a priority, an address, the key of an icon, the last word of a header."""


def width_of(lines: Sequence[Line]) -> int | None:
    """The column at which the lines of a page are broken; None where they are not."""
    longest = max((len(line.text) for line in lines), default=0)
    if not _NARROWEST <= longest <= _WIDEST or any(line.cells for line in lines):
        return None
    broken = sum(
        _is_broken(line, below, longest) and len(line.text) > longest * 0.75 for line, below in pairwise(lines)
    )
    return longest if broken >= _FEWEST else None


def joined(
    lines: Sequence[Line], width: int | None, is_row: bool = False, heading: re.Pattern[str] | None = None
) -> tuple[Line, ...]:
    """The lines of a block with those joined that were one; of a table, none across the end of a row. What stands from
    a heading on is never joined to what is above."""
    if width is None:
        return tuple(lines)
    ends: Callable[[str], object] = _ROW_END.search if is_row else lambda text: None
    whole: list[Line] = []
    open_ = False
    for place, line in enumerate(lines):
        if open_:
            whole[-1] = whole[-1].joined(line)
        else:
            whole.append(line)
        below = lines[place + 1] if place + 1 < len(lines) else None
        open_ = below is not None and _is_broken(line, below, width) and not ends(line.text)
        if open_ and heading and below and (heading.match(below.text) or heading.fullmatch(line.text)):
            open_ = False
    return tuple(whole)


def _is_broken(line: Line, below: Line, width: int) -> bool:
    """Whether the next line's first word would not have fitted on this one."""
    return bool(line.text and below.text) and len(line.text) + 1 + len(below.text.split(" ", 1)[0]) > width
