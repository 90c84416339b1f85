"""The check of many records, each as `shacl.validate` would check it alone, by compiled shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from atlas_ld.rdf import RDF_TYPE, NamedNode, Node, Quad, Triple, node
from atlas_ld.validation.compiled import Compiled, Found, Shape
from atlas_ld.validation.report import Result
from atlas_ld.validation.shacl import Shapes, validate
from atlas_ld.validation.terms import from_rdflib
from atlas_ld.vocabulary import RDFS, SH

Said = dict[Node, dict[str, list[Node]]]
_TYPE = RDF_TYPE.value
_SUBCLASS = str(RDFS.subClassOf)
_SPARQL = str(SH.SPARQLConstraintComponent)


@dataclass(frozen=True)
class Group:
    """The triples of one record: its own, and by IRI the descriptions of what other records may describe as well.
    Together they describe everything that they link to, as `shacl.validate` expects."""

    own: Sequence[Triple]
    shared: Mapping[str, Sequence[Triple]] = field(default_factory=dict)

    def triples(self) -> Iterator[Triple]:
        return chain(self.own, *self.shared.values())


@dataclass(frozen=True)
class _Batch:
    """Records that contradict each other nowhere: none says more or less than another about one subject."""

    said: Said
    subjects: dict[str, list[Node]]


def validate_records(groups: Mapping[str, Group], shapes: Shapes) -> dict[str, list[Result]]:
    """Check many records. Each has the results, in the same order, that `validate` finds in it alone.

    Compiled shapes do the work, once for what several records describe alike. pyshacl checks what is left: shapes
    that are not compiled, and records that speak of subclasses, by which things are of more classes than they say.
    """
    codes = _codes(shapes)
    results: dict[str, list[Result]] = {}
    for batch in _batches(groups, codes):
        found = _check(batch, shapes.compiled, codes)
        made = {focus: [_result(one, shapes) for one in wrong] for focus, wrong in found.items()}
        for key, subjects in batch.subjects.items():
            if any(_SUBCLASS in batch.said[subject] for subject in subjects):
                results[key] = list(validate(groups[key].triples(), shapes).results)
                continue
            results[key] = [result for subject in subjects for result in made.get(subject, ())]
            if shapes.compiled.rest is not None:
                left = replace(shapes, graph=shapes.compiled.rest)
                results[key] += validate(groups[key].triples(), left).results
    return {key: sorted(results[key], key=lambda result: result.sort_key) for key in groups}


def _codes(shapes: Shapes) -> Said:
    """The codes, themes and goals of the ontology, of which only the scheme is looked at (see `Shapes`)."""
    codes: Said = {}
    for concept, property_, scheme in shapes.schemes.values():
        subject, value = from_rdflib(concept), from_rdflib(scheme)
        assert subject is not None
        assert value is not None
        codes[subject] = {str(property_): [value]}
    return codes


def _batches(groups: Mapping[str, Group], codes: Said) -> Iterator[_Batch]:
    """All records at once, as a rule; those that contradict an earlier one in a later batch."""
    waiting = dict(groups)
    while waiting:
        batch = _Batch(dict(codes), {})
        descriptions: dict[str, Sequence[Triple]] = {}
        for key, group in list(waiting.items()):
            if any(descriptions.get(iri, said) != said for iri, said in group.shared.items()):
                continue
            new = (said for iri, said in group.shared.items() if iri not in descriptions)
            own, shared = _by_subject(group.own, codes), _by_subject(chain(*new), codes)
            if any(
                (before := batch.said.get(subject)) is not None and before != said
                for subject, said in (*own.items(), *shared.items())
            ):
                continue
            batch.said.update(own)
            batch.said.update(shared)
            descriptions.update(group.shared)
            described = (subject for subject in map(node, group.shared) if subject not in codes)
            batch.subjects[key] = list(dict.fromkeys((*own, *described)))
            del waiting[key]
        yield batch


def _by_subject(triples: Iterable[Triple], codes: Said) -> Said:
    """What is said of each subject, each thing once. Of codes, only what the ontology says counts."""
    said: Said = {}
    subject: Node | None = None
    properties: dict[str, list[Node]] = {}
    for about, property_, value in triples:
        assert not isinstance(about, Triple)
        assert not isinstance(value, Triple)
        if about != subject:
            subject = about
            properties = {} if subject in codes else said.setdefault(subject, {})
        values = properties.setdefault(property_.value, [])
        if value not in values:
            values.append(value)
    return said


def _check(batch: _Batch, compiled: Compiled, codes: Said) -> dict[Node, list[Found]]:
    """What is wrong with each subject of a batch."""
    known: dict[tuple[object, ...], list[Shape]] = {}
    targets = {subject: _targets(said, compiled, known) for subject, said in batch.said.items() if subject not in codes}
    found: dict[Node, list[Found]] = {}
    for focus, shapes in targets.items():
        wrong: list[Found] = []
        for shape in shapes:
            shape.check(focus, batch.said, wrong)
        if wrong:
            found[focus] = wrong
    quads = list(_quads(batch.said, {iri for _, query in compiled.queries for iri in query.properties}))
    for shape, query in compiled.queries:
        for this, path, value in query.rows(quads):
            if shape in targets.get(this, ()):
                one = Found(this, path, this if value is None else value, shape.name, _SPARQL, shape.severity)
                found.setdefault(this, []).append(one)
    return found


def _targets(
    properties: Mapping[str, Sequence[Node]], compiled: Compiled, known: dict[tuple[object, ...], list[Shape]]
) -> list[Shape]:
    """The shapes that target a subject of which this is said. They follow from its classes and its properties, and
    `known` has those of the subjects before."""
    classes = properties.get(_TYPE, ())
    key = (*classes, None, *properties)
    shapes = known.get(key)
    if shapes is None:
        targeted = [s for class_ in classes for s in compiled.by_class.get(class_, ())]
        targeted += [s for name in compiled.by_property.keys() & properties.keys() for s in compiled.by_property[name]]
        shapes = known[key] = list({shape.name: shape for shape in targeted}.values())
    return shapes


def _quads(said: Said, properties: set[str]) -> Iterator[Quad]:
    for subject, about in said.items():
        for property_ in properties & about.keys():
            for value in about[property_]:
                if isinstance(subject, NamedNode):
                    yield Quad(subject, node(property_), value)


def _result(found: Found, shapes: Shapes) -> Result:
    mend = shapes.messages.get(found.shape, {})
    return Result(
        focus=found.focus.value,
        path=found.path,
        term=found.term,
        shape=found.shape,
        constraint=found.constraint,
        severity=found.severity,
        fr=mend.get("fr", ""),
        en=mend.get("en", ""),
    )
