"""Every command of docs/tutorial.md, run in order in an empty folder, prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.web.serving import free_port

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(console: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block, and the lines that it prints. A command goes on while its quotes are open."""
    command, printed = "", list[str]()
    for line in console.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, printed
            command, printed = line[2:], []
        elif command.count("'") % 2:
            command += f"\n{line}"
        else:
            printed.append(line)
    yield command, printed


def matches(printed: str, expected: list[str]) -> bool:
    """Whether a text is the expected lines; `...` stands for anything, a line of it alone for any lines."""
    pattern = "\n".join(re.escape(line).replace(r"\.\.\.", ".*") for line in expected)
    return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None


def test_every_command_prints_what_the_tutorial_says(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    [table] = [content for kind, content in blocks if kind == "csv"]
    (tmp_path / "towns.csv").write_text(table, encoding="utf-8")
    port = free_port()
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ATLAS_LD_PORT": str(port),
        "ATLAS_LD_PROCESSES": "1",
        "LC_ALL": "C.UTF-8",
    }
    running: list[subprocess.Popen[bytes]] = []
    commands = [step for kind, content in blocks if kind == "console" for step in steps(content)]
    assert len(commands) == 8
    try:
        for command, expected in commands:
            here = command.replace(":8000", f":{port}")
            if here.endswith("&"):
                running.append(
                    subprocess.Popen(here.removesuffix("&").split(), cwd=tmp_path, env=environment, stderr=-3)
                )
                wait_for(port)
                continue
            done = subprocess.run(
                here, shell=True, cwd=tmp_path, env=environment, capture_output=True, timeout=120, check=False
            )  # fmt: skip
            printed = f"{done.stderr.decode()}{done.stdout.decode()}"
            assert done.returncode == 0, printed
            assert matches(printed, expected), (command, printed)
    finally:
        for process in running:
            process.terminate()
            process.wait(30)


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://localhost:{port}/health", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not start")
