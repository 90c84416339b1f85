"""What may be wrong with a query that found nothing: names that the data do not have, and those nearest to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import fuzz, process

from atlas_ld.iris import shorten
from atlas_ld.sparql.tokens import Text
from atlas_ld.web.publication import Publication

_MOST_NAMES = 50
_NEAREST, _NEAR = 3, 60.0
"""How many names are proposed, and how like they must be, in percent."""


@dataclass(frozen=True)
class Remark:
    """A name in a query that stands nowhere in the data: as it is written, and known names that are like it."""

    name: str
    nearest: Sequence[str]


def remarks(query: str, publication: Publication) -> list[Remark]:
    """Remarks on the first fifty names of a query, in their order."""
    prefixes = dict(publication.reader.prefixes)
    found: dict[str, Remark] = {}
    for written, iri in islice(_names(query, prefixes), _MOST_NAMES):
        if written not in found and not publication.reader.occurs(iri):
            found[written] = Remark(written, _nearest(iri, publication, prefixes))
    return list(found.values())


def _names(query: str, prefixes: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The names and IRIs after the prologue, as they are written and whole; `prefixes` learns those of the prologue."""
    text = Text(query)
    declared: str | None = None
    prologue = False
    for token in text.tokens():
        written = query[token.start : token.end]
        if token.kind == "word" and written.lower() in ("prefix", "base"):
            declared, prologue = None, True
        elif prologue and token.kind == "name":
            declared = token.prefix
        elif prologue and token.kind == "iri":
            if declared is not None:
                prefixes[declared] = written[1:-1]
            prologue = False
        elif token.kind == "name" and token.prefix in prefixes:
            yield written, prefixes[token.prefix] + written.partition(":")[2].replace("\\", "")
        elif token.kind == "iri" and "://" in written:
            yield written, written[1:-1]


def _nearest(iri: str, publication: Publication, prefixes: Mapping[str, str]) -> list[str]:
    known = {shorten(term, prefixes): term for term in publication.model.terms}
    wanted = shorten(iri, prefixes)
    names = {name: name.partition(":")[2].lower() for name in known}
    local = wanted.partition(":")[2].lower() or wanted.lower()
    ranked = process.extract(local, names, scorer=fuzz.ratio, limit=_NEAREST, score_cutoff=_NEAR)
    return [name for _, _, name in ranked]
