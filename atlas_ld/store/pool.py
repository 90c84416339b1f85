"""SPARQL queries of other people, run in processes that can be ended.

Each query has a worker of its own while it runs. Past its time limit, or when nobody wants the answer any more, the
worker is killed and another one started in its place. An answer is whole, or it ends in an exception: never a
truncated one that looks whole.
"""

from __future__ import annotations

import contextlib
import json
import math
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from atlas_ld.config import Settings
from atlas_ld.errors import (
    EndpointBusy,
    QueryError,
    QueryNotAcceptable,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from atlas_ld.media import RDF_FORMATS, RESULT_FORMATS, SPARQL_JSON, TURTLE, Format
from atlas_ld.store import frames, guard
from atlas_ld.store.process import WorkerDiedError, WorkerProcess
from atlas_ld.vocabulary import PREFIXES

_BUFFER = 64 * 1024
_IN_MEMORY = 1024 * 1024
_FORMATS = {format_.name: format_ for format_ in (*RESULT_FORMATS, *RDF_FORMATS)}


@dataclass(frozen=True)
class QueryRequest:
    """A query as the SPARQL 1.1 Protocol has it.

    `accepted` are formats, best first: the first one that holds rows and truth values is for SELECT and ASK, the
    first one that holds RDF is for CONSTRUCT and DESCRIBE. If either list of graphs (IRIs) is not empty, the dataset
    is made of them alone (protocol, 2.1.4); else it is the release: data in the default graph, its SHACL report in a
    named one. `seconds` and `size` (bytes of the answer) can only lower the limits of the settings.
    """

    query: str
    accepted: tuple[Format, ...] = (SPARQL_JSON, TURTLE)
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    seconds: float | None = None
    size: int | None = None


class Answer:
    """An answer on its way. `chunks` yields its bytes, or raises a QueryError; then it must not pass for whole.

    `complete` says that every byte is there already, which is so for answers of at most 64 kB. `kind` is `bindings`,
    `boolean` or `graph`. Close it (or leave its `with` block) to free its worker.
    """

    def __init__(self, frames_: Generator[bytes, None, None], head: dict[str, str]) -> None:
        self.kind: str = head["kind"]
        self.format: Format = _FORMATS[head["format"]]
        self._rest = frames_
        self._begun: list[bytes] = []
        self.complete = False
        size = 0
        while size < _BUFFER:
            data = next(frames_, None)
            if data is None:
                self.complete = True
                break
            self._begun.append(data)
            size += len(data)

    @property
    def content_type(self) -> str:
        return self.format.content_type

    @property
    def chunks(self) -> Iterator[bytes]:
        """The answer's bytes, once."""
        yield from self._begun
        self._begun.clear()
        yield from self._rest

    def spool(self) -> tuple[IO[bytes], int]:
        """The whole answer as a file at its start, and its size; on disk from 1 MB on. Raises QueryError."""
        with self:
            file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the caller closes it
            try:
                size = sum(file.write(data) for data in self.chunks)
            except QueryError:
                file.close()
                raise
        file.seek(0)
        return file, size

    def close(self) -> None:
        """Ends the query if it still runs."""
        self._rest.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class QueryPool:
    """`settings.workers` query workers over one store, started when they are first needed. For use by many threads.

    `prefixes` are those of the entities (`iris.Iris.prefixes`); queries may use them and PREFIXES undeclared.
    """

    def __init__(self, store: Path, settings: Settings, prefixes: Mapping[str, str]) -> None:
        self._store, self._settings = store, settings
        self._prefixes = {**PREFIXES, **prefixes}
        self._free = threading.Semaphore(settings.workers)
        self._lock = threading.Lock()
        self._waiting = 0
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()

    def run(self, request: QueryRequest) -> Answer:
        """The answer, once 64 kB or all of it are there.

        Raises QueryRefused, QuerySyntaxError, QueryNotAcceptable, QueryTimeout, QueryTooLarge, EndpointBusy, and
        QueryError for what the engine fails on.
        """
        if len(request.query) > self._settings.query_length:
            raise QueryTooLarge(
                f"The query has {len(request.query)} characters; this endpoint takes "
                f"{self._settings.query_length} at most."
            )
        guard.check(request.query)
        conversation = self._conversation(request)
        try:
            return Answer(conversation, json.loads(next(conversation)))
        except BaseException:
            conversation.close()
            raise

    def close(self) -> None:
        """Kills every worker. Queries that still run end in QueryTooLarge or QueryError."""
        with self._lock:
            busy, idle = self._all.difference(self._idle), self._idle
            self._all, self._idle = set(), []
        for worker in busy:
            worker.end()
        for worker in idle:
            worker.discard()

    @property
    def pids(self) -> set[int]:
        """The process ids of the workers that run now."""
        with self._lock:
            return {worker.pid for worker in self._all}

    def _conversation(self, request: QueryRequest) -> Generator[bytes, None, None]:
        """Yields the head as JSON, then the answer's bytes; the worker is given back, or killed, when it is left."""
        settings = self._settings
        limit = min(request.seconds or settings.query_seconds, settings.query_seconds)
        worker = self._take(limit)
        unharmed = False
        try:
            worker.wait_until_ready()
            deadline = time.monotonic() + limit
            worker.send(
                {
                    "query": request.query,
                    "result_format": next((f.name for f in request.accepted if f in RESULT_FORMATS), None),
                    "graph_format": next((f.name for f in request.accepted if f in RDF_FORMATS), None),
                    "default_graphs": request.default_graphs,
                    "named_graphs": request.named_graphs,
                    "prefixes": self._prefixes,
                    "rows": settings.query_rows,
                    "bytes": min(request.size or settings.query_bytes, settings.query_bytes),
                }
            )
            while True:
                kind, payload = worker.receive(deadline)
                if kind in (frames.HEAD, frames.DATA):
                    yield payload
                    continue
                unharmed = True
                if kind == frames.END:
                    return
                raise _error(json.loads(payload))
        except TimeoutError as error:
            raise QueryTimeout(f"The query was stopped at its time limit of {limit:g} s.", limit) from error
        except WorkerDiedError as error:
            if error.signal:
                raise QueryTooLarge(
                    f"The query took more than the {settings.query_memory_mb} MB of memory, or the nesting, that a "
                    "query may have."
                ) from error
            raise QueryError("The query worker stopped unexpectedly; the server's log may say why.") from error
        finally:
            self._give_back(worker, unharmed)

    def _take(self, patience: float) -> WorkerProcess:
        """A worker for this thread alone. Raises EndpointBusy at once if the queue is full, else after `patience`."""
        if not self._free.acquire(blocking=False):
            with self._lock:
                if self._waiting >= self._settings.query_queue:
                    raise self._busy()
                self._waiting += 1
            try:
                if not self._free.acquire(timeout=patience):
                    raise self._busy()
            finally:
                with self._lock:
                    self._waiting -= 1
        try:
            with self._lock:
                return self._idle.pop() if self._idle else self._start()
        except OSError as error:  # the system has no process or file left to give
            self._free.release()
            raise self._busy() from error

    def _busy(self) -> EndpointBusy:
        seconds = math.ceil(self._settings.query_seconds)
        return EndpointBusy(f"Every query worker is taken; try again in {seconds} s.", retry_after=seconds)

    def _start(self) -> WorkerProcess:
        worker = WorkerProcess(self._store, self._settings.query_memory_mb)
        self._all.add(worker)
        return worker

    def _give_back(self, worker: WorkerProcess, unharmed: bool) -> None:
        """Puts a worker back, or kills it and starts its successor, which opens the store while nobody waits."""
        if not unharmed:
            worker.discard()
        with self._lock:
            known = worker in self._all  # else the pool was closed meanwhile
            if known and unharmed:
                self._idle.append(worker)
            elif known:
                self._all.remove(worker)
                with contextlib.suppress(OSError):  # then the next query starts one
                    self._idle.append(self._start())
        self._free.release()


def _error(content: Mapping[str, Any]) -> QueryError:
    message = f"{content['message']}."
    if content["error"] == "syntax":
        return QuerySyntaxError(message, content["line"], content["column"])
    if content["error"] == "format":
        is_graph = content["message"] == "graph"
        what = "a graph" if is_graph else "a table or a truth value"
        return QueryNotAcceptable(f"The answer is {what}, and no format asked for holds one.", is_graph)
    if content["error"] == "large":
        return QueryTooLarge(message)
    return QueryError(message)
