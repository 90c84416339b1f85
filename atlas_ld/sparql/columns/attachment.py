"""The columns as a query worker has them: attached in the background, once their file is written."""

from __future__ import annotations

import gc
import logging
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.looks import is_analytic

_log = logging.getLogger(__name__)
_TOLD = 2000
"""Characters of a query in the log."""

_PAUSE = 0.5
"""Seconds between two looks whether the file is written."""

_LIBRARIES = 128 * 2**20
"""Bytes of addresses that numpy takes."""

Engine = Callable[[str, str, Mapping[str, str], str | None], Iterator[bytes]]
"""`engine.answer` on these columns: query, name of a results format, prefixes, base."""


class Attached:
    """Columns that may not be there yet. Until then, and without the extra `analytics`, they answer nothing."""

    def __init__(self, descriptor: int) -> None:
        self._engine: Engine | None = None
        threading.Thread(target=self._attach, args=(descriptor,), daemon=True).start()

    def answer(self, query: str, format_: str, prefixes: Mapping[str, str], base: str | None) -> Iterator[bytes] | None:
        """The pieces of an answer, which is computed whole before the first is given; None where Oxigraph is to
        answer."""
        if self._engine is None or not is_analytic(query):
            return None
        try:
            return self._engine(query, format_, prefixes, base)
        except (Uncovered, MemoryError):
            return None
        except Exception:  # noqa: BLE001  # whatever goes wrong here, the other engine answers
            _log.exception("The columns failed on a query, which Oxigraph answers: %r", query[:_TOLD])
            return None

    def _attach(self, descriptor: int) -> None:
        while not is_written(descriptor):
            time.sleep(_PAUSE)
        try:
            _make_room(os.fstat(descriptor).st_size + _LIBRARIES)
            from atlas_ld.sparql.columns.engine import (
                engine,  # a third of a second: not while somebody waits for the worker
            )

            self._engine = engine(descriptor)
            gc.freeze()  # what is imported is for good: the collector need not walk through it
        except (ImportError, MemoryError, OSError, ValueError):
            return


def is_written(descriptor: int) -> bool:
    """Whether the file of columns is whole: its first bytes are written last (`layout`)."""
    return any(os.pread(descriptor, 8, 0))


def _make_room(size: int) -> None:
    """Lets this process have so many bytes of addresses more, so that queries keep the memory that they may take.

    Raises ValueError where the system does not let it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_AS, (soft + size, hard))
