"""From a query to the bytes of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import rdflib
from pyoxigraph import QuerySolutions, Store
from pyparsing import ParseBaseException
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

from atlas_ld.columnar import Uncovered
from atlas_ld.columnar.algebra import evaluate
from atlas_ld.columnar.attached import Engine
from atlas_ld.columnar.layout import Columns
from atlas_ld.columnar.results import written
from atlas_ld.columnar.terms import Terms


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
    variables = _variables(query, prefixes, base)
    used = {name: iri for name, iri in prefixes.items() if f"{name}:" in query}
    rdflib.NORMALIZE_LITERALS = False  # else "01" would be read as 1
    try:
        parsed = translateQuery(parseQuery(query), initNs=used)
        if parsed.algebra.name != "SelectQuery" or parsed.algebra.datasetClause:
            raise Uncovered("No SELECT over the default graph.")
        if sorted(str(variable) for variable in parsed.algebra.PV) != sorted(variables):
            raise Uncovered("rdflib finds other variables than Oxigraph.")
        terms = Terms(columns)
        table = evaluate(parsed.algebra.p, terms)
        return iter(list(written(table, variables, terms, format_)))
    except (ParseBaseException, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Uncovered(f"The query does not fit: {type(error).__name__}.") from error


def _variables(query: str, prefixes: Mapping[str, str], base: str | None) -> list[str]:
    """The variables of the answer, in order, as the reference reads the query."""
    try:
        found = Store().query(query, prefixes=dict(prefixes), base_iri=base)
    except SyntaxError as error:
        raise Uncovered("Not SPARQL 1.1 to Oxigraph.") from error
    if not isinstance(found, QuerySolutions):
        raise Uncovered("No SELECT.")
    return [variable.value for variable in found.variables]
