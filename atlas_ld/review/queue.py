"""The doubtful names of a release, those with most effect first: made at build, kept in the release as review.json."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pydantic import TypeAdapter, ValidationError

from atlas_ld.errors import ReleaseError
from atlas_ld.iris import words
from atlas_ld.reference.curation import Decisions, is_refusal
from atlas_ld.release.layout import REVIEW
from atlas_ld.review.candidates import Candidate, Named, duplicates
from atlas_ld.review.uses import FUNDER, Use

Doubt = Literal["ambiguous", "unmatched", "weak-match"]
"""A name that fits several places; that fits none; that was matched by likeness."""
DOUBTS: tuple[Doubt, ...] = get_args(Doubt)
_MOST_BODIES = 5


class Question(NamedTuple):
    """A name, its kind as written, its country and what it was matched to by likeness, if anything: all that candidates
    follow from."""

    name: str
    kind: str
    country: str
    place: str = ""
    method: str = ""
    score: str = ""


@dataclass(frozen=True)
class Doubtful:
    """A name in a country (alpha-2; empty where it is not known) that nobody knows for certain.

    `names` are its spellings, the most frequent first, `roles` what it is used as, `identifications` what is known of
    its bodies (code list `identification`), `partnerships` the keys of those that have it, and `cents` the money that
    hangs on it.
    """

    doubt: Doubt
    names: tuple[str, ...]
    country: str
    kind: str
    roles: tuple[str, ...]
    identifications: tuple[str, ...]
    partnerships: tuple[str, ...]
    cents: int
    candidates: tuple[Candidate, ...] = ()

    @property
    def name(self) -> str:
        return self.names[0]


_QUEUE = TypeAdapter(list[Doubtful])

Group = tuple[str, str]
"""A name in words and a country: what decisions are about."""


def queue(
    uses: Iterable[tuple[str, Use]],
    decisions: Decisions,
    places: Callable[[Sequence[Question]], Mapping[Question, Sequence[Candidate]]],
    pairs: Callable[[Sequence[Named]], Iterable[tuple[int, int, str]]] = duplicates,
) -> list[Doubtful]:
    """Every doubtful name: most partnerships first, then most euros.

    `uses` come with the key of the partnership. `places` gives the places that names may be, `pairs` the positions of
    names that may be of one body. What a steward refused is not proposed again.
    """
    groups: dict[Group, list[tuple[str, Use]]] = defaultdict(list)
    for partnership, use in uses:
        groups[words(use.name), use.country].append((partnership, use))
    refused = _refused(decisions)
    found = {group: _doubtful(group, some) for group, some in groups.items()}
    asked = {group: _question(one, groups[group]) for group, one in found.items()}
    proposed = places(sorted(set(asked.values())))
    for group, one in found.items():
        kept = tuple(place for place in proposed[asked[group]] if place.value not in refused[group])
        doubt: Doubt = one.doubt if one.doubt == "weak-match" else _doubt(kept)
        found[group] = replace(one, doubt=doubt, candidates=kept)
    _propose_bodies(found, {group: some[0][1].body for group, some in groups.items()}, refused, pairs)
    return sorted(found.values(), key=lambda one: (-len(one.partnerships), -one.cents, one.name, one.country))


def _question(one: Doubtful, uses: Sequence[tuple[str, Use]]) -> Question:
    matched = next(((use.place, use.method, use.score) for _, use in uses if use.score), ())
    return Question(one.name, one.kind, one.country, *matched)


def _doubt(candidates: Sequence[Candidate]) -> Doubt:
    return "ambiguous" if any(one.method == "same-name" for one in candidates) else "unmatched"


def _propose_bodies(
    found: dict[Group, Doubtful],
    bodies: Mapping[Group, str],
    refused: Mapping[Group, set[str]],
    pairs: Callable[[Sequence[Named]], Iterable[tuple[int, int, str]]],
) -> None:
    """Add to each name the others that may be of the same body, where both are known by name only."""
    groups = sorted(group for group, one in found.items() if one.doubt != "weak-match")
    named = [Named(found[group].name, found[group].country, len(found[group].partnerships)) for group in groups]
    proposed: dict[Group, list[Candidate]] = defaultdict(list)
    for one, other, score in pairs(named):
        group, into = groups[one], groups[other]
        if into[0] not in refused[group] and group[0] not in refused[into]:
            name, country = found[into].name, found[into].country
            label = f"{name} ({country})" if country else name
            proposed[group].append(Candidate(label, bodies[into], name, False, "similar-body", score))
    for group, candidates in proposed.items():
        ranked = sorted(candidates, key=lambda one: (-Decimal(one.score), one.label, one.identifier))
        found[group] = replace(found[group], candidates=(*found[group].candidates, *ranked[:_MOST_BODIES]))


def _refused(decisions: Decisions) -> defaultdict[Group, set[str]]:
    """What a name in a country was said not to be, in all partnerships: keys of places, names in words."""
    refused: defaultdict[Group, set[str]] = defaultdict(set)
    for (name, country, partnership), ruling in decisions.lines:
        if is_refusal(ruling) and not partnership:
            refused[name, country] |= {ruling.value, words(ruling.value)}
    return refused


def _doubtful(group: Group, uses: Sequence[tuple[str, Use]]) -> Doubtful:
    """What is to be said of a name that has these uses."""
    every = [use for _, use in uses]
    names = _most(use.name for use in every)
    return Doubtful(
        doubt="weak-match" if any(use.score for use in every) else "unmatched",
        names=names,
        country=group[1],
        kind=next(iter(_most(use.kind for use in every if use.kind)), ""),
        roles=tuple(sorted({use.role for use in every})),
        identifications=tuple(sorted({use.identification for use in every})),
        partnerships=tuple(sorted({partnership for partnership, _ in uses})),
        cents=_cents(uses),
    )


def _most(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, the most frequent first, in a steady order."""
    return tuple(name for name, _ in sorted(Counter(values).items(), key=lambda one: (-one[1], one[0])))


def _cents(uses: Sequence[tuple[str, Use]]) -> int:
    """The money of the partnerships that have the name, once each, and what it pays in others."""
    whole = {partnership: use.cents for partnership, use in uses if use.role != FUNDER}
    paid = (use.cents for partnership, use in uses if use.role == FUNDER and partnership not in whole)
    return sum(whole.values()) + sum(paid)


def to_json(cases: Iterable[Doubtful]) -> bytes:
    """The queue as it is kept in a release."""
    return json.dumps([asdict(one) for one in cases], ensure_ascii=False, indent=1).encode() + b"\n"


def read_queue(release: Path) -> list[Doubtful]:
    """The queue of the release in this folder. Raises ReleaseError where it has none."""
    path = release / REVIEW
    try:
        return _QUEUE.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ReleaseError(f"{path} is missing or damaged; build the release again.") from error
