"""Decimals: what Oxigraph makes of them, to the last digit, and what it makes nothing of."""

from __future__ import annotations

from random import Random

from pyoxigraph import QuerySolutions, Store

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.expressions import compiled
from atlas_ld.sparql.columns.nodes import Extend, Project
from atlas_ld.sparql.columns.parser import parse


def value(expression: str) -> str | None:
    read = parse(f"SELECT ({expression} AS ?x) {{ }}", {})
    assert isinstance(read, Project)
    assert isinstance(read.part, Extend)
    found = compiled(read.part.expression, {})(())
    return None if found is None else f"{found.text} {found.kind.datatype}"


def number(random: Random) -> str:
    digits = "".join(random.choices("0123456789", weights=[6, *[1] * 9], k=random.randrange(1, 24)))
    place = random.randrange(1, len(digits) + 1)
    whole, decimals = digits[:place], digits[place:][:18]
    return f"{random.choice(['', '-'])}{whole}{'.' if decimals else ''}{decimals}"


def test_numbers_are_computed_as_oxigraph_computes_them() -> None:
    random, store, wrong = Random(3), Store(), []
    for _ in range(4000):
        one, other = number(random), random.choice([number(random), "0", "0.0", "2.5", "10", "0.000001"])
        expression = random.choice(
            [
                f"{one} {random.choice('+-*/')} {other}",
                *(f"{name}({one})" for name in ("ROUND", "CEIL", "FLOOR", "ABS")),
            ]
        )
        try:
            ours = value(expression)
        except Uncovered:
            continue
        found = store.query(f"SELECT ({expression} AS ?x) {{ }}")
        assert isinstance(found, QuerySolutions)
        term = next(iter(found))["x"]
        if ours != (term and f"{term.value} {term.datatype.value}"):
            wrong.append((expression, ours, str(term)))
    assert wrong == []
