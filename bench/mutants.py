"""Do the tests notice when a shape says less, and do the shapes notice when a record says something wrong?
`python -m bench.mutants [--records N] [--write]`.

Shapes: each constraint is removed, and loosened where it has a bound, a pattern or a severity; a mutant is noticed
where a file of tests/shapes that must break the constraint no longer does. Records: one value of a valid record is
changed at random, by a seed; a mutant is caught where the model refuses it, or matching or a shape says something of it
that was not said of the record before.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from rdflib import BNode, Graph
from rdflib import Literal as RdflibLiteral
from rdflib.collection import Collection
from rdflib.term import Node

from atlas_ld.iris import shorten
from atlas_ld.pipeline.checking import checked_graphs
from atlas_ld.rdf import Triple, parse_file
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.curation import Decisions
from atlas_ld.resources import root
from atlas_ld.sources.codes import settled
from atlas_ld.sources.json_record import read_json
from atlas_ld.validation import Shapes, load_shapes, validate
from atlas_ld.vocabulary import SH, XSD
from bench.corpus import load_world
from bench.corpus import record as record_of

BASE = "http://localhost:8000/"
DAY = date(2026, 11, 23)
PAGE = root() / "docs" / "mutation.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
FIXTURES = root() / "tests" / "shapes"
_FIRES = "# fires: "
_WORDS = "path ignoredProperties name description group order message"
_ABOUT_A_SHAPE = frozenset(_WORDS.split())
_SELECTING = ("property", "targetClass", "targetSubjectsOf", "severity")


@dataclass(frozen=True)
class ShapeMutant:
    """A node shape's graph of which one constraint says less. `shape` and `component` say which files must notice."""

    change: str
    shape: str
    component: str
    graph: Graph


@dataclass(frozen=True)
class Fixture:
    """A file that must break one constraint: `shape component severity`, as its first line says."""

    path: Path
    fires: str
    triples: list[Triple]


def fixtures() -> list[Fixture]:
    """The invalid files of tests/shapes, each with the small world that it links to."""
    world = parse_file(FIXTURES / "world.ttl", BASE)
    return [
        Fixture(path, path.read_text("utf-8").splitlines()[0].removeprefix(_FIRES), [*world, *parse_file(path, BASE)])
        for path in sorted(FIXTURES.glob("*/invalid-*.ttl"))
    ]


def shape_mutants(shapes: Shapes) -> Iterator[ShapeMutant]:
    """Every way in which one constraint of the shapes is left out or loosened."""
    targeted = {*shapes.graph.subjects(SH.targetClass, None), *shapes.graph.subjects(SH.targetSubjectsOf, None)}
    for node_shape in sorted(targeted, key=str):
        whole = _reachable(shapes.graph, node_shape)
        for subject in sorted(set(whole.subjects()), key=str):
            if not shorten(str(subject)).startswith("shape:") or shorten(str(subject)).startswith("shape:In-"):
                continue
            for parameter, value in sorted(whole.predicate_objects(subject), key=str):
                word = str(parameter).removeprefix(str(SH))
                if not str(parameter).startswith(str(SH)):
                    continue
                if word in _ABOUT_A_SHAPE:
                    continue
                is_date = (subject, SH.datatype, XSD.date) in whole
                for change, instead in _loosened(word, value, is_date):
                    yield _mutant(whole, subject, parameter, value, change, instead)
                if word == "and":
                    yield from _shorter(whole, subject, parameter, value)


def _reachable(graph: Graph, start: Node) -> Graph:
    part = Graph(bind_namespaces="none")
    pending, seen = [start], {start}
    while pending:
        subject = pending.pop()
        for parameter, value in graph.predicate_objects(subject):
            part.add((subject, parameter, value))
            if value not in seen:
                seen.add(value)
                pending.append(value)
    return part


def _loosened(word: str, value: Node, is_date: bool) -> Iterator[tuple[str, Node | None]]:
    """What a parameter may say instead; None: nothing. Before a date nothing can stand: Python has years of four digits
    only, so that the datatype refuses it."""
    if word == "severity":
        if value == SH.Violation:
            yield "severity lowered", SH.Warning
        return
    yield "removed", None
    number = value.toPython() if isinstance(value, RdflibLiteral) and word.startswith(("min", "max")) else None
    if number is not None:
        step = 1 if word.startswith("max") else -1
        if number + step != 0 or word != "minCount":
            yield "bound moved by one", RdflibLiteral(number + step)
    elif word == "pattern":
        text = str(value)
        if text.startswith("^") and not is_date:
            yield "beginning left open", RdflibLiteral(text[1:])
        if text.endswith("$"):
            yield "end left open", RdflibLiteral(text[:-1])
    elif word == "nodeKind":
        yield "literals allowed", SH.IRIOrLiteral


