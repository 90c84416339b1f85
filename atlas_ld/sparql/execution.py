"""One query on one worker: frames become a recording, and failures become errors that say what happened."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from signal import SIGSEGV
from typing import Any

from atlas_ld.config import Settings
from atlas_ld.errors import QueryError, QueryNotAcceptable, QuerySyntaxError, QueryTimeout, QueryTooLarge
from atlas_ld.sparql import frames
from atlas_ld.sparql.result import ResultBuffer
from atlas_ld.sparql.worker_process import WorkerDiedError, WorkerProcess


class Run:
    """A query under way. `ended` says that the worker is done with it, well or not, and can take another."""

    def __init__(self, worker: WorkerProcess, seconds: float, settings: Settings) -> None:
        self.worker = worker
        self.recording: ResultBuffer | None = None
        self.ended = False
        self._seconds, self._settings = seconds, settings
        self._began = self._worked_before = 0.0
        self._failure: QueryError | None = None

    def start(self, message: dict[str, Any]) -> None:
        """Sends the query, once the worker is ready; its time counts from here. Raises QueryError."""
        try:
            self.worker.wait_until_ready()
            self._began, self._worked_before = time.monotonic(), self.worker.worked
            self.worker.send(message)
        except TimeoutError as error:
            raise QueryError("The query worker did not start in time.") from error
        except WorkerDiedError as error:
            raise self._died(error) from error

    def advance(self, seconds: float | None = None, *, to_first_bytes: bool = False) -> bool:
        """Records what comes: to the end, which is True, or until `seconds` after the start, or the first bytes.

        Raises the QueryError that ends the query: its time limit, what the worker says of it, or its death.
        """
        last = self._began + self._seconds
        pause = last if seconds is None else min(last, self._began + seconds)
        while not (to_first_bytes and self.recording):
            if self._failure:
                raise self._failure
            try:
                done = self._record(*self.worker.receive(pause))
            except TimeoutError as error:
                if pause < last:
                    return False
                raise QueryTimeout(
                    f"The query was stopped at its time limit of {self._seconds:g} s.", self._seconds
                ) from error
            except WorkerDiedError as error:
                raise self._died(error) from error
            if done:
                return True
        return False

    def advance_now(self) -> bool:
        """The same with what is there: for one who knows that there is something. What would be raised is kept for
        `advance`, and the query is done."""
        try:
            return any(self._record(kind, payload) for kind, payload in self.worker.received())
        except WorkerDiedError as error:
            self._failure = self._died(error)
        except QueryError as error:
            self._failure = error
        return True

    @property
    def started(self) -> bool:
        return self._began > 0

    @property
    def answered(self) -> bool:
        """Whether every byte of the answer is there."""
        return self.ended and self._failure is None

    def _record(self, kind: bytes, payload: bytes) -> bool:
        """Whether this frame was the last. Raises the QueryError that it tells."""
        if kind == frames.DATA:
            assert self.recording is not None
            self.recording.append(payload)
            return False
        head, _, data = payload.partition(b"\n") if kind == frames.WHOLE else (payload, b"", b"")
        content = json.loads(head)
        if kind in (frames.HEAD, frames.WHOLE):
            self.recording = ResultBuffer.from_head(content, abandoned=self.worker.kill)
            self.recording.append(data)
        if kind == frames.HEAD:
            return False
        self.ended, self.worker.worked = True, content["worked"]
        if kind == frames.ERROR:
            raise _error(content)
        return True

    def worked(self) -> float:
        """Seconds that the worker has worked on the query; where the system does not tell, seconds since its start."""
        if not self._began:
            return 0.0
        total = self.worker.worked if self.ended else self.worker.work_seconds()
        return time.monotonic() - self._began if total is None else total - self._worked_before

    def _died(self, error: WorkerDiedError) -> QueryError:
        if "total order" in error.said:  # how Rust's sort ends the process
            return QueryError(
                "The query engine cannot put these values of several kinds (numbers beside texts, say) in one order: "
                "order by DATATYPE(?value) and STR(?value), or by one kind of value."
            )
        if "panicked" in error.said:
            return QueryError("The query engine failed within; the server's log says where.")
        if error.signal == SIGSEGV:
            return QueryTooLarge("The query nests or chains more parts than the engine can hold.")
        if error.signal:
            return QueryTooLarge(
                f"The query took more than the {self._settings.query_memory_mb} MB of memory that a query may have."
            )
        return QueryError("The query worker stopped unexpectedly; the server's log may say why.")


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
