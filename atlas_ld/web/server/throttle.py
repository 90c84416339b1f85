"""Clients whose queries are refused over and over wait for the refusal.

A refusal costs little, but a client that asks again at once, a thousand times, takes the time of all others. One that
waits costs nothing. People and well-made programs, which read Retry-After and mend their query, never notice.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

_HALF_LIFE = 20.0
_FREE = 10.0
"""So many refusals of late cost no delay."""
_STEP, _MOST = 0.05, 2.0
"""Seconds of delay for each refusal more, and at most."""
_MOST_CLIENTS = 10_000


@dataclass
class _Record:
    refusals: float = 0.0
    at: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        now = time.monotonic()
        self.refusals, self.at = self.refusals * 0.5 ** ((now - self.at) / _HALF_LIFE), now
        return self.refusals


class RefusalThrottle:
    """Refusals of late, by client. For one thread: the server's loop."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def refused(self, client: str) -> float:
        """Remembers a refusal; the seconds to wait before it is told."""
        record = self._records.get(client)
        if record is None:
            if len(self._records) >= _MOST_CLIENTS:
                self._records = {name: known for name, known in self._records.items() if known.now() > 1.0}
            if len(self._records) >= _MOST_CLIENTS:
                self._records.clear()
            record = self._records[client] = _Record()
        record.refusals = record.now() + 1
        return min(_MOST, max(0.0, record.refusals - _FREE) * _STEP)