def _mutant(
    whole: Graph, subject: Node, parameter: Node, value: Node, change: str, instead: Node | None
) -> ShapeMutant:
    graph = Graph(bind_namespaces="none")
    for triple in whole:
        # An open shape may not have exceptions to its being closed.
        if triple != (subject, parameter, value) and (parameter != SH.closed or triple[1] != SH.ignoredProperties):
            graph.add(triple)
    if instead is not None:
        graph.add((subject, parameter, instead))
    word = str(parameter).removeprefix(str(SH))
    # Of a shape that is no longer reached, or less severe, any file will do.
    named = value if word == "property" else subject
    component = "" if word in _SELECTING else _component(word)
    return ShapeMutant(f"{word} {change}", shorten(str(named)), component, graph)


def _component(word: str) -> str:
    return f"sh:{'SPARQL' if word == 'sparql' else word[0].upper() + word[1:]}ConstraintComponent"


def _shorter(whole: Graph, subject: Node, parameter: Node, head: Node) -> Iterator[ShapeMutant]:
    """A conjunction without each of its members."""
    members = list(whole.items(head))
    for place in range(len(members)):
        graph = Graph(bind_namespaces="none")
        for triple in whole:
            if triple != (subject, parameter, head):
                graph.add(triple)
        kept = [member for number, member in enumerate(members) if number != place]
        graph.add((subject, parameter, Collection(graph, BNode(), kept).uri))
        yield ShapeMutant("and without a member", shorten(str(subject)), _component("and"), graph)


def noticed(mutant: ShapeMutant, shapes: Shapes, files: Sequence[Fixture]) -> bool:
    """Whether a file that must break the constraint no longer breaks it, or not in the same way."""
    mutated = replace(shapes, graph=mutant.graph)
    return any(_fired(fixture, mutated) != {fixture.fires} for fixture in _concerned(mutant, files))


def _concerned(mutant: ShapeMutant, files: Sequence[Fixture]) -> Iterator[Fixture]:
    for fixture in files:
        shape, component, _ = fixture.fires.split()
        within = shape == mutant.shape or (not mutant.component and shape.startswith(f"{mutant.shape}-"))
        if within and mutant.component in ("", component):
            yield fixture


def _fired(fixture: Fixture, shapes: Shapes) -> set[str]:
    report = validate(fixture.triples, shapes)
    return {f"{shorten(r.shape)} {shorten(r.constraint)} {r.severity.capitalize()}" for r in report.results}


# Records


@dataclass(frozen=True)
class RecordMutation:
    """A way to spoil one value of a record, written as JSON; None where the record has no such value."""

    name: str
    change: Callable[[dict[str, Any], Random], dict[str, Any] | None]


def _of(name: str, field: str, *values: Any) -> RecordMutation:
    """Another value of a field of the record."""
    return RecordMutation(name, lambda told, random: {**told, field: random.choice(values)})


def _without(field: str) -> RecordMutation:
    return RecordMutation(
        f"without {field}",
        lambda told, random: {k: v for k, v in told.items() if k != field} if field in told else None,
    )


def _in(name: str, field: str, inner: str, value: Callable[[Any, Random], Any]) -> RecordMutation:
    """Another value of a field of one member of a list."""

    def change(told: dict[str, Any], random: Random) -> dict[str, Any] | None:
        if not told.get(field):
            return None
        members = [dict(member) for member in told[field]]
        member = random.choice(members)
        member[inner] = value(member.get(inner), random)
        return {**told, field: members}

    return RecordMutation(name, change)


def _amount_above(told: dict[str, Any], random: Random) -> dict[str, Any] | None:
    lines = [dict(line) for line in told.get("funding", []) if line.get("amount")]
    if not lines:
        return None
    line = random.choice(lines)
    line["oudin"] = str(float(line["amount"]) + random.randint(1, 1000))
    return {**told, "funding": lines}


