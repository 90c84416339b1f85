"""A process that answers SPARQL queries over one store, so that a query can be stopped by ending its process.

    python -m atlas_ld.sparql.worker STORE --memory-mb N --columns DESCRIPTOR

It reads requests on its standard input and writes answers on its standard output, as `frames` says. It imports no
more than it needs, since a stopped worker is replaced while people wait.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import select
import sys
import threading
import time
from collections.abc import Container, Iterable, Iterator
from typing import IO, Any, NamedTuple, cast

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from atlas_ld.errors import QueryError, QueryNotAcceptable, QuerySyntaxError, QueryTooLarge
from atlas_ld.media import RDF_FORMATS, SPARQL_CSV, SPARQL_JSON, SPARQL_TSV, SPARQL_XML
from atlas_ld.sparql import failures, frames, guard, sandbox, sentences
from atlas_ld.sparql.columns.attachment import Attached
from atlas_ld.sparql.mistakes import line_and_column, mistake
from atlas_ld.sparql.question import Question
from atlas_ld.sparql.result_writer import Output, csv_lines
from atlas_ld.sparql.tokens import Text

_RESULT_FORMATS = {
    SPARQL_JSON.name: QueryResultsFormat.JSON,
    SPARQL_XML.name: QueryResultsFormat.XML,
    SPARQL_CSV.name: QueryResultsFormat.CSV,
    SPARQL_TSV.name: QueryResultsFormat.TSV,
}
_RDF_FORMATS = {format_.name: RdfFormat.from_media_type(format_.media_type) for format_ in RDF_FORMATS}
_KINDS = {QuerySolutions: "bindings", QueryBoolean: "boolean", QueryTriples: "graph"}
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_FEW = 3
"""So many expected signs are told; more would be a list of nearly everything."""
_PIECE = 16_384
"""Bytes of lines that are written at once."""
_SPACED = re.compile(r"(?:coalesce|concat)[\s#]", re.IGNORECASE)
_SIGN = re.compile(r'"\W+"')
_CHARACTERS = re.compile(r"\[[^\]]*\]|<unreported>")


def main(arguments: list[str] | None = None) -> None:
    """Seals itself off, opens the store, and answers until its standard input ends."""
    parser = argparse.ArgumentParser(prog="atlas_ld.sparql.worker")
    parser.add_argument("store")
    parser.add_argument("--memory-mb", type=int, required=True)
    parser.add_argument("--columns", type=int, required=True)
    options = parser.parse_args(arguments)
    source, target = sys.stdin.fileno(), sys.stdout.fileno()
    os.environ.clear()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # numpy's threads would reserve memory for nothing
    open_ends = sandbox.close_network()
    try:
        store = Store.read_only(options.store)
    except OSError as error:
        _fail(target, sentences.error(QueryError, "engine", {"said": f"No store: {error}"}))
        return
    threading.Thread(target=_leave_with_parent, args=(source,), daemon=True).start()
    columns = Attached(options.columns)  # before memory is limited: a thread needs some to start
    frames.write_json(target, frames.READY, open_ends + sandbox.limit_resources(options.memory_mb))
    opening: dict[str, Any] = {}
    for kind, content in _requests(source):
        if kind == frames.OPEN:
            opening = content
        else:
            answer(store, columns, opening, Question(*content), target)


def _leave_with_parent(source: int) -> None:
    """Ends this process when the other end of its input is closed, in the middle of a query if need be.

    PR_SET_PDEATHSIG would not do: it fires when the thread that started the worker ends, not its process.
    """
    hang_up = select.poll()
    hang_up.register(source, 0)  # POLLHUP and POLLERR are always reported
    hang_up.poll()
    os._exit(0)


def _requests(source: int) -> Iterator[tuple[bytes, Any]]:
    buffer = bytearray()
    while data := os.read(source, 65536):
        buffer += data
        while frame := frames.take(buffer):
            yield frame[0], json.loads(frame[1])


def answer(store: Store, columns: Attached, opening: dict[str, Any], question: Question, target: int) -> None:
    """Answers one question with frames to the descriptor `target`. `opening` has prefixes and limits (`frames`)."""
    prefixes = opening["prefixes"]
    try:
        guard.check(question.query)
        outputs = _Outputs(target, opening["rows"], min(question.limits[1] or opening["bytes"], opening["bytes"]))
        if not _evaluate_on_columns(columns, prefixes, question, outputs):
            _evaluate(store, prefixes, question, outputs)
    except QueryError as error:
        _fail(target, error)
    except SyntaxError as error:
        _fail(target, explain(str(error), question.query, prefixes))
    except MemoryError:
        _fail(target, sentences.error(QueryTooLarge, "columns-memory"))
    except (OSError, RuntimeError, ValueError) as error:
        _fail(target, sentences.error(QueryError, "engine", {"said": str(error)}))


def _fail(target: int, error: QueryError) -> None:
    frames.write_json(target, frames.ERROR, failures.to_json(error) | {"worked": time.process_time()})


class _Outputs(NamedTuple):
    """Where answers go, and their limits."""

    target: int
    rows: int
    size: int

    def open(self, kind: str, format_: str) -> Output:
        return Output(self.target, {"kind": kind, "format": format_}, self.rows, self.size)


def _evaluate_on_columns(columns: Attached, prefixes: dict[str, str], question: Question, outputs: _Outputs) -> bool:
    """Whether the columns answer the query. Nothing is sent where they do not."""
    format_ = question.formats[0]
    if format_ is None or question.default_graphs or question.named_graphs:
        return False
    pieces = columns.answer(question.query, format_, prefixes, question.base)
    if pieces is None:
        return False
    output = outputs.open("bindings", format_)
    for piece in pieces:
        output.write(piece)
    output.end()
    return True


def _evaluate(store: Store, prefixes: dict[str, str], question: Question, outputs: _Outputs) -> None:
    default, named = question.default_graphs, question.named_graphs
    described = bool(default or named)  # the protocol's dataset is exactly the graphs that it names
    query = readable(question.query)
    results = store.query(
        query,
        base_iri=question.base,
        prefixes=_used(prefixes, query),
        default_graph=[NamedNode(iri) for iri in default] if described else None,
        named_graphs=[NamedNode(iri) for iri in named] if described else None,
    )
    kind = _KINDS[type(results)]
    format_ = question.formats[kind == "graph"]
    if format_ is None:
        what = "graph" if kind == "graph" else "table"
        raise sentences.error(QueryNotAcceptable, f"no-format-{what}", is_graph=kind == "graph")
    output = outputs.open(kind, format_)
    file = cast(IO[bytes], output)  # the engine calls write and flush alone
    if isinstance(results, QueryTriples):
        serialize(_counted(results, output), file, format=_RDF_FORMATS[format_], prefixes=prefixes)
    elif isinstance(results, QuerySolutions) and format_ == SPARQL_CSV.name:
        _write_lines(csv_lines(results), output)
    else:
        results.serialize(file, format=_RESULT_FORMATS[format_])
    output.end()


def readable(query: str) -> str:
    """The query without blanks between COALESCE or CONCAT and its bracket, where the engine takes none."""
    if not _SPACED.search(query):
        return query
    parts, last, end = [], "", 0
    for token in Text(query).tokens():
        word = query[token.start : token.end]
        parts += [] if last in ("COALESCE", "CONCAT") and word == "(" else [query[end : token.start]]
        parts.append(word)
        last, end = word.upper() if token.kind == "word" else "", token.end
    return "".join([*parts, query[end:]])


def _write_lines(lines: Iterable[bytes], output: Output) -> None:
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) > _PIECE:
            output.write(bytes(piece))
            piece.clear()
    output.write(bytes(piece))


def _used(prefixes: dict[str, str], query: str) -> dict[str, str]:
    """Those that the query may use: the engine takes its time for each."""
    if "\\" in query:  # a name may be written with escapes
        return prefixes
    return {name: iri for name, iri in prefixes.items() if f"{name}:" in query}


def _counted(triples: Iterable[Triple], output: Output) -> Iterator[Triple]:
    for triple in triples:
        output.count(1)
        yield triple


def explain(message: str, query: str, prefixes: Container[str]) -> QuerySyntaxError:
    """What is wrong with a query, and its place: as its words tell, else as the engine says it, without the lists of
    characters that it expected."""
    match = _PLACE.fullmatch(message)
    if not match:
        return sentences.error(QuerySyntaxError, "engine", {"said": message})
    expected = _CHARACTERS.sub("", match[3].removeprefix("expected ").removeprefix("one of "))
    options = [part.strip() for part in re.split(r",\s|\s\|\n", expected) if part.strip(" |")]
    said = [option for option in options if re.match(r"\w+ \w", option)]
    if found := mistake(query, prefixes):
        line, column = line_and_column(query, found.place)
        return sentences.error(QuerySyntaxError, found.key, found.values, line=line, column=column)
    signs = [option for option in options if _SIGN.fullmatch(option)]
    key, values = "not-sparql", dict[str, Any]()
    if said:
        key, values = "engine", {"said": said[0]}
    elif signs == options and 0 < len(signs) <= _FEW:
        key, values = "not-sparql-but", {"signs": signs}
    return sentences.error(QuerySyntaxError, key, values, line=int(match[1]), column=int(match[2]))


if __name__ == "__main__":
    main()
