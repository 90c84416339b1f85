"""Cutting an Atlas page at its labels.

A label stands alone on its line, but so may a heading that an author wrote inside a narrative. The page prints its
labels in one order, each at most once (or twice in a row, for the headings of tables). So the labels of a page are
the chain of label-like lines that follows the page's order and

1. has the most lines: a heading `Financement du partenariat` inside the context would push out every true label
   between the two, so it loses;
2. among those, has the most lines written as the page writes labels: no blank line before, no colon after;
3. among those, has the later lines: in a context with a heading `Historique` of its own, the page's label is the
   later one. A heading that repeats its own section's label (`Historique` at the head of the history) goes with it.

On a page that has `Contexte et historique`, the lines `Contexte` and `Historique` are never labels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from atlas_ld.sources.atlas_labels import (
    LABELS,
    MERGED_CONTEXT,
    Label,
    inline,
    is_distinctive,
    is_wording,
    loose_rank_of,
    may_begin,
    rank_of,
)

_MOST_CANDIDATES = 5_000
_MIDDLE = len(LABELS) // 2
_LINE_MARKS = ("•", ">", "- ", "* ", "– ")
_CONTEXT_RANKS = {rank for rank, label in enumerate(LABELS) if label.field in ("context", "history")}


@dataclass(frozen=True)
class Line:
    """One line of a page. `number` starts at 1; `cells` are those of a table row, where the source has cells. `units`
    are the lines or blocks of the file that it is made of, by which the page's account is kept."""

    number: int
    text: str
    cells: tuple[str, ...] = ()
    units: tuple[int, ...] = ()

    def joined(self, other: Line) -> Line:
        """This line and the next as one."""
        return Line(self.number, f"{self.text} {other.text}", (), (*self.units, *other.units))


@dataclass(frozen=True)
class Block:
    """A label, the line that prints it, and the lines below it up to the next label, without blank ends."""

    label: Label
    line: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class _Chain:
    """A chain of labels: `last` is its last line's index. Chains compare by `score`: most lines, best written."""

    score: tuple[int, int]
    last: int
    before: _Chain | None = None


class TooManyLabelsError(ValueError):
    """More label-like lines than any page has. Caught in `atlas_page`, where it becomes a finding."""


def text_lines(text: str) -> list[Line]:
    """The lines of a page saved as text; rows keep their bars, which `cells_of` reads. A mark before nearly every line,
    as in what is quoted or pasted as a list, is no part of any."""
    lines = [line.strip() for line in text.split("\n")]
    filled = [line for line in lines if line]
    mark = next((m for m in _LINE_MARKS if sum(line.startswith(m) for line in filled) > len(filled) * 0.8), "")
    plain = (line[len(mark) :].strip() if line.startswith(mark) else line for line in lines)
    return [Line(number, line, (), (number,)) for number, line in enumerate(plain, start=1)]


def cells_of(line: Line) -> tuple[str, ...]:
    """Cells of a row that has some, out of HTML or between bars; else empty. A bar at either end closes a cell."""
    if line.cells or "|" not in line.text:
        return line.cells
    return tuple(cell.strip() for cell in re.sub(r"^\||\|$", "", line.text).split("|"))


def cut(lines: Sequence[Line]) -> tuple[tuple[Line, ...], tuple[Block, ...]]:
    """The lines before the first label, and a Block for each label of the page, in its order.

    Labels that were wrapped are joined, and those with their value on their own line are parted from it, before.
    Raises TooManyLabelsError.
    """
    lines = _parted(_unwrapped_labels(lines))
    chain = _labels(lines)
    starts = [index for index, _ in chain]
    head = _trim(lines[: _doubled(lines, starts[0], -1)] if starts else lines)
    blocks = []
    for place, (start, rank) in enumerate(chain):
        stop = starts[place + 1] if place + 1 < len(starts) else len(lines)
        first = _skip_repeats(lines, start, stop, rank)
        last = _doubled(lines, stop, start) if stop < len(lines) else stop
        blocks.append(Block(LABELS[rank], lines[start], _trim(lines[first : max(first, last)])))
    return head, tuple(blocks)


def several_pages(lines: Sequence[Line]) -> bool:
    """Whether a file holds more than one page: the labels at a page's head, which no author writes one after the other,
    stand there twice, with the end of a page between them."""
    ranks = [rank for line in lines if not line.cells and (rank := rank_of(line.text)) is not None]
    heads = [place for place, rank in enumerate(ranks) if ranks[place : place + 3] == [0, 1, 2]]
    return any(max(ranks[first + 3 : last], default=0) > _MIDDLE for first, last in pairwise(heads))