MUTATIONS: tuple[RecordMutation, ...] = (
    *(_without(name) for name in ("title", "start_year", "status", "form", "main_theme", "participants", "funding")),
    _of("a title of one letter", "title", "A"),
    _of("a title of 400 letters", "title", "Puits " * 70),
    _of("an identifier with a space", "identifier", "28 33"),
    _of("a year that is far off", "start_year", 1066, 2199, 0, 20150),
    _of("an end before the start", "end_date", "1950-01-01"),
    _of("an end in a far future", "end_date", "2190-01-01"),
    _of("a first signature after the end", "first_signature_year", 2099),
    _of("an unknown status", "status", "paused", ""),
    _of("an unknown form", "form", "pact"),
    _of("a theme that nobody knows", "main_theme", ["Astronomie"]),
    _of("a theme of four levels", "main_theme", ["A", "B", "C", "D"]),
    _of("a goal that does not exist", "goals", [{"number": 18, "relevance": 1}], [{"number": 0, "relevance": 2}]),
    _of("a relevance that does not exist", "goals", [{"number": 6, "relevance": 3}]),
    _of("volunteers below none", "volunteer_count", -1),
    _of("yes and no in other words", "evaluation", "maybe", True),
    _of("an address that is none", "origins", [{"title": "Source", "address": "voir le site"}]),
    _of("a field that nobody knows", "titel", "Eau"),
    _in("a negative amount", "funding", "amount", lambda v, r: str(-r.randint(1, 10**6))),
    _in("an amount of billions", "funding", "amount", lambda v, r: str(10**10)),
    _in("an amount in words", "funding", "amount", lambda v, r: "douze mille"),
    _in("an amount a thousand times as large", "funding", "amount", lambda v, r: str(float(v or 100) * 1000)),
    _in("money before the start", "funding", "year", lambda v, r: r.randint(1800, 1940)),
    _in("money in a far future", "funding", "year", lambda v, r: r.randint(2101, 2190)),
    _in("money without an amount", "funding", "amount", lambda v, r: None),
    _in("money without a year", "funding", "year", lambda v, r: None),
    RecordMutation("an Oudin amount above the amount", _amount_above),
    _in("a body without a name", "participants", "name", lambda v, r: " "),
    _in("a body in a role that does not exist", "participants", "role", lambda v, r: "friend"),
    _in("a country that does not exist", "participants", "country", lambda v, r: r.choice(("Sylvanie", "XX"))),
    _in("a misspelt name of a body", "participants", "name", lambda v, r: _misspelt(v, r)),
    _in("a priority below one", "other_themes", "priority", lambda v, r: r.choice((0, -3))),
)  # fmt: skip


def _misspelt(name: str, random: Random) -> str:
    place = random.randrange(len(name))
    return name[:place] + random.choice("qxz") + name[place + 1 :]


def record_mutants(count: int, seed: int = 20_261_128) -> list[tuple[str, str, dict[str, Any], PartnershipRecord]]:
    """`count` mutants: their kind, their key, what they say as JSON, and the record that they were."""
    random, world = Random(seed), load_world()
    mutants: list[tuple[str, str, dict[str, Any], PartnershipRecord]] = []
    number = 0
    while len(mutants) < count:
        number += 1
        mutation = MUTATIONS[number % len(MUTATIONS)]
        record = record_of(number, world)
        told = json.loads(record.model_dump_json(exclude_defaults=True, exclude={"findings"}))
        changed = mutation.change(told, random)
        if changed is not None and changed != told:
            mutants.append((mutation.name, record.key, changed, record))
    return mutants


def caught(mutants: Sequence[tuple[str, str, dict[str, Any], PartnershipRecord]]) -> list[bool]:
    """Of each mutant, whether anything is said of it that was not said of the record before."""
    after: dict[str, PartnershipRecord] = {}
    for _, key, told, _ in mutants:
        if (record := read_json("mutant.json", json.dumps(told).encode()).record) is not None:
            record, findings = settled(record)
            after[key] = record.model_copy(update={"findings": (*record.findings, *findings)})
    before = _said({key: record for _, key, _, record in mutants if key in after})
    now = _said(after)
    return [key not in after or bool(now[key] - before[key]) for _, key, _, _ in mutants]


def _said(records: Mapping[str, PartnershipRecord]) -> dict[str, Counter[tuple[str, str | None]]]:
    checked = checked_graphs(records, BASE, DAY, load_shapes(BASE), Decisions())
    return {
        key: Counter((f.code, f.field) for f in (*records[key].findings, *graph.findings))
        for key, graph in checked.items()
    }


# Tables


def markdown(records: int) -> str:
    """Both tables."""
    shapes, files = load_shapes(BASE), fixtures()
    made, seen = Counter[str](), Counter[str]()
    for mutant in shape_mutants(shapes):
        made[mutant.change] += 1
        if noticed(mutant, shapes, files):
            seen[mutant.change] += 1
        else:
            print(f"not noticed: {mutant.change} of {mutant.shape}", file=sys.stderr)
    mutants = record_mutants(records)
    kinds, escaped = Counter(mutant[0] for mutant in mutants), Counter[str]()
    for (kind, *_), was_caught in zip(mutants, caught(mutants), strict=True):
        escaped[kind] += not was_caught
    share = 100 * (1 - escaped.total() / records)
    return "\n".join([
        f"{made.total()} mutants of the shapes, {seen.total()} noticed ({100 * seen.total() / made.total():.1f} %).",
        "",
        *_table(("change", "mutants", "noticed"), [(name, made[name], seen[name]) for name in sorted(made)]),
        "",
        f"{records:,} mutants of records, {records - escaped.total():,} caught ({share:.1f} %).",
        "",
        *_table(("change", "mutants", "escaped"), [(name, kinds[name], escaped[name]) for name in sorted(kinds)]),
        "",
    ])  # fmt: skip


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return [f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--records", type=int, default=1000, help="number of mutants of records (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    given = parser.parse_args()
    written = markdown(given.records)
    print(written)
    if given.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{written}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
