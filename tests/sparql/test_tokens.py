"""sparql/tokens.py: what a token is, and what it costs."""

from __future__ import annotations

import contextlib
import time
from itertools import pairwise
from random import Random

import pytest

from atlas_ld.errors import QueryRefused
from atlas_ld.sparql.guard import check
from atlas_ld.sparql.tokens import Text

REPEATED = [
    "a.a.", "a....", "x:a....", "<#><#>", "<#>\n", "<#>#\n", "<'>", "<'''>", "<a", '"a\\', '"""\\"', '\\"""a',
    '<x>\\"a', "<'>\\\"a", "'a\\'", "'''a\\z", ":\\<", "<servicex:a>", "servicex:y #c\n", "x:%41.", "_:a.",
    "1.1", "@a-",    "servicex:y\n#\n", "((", "?a<?b", '<">', "1e", "\\u0061",
]  # fmt: skip
"""Each of these made a tokeniser read on from place to place that it had read before, or might have."""


def seconds(text: str) -> float:
    began = time.process_time()
    with contextlib.suppress(QueryRefused):
        check(text)
    return time.process_time() - began


def growth(piece: str) -> float:
    """How many times longer sixteen times the text takes."""
    short, long = ("#service\n" + piece * (size // len(piece)) for size in (500, 8_000))
    return min(seconds(long) for _ in range(2)) / max(min(seconds(short) for _ in range(5)), 0.0002)


@pytest.mark.parametrize("piece", REPEATED)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    assert growth(piece) < 64, "sixteen times the text; quadratic would be 256 times the time"


def test_no_random_piece_makes_it_quadratic_either() -> None:
    random = Random(5)
    alphabet = [
        "<",
        ">",
        "#",
        "'",
        '"',
        "\\",
        ".",
        ":",
        "a",
        "@",
        "?",
        "_",
        "\n",
        "1",
        "<x>",
        '"""',
        "\\'",
        "service",
        "{",
    ]
    pieces = ["".join(random.choices(alphabet, k=random.randrange(1, 7))) for _ in range(40)]
    assert [piece for piece in pieces if growth(piece) >= 64] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { ?s a e:b.c. }", ["word", "sign", "sign", "variable", "word", "name", "sign", "sign"]),
        ("<a>?x<?y", ["iri", "variable", "sign", "variable"]),
        ("\"a\\\"\" 'b' \"\"\"c\"d\"\"\" ''''e'''", ["string", "string", "string", "string"]),
        ('"open', ["sign", "word"]),
        ('"""open "x"', ["string", "string", "word", "sign"]),
        ("1 1. .5 1.5 1e0 1.e3 .5E-2 1.5e", [*["number"] * 2, "sign", *["number"] * 6, "word"]),
        ("# comment\r?x", ["variable"]),
        ("_:b.c a.b _:", ["node", "word", "sign", "word", "sign", "name"]),
        ('"x"@fr-be', ["string", "tag"]),
        ("?a<=1&&?b||!?c^^", ["variable", "sign", "number", "sign", "variable", "sign", "sign", "variable", "sign"]),
    ],
)  # fmt: skip
def test_tokens_are_as_long_as_can_be(text: str, expected: list[str]) -> None:
    assert [token.kind for token in Text(text).tokens()] == expected


def test_every_character_is_in_one_token_or_blank() -> None:
    text = "PREFIX e: <x:y#> SELECT ?é { ?é e:a\\.b 'a\\tb' ; e:%41.b 1.5e+3 # <end>\r\n . } \u2028\ufeff\U0001f30d"
    tokens = list(Text(text).tokens())
    assert all(one.end <= other.start for one, other in pairwise(tokens))
    covered = "".join(text[token.start : token.end] for token in tokens)
    assert covered == text.replace("# <end>\r\n", "").replace(" ", "")
