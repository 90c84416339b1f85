"""Seconds by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[str], None]


@dataclass
class Clock:
    """Seconds spent in each step, and who is told when one begins."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    _step: str | None = None
    _since: float = 0.0

    def begin(self, step: str | None, detail: str = "") -> None:
        """End the step at hand and begin another; None: the work is done."""
        now = time.monotonic()
        if self._step:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = step, now
        if step:
            self.progress(f"{step} {detail}".rstrip())
