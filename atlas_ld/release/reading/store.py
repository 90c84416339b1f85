"""Reads of our own on an open store. They run in this process, so each must be bounded: what people send goes to
`sparql.pool`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, QuerySolutions, RdfFormat, Store

from atlas_ld.errors import ReleaseError
from atlas_ld.queries import Binding, Query
from atlas_ld.rdf import Literal, NamedNode, Node, Triple, node, parse_lines, subject_of
from atlas_ld.release.reading.dump import Dump
from atlas_ld.vocabulary import DCTERMS, PREFIXES, RDFS, SH, SKOS

_GRAPH = DefaultGraph()
_NAMED = 16_384
"""Things whose names are kept, about 10 MB at most."""
_LABELS = tuple(node(term) for term in (DCTERMS.title, SKOS.prefLabel, RDFS.label))
_LABEL_LINE = re.compile(rb"^<[^>]*> <(?:%s)> .*\n" % "|".join(re.escape(t.value) for t in _LABELS).encode(), re.M)


class Reader:
    """The default graph of an Oxigraph store on disk, opened read-only (about 10 ms). Safe for use by threads.

    `prefixes` are those that queries may use without declaring them: PREFIXES and those of `iris.Iris.prefixes`.
    What is said of the things that `dump` holds is read there, which takes a tenth of the time.
    """

    def __init__(self, path: Path, prefixes: Mapping[str, str] = PREFIXES, dump: Dump | None = None) -> None:
        """Raises ReleaseError where there is no store that can be opened."""
        self.prefixes, self._dump = dict(prefixes), dump
        self._naming = lru_cache(maxsize=_NAMED)(self._read_naming)
        if not (path / "CURRENT").is_file():  # RocksDB would leave an empty folder behind
            raise ReleaseError(f"There is no store at {path}; build the release again.")
        try:
            self._store = Store.read_only(str(path))
        except OSError as error:
            raise ReleaseError(f"The store at {path} cannot be opened: {error}") from error

    def __len__(self) -> int:
        """How many quads there are, in all graphs."""
        return len(self._store)

    def write_lines(self, path: Path) -> None:
        """Writes the default graph as N-Triples, the triples of a subject together, always in the same order."""
        self._store.dump(path, format=RdfFormat.N_TRIPLES, from_graph=_GRAPH)

    def about(self, iri: str) -> list[Triple]:
        """The triples whose subject is `iri`, in no particular order."""
        if self._dump and self._dump.holds(iri):
            return parse_lines(self._dump.lines(iri))
        return [quad.triple for quad in self._store.quads_for_pattern(node(iri), None, None, _GRAPH)]

    def entity(self, iri: str) -> list[Triple]:
        """The triples about an entity and its parts, which the dump has."""
        assert self._dump
        return parse_lines(self._dump.entity(iri))

    def pointing_at(
        self, iri: str, limit: int, offset: int = 0, keep: Callable[[Triple], bool] = lambda _: True
    ) -> list[Triple]:
        """At most `limit` of the triples whose object is `iri` and that `keep` keeps. Their order is the index's, the
        same for a whole release."""
        quads = self._store.quads_for_pattern(None, None, node(iri), _GRAPH)
        return list(islice((quad.triple for quad in quads if keep(quad.triple)), offset, offset + limit))

    def matching(
        self,
        subject: NamedNode | None,
        predicate: NamedNode | None,
        object_: Node | None,
        limit: int,
        offset: int = 0,
    ) -> list[Triple]:
        """At most `limit` of the triples with these terms, where None is any. As `pointing_at`."""
        quads = self._store.quads_for_pattern(subject, predicate, object_, _GRAPH)
        return [quad.triple for quad in islice(quads, offset, offset + limit)]

    def subjects(self, property_: str, iri: str) -> list[str]:
        """The IRIs of what has `iri` as a value of a property, in the index's order."""
        quads = self._store.quads_for_pattern(None, node(property_), node(iri), _GRAPH)
        return [subject_of(quad.triple) for quad in quads]

    def messages_on(self, iri: str, graph: str) -> list[tuple[str, list[Literal]]]:
        """Of each result about `iri` of the SHACL report in a named graph, the IRI of its severity and its messages."""
        found, where = [], node(graph)
        for result in self._store.quads_for_pattern(None, node(SH.focusNode), node(iri), where):
            said = [quad.triple for quad in self._store.quads_for_pattern(result.subject, None, None, where)]
            severity = next((t.object for t in said if t.predicate.value == str(SH.resultSeverity)), None)
            told = [t.object for t in said if t.predicate.value == str(SH.resultMessage)]
            messages = [term for term in told if isinstance(term, Literal)]
            found.append((severity.value if isinstance(severity, NamedNode) else "", messages))
        return found

    def values(self, property_: str) -> Iterator[tuple[str, str]]:
        """Each subject that has a property, with each of its literal values."""
        for quad in self._store.quads_for_pattern(None, node(property_), None, _GRAPH):
            if isinstance(quad.object, Literal):
                yield subject_of(quad.triple), quad.object.value

    def exists(self, iri: str) -> bool:
        """Whether anything is said about `iri`."""
        if self._dump and self._dump.holds(iri):
            return bool(self._dump.lines(iri))
        return next(self._store.quads_for_pattern(node(iri), None, None, _GRAPH), None) is not None

    def occurs(self, iri: str) -> bool:
        """Whether an IRI is the subject, the property or the object of any triple."""
        term = node(iri)
        found = self._store.quads_for_pattern
        ways = (found(term, None, None, None), found(None, term, None, None), found(None, None, term, None))
        return any(next(way, None) is not None for way in ways)

    def labels(self, iris: Iterable[str]) -> dict[str, list[Literal]]:
        """The labels of each IRI (dct:title, else skos:prefLabel, else rdfs:label); an empty list where it has none."""
        return {iri: self._labels_of(iri) for iri in iris}

    def naming(self, iri: str) -> tuple[Triple, ...]:
        """The triples that name `iri`, sorted. Countries, themes and authorities are named all over, so these are kept:
        a store that is open never changes."""
        return self._naming(iri)

    def _read_naming(self, iri: str) -> tuple[Triple, ...]:
        if self._dump and self._dump.holds(iri):
            about = parse_lines(b"".join(_LABEL_LINE.findall(self._dump.lines(iri))))
        else:
            about = self.about(iri)
        found = [t for t in about if t.predicate in _LABELS and isinstance(t.object, Literal)]
        return tuple(sorted(found, key=str) if len(found) > 1 else found)

    def _labels_of(self, iri: str) -> list[Literal]:
        naming = self._naming(iri)
        if len(naming) == 1 and isinstance(label := naming[0].object, Literal):
            return [label]
        for predicate in _LABELS:
            if found := [t.object for t in naming if t.predicate == predicate and isinstance(t.object, Literal)]:
                return found
        return []

    def select(self, query: Query, **bindings: Binding) -> list[dict[str, Node | None]]:
        """The rows of a SELECT query: variable -> term, or None where it is unbound.

        Raises ValueError for a query of another form or a binding that it does not take.
        """
        answer = self._store.query(query.bound(bindings), prefixes=self.prefixes)
        if not isinstance(answer, QuerySolutions):
            raise ValueError(f"{query.name} is no SELECT query")
        variables = [variable.value for variable in answer.variables]
        return [{name: solution[name] for name in variables} for solution in answer]
