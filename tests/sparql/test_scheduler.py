"""sparql/scheduler.py: modest clients go first, and there is always a place for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from atlas_ld.errors import ClientBusy, EndpointBusy
from atlas_ld.sparql.scheduler import Scheduler, Ticket
from tests.loops import in_a_loop

Scene = Callable[[Scheduler], Awaitable[None]]


def play(scene: Scene, places: int = 2, queue: int = 2, per_client: int = 4) -> None:
    async def run() -> None:
        await scene(Scheduler(places, queue, per_client, retry_after=7.2))

    in_a_loop(run())


async def take(queue: Scheduler, client: str, heavy: bool = False, patience: float = 0.0) -> Ticket:
    return await queue.take(client, patience, heavy)


async def waiting(queue: Scheduler, client: str, order: list[str]) -> asyncio.Task[None]:
    """A task that waits for a place, notes the client, and gives the place back."""

    async def wait() -> None:
        ticket = await take(queue, client, patience=10.0)
        order.append(client)
        queue.give_back(ticket, 0.0, answered=True)

    task = asyncio.ensure_future(wait())
    await asyncio.sleep(0)
    return task


def test_heavy_queries_never_take_every_place() -> None:
    async def scene(queue: Scheduler) -> None:
        await take(queue, "a", heavy=True)
        with pytest.raises(EndpointBusy) as caught:
            await take(queue, "b", heavy=True)
        assert caught.value.retry_after == 8
        await take(queue, "c")

    play(scene)


def test_a_query_that_outlives_its_trial_runs_on_if_there_is_room_for_a_heavy_one() -> None:
    async def scene(queue: Scheduler) -> None:
        first, second = await take(queue, "a"), await take(queue, "b")
        assert queue.promote_to_heavy(first)
        assert not queue.promote_to_heavy(second)

    play(scene)


def test_a_client_whose_query_outlived_its_trial_begins_as_heavy() -> None:
    async def scene(queue: Scheduler) -> None:
        assert queue.promote_to_heavy(await take(queue, "greedy"))
        with pytest.raises(EndpointBusy):
            await take(queue, "greedy")
        assert (await take(queue, "modest")).running

    play(scene)


def test_many_short_answers_outweigh_a_long_one() -> None:
    async def scene(queue: Scheduler) -> None:
        for _ in range(20):
            queue.give_back(await take(queue, "analyst"), 0.01, answered=True)
        assert queue.promote_to_heavy(await take(queue, "analyst"))
        assert not (await take(queue, "analyst")).heavy

    play(scene)


def test_who_got_short_answers_goes_first_then_who_used_least() -> None:
    async def scene(queue: Scheduler) -> None:
        order = list[str]()
        queue.give_back(await take(queue, "known"), 0.01, answered=True)
        queue.give_back(await take(queue, "costly"), 5.0, answered=False)
        holder = await take(queue, "holder")
        tasks = [await waiting(queue, client, order) for client in ("costly", "new", "known")]
        queue.give_back(holder, 0.0, answered=True)
        await asyncio.gather(*tasks)
        assert order == ["known", "new", "costly"]

    play(scene, places=1, queue=9)


def test_a_full_queue_gives_up_the_place_of_the_last_in_order() -> None:
    async def scene(queue: Scheduler) -> None:
        order = list[str]()
        queue.give_back(await take(queue, "costly"), 5.0, answered=False)
        holder = await take(queue, "holder")
        costly = await waiting(queue, "costly", order)
        modest = await waiting(queue, "modest", order)
        with pytest.raises(EndpointBusy):
            await costly
        queue.give_back(holder, 0.0, answered=True)
        await modest
        assert order == ["modest"]

    play(scene, places=1, queue=1)


def test_one_client_has_a_limit_and_the_nameless_one_has_none() -> None:
    async def scene(queue: Scheduler) -> None:
        for _ in range(2):
            queue.admit("a")
            queue.admit("")
        with pytest.raises(ClientBusy):
            queue.admit("a")
        queue.admit("")
        queue.leave("a")
        queue.admit("a")

    play(scene, per_client=2, queue=9)


@pytest.mark.parametrize("place_is_free", [False, True])
def test_who_leaves_waits_no_longer_and_holds_no_place(place_is_free: bool) -> None:
    """Also where the place came in the same moment."""

    async def scene(queue: Scheduler) -> None:
        holder, order = await take(queue, "a"), list[str]()
        leaving = await waiting(queue, "b", order)
        if place_is_free:
            queue.give_back(holder, 0.0, answered=True)
        leaving.cancel()
        await asyncio.wait((leaving,))
        if not place_is_free:
            queue.give_back(holder, 0.0, answered=True)
        assert order == []
        assert (await take(queue, "c")).running

    play(scene, places=1)


def test_trials_are_short_only_while_others_wait() -> None:
    async def scene(queue: Scheduler) -> None:
        holder, order = await take(queue, "a"), list[str]()
        assert not queue.is_over(0.2, trial=0.5)
        task = await waiting(queue, "b", order)
        assert queue.is_over(0.2, trial=0.5)
        queue.give_back(holder, 0.0, answered=True)
        await task

    play(scene, places=1)


def test_a_client_that_costs_a_worker_leaves_the_last_place_to_others() -> None:
    """It leaves its query early, say, over and over: each time a worker has to be started."""

    async def scene(queue: Scheduler) -> None:
        queue.give_back(await take(queue, "leaves"), 0.3, answered=False, cost_worker=True)
        assert (await take(queue, "leaves")).heavy
        with pytest.raises(EndpointBusy):
            await take(queue, "leaves")
        assert not (await take(queue, "stays")).heavy

    play(scene)
