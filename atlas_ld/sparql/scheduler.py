"""Whose query runs next: short ones of modest clients first, and always a place for them.

Nobody can tell from a query how long it will run. So each one begins as a light query. One that outlives its trial
becomes heavy if there is a place for another heavy query (it runs on, nothing is lost), else it is ended and waits for
such a place. Heavy queries never take all the places. Clients whose queries outlived a trial in the last minutes begin
as heavy; among the waiting, those go first who got short answers of late, then those who used the least time; and a
full queue gives up the place of whoever is last in that order, who is told that the endpoint is busy. While light
queries wait, trials are short. So many clients with endless queries cost each other time, and cost the others the end
of one short trial.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import Counter
from dataclasses import dataclass, field

from atlas_ld.errors import ClientBusy, EndpointBusy
from atlas_ld.sparql import sentences

_HALF_LIFE = 60.0
"""Seconds in which half of what a client did is forgotten."""

_HEAVY_CLIENT = 0.5
"""A client with so many outlived trials, after forgetting, begins as heavy: one is forgotten in a minute."""

_SHORT_FOR_LONG = 10
"""So many short answers outweigh one outlived trial."""

_KNOWN = 0.5
"""A client with so many short answers, after forgetting, goes before those of whom nothing is known."""

_CROWDED_TRIAL = 0.2
"""Part of a trial that a query gets while other light queries wait."""

_MOST_CLIENTS = 10_000
_FORGOTTEN = 0.01


@dataclass
class _Account:
    """What a client did lately: seconds of workers, outlived trials, short runs; `at` is when they were last brought
    up to date."""

    seconds: float = 0.0
    outlived: float = 0.0
    short: float = 0.0
    at: float = field(default_factory=time.monotonic)

    @property
    def is_heavy(self) -> bool:
        return self.outlived >= _HEAVY_CLIENT and self.outlived * _SHORT_FOR_LONG > self.short

    def forget(self) -> None:
        now = time.monotonic()
        kept = 0.5 ** ((now - self.at) / _HALF_LIFE)
        self.seconds, self.outlived, self.short = self.seconds * kept, self.outlived * kept, self.short * kept
        self.at = now


@dataclass(eq=False)
class Ticket:
    """A query's place: its client, whether it counts as heavy, whether it runs. Where that was not decided at once,
    `decided` tells: it fails with EndpointBusy where others go before in a full queue."""

    client: str
    heavy: bool
    arrival: int
    running: bool = False
    decided: asyncio.Future[None] | None = None


class Scheduler:
    """Places for `places` queries at a time and `queue` that wait, `per_client` of one client. For one event loop."""

    def __init__(self, places: int, queue: int, per_client: int, retry_after: float) -> None:
        self._places, self._queue, self._per_client = places, queue, per_client
        self._heavy_places = places - max(1, places // 4) if places > 1 else 1
        self._retry_after = math.ceil(retry_after)
        self._running: set[Ticket] = set()
        self._waiting: set[Ticket] = set()
        self._present: Counter[str] = Counter()
        self._accounts: dict[str, _Account] = {}
        self._arrivals = itertools.count()

    def admit(self, client: str) -> None:
        """Counts a request of `client` as present until `leave`. Raises ClientBusy past the limit of one client,
        EndpointBusy where too many are present."""
        if client and self._present[client] >= self._per_client:
            values = {"most": self._per_client, "seconds": self._retry_after}
            raise sentences.error(ClientBusy, "client-queries", values, retry_after=self._retry_after)
        if self._present.total() >= self._places + 2 * self._queue:
            raise self.busy()
        self._present[client] += 1

    def leave(self, client: str) -> None:
        self._present[client] -= 1
        if self._present[client] <= 0:
            del self._present[client]

    async def take(self, client: str, patience: float, heavy: bool = False) -> Ticket:
        """A place, as soon as there is one. Raises EndpointBusy after `patience` seconds, or at once where others go
        before in a full queue. Cancelled, it waits no longer."""
        ticket = Ticket(client, heavy or self._account(client).is_heavy, next(self._arrivals))
        self._waiting.add(ticket)
        self._start_next()
        if ticket.running:
            return ticket
        ticket.decided = asyncio.get_running_loop().create_future()
        if len(self._waiting) > self._queue:
            last = max(self._waiting, key=self._rank)
            self._waiting.remove(last)
            assert last.decided is not None
            if not last.decided.done():
                last.decided.set_exception(self.busy())
        try:
            async with asyncio.timeout(patience):
                await ticket.decided
        except BaseException as error:
            self._withdraw(ticket)
            if isinstance(error, TimeoutError):
                raise self.busy() from None
            raise
        return ticket

    def is_over(self, seconds: float, trial: float) -> bool:
        """Whether a trial of `trial` seconds is over after `seconds`: earlier where light queries wait."""
        crowded = any(not ticket.heavy for ticket in self._waiting)
        return seconds >= trial * (_CROWDED_TRIAL if crowded else 1)

    def promote_to_heavy(self, ticket: Ticket) -> bool:
        """The query outlived its trial: whether it may run on, as heavy. Its client is remembered for it."""
        self._account(ticket.client).outlived += 1
        if not ticket.heavy and self._heavy() < self._heavy_places:
            ticket.heavy = True
            self._start_next()
        return ticket.heavy

    def give_back(self, ticket: Ticket, seconds: float, answered: bool, cost_worker: bool = False) -> None:
        """The query is done, after `seconds` of work, with or without an answer. One that cost its worker, because its
        client left or it took too much, counts as an outlived trial: the next worker takes as long to start."""
        self._running.discard(ticket)
        account = self._account(ticket.client)
        account.seconds += seconds
        account.outlived += cost_worker and not ticket.heavy
        account.short += answered and not ticket.heavy
        self._start_next()

    def busy(self) -> EndpointBusy:
        values = {"seconds": self._retry_after}
        return sentences.error(EndpointBusy, "busy", values, retry_after=self._retry_after)

    def _withdraw(self, ticket: Ticket) -> None:
        self._waiting.discard(ticket)
        self._running.discard(ticket)
        self._start_next()

    def _heavy(self) -> int:
        return sum(ticket.heavy for ticket in self._running)

    def _rank(self, ticket: Ticket) -> tuple[bool, int, bool, float, int]:
        mine = sum(other.client == ticket.client for other in self._running)
        account = self._account(ticket.client)
        return ticket.heavy, mine, account.short < _KNOWN, account.seconds, ticket.arrival

    def _start_next(self) -> None:
        """Gives free places to those who wait, in their order."""
        while self._waiting and len(self._running) < self._places:
            room_for_heavy = self._heavy() < self._heavy_places
            able = [ticket for ticket in self._waiting if room_for_heavy or not ticket.heavy]
            if not able:
                break
            ticket = able[0] if len(able) == 1 else min(able, key=self._rank)
            self._waiting.remove(ticket)
            if ticket.decided and ticket.decided.done():  # its task is being cancelled, and withdraws it
                continue
            self._running.add(ticket)
            ticket.running = True
            if ticket.decided:
                ticket.decided.set_result(None)

    def _account(self, client: str) -> _Account:
        account = self._accounts.get(client)
        if account is None:
            if len(self._accounts) >= _MOST_CLIENTS:
                self._forget_clients()
            account = self._accounts[client] = _Account()
        account.forget()
        return account

    def _forget_clients(self) -> None:
        for account in self._accounts.values():
            account.forget()
        kept = {name: a for name, a in self._accounts.items() if a.seconds > _FORGOTTEN or a.outlived > _FORGOTTEN}
        busiest = sorted(kept, key=lambda name: kept[name].seconds, reverse=True)[: _MOST_CLIENTS // 2]
        self._accounts = {name: kept[name] for name in busiest}
