"""The doubtful names of what is published, for the release: candidates are looked for once for each name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256
from typing import NamedTuple

from atlas_ld.pipeline.cache import Cache, Made
from atlas_ld.pipeline.checking import Checks, gazetteer
from atlas_ld.processes import ALONE, Workers
from atlas_ld.review.candidates import Candidate, Named, Places, duplicates
from atlas_ld.review.queue import Question, queue, to_json
from atlas_ld.review.uses import Use

_PART = 200
"""Names that a process takes at once."""


class _ProposalRow(NamedTuple):
    """The candidates of a name, as JSON."""

    proposed: str


class _PairsRow(NamedTuple):
    """Names that may be of one body, as JSON."""

    pairs: str


def review(checks: Checks, cache: Cache, workers: Workers = ALONE) -> bytes:
    """The queue of doubtful names in published records, as a release keeps it."""

    def places(questions: Sequence[Question]) -> Mapping[Question, Sequence[Candidate]]:
        inputs = {json.dumps(question, ensure_ascii=False): question for question in questions}
        rows = cache.each(
            "proposing", _ProposalRow, inputs, lambda missing: workers.spread(_propose, missing, part=_PART)
        )
        return {
            question: [Candidate(*one) for one in json.loads(rows[input_][0].proposed)]
            for input_, question in inputs.items()
        }

    def pairs(named: Sequence[Named]) -> Iterable[tuple[int, int, str]]:
        def pair(_: list[str]) -> Iterator[Made[_PairsRow]]:
            yield [_PairsRow(json.dumps(list(duplicates(named))))], ()

        input_ = sha256(json.dumps(named).encode()).hexdigest()
        (row,) = cache.each("pairing", _PairsRow, [input_], pair)[input_]
        return ((one, other, score) for one, other, score in json.loads(row.pairs))

    return to_json(queue(_uses(checks), checks.decisions, places, pairs))


def _uses(checks: Checks) -> Iterator[tuple[str, Use]]:
    for key, row in checks.records.items():
        if row.uses and not row.quarantined:
            yield from ((key, Use(*use)) for use in json.loads(row.uses))


def _propose(inputs: Sequence[str]) -> list[Made[_ProposalRow]]:
    places = Places(gazetteer())
    found = (_proposed(places, Question(*json.loads(input_))) for input_ in inputs)
    return [([_ProposalRow(json.dumps([astuple(one) for one in some], ensure_ascii=False))], ()) for some in found]


def _proposed(places: Places, asked: Question) -> list[Candidate]:
    if asked.place:
        return [places.candidate(asked.place, asked.method, asked.score)]
    return places.candidates(asked.name, asked.kind, asked.country)
