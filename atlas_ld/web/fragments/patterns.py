"""Triple patterns: from the parameters of an address, and how many triples match one.

A term is written as Hydra's explicit representation has it (https://www.hydra-cg.com/spec/latest/core/): an IRI as it
is, a literal in quotes, with `@language` or `^^` and the IRI of its datatype after them. A variable (`?x`), or nothing,
matches every term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from atlas_ld.errors import UnknownThing
from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Node, node
from atlas_ld.web.publication import Publication

PLACES = ("subject", "predicate", "object")
MOST_COUNTED = 10_000
"""Triples that are counted one by one; of more, the number is that of the description of the data set, or this."""
LONGEST = 4096
_LITERAL = re.compile(r'"(.*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^<?([^<>"]+?)>?)?', re.DOTALL)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")


@dataclass(frozen=True)
class Pattern:
    """A triple pattern; None matches every term."""

    subject: NamedNode | None = None
    predicate: NamedNode | None = None
    object: Node | None = None

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> Pattern:
        """The pattern that `subject`, `predicate` and `object` make. Raises UnknownThing for what is no term."""
        subject, predicate, object_ = (_term(name, parameters.get(name, "")) for name in PLACES)
        for name, term in (("subject", subject), ("predicate", predicate)):
            if isinstance(term, Literal):
                raise UnknownThing(f"The {name} of a triple is an IRI, not a literal.")
        assert not isinstance(subject, Literal)
        assert not isinstance(predicate, Literal)
        return cls(subject, predicate, object_)


def _term(name: str, text: str) -> NamedNode | Literal | None:
    text = text.strip()
    if not text or text.startswith("?"):
        return None
    if len(text) > LONGEST:
        raise UnknownThing(f"The {name} has more than {LONGEST} characters.")
    if match := _LITERAL.fullmatch(text):
        value, language, datatype = match.groups()
        if language:
            return Literal(value, language=language)
        return Literal(value, datatype=_iri(name, datatype)) if datatype else Literal(value)
    return _iri(name, text.removeprefix("<").removesuffix(">"))


def _iri(name: str, text: str) -> NamedNode:
    if not _IRI.fullmatch(text):
        raise UnknownThing(
            f'The {name} is neither an IRI nor a literal: {text[:80]!r}. IRIs stand as they are, literals as "text", '
            '"text"@fr or "1"^^http://www.w3.org/2001/XMLSchema#integer.'
        )
    return node(text)


def total(publication: Publication, pattern: Pattern) -> int:
    """How many triples match; about how many, where they are more than MOST_COUNTED."""
    counted = len(publication.reader.matching(*_terms(pattern), limit=MOST_COUNTED + 1))
    return counted if counted <= MOST_COUNTED else max(counted, _described(publication, pattern))


def _described(publication: Publication, pattern: Pattern) -> int:
    """What the description of the data set says of patterns that match much (VoID); 0 where it says nothing."""
    classes, properties = publication.partitions
    match pattern:
        case Pattern(None, None, None):
            return publication.release.manifest.counts.triples
        case Pattern(None, NamedNode() as predicate, None):
            return properties.get(predicate.value, 0)
        case Pattern(None, NamedNode() as predicate, NamedNode() as class_) if predicate == RDF_TYPE:
            return classes.get(class_.value, 0)
        case _:
            return 0


def _terms(pattern: Pattern) -> tuple[NamedNode | None, NamedNode | None, Node | None]:
    return pattern.subject, pattern.predicate, pattern.object
