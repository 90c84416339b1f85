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
from atlas_ld.sparql import sentences
from atlas_ld.sparql.tokens import Text, Token

_UPDATES = frozenset(("add", "clear", "copy", "create", "delete", "drop", "insert", "load", "move", "using", "with"))
"""Words that begin updates (SPARQL 1.1 Update). No query has one of them as a word of its own."""

_SUSPECT = ("service", *sorted(_UPDATES))

_CODEPOINT = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")
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
    for text, is_escaped in _texts(query):
        if _is_innocent(text):
            continue
        found = min(_refusals(text), default=None)
        if found is not None:
            position, word = found
            line = text.count("\n", 0, position) + 1
            column = position - (text.rfind("\n", 0, position) + 1) + 1
            key = ("service" if word == "service" else "update") + ("-escaped" if is_escaped else "")
            raise sentences.error(QueryRefused, key, {"word": word.upper(), "line": line, "column": column})


def _is_innocent(text: str) -> bool:
    folded = text.casefold()
    return not any(word in folded for word in _SUSPECT)


def _texts(query: str) -> Iterator[tuple[str, bool]]:
    """The query as it stands, and with its escapes of code points read."""
    yield query, False
    if "\\" not in query:
        return
    decoded = _CODEPOINT.sub(_codepoint, query)
    if decoded != query:
        yield decoded, True


def _codepoint(match: re.Match[str]) -> str:
    number = int(match[1] or match[2], 16)
    return chr(number) if number <= 0x10FFFF else match[0]


def _refusals(query: str) -> Iterator[tuple[int, str]]:
    """Where forbidden words stand, in any reading. Each place of the text is visited at most once per state."""
    text = Text(query)
    pending, seen = [_State(0)], set()
    while pending:
        state = pending.pop()
        if state in seen or state.position >= len(query):
            continue
        seen.add(state)
        if (end := text.iri_end(state.position)) is not None:
            pending.append(_State(end, state.compared))
            pending.append(_State(state.position + 1, compared=True))
            continue
        token = text.token(state.position)
        kind = token.kind
        value = query[token.start : token.end].lower() if kind in ("word", "sign") else ""
        if kind == "word" and not state.compared:
            if "service" in value:
                yield state.position, "service"
            elif value in _UPDATES:
                yield state.position, value
        elif kind == "name" and not (state.compared or state.graph) and _calls(text, token):
            yield state.position, "service"
        graph = state.graph if kind == "blank" else kind == "word" and value in _GRAPH_WORDS
        pending.append(_State(token.end, state.compared and value not in _CLOSING, graph))


def _calls(text: Text, name: Token) -> bool:
    if "service" not in name.prefix.lower():
        return False
    position = name.end
    while position < len(text.text) and (token := text.token(position)).kind == "blank":
        position = token.end
    return text.text.startswith("{", position)
