"""sparql/result.py: one answer for many readers, in memory and on disk, within a bound."""

from __future__ import annotations

import asyncio
import errno
import io
import tempfile
from collections.abc import Callable

import pytest

from atlas_ld.errors import EndpointBusy, QueryTimeout
from atlas_ld.media import SPARQL_CSV
from atlas_ld.sparql.result import ResultBuffer, Spool
from tests.loops import in_a_loop

MEGABYTE = 2**20


def buffer(
    spool: Spool | None = None, client: str = "", abandoned: Callable[[], object] = lambda: None
) -> ResultBuffer:
    return ResultBuffer("bindings", SPARQL_CSV.name, spool or Spool(64 * MEGABYTE), client, abandoned)


async def content(result: ResultBuffer) -> bytes:
    found = b""
    while data := await result.read(len(found)):
        found += data
    return found


@pytest.mark.parametrize("size", [10, 3 * MEGABYTE])
def test_every_reader_gets_every_byte_at_its_own_pace(size: int) -> None:
    async def scene() -> None:
        result = buffer()
        early = [asyncio.ensure_future(content(result)) for _ in range(2)]
        for start in range(0, size, 100_000):
            result.append(b"x" * min(100_000, size - start))
            await asyncio.sleep(0)
        result.end()
        assert [len(found) for found in (*await asyncio.gather(*early), await content(result))] == [size] * 3
        result.close_if_unread()

    in_a_loop(scene())


def test_a_result_that_fails_gives_its_bytes_and_then_the_error() -> None:
    async def scene() -> None:
        result = buffer()
        result.append(b"begun")
        result.end(QueryTimeout("late", 1.0))
        assert await result.read(0) == b"begun"
        with pytest.raises(QueryTimeout):
            await result.read(5)
        assert not result.complete

    in_a_loop(scene())


def test_the_last_reader_to_leave_an_unfinished_result_abandons_it() -> None:
    told: list[bool] = []
    result = buffer(abandoned=lambda: told.append(True))
    assert result.open()
    assert result.open()
    result.leave()
    assert told == []
    result.leave()
    assert told == [True]
    assert not result.open()


def fill(result: ResultBuffer, megabytes: int) -> None:
    for _ in range(megabytes):
        result.append(b"x" * MEGABYTE)


def test_one_client_may_take_a_quarter_of_the_room_and_gives_it_back() -> None:
    spool = Spool(16 * MEGABYTE)
    first = buffer(spool, "a")
    first.open()
    fill(first, 4)
    with pytest.raises(EndpointBusy):
        fill(first, 1)
    others = [buffer(spool, client) for client in "ba"]
    fill(others[0], 3)
    first.leave()
    fill(others[1], 3)
    for other in others:
        other.close_if_unread()


def test_all_together_never_take_more_than_there_is() -> None:
    spool = Spool(8 * MEGABYTE)
    held = [buffer(spool, client) for client in "abcde"]
    for each in held[:4]:
        fill(each, 2)
    with pytest.raises(EndpointBusy):
        fill(held[4], 2)
    for each in held:
        each.close_if_unread()


def test_small_answers_take_no_room_on_disk() -> None:
    fill(buffer(Spool(0), "a"), 1)


@pytest.mark.parametrize("fault", ["no file", "no room"])
def test_a_full_disk_ends_the_answer_with_a_sentence(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def spooled(**_: object) -> Full:
        if fault == "no file":
            raise OSError(errno.EMFILE, "Too many open files")
        return Full()

    monkeypatch.setattr(tempfile, "TemporaryFile", spooled)
    result = buffer()
    result.append(b"x" * 1000)
    with pytest.raises(EndpointBusy, match="all the room"):
        result.append(b"x" * 2 * MEGABYTE)
