"""Clients of a site under attack, and what its processes take."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Tally:
    """Seconds of each answer by kind, and how often each status (or `broken`, a body cut short) came."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


async def ask(source: str, request: bytes, patience: float, port: int) -> tuple[str, float]:
    """One request on a connection of its own from the address `source`: status or `broken`, and seconds."""
    began = time.perf_counter()
    writer = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0), limit=2**20)
            writer.write(request)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            status = head.split(" ", 2)[1]
            if "transfer-encoding: chunked" in head:
                while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
                    await reader.readexactly(size + 2)
            elif "content-length: " in head:
                await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))
    except (asyncio.IncompleteReadError, ConnectionError, ValueError):
        status = "broken"
    except TimeoutError:
        status = "no answer"
    finally:
        if writer:
            writer.close()
    return status, time.perf_counter() - began


def get(path: str, accept: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: {accept}\r\n\r\n".encode()


def family(pid: int) -> dict[int, tuple[str, int]]:
    """The process and its descendants: command and resident MiB of each."""
    parents, about = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                about[int(entry.name)] = (command, int(fields[21]) * os.sysconf("SC_PAGESIZE") // 2**20)
    members = {pid}
    while more := {child for child, parent in parents.items() if parent in members and child not in members}:
        members |= more
    return {member: about[member] for member in members if member in about}
