"""Patterns: what Python's own engine finds, in a time in proportion to the text."""

from __future__ import annotations

import re
import time
from random import Random

import pytest

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.kinds import SIMPLE
from atlas_ld.sparql.columns.nodes import Term
from atlas_ld.sparql.columns.regex import Test, search


def compiled(pattern: str, flags: str = "") -> Test:
    return search(Term(SIMPLE, pattern), Term(SIMPLE, flags))


def test_random_patterns_find_what_python_finds() -> None:
    random, wrong = Random(1), []
    for _ in range(20_000):
        options = [
            random.choice(["", "^"])
            + "".join(random.choices(["a", "b", "é", ".", ".*", "i"], k=random.randrange(5)))
            + random.choice(["", "$"])
            for _ in range(random.choice([1, 1, 2]))
        ]
        text = "".join(random.choices("abéiAÉI\n", k=random.randrange(8)))
        pattern, flags = "|".join(options), random.choice(["", "i"])
        expected = re.search(pattern.replace("$", r"\Z"), text, re.IGNORECASE if flags else 0) is not None
        if compiled(pattern, flags)(text) != expected:
            wrong.append((pattern, flags, text))
    assert wrong == []


@pytest.mark.parametrize("pattern", [".*.*.*zzz", "a.*a.*a.*b", "^.*.*.*z$", "a.*a.*|b.*b.*z", ".*a.*a$"])
def test_the_time_grows_with_the_text_and_no_faster(pattern: str) -> None:
    def seconds(length: int) -> float:
        test, text = compiled(pattern), "a" * length
        began = time.process_time()
        for _ in range(20):
            test(text)
        return time.process_time() - began

    short = max(min(seconds(20_000) for _ in range(5)), 1e-5)
    assert min(seconds(320_000) for _ in range(2)) / short < 64, "sixteen times the text; quadratic would be 256"


@pytest.mark.parametrize(
    "pattern",
    ["a+", "(a)", "a*", "[ab]", "a{2}", r"\\d", "a.+b", "a?", "^^a", "a$b", "|".join("abcdefghijklmnopqrstuvwxyz")],
)
def test_other_patterns_are_left_to_oxigraph(pattern: str) -> None:
    with pytest.raises(Uncovered):
        compiled(pattern)
