"""sparql/scheduler.py: modest clients go first, and there is always a place for them."""

from __future__ import annotations

import threading
import time

import pytest

from atlas_ld.errors import ClientBusy, EndpointBusy, QueryAbandoned
from atlas_ld.sparql.cancellation import CancelToken
from atlas_ld.sparql.scheduler import Scheduler, Ticket


def turns(places: int = 2, queue: int = 2, per_client: int = 4) -> Scheduler:
    return Scheduler(places, queue, per_client, retry_after=7.2)


def take(queue: Scheduler, client: str, heavy: bool = False, patience: float = 0.0) -> Ticket:
    return queue.take(client, patience, CancelToken(), heavy)


def waiting(queue: Scheduler, client: str, order: list[str]) -> threading.Thread:
    """A thread that waits for a place, notes the client, and gives the place back."""

    def wait() -> None:
        turn = take(queue, client, patience=10.0)
        order.append(client)
        queue.give_back(turn, 0.0, answered=True)

    thread = threading.Thread(target=wait)
    before = len(queue._waiting)
    thread.start()
    while len(queue._waiting) == before:
        time.sleep(0.001)
    return thread


def test_heavy_queries_never_take_every_place() -> None:
    queue = turns()
    take(queue, "a", heavy=True)
    with pytest.raises(EndpointBusy) as caught:
        take(queue, "b", heavy=True)
    assert caught.value.retry_after == 8
    take(queue, "c")


def test_a_query_that_outlives_its_trial_runs_on_if_there_is_room_for_a_heavy_one() -> None:
    queue = turns()
    first, second = take(queue, "a"), take(queue, "b")
    assert queue.promote_to_heavy(first)
    assert not queue.promote_to_heavy(second)


def test_a_client_whose_query_outlived_its_trial_begins_as_heavy() -> None:
    queue = turns()
    long = take(queue, "greedy")
    assert queue.promote_to_heavy(long)
    with pytest.raises(EndpointBusy):
        take(queue, "greedy")
    assert take(queue, "modest").running


def test_many_short_answers_outweigh_a_long_one() -> None:
    queue = turns()
    for _ in range(20):
        queue.give_back(take(queue, "analyst"), 0.01, answered=True)
    assert queue.promote_to_heavy(take(queue, "analyst"))
    assert not take(queue, "analyst").heavy


def test_who_got_short_answers_goes_first_then_who_used_least() -> None:
    queue, order = turns(places=1, queue=9), list[str]()
    queue.give_back(take(queue, "known"), 0.01, answered=True)
    queue.give_back(take(queue, "costly"), 5.0, answered=False)
    holder = take(queue, "holder")
    threads = [waiting(queue, client, order) for client in ("costly", "new", "known")]
    queue.give_back(holder, 0.0, answered=True)
    for thread in threads:
        thread.join()
    assert order == ["known", "new", "costly"]


def test_a_full_queue_gives_up_the_place_of_the_last_in_order() -> None:
    queue, order = turns(places=1, queue=1), list[str]()
    queue.give_back(take(queue, "costly"), 5.0, answered=False)
    holder = take(queue, "holder")
    told: list[EndpointBusy] = []

    def wait() -> None:
        with pytest.raises(EndpointBusy) as caught:
            take(queue, "costly", patience=10.0)
        told.append(caught.value)

    costly = threading.Thread(target=wait)
    costly.start()
    while not queue._waiting:
        time.sleep(0.001)
    thread = threading.Thread(target=lambda: order.append(take(queue, "modest", patience=10.0).client))
    thread.start()
    costly.join()
    queue.give_back(holder, 0.0, answered=True)
    thread.join()
    assert len(told) == 1
    assert order == ["modest"]


def test_one_client_has_a_limit_and_the_nameless_one_has_none() -> None:
    queue = turns(per_client=2, queue=9)
    for _ in range(2):
        queue.admit("a")
        queue.admit("")
    with pytest.raises(ClientBusy):
        queue.admit("a")
    queue.admit("")
    queue.leave("a")
    queue.admit("a")


def test_who_leaves_waits_no_longer() -> None:
    queue, gone = turns(places=1), CancelToken()
    take(queue, "a")
    threading.Timer(0.05, gone.cancel).start()
    with pytest.raises(QueryAbandoned):
        queue.take("b", 60.0, gone)
    assert not queue._waiting


def test_trials_are_short_only_while_others_wait() -> None:
    queue, order = turns(places=1), list[str]()
    holder = take(queue, "a")
    assert not queue.is_over(0.2, trial=0.5)
    thread = waiting(queue, "b", order)
    assert queue.is_over(0.2, trial=0.5)
    queue.give_back(holder, 0.0, answered=True)
    thread.join()
