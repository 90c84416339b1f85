"""From a query to the bytes of its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from pyoxigraph import QuerySolutions, Store

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.algebra import evaluate
from atlas_ld.sparql.columns.attachment import Engine
from atlas_ld.sparql.columns.layout import Columns
from atlas_ld.sparql.columns.nodes import Pattern, visible
from atlas_ld.sparql.columns.parser import parse
from atlas_ld.sparql.columns.results import written
from atlas_ld.sparql.columns.terms import Terms

_CELL = 10
"""What it costs to write a value, in rows."""

_MOST_BYTES = 64 * 2**20
"""Bytes of an answer, which is kept until it is whole."""


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
    plan = _plan(query, tuple((name, iri) for name, iri in prefixes.items() if f"{name}:" in query), base)
    if isinstance(plan, Uncovered):
        raise Uncovered(*plan.args)
    terms = Terms(columns)
    table = evaluate(plan.pattern, terms)
    terms.spend(_CELL * table.rows * len(plan.variables))
    pieces, size = [], 0
    for piece in written(table, plan.variables, terms, format_):
        pieces.append(piece)
        size += len(piece)
        if size > _MOST_BYTES:
            raise Uncovered("The answer is large.")  # Oxigraph sends its answer as it is made
    return iter(pieces)


class _Plan(NamedTuple):
    """A query as it was read, and the variables of its answer in order."""

    pattern: Pattern
    variables: list[str]


@lru_cache(maxsize=64)
def _plan(query: str, prefixes: tuple[tuple[str, str], ...], base: str | None) -> _Plan | Uncovered:
    """What a query asks for, or why Oxigraph has to answer. Kept for a while, as other engines keep their plans."""
    try:
        pattern = parse(query, dict(prefixes))
        found = Store().query(query, prefixes=dict(prefixes), base_iri=base)
    except Uncovered as why:
        return why
    except SyntaxError:
        return Uncovered("Not SPARQL 1.1 to Oxigraph.")
    variables = [variable.value for variable in found.variables] if isinstance(found, QuerySolutions) else []
    # Where this reading finds other variables than Oxigraph, it has read another query.
    if sorted(visible(pattern)) != sorted(variables):
        return Uncovered("Read in another way by Oxigraph.")
    return _Plan(pattern, variables)
