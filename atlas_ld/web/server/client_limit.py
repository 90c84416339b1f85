"""What one client may take of a web process at a time: threads that answer pages, and memory for what it sends and
what it does not take.

Whoever asks for more waits behind their own requests, not in the way of others; who has too many waiting is refused.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from atlas_ld.errors import ClientBusy
from atlas_ld.sparql import sentences

_RETRY_AFTER = 5


class ClientLimit:
    """Requests of one client: `most` at a time, and `most_waiting` more that wait, first come, first served;
    `most_bytes` that are held for it. For one event loop."""

    def __init__(self, most: int, most_waiting: int, most_bytes: int) -> None:
        self._most, self._most_waiting, self._most_bytes = most, most_waiting, most_bytes
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._bytes: Counter[str] = Counter()

    def take(self, client: str) -> bool:
        """Whether the client has a turn left, which is then taken, until `give_back`."""
        if self._running[client] >= self._most:
            return False
        self._running[client] += 1
        return True

    async def wait(self, client: str) -> None:
        """Waits for a turn that is given back, and takes it. Raises ClientBusy where too many wait."""
        waiting = self._waiting.setdefault(client, deque())
        if len(waiting) >= self._most_waiting:
            raise _busy()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():  # it was this one's turn: the next one has it
                self.give_back(client)
            elif turn in waiting:
                waiting.remove(turn)
                if not waiting and self._waiting.get(client) is waiting:
                    del self._waiting[client]
            raise

    def give_back(self, client: str) -> None:
        waiting = self._waiting.get(client)
        while waiting:
            turn = waiting.popleft()
            if not waiting:
                del self._waiting[client]
            if not turn.done():
                turn.set_result(None)
                return
        self._running[client] -= 1
        if self._running[client] <= 0:
            del self._running[client]

    def take_bytes(self, client: str, size: int) -> None:
        """Counts so many bytes more. Raises ClientBusy, and counts nothing, where the client has too many."""
        if self._bytes[client] + size > self._most_bytes:
            raise _busy()
        self._bytes[client] += size

    def give_bytes_back(self, client: str, size: int) -> None:
        self._bytes[client] -= size
        if self._bytes[client] <= 0:
            del self._bytes[client]

    @contextmanager
    def holding(self, client: str, size: int) -> Iterator[None]:
        """Counts so many bytes within the block. As `take_bytes`."""
        self.take_bytes(client, size)
        try:
            yield
        finally:
            self.give_bytes_back(client, size)


def _busy() -> ClientBusy:
    return sentences.error(ClientBusy, "client-requests", {"seconds": _RETRY_AFTER}, retry_after=_RETRY_AFTER)
