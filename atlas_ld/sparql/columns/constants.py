"""Terms that a query names, as numbers."""

from __future__ import annotations

import re
from typing import Any

from rdflib.term import Literal, URIRef

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import DECIMAL, INTEGER, IRI, LANGUAGE_STRING, SIMPLE, STRING, YEAR, Kind
from atlas_ld.sparql.columns.terms import Terms

_CANONICAL = {
    INTEGER: re.compile(r"0|-?[1-9]\d{0,14}", re.ASCII),
    DECIMAL: re.compile(r"0|-?(?:0|[1-9]\d{0,14})(?:\.\d{0,5}[1-9])?", re.ASCII),
    YEAR: re.compile(r"\d{4}", re.ASCII),
}
"""Forms that Oxigraph keeps as they are. It writes others anew, so that they are found by another text."""

_NEVER = re.compile(r"(?!)")
_DOTS = re.compile(r"/\.|[^!-~]")


def kind_and_text(term: Any) -> tuple[Kind, str]:
    """Raises Uncovered for terms that Oxigraph may read in another way."""
    if isinstance(term, URIRef):
        if ":" not in term or _DOTS.search(term):
            raise Uncovered("An IRI may be resolved.")
        return IRI, str(term)
    if not isinstance(term, Literal):
        raise Uncovered("A term is no IRI and no literal.")
    if term.language:
        return Kind(LANGUAGE_STRING, term.language.lower()), str(term)
    datatype = str(term.datatype or STRING)
    if datatype != STRING and (str(term) == "-0" or not _CANONICAL.get(datatype, _NEVER).fullmatch(term)):
        raise Uncovered("A literal may be written anew.")
    return (SIMPLE if datatype == STRING else Kind(datatype)), str(term)


def constant(term: Any, terms: Terms) -> int:
    """The number of a term. Raises Uncovered."""
    return terms.known(*kind_and_text(term))
