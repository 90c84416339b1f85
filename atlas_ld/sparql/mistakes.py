"""What is wrong with a query that the engine cannot read, where its words alone tell.

The engine's parser names the furthest character that it looked at, which is often another place.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from atlas_ld.sparql.tokens import Text, Token

_WORDS = frozenset(
    """
    a abs add adjust all as asc ask avg base bind bnode bound by ceil clear coalesce concat construct contains copy
    count create data datatype day default delete desc describe distinct drop encode_for_uri exists false filter
    floor from graph group group_concat haslang haslangdir having hours if in insert into iri isblank isiri
    isliteral isnumeric istriple isuri lang langdir langmatches lateral lcase limit load max md5 min minus minutes
    month move named not now object offset optional order predicate prefix rand reduced regex replace round sample
    sameterm seconds select separator service sha1 sha256 sha384 sha512 silent str strafter strbefore strdt strends
    strlang strlangdir strlen strstarts struuid subject substr sum timezone to triple true tz ucase undef union
    unsaid uri using uuid values version where with year
    """.split()  # noqa: SIM905  # a table of words
)
"""The words of SPARQL 1.1 and 1.2, queries and updates."""

_PAIRS = {"(": ")", "[": "]", "{": "}"}


class Mistake(NamedTuple):
    """`place` is a number of characters."""

    sentence: str
    place: int


def mistake(query: str, prefixes: Container[str]) -> Mistake | None:
    """The first mistake that the words of the query tell; None where they tell none. `prefixes` are declared without
    the query."""
    text = Text(query)
    tokens = list(text.tokens())
    return (
        next(_strings(query, tokens), None)
        or next(_words(query, tokens), None)
        or next(_brackets(query, tokens), None)
        or next(_prefixes(query, tokens, prefixes), None)
    )


def _strings(query: str, tokens: list[Token]) -> Iterator[Mistake]:
    for token in tokens:
        if token.kind == "sign" and query[token.start] in "\"'":
            yield Mistake(
                "The string that begins here is not closed, or holds an escape that SPARQL has not", token.start
            )


def _words(query: str, tokens: list[Token]) -> Iterator[Mistake]:
    for token in tokens:
        word = query[token.start : token.end]
        if token.kind == "word" and word.lower() not in _WORDS:
            near = get_close_matches(word.lower(), _WORDS, 1)
            meant = f"; {near[0].upper()} is one" if near else ", and a name has a prefix and a colon"
            yield Mistake(f"“{word[:60]}” is no word of SPARQL{meant}", token.start)


def _brackets(query: str, tokens: list[Token]) -> Iterator[Mistake]:
    opened: list[Token] = []
    for token in tokens:
        sign = query[token.start : token.end] if token.kind == "sign" else ""
        if sign in _PAIRS:
            opened.append(token)
        elif sign in _PAIRS.values():
            if not opened:
                yield Mistake(f"The {sign} closes nothing", token.start)
                return
            first = opened.pop()
            if _PAIRS[query[first.start]] != sign:
                yield Mistake(
                    f"The {query[first.start]} that begins here is not closed before the {sign} of "
                    f"{_told(query, token.start)}",
                    first.start,
                )
                return
    if opened:
        yield Mistake(f"The {query[opened[-1].start]} that begins here is not closed", opened[-1].start)


def _prefixes(query: str, tokens: list[Token], known: Container[str]) -> Iterator[Mistake]:
    declared: set[str] = set()
    before = ""
    for token in tokens:
        word = query[token.start : token.end].lower() if token.kind == "word" else ""
        if token.kind == "name":
            if before == "prefix":
                declared.add(token.prefix)
            elif token.prefix not in declared and token.prefix not in known:
                name = f"{token.prefix}:"
                yield Mistake(
                    f"The prefix {name} is not declared; PREFIX {name} <...> at the head does it", token.start
                )
        before = word


def line_and_column(query: str, place: int) -> tuple[int, int]:
    """Both from 1 on."""
    return query.count("\n", 0, place) + 1, place - query.rfind("\n", 0, place)


def _told(query: str, place: int) -> str:
    line, column = line_and_column(query, place)
    return f"line {line}, column {column}"
