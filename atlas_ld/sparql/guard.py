"""The words of a query, before it runs: SERVICE and updates are refused here with a sentence.

The engine's parser reads characters, not tokens. It takes `SERVICE:x {`, `SERVICESILENT<x>{` and `trueSERVICE<x>{` for
calls to a service; it reads `<` as a comparison where the IRI that a tokeniser would see there does not fit
(`FILTER(?a<?b)SERVICE?x#>`); and it reads the quotes of a long string that holds a wrong escape as short strings. So
this tokeniser follows every reading that the engine may take, and refuses a query if the word stands outside names,
strings and comments in any of them. Two rare innocents are refused for it: a pattern that lets a group follow a
name whose prefix holds "service" (`?s ?p service:x { ... }`: put a dot before the brace), and `SERVICE` within an IRI
with a closing parenthesis before it.

Codepoint escapes (SPARQL 1.1, 19.2) are honoured: the query is read as it stands and once more with them replaced.

The guard gives the clear answer. What keeps a query from the network even if it erred is `sparql.sandbox`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from atlas_ld.errors import QueryRefused

_UPDATES = frozenset(("add", "clear", "copy", "create", "delete", "drop", "insert", "load", "move", "using", "with"))
"""Words that begin updates (SPARQL 1.1 Update). No query has one of them as a word of its own."""

_SUSPECT = ("service", *sorted(_UPDATES))

# The grammar of SPARQL 1.1, 19.8. Characters of names: productions 164 to 168.
_START = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHAR = rf"_\-0-9{_START}\u00b7\u0300-\u036f\u203f\u2040"
_ESCAPE = (
    r"\\(?:[tbnrf\"'\\]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}"
    r"|U000(?!0[dD][89a-fA-F])[0-9a-fA-F]{5}|U0010[0-9a-fA-F]{4})"
)
_LOCAL = rf"(?:[_:0-9{_START}]|%[0-9a-fA-F]{{2}}|\\[^\s\w])(?:\.*+(?:[:{_CHAR}]|%[0-9a-fA-F]{{2}}|\\[_\W]))*+"
_CODEPOINT = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")

_IRI = re.compile(r"<(?:[^\x00-\x20<>\"{}|^`\\]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})*+>")
_TOKEN = re.compile(
    rf"""
      (?P<blank>     (?:[\ \t\r\n]|\#[^\r\n]*+)++ )
    | (?P<string>    \"\"\"(?:\"{{0,2}}+(?:[^\"\\]|{_ESCAPE}))*+\"\"\" | '''(?:'{{0,2}}+(?:[^'\\]|{_ESCAPE}))*+'''
                   | \"(?:[^\"\\\r\n]|{_ESCAPE})*+\" | '(?:[^'\\\r\n]|{_ESCAPE})*+' )
    | (?P<tag>       @[A-Za-z]++(?:-[A-Za-z0-9]++)*+ )
    | (?P<variable>  [?$][_0-9{_START}][_0-9{_START}\u00b7\u0300-\u036f\u203f\u2040]*+ )
    | (?P<node>      _:[_0-9{_START}](?:\.*+[{_CHAR}])*+ )
    | (?P<name>      (?P<prefix>[{_START}](?:\.*+[{_CHAR}])*+)?+:(?:{_LOCAL})?+ )
    | (?P<word>      [{_START}][{_CHAR}]*+ )
    | (?P<sign>      . )
    """,
    re.VERBOSE | re.DOTALL,
)
_BRACE_FOLLOWS = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*+)*+\{")
_CLOSING = frozenset(")}{")
_GRAPH_WORDS = frozenset(("graph", "from", "named"))


class _State(NamedTuple):
    """A place in the text and what counts there.

    `compared` is true from a `<` that is read as a comparison to the next parenthesis or brace: no pattern can begin
    before one. `graph` is true after a word that a graph's name follows.
    """

    position: int
    compared: bool = False
    graph: bool = False


def check(query: str) -> None:
    """Raises QueryRefused where a query calls a service or is an update; says where. Never parses."""
    for text, note in _texts(query):
        if _is_innocent(text):
            continue
        found = min(_refusals(text), default=None)
        if found is not None:
            position, word = found
            line = text.count("\n", 0, position) + 1
            column = position - (text.rfind("\n", 0, position) + 1) + 1
            reason = (
                "SERVICE is refused: this endpoint answers from its own data only and calls no other"
                if word == "service"
                else f"{word.upper()} is refused: this endpoint answers queries and takes no updates"
            )
            raise QueryRefused(f"{reason} (line {line}, column {column}{note}).")


def is_plain(query: str) -> bool:
    """Whether `check` has nothing to read: no word is there that it might refuse, nor an escape that may hide one."""
    return "\\" not in query and _is_innocent(query)


def _is_innocent(text: str) -> bool:
    folded = text.casefold()
    return not any(word in folded for word in _SUSPECT)


def _texts(query: str) -> Iterator[tuple[str, str]]:
    yield query, ""
    if "\\" not in query:
        return
    decoded = _CODEPOINT.sub(_codepoint, query)
    if decoded != query:
        yield decoded, ", once its \\u escapes are read"


def _codepoint(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF else match[0]


def _refusals(text: str) -> Iterator[tuple[int, str]]:
    """Where forbidden words stand, in any reading. Each place of the text is visited at most once per state."""
    pending, seen = [_State(0)], set()
    while pending:
        state = pending.pop()
        if state in seen or state.position >= len(text):
            continue
        seen.add(state)
        if iri := _IRI.match(text, state.position):
            pending.append(_State(iri.end(), state.compared))
            pending.append(_State(state.position + 1, compared=True))
            continue
        token = _TOKEN.match(text, state.position)
        assert token is not None  # `sign` matches any character
        kind, value = token.lastgroup, token[0].lower()
        if kind == "word" and not state.compared:
            if "service" in value:
                yield state.position, "service"
            elif value in _UPDATES:
                yield state.position, value
        elif kind == "name" and not (state.compared or state.graph):
            glued = "service" in (token["prefix"] or "").lower()
            if glued and _BRACE_FOLLOWS.match(text, token.end()):
                yield state.position, "service"
        graph = state.graph if kind == "blank" else kind == "word" and value in _GRAPH_WORDS
        pending.append(_State(token.end(), state.compared and value not in _CLOSING, graph))
