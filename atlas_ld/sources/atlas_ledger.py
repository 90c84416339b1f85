"""What became of each line of a page: the account that makes the law of the reader a fact and not a hope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from atlas_ld.findings import Finding, Severity
from atlas_ld.sources.atlas_cut import Line
from atlas_ld.sources.reading import Account, remark

State = Literal["read", "furniture", "found"]
_RANK: dict[State, int] = {"furniture": 0, "read": 1, "found": 2}


class Ledger:
    """Each filled line of a page and its state. A line that nobody has claimed in the end is told in a finding, so that
    what a reader forgets is never silent."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._numbers = {unit: line.number for line in lines if line.text for unit in line.units}
        self._states: dict[int, State] = {}

    def mark(self, line: Line, state: State) -> None:
        """Claim a line. A line that says two things keeps the graver state."""
        for unit in line.units:
            known = self._states.get(unit)
            if known is None or _RANK[state] > _RANK[known]:
                self._states[unit] = state

    def unclaimed(self) -> list[Finding]:
        """One finding for each run of lines that nobody has claimed; they are found from then on."""
        findings: list[Finding] = []
        run: list[int] = []
        for unit in [*self._numbers, None]:
            if unit is not None and unit not in self._states:
                run.append(unit)
                self._states[unit] = "found"
            elif run:
                findings.append(not_understood(self._numbers[run[0]], len(run)))
                run = []
        return findings

    @property
    def account(self) -> Account:
        states = [self._states.get(unit, "found") for unit in self._numbers]
        return Account(states.count("read"), states.count("furniture"), states.count("found"))


def not_understood(number: int, count: int = 1, length: int | None = None) -> Finding:
    """Lines of unknown nature are told by place and length and never quoted, since they may name a person."""
    if count > 1:
        fr, en = f"{count} lignes ne sont pas comprises", f"{count} lines are not understood"
        fr_end, en_end = "n'ont pas été reprises, à partir de celle-ci", "were left out, from this one on"
    else:
        size = f" ({length} signes)" if length else ""
        fr, en = (
            f"Cette ligne{size} n'est pas comprise",
            f"This line{size.replace('signes', 'characters')} is not understood",
        )
        fr_end, en_end = "n'a pas été reprise", "was left out"
    return remark("unknown-line", Severity.WARNING, f"{fr} et {fr_end}.", f"{en} and {en_end}.", line=number)
