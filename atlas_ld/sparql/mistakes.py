"""What is wrong with a query that the engine cannot read, where its words alone tell.

The engine's parser names the furthest character that it looked at, which is often another place.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

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
    """`key` is that of its sentence, `values` what stands in it (`sentences`), `place` a number of characters."""

    key: str
    values: Mapping[str, Any]
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
            yield Mistake("unclosed-string", {}, token.start)


def _words(query: str, tokens: list[Token]) -> Iterator[Mistake]:
    for token in tokens:
        word = query[token.start : token.end]
        if token.kind == "word" and word.lower() not in _WORDS:
            near = get_close_matches(word.lower(), _WORDS, 1)
            meant = {"near": near[0].upper()} if near else {}
            yield Mistake("near-word" if near else "no-word", {"word": word[:60], **meant}, token.start)


def _brackets(query: str, tokens: list[Token]) -> Iterator[Mistake]:
    opened: list[Token] = []
    for token in tokens:
        sign = query[token.start : token.end] if token.kind == "sign" else ""
        if sign in _PAIRS:
            opened.append(token)
        elif sign in _PAIRS.values():
            if not opened:
                yield Mistake("closes-nothing", {"sign": sign}, token.start)
                return
            first = opened.pop()
            if _PAIRS[query[first.start]] != sign:
                line, column = line_and_column(query, token.start)
                told = {"sign": query[first.start], "other": sign, "line": line, "column": column}
                yield Mistake("not-closed-before", told, first.start)
                return
    if opened:
        yield Mistake("not-closed", {"sign": query[opened[-1].start]}, opened[-1].start)


def _prefixes(query: str, tokens: list[Token], known: Container[str]) -> Iterator[Mistake]:
    declared: set[str] = set()
    before = ""
    for token in tokens:
        word = query[token.start : token.end].lower() if token.kind == "word" else ""
        if token.kind == "name":
            if before == "prefix":
                declared.add(token.prefix)
            elif token.prefix not in declared and token.prefix not in known:
                yield Mistake("prefix", {"name": f"{token.prefix[:60]}:"}, token.start)
        before = word


def line_and_column(query: str, place: int) -> tuple[int, int]:
    """Both from 1 on."""
    return query.count("\n", 0, place) + 1, place - query.rfind("\n", 0, place)
