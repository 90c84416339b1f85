"""How it becomes known that nobody wants an answer any more."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CancelToken:
    """Somebody says it, once and for all; those who work on the answer hear of it. For any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._actions: dict[int, Callable[[], None]] = {}
        self.said = False

    def cancel(self) -> None:
        """Runs what is to be done; again, it does nothing."""
        with self._lock:
            self.said, actions = True, list(self._actions.values())
            self._actions.clear()
        for action in actions:
            action()

    @contextmanager
    def on_cancel(self, action: Callable[[], None]) -> Iterator[None]:
        """Within the block, `action` runs when it is said, or at once if it was said before."""
        with self._lock:
            number = next(self._numbers)
            if not self.said:
                self._actions[number] = action
        if self.said:
            action()
        try:
            yield
        finally:
            with self._lock:
                self._actions.pop(number, None)
