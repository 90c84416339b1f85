"""Who asks, and whether they ask too much: clients whose queries are refused over and over wait for the refusal.

A refusal costs little, but a client that asks again at once, a thousand times, takes the time of all others. One that
waits costs nothing. People and well-made programs, which read Retry-After and mend their query, never notice.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field
from functools import lru_cache

_HALF_LIFE = 20.0
_FREE = 10.0
"""So many refusals of late cost no delay."""
_STEP, _MOST = 0.05, 2.0
"""Seconds of delay for each refusal more, and at most."""
_MOST_CLIENTS = 10_000


def client_of(peer: str, forwarded: str | None, trusted_proxies: int) -> str:
    """The address to count a request for: the peer's, or the one that the outermost trusted proxy saw.

    `peer` is `address:port`; `forwarded` is X-Forwarded-For, to which each proxy adds who it saw. IPv6 addresses
    count by their network of 64 bits, which is what one client has.
    """
    address = peer.rpartition(":")[0].strip("[]")
    if trusted_proxies > 0 and forwarded:
        seen = [part.strip() for part in forwarded.split(",")]
        address = seen[-min(trusted_proxies, len(seen))]
    return _counted(address)


@lru_cache(maxsize=4096)
def _counted(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if found.version == 6:
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found)


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
