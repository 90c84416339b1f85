"""web/server/client_limit.py: one client's requests wait for each other, and for nobody else's."""

from __future__ import annotations

import asyncio

import pytest

from atlas_ld.errors import ClientBusy
from atlas_ld.web.server.client_limit import ClientLimit
from tests.loops import in_a_loop


def limit(most: int = 1, most_waiting: int = 2, most_bytes: int = 100) -> ClientLimit:
    return ClientLimit(most, most_waiting, most_bytes)


def test_a_client_has_so_many_turns_and_others_have_theirs() -> None:
    one = limit(most=2)
    assert [one.take("a"), one.take("a"), one.take("a"), one.take("b")] == [True, True, False, True]
    one.give_back("a")
    assert one.take("a")


def test_who_waits_has_the_turn_that_is_given_back_in_order() -> None:
    async def scene() -> None:
        one, order = limit(), []
        assert one.take("a")

        async def wait(name: str) -> None:
            await one.wait("a")
            order.append(name)
            one.give_back("a")

        waiting = [asyncio.ensure_future(wait(name)) for name in "xy"]
        await asyncio.sleep(0)
        assert order == []
        one.give_back("a")
        await asyncio.gather(*waiting)
        assert order == ["x", "y"]
        assert one.take("a")

    in_a_loop(asyncio.wait_for(scene(), 10))


def test_too_many_that_wait_are_refused() -> None:
    async def scene() -> None:
        one = limit()
        assert one.take("a")
        waiting = [asyncio.ensure_future(one.wait("a")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ClientBusy):
            await one.wait("a")
        assert one.take("b")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    in_a_loop(asyncio.wait_for(scene(), 10))


@pytest.mark.parametrize("given_back_first", [True, False])
def test_who_leaves_while_waiting_takes_no_turn_along(given_back_first: bool) -> None:
    """Also where the turn came in the moment of leaving: else the client could never come again."""

    async def scene() -> None:
        one = limit()
        assert one.take("a")
        leaving, staying = (asyncio.ensure_future(one.wait("a")) for _ in range(2))
        await asyncio.sleep(0)
        if given_back_first:
            one.give_back("a")
        leaving.cancel()
        if not given_back_first:
            one.give_back("a")
        await staying
        assert not one.take("a")
        one.give_back("a")
        assert one.take("a")

    in_a_loop(asyncio.wait_for(scene(), 10))


def test_bodies_of_one_client_are_bounded_together() -> None:
    one = limit()
    one.take_bytes("a", 60)
    with pytest.raises(ClientBusy):
        one.take_bytes("a", 60)
    one.take_bytes("b", 60)
    one.give_bytes_back("a", 60)
    one.take_bytes("a", 100)
