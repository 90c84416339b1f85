"""From a query to the bytes of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import rdflib
from pyoxigraph import QuerySolutions, Store
from pyparsing import ParseBaseException
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.algebra import evaluate
from atlas_ld.sparql.columns.attachment import Engine
from atlas_ld.sparql.columns.layout import Columns
from atlas_ld.sparql.columns.results import written
from atlas_ld.sparql.columns.terms import Terms


def engine(descriptor: int) -> Engine:
    """What answers on the columns of an open file, which must be written. Raises OSError and ValueError."""
    columns = Columns.open(descriptor)
    if columns is None:
        raise ValueError("The file of columns is not written yet.")
    return partial(answer, columns)


def answer(
    columns: Columns, query: str, format_: str, prefixes: Mapping[str, str], base: str | None = None
) -> Iterator[bytes]:
    """The answer to a SELECT query over the default graph, in a results format of `media`, computed whole before the
    first piece is given. Raises Uncovered where Oxigraph has to answer, for wrong queries too."""
    used = tuple((name, iri) for name, iri in prefixes.items() if f"{name}:" in query)
    plan = _plan(query, used, base)
    if plan is None:
        raise Uncovered("Not read as a SELECT over the default graph.")
    try:
        terms = Terms(columns)
        table = evaluate(plan.pattern, terms)
        return iter(list(written(table, plan.variables, terms, format_)))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Uncovered(f"The query does not fit: {type(error).__name__}.") from error


@dataclass(frozen=True)
class _Plan:
    """A query as it was read, which nobody alters: the algebra's node below its projection, and its variables in
    order."""

    pattern: CompValue
    variables: list[str]


@lru_cache(maxsize=64)
def _plan(query: str, prefixes: tuple[tuple[str, str], ...], base: str | None) -> _Plan | None:
    """What a query asks for; None where Oxigraph has to answer. Kept for a while, as other engines keep their plans:
    to read a short question takes as long as to answer it."""
    rdflib.NORMALIZE_LITERALS = False  # else "01" would be read as 1
    try:
        variables = _variables(query, dict(prefixes), base)
        parsed = translateQuery(parseQuery(query), initNs=dict(prefixes)).algebra
    except (Uncovered, ParseBaseException, LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    # Where rdflib finds other variables than Oxigraph, it has read another query.
    is_read = parsed.name == "SelectQuery" and sorted(map(str, parsed.PV)) == sorted(variables)
    return _Plan(parsed.p, variables) if is_read and not parsed.datasetClause else None


def _variables(query: str, prefixes: Mapping[str, str], base: str | None) -> list[str]:
    """The variables of the answer, in order, as the reference reads the query."""
    try:
        found = Store().query(query, prefixes=dict(prefixes), base_iri=base)
    except SyntaxError as error:
        raise Uncovered("Not SPARQL 1.1 to Oxigraph.") from error
    if not isinstance(found, QuerySolutions):
        raise Uncovered("No SELECT.")
    return [variable.value for variable in found.variables]
