"""Terms that a query names, as Oxigraph keeps them."""

from __future__ import annotations

import re
from datetime import date

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    INTEGER,
    IRI,
    LANGUAGE_STRING,
    SIMPLE,
    STRING,
    YEAR,
    Kind,
    canonical_decimal,
    canonical_integer,
)
from atlas_ld.sparql.columns.nodes import Term

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\\]*")
_DOTS = re.compile(r"[:/]\.")
_YEAR = re.compile(r"\d{4}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def iri(text: str) -> Term:
    """Raises Uncovered for an IRI that is to be resolved, which engines do in their own ways."""
    if not _ABSOLUTE.fullmatch(text) or _DOTS.search(text):
        raise Uncovered("An IRI may be resolved.")
    return Term(IRI, text)


def literal(text: str, datatype: str = STRING, language: str = "") -> Term:
    """Raises Uncovered for datatypes whose values Oxigraph writes anew in ways that are not known here."""
    if language:
        return Term(Kind(LANGUAGE_STRING, language.lower()), text)
    if datatype == STRING:
        return Term(SIMPLE, text)
    found = None
    if datatype in (INTEGER, DECIMAL):
        found = canonical_integer(text) if datatype == INTEGER else canonical_decimal(text)
    elif (
        (datatype == BOOLEAN and text in ("true", "false"))
        or (datatype == YEAR and _YEAR.fullmatch(text))
        or (datatype == DATE and _is_date(text))
    ):
        found = text
    if found is None:
        raise Uncovered("A literal may be written anew.")
    return Term(Kind(datatype), found)


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
