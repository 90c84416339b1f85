"""Measuring: timings with their spread, servers under load, tables with ratios first.

A figure is only worth something beside others of the same run, so everything here is made for comparing: `Table` puts
each subject's ratio to the one it is compared with before the figures themselves.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """Measurements of one thing, in one unit."""

    values: tuple[float, ...]
    unit: str = "s"

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        """`1.23 s (1.20 to 1.31)`"""
        if len(self.values) == 1:
            return f"{_figure(self.median)} {self.unit}"
        return f"{_figure(self.median)} {self.unit} ({_figure(min(self.values))} to {_figure(max(self.values))})"


def timed(work: Callable[[], object], repeats: int = 3) -> Sample:
    """Seconds by the clock on the wall, of each of `repeats` runs."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return Sample(tuple(seconds))


@dataclass(frozen=True)
class Run:
    """One command that ran to its end: seconds by the clock and of all its processes' work, and the most memory that
    one of them held, in MB."""

    seconds: float
    peak: float
    output: str
    processor: float


def command(arguments: Sequence[str | Path], codes: Sequence[int] = (0,), **variables: str) -> Run:
    """Run a command that must end with one of these codes, with these environment variables besides."""
    script = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_maxrss, used.ru_utime + used.ru_stime); print(done.stdout); sys.exit(done.returncode)"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | variables,
    )
    if done.returncode not in codes:
        raise ChildProcessError(f"{arguments!r} ended with {done.returncode}: {done.stderr[-2000:]}")
    used, _, output = done.stdout.partition("\n")
    peak, processor = map(float, used.split())
    return Run(time.perf_counter() - began, peak / 1024, output, processor)


@contextmanager
def server(arguments: Sequence[str | Path], ready: str, seconds: float = 60, **variables: str) -> Iterator[int]:
    """A server that runs while the block does, once `ready` (an address) answers; the process's id.

    Its group is stopped at the end, whatever happens. Raises TimeoutError where it does not answer in time.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*map(str, arguments)], stdout=log, stderr=log, env=os.environ | variables, start_new_session=True
        )
        try:
            _wait(ready, process, seconds)
            yield process.pid
        finally:
            try:
                os.killpg(process.pid, 15)
                process.wait(10)
            except ProcessLookupError:
                pass
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()


def _wait(ready: str, process: subprocess.Popen[bytes], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ChildProcessError(f"{process.args!r} ended with {process.returncode} before it answered")
        try:
            with urllib.request.urlopen(ready, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{ready} did not answer within {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def has(*programs: str) -> bool:
    """Whether these programs are on the machine."""
    return all(shutil.which(program) for program in programs)


Requests = Sequence[tuple[str, str]]
"""Path and Accept header of each request."""


def requests_per_second(base: str, requests: Requests, connections: int, seconds: int = 5, repeats: int = 3) -> Sample:
    """Requests per second that a server answers with 2xx or 3xx, asked in turn over kept-alive connections.

    Needs wrk. Raises AssertionError where a request was answered otherwise.
    """
    said = [_wrk(base, requests, connections, seconds) for _ in range(repeats)]
    return Sample(tuple(float(_found(r"Requests/sec:\s+([0-9.]+)", text)[1]) for text in said), "requests/s")


def median_latency(base: str, requests: Requests, seconds: int = 5, repeats: int = 3) -> Sample:
    """The median time, in each of `repeats` runs, from a request to its whole answer, over one connection. As above."""
    said = [_wrk(base, requests, 1, seconds) for _ in range(repeats)]
    told = [_found(r"50%\s+([0-9.]+)(us|ms|s)", text) for text in said]
    return Sample(tuple(float(one[1]) * _MILLISECONDS[one[2]] for one in told), "ms")


_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def _wrk(base: str, requests: Requests, connections: int, seconds: int) -> str:
    """What wrk says of a load."""
    told = ",".join(f"{{{_lua(path)},{_lua(accept)}}}" for path, accept in requests)
    program = (
        f"local all = {{{told}}}\nlocal at = 0\n"
        # Written before the clock runs: the load must cost less than the server.
        'init = function() for i, r in ipairs(all) do all[i] = wrk.format("GET", r[1], {Accept = r[2]}) end end\n'
        "request = function() at = at % #all + 1; return all[at] end\n"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(program)
        script.flush()
        load = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--latency", "-s", script.name, base]
        said = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    failed = re.search("(Non-2xx|Socket errors).*", said)
    assert not failed, failed[0]
    return said


def _found(pattern: str, text: str) -> re.Match[str]:
    found = re.search(pattern, text)
    assert found, text
    return found


def _lua(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@dataclass
class Table:
    """Figures beside each other. `against` is the row that the others are compared with; where `more_is_better`, a
    ratio is a multiple of its rate, otherwise a share of its time."""

    title: str
    against: str
    note: str = ""
    rows: dict[str, Sample] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, sample: Sample, remark: str = "") -> None:
        self.rows[name] = sample
        self.remarks[name] = remark

    def ratio(self, name: str) -> float:
        return self.rows[name].median / self.rows[self.against].median

    def markdown(self) -> str:
        lines = [f"### {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += [f"| | against {self.against} | median (least to most) | |", "|---|---:|---:|---|"]
        for name, sample in self.rows.items():
            lines.append(f"| {name} | {_figure(self.ratio(name))} | {sample} | {self.remarks[name]} |")
        return "\n".join(lines) + "\n"


def _figure(value: float) -> str:
    """Three figures that count: `0.00123`, `1.23`, `12.3`, `1 230`."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def machine() -> Mapping[str, str]:
    """What the figures were measured on."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()
    return {
        "processor": model[1] if model else platform.machine(),
        "processors": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "load at the start (1, 5, 15 minutes)": ", ".join(f"{one:.1f}" for one in load),
    }


def own_peak() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
