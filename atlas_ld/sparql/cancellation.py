"""How a thread that waits for an answer is told that nobody wants it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CancelToken:
    """Cancelled once, by any thread; what was asked for with `on_cancel` is then done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []
        self.cancelled = False

    def cancel(self) -> None:
        with self._lock:
            self.cancelled = True
            for action in self._actions:
                action()

    @contextmanager
    def on_cancel(self, action: Callable[[], None]) -> Iterator[None]:
        """Within the block, `action` runs when it is cancelled, or at once if it was before."""
        with self._lock:
            self._actions.append(action)
            if self.cancelled:
                action()
        try:
            yield
        finally:
            with self._lock:
                self._actions.remove(action)
