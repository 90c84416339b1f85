"""From a name to candidates with scores. A match is certain only where one entity alone has exactly that name; of the
name of several communes of France, none is, though the release may have one of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from atlas_ld.iris import words
from atlas_ld.reference.names import french
from atlas_ld.web.reconciliation.names import TYPES, Named, Names, forms

WHOLE, KIND, FORM, OTHER_KIND = 100.0, 95.0, 85.0, 75.0
"""Scores of a name that is the entity's own to the word; of one that is it in another form, and announces the same kind
(`Ville de Brest`, `Commune de Brest`), none, or another kind."""
_LEAST = 75.0
"""The least likeness of spelling that is proposed."""
_LONGEST = 250
"""Characters of a name that is looked for by its spelling: no entity has a longer one, and others wait meanwhile."""
_ELSEWHERE = 0.5
"""What a score counts where the country is another than the one asked for."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a name, an id of `names.TYPES` or None for any, ids or names of countries, and how many
    candidates at most."""

    name: str
    types: tuple[str, ...]
    countries: tuple[str, ...] = ()
    limit: int = 5


@dataclass(frozen=True)
class Candidate:
    """An entity with its score, from 0 to 100, and whether it is a certain match."""

    named: Named
    score: float
    match: bool


def find(names: Names, wanted: Wanted) -> list[Candidate]:
    """The best candidates first; those of one score in the order of their ids."""
    types = wanted.types or tuple(TYPES)
    scores: dict[str, float] = {}
    if own := _own_id(names, wanted.name):
        scores[own] = WHOLE
    whole = words(wanted.name)
    for named in names.by_whole.get(whole, ()):
        scores[named.id] = WHOLE
    kind = french(wanted.name).kind
    for form in forms(wanted.name):
        for named in (*names.by_whole.get(form, ()), *names.by_form.get(form, ())):
            scores.setdefault(named.id, _of_form(kind, named))
    scores = {id_: score for id_, score in scores.items() if set(names.by_id[id_].types) & set(types)}
    if len(scores) < wanted.limit and 0 < len(whole) <= _LONGEST:
        for id_, score in _like(names, whole, types, wanted.limit):
            scores.setdefault(id_, score)
    asked = _countries(names, wanted.countries)
    if asked:
        scores = {id_: score * _weight(names.by_id[id_], asked) for id_, score in scores.items()}
    ranked = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    best = ranked[0][1] if ranked else 0.0
    rivals = [id_ for id_, score in ranked if score >= (KIND if best == WHOLE else FORM)]
    told_apart = bool(own) or names.homonyms.isdisjoint(forms(wanted.name))
    return [
        Candidate(
            names.by_id[id_],
            round(score, 1),
            match=score >= KIND and rivals == [id_] and (told_apart or not names.by_id[id_].is_commune),
        )
        for id_, score in ranked[: wanted.limit]
    ]


def _of_form(kind: str | None, named: Named) -> float:
    if kind is None or not named.kinds:
        return FORM
    return KIND if kind in named.kinds else OTHER_KIND


def _own_id(names: Names, text: str) -> str | None:
    """The entity whose IRI, or the end of it, somebody gives for a name."""
    id_ = "/".join(text.strip().rsplit("/", 2)[-2:])
    return id_ if id_ in names.by_id else None


def _like(names: Names, whole: str, types: Sequence[str], limit: int) -> list[tuple[str, float]]:
    """Entities whose names are spelt alike, or have all the words of the name or lack only some of them."""
    found: dict[str, float] = {}
    for scorer, counts in ((fuzz.token_sort_ratio, 0.85), (fuzz.token_set_ratio, 0.7)):
        for type_ in types:
            near = process.extract(whole, names.spelt[type_], scorer=scorer, limit=limit, score_cutoff=_LEAST)
            for name, score, _ in near:
                for named in names.by_whole[name]:
                    if type_ in named.types:
                        found[named.id] = max(found.get(named.id, 0.0), score * counts)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))[:limit]


def _countries(names: Names, given: Sequence[str]) -> set[str]:
    """The countries that values of a constraint name, by id, IRI or name; other values name none."""
    found = set()
    for value in given:
        if id_ := _own_id(names, value):
            found.add(id_)
        found |= {named.id for named in names.by_whole.get(words(value), ()) if "country" in named.types}
    return found


def _weight(named: Named, countries: set[str]) -> float:
    return 1.0 if named.country in countries or named.id in countries else _ELSEWHERE
