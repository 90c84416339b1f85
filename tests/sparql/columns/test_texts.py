"""Letters and patterns: Python does on every character of Unicode what Oxigraph does, or the engine does not try."""

from __future__ import annotations

import re
import sys

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from atlas_ld.sparql.columns.kinds import ODD_CASE
from atlas_ld.sparql.columns.regex import case_blind


@pytest.fixture(scope="module")
def store() -> Store:
    """Every character as a literal of its own."""
    opened = Store()
    characters = (chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF)
    value = NamedNode("x:value")
    opened.bulk_extend(Quad(NamedNode(f"x:{ord(one)}"), value, Literal(one)) for one in characters)
    return opened


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(query)
    assert isinstance(found, QuerySolutions)
    return [tuple(term.value for term in row) for row in found]


def test_case_is_changed_as_oxigraph_changes_it(store: Store) -> None:
    query = "SELECT ?one (LCASE(?one) AS ?lower) (UCASE(?one) AS ?upper) { ?thing <x:value> ?one }"
    wrong = [
        one
        for one, lower, upper in rows(store, query)
        if not ODD_CASE.search(one) and (lower, upper) != (one.lower(), one.upper())
    ]
    assert wrong == []


def test_letters_are_found_in_either_case_as_oxigraph_finds_them(store: Store) -> None:
    for letter in "iksåé":
        expected = {
            one for (one,) in rows(store, f'SELECT ?one {{ ?x <x:value> ?one FILTER(REGEX(?one, "{letter}", "i")) }}')
        }
        search = case_blind(letter)
        candidates = {chr(code) for code in range(1, sys.maxunicode + 1) if re.search(letter, chr(code), re.IGNORECASE)}
        assert {one for one in candidates | expected if search(one)} == expected