def _unwrapped_labels(lines: Sequence[Line]) -> list[Line]:
    """A label that a text breaks over two or three lines is one line."""
    joined: list[Line] = []
    position = 0
    while position < len(lines):
        line, taken = lines[position], 1
        for further in lines[position + 1 : position + 3] if may_begin(line.text) else ():
            if not line.text or not further.text or line.cells or further.cells or rank_of(line.text) is not None:
                break
            line, taken = line.joined(further), taken + 1
        whole = taken > 1 and rank_of(line.text) is not None
        joined.append(line if whole else lines[position])
        position += taken if whole else 1
    return joined


def _parted(lines: Sequence[Line]) -> list[Line]:
    """Labels that bear their value on their own line are parted from it, but for those that the page also prints alone:
    `Historique : deux visites` is then an author's."""
    alone = {rank for line in lines if (rank := rank_of(line.text)) is not None}
    parted: list[Line] = []
    for line in lines:
        found = None if line.cells else inline(line.text)
        rank = (rank_of(found[0]) or loose_rank_of(found[0])) if found else None
        if found and rank is not None and rank not in alone:
            parted += [Line(line.number, found[0], (), line.units), Line(line.number, found[1], (), line.units)]
        else:
            parted.append(line)
    return parted


def _labels(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Index and rank of each label line of the page, by the rules at the head of this module."""
    candidates = _candidates(lines)
    best: list[_Chain | None] = [None] * len(LABELS)
    ranks = dict(candidates)
    for index, rank in candidates:
        before = max(
            (chain for chain in best[:rank] if chain), key=lambda chain: (chain.score, chain.last), default=None
        )
        count, form = before.score if before else (0, 0)
        written = (index == 0 or bool(lines[index - 1].text)) + (not lines[index].text.endswith(":"))
        chain = _Chain((count + 1, form + written), index, before)
        known = best[rank]
        if known is None or chain.score >= known.score:
            best[rank] = chain
    last = max((chain for chain in best if chain), key=lambda chain: (chain.score, chain.last), default=None)
    found = []
    while last:
        found.append((last.last, ranks[last.last]))
        last = last.before
    return found[::-1]


def _candidates(lines: Sequence[Line]) -> list[tuple[int, int]]:
    candidates = []
    merged = False
    ranks = [None if line.cells else rank_of(line.text) for line in lines]
    exact = set(ranks)
    loose = [
        None if line.cells or rank is not None else loose_rank_of(line.text)
        for line, rank in zip(lines, ranks, strict=True)
    ]
    # Letters of another case are the page's where a label has them that no author would write as a heading.
    other_case = any(rank is not None and is_distinctive(lines[place].text) for place, rank in enumerate(loose))
    for index, line in enumerate(lines):
        rank = ranks[index]
        if rank is None and loose[index] not in exact and (other_case or is_distinctive(line.text)):
            rank = loose[index]
        if rank is None:
            continue
        if rank in _CONTEXT_RANKS:
            if merged:
                continue
            merged = is_wording(line.text, MERGED_CONTEXT)
        candidates.append((index, rank))
        if len(candidates) > _MOST_CANDIDATES:
            raise TooManyLabelsError
    return candidates


def _doubled(lines: Sequence[Line], label: int, floor: int) -> int:
    """Where the lines above a label end: before any line that prints the same label, blank lines between."""
    same, end, index = _same_as(lines[label].text), label, label - 1
    while index > floor and (not lines[index].text or same(lines[index].text)):
        if lines[index].text:
            end = index
        index -= 1
    return end


def _skip_repeats(lines: Sequence[Line], label: int, stop: int, rank: int) -> int:
    """Where the lines below a label begin: after any line that prints the same label again."""
    begin, index, same = label + 1, label + 1, _same_as(lines[label].text)
    while index < stop and (not lines[index].text or same(lines[index].text)):
        if lines[index].text:
            begin = index + 1
        index += 1
    # `Contexte` at the head of a merged `Contexte et historique` is the author's own line.
    return label + 1 if rank in _CONTEXT_RANKS else begin


def _same_as(label: str) -> Callable[[str], bool]:
    """Whether a line prints this label again, in its own kind of letters."""
    rank, of = (rank_of(label), rank_of) if rank_of(label) is not None else (loose_rank_of(label), loose_rank_of)
    return lambda text: of(text) == rank


def _trim(lines: Sequence[Line]) -> tuple[Line, ...]:
    start, stop = 0, len(lines)
    while start < stop and not lines[start].text:
        start += 1
    while stop > start and not lines[stop - 1].text:
        stop -= 1
    return tuple(lines[start:stop])
