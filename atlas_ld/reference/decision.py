"""What matching decides about one name, before it becomes a body."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from atlas_ld.reference.gazetteer import Alias, Match

# Scores, by how much the method leaves to chance. They rank methods; they are no measured probability.
CERTAIN = Decimal("1")
NAMED = Decimal("0.95")
LIKELY = Decimal("0.9")
ALIKE = Decimal("0.8")
ALIKE_LENGTH = 13
"""Letters from which a name that is another but for what people misspell is taken for it: with fewer, what is not in
the data would be taken for its neighbours (`python -m bench.matching` leaves each one out)."""


@dataclass(frozen=True)
class Decision:
    """At most one `match`. `candidates` are keys of places that fit equally well, where no match was made.
    `authority`: the name or kind says that the body governs a territory. `kind`: the kind of body, as the French word
    that announces it (`region`, `cercle`); None where none does. `alias`: our own decision about the name."""

    match: Match | None = None
    candidates: tuple[str, ...] = ()
    authority: bool = False
    kind: str | None = None
    alias: Alias | None = None


def one_of(keys: tuple[str, ...], method: str, score: Decimal, kind: str | None = None) -> Decision:
    """The match if there is one candidate; the candidates if there are several. `keys` is not empty."""
    if len(keys) == 1:
        return Decision(Match(keys[0], method, score), authority=True, kind=kind)
    return Decision(candidates=keys, authority=True, kind=kind)
