"""Lighthouse's scores of the home page, a list, a partnership and a country: `python -m bench.lighthouse ADDRESS`.

Lighthouse is Google's page checker, from npm; it runs in Debian's Chromium. ADDRESS is that of a running server.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.peers import debian_program, npm_program

PAGES = ("", "partnerships", "doc/partnership/crea-ocean-2010", "doc/territory/country-sn")
_FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"


def scores(address: str) -> dict[str, float]:
    """Category -> score from 0 to 100, as on a slow telephone (Lighthouse's default)."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [npm_program("lighthouse"), address, "--quiet", f"--chrome-flags={_FLAGS}"]
        command += ["--output=json", f"--output-path={report}"]
        environment = os.environ | {"CHROME_PATH": debian_program("chromium", "chromium")}
        subprocess.run(command, check=True, capture_output=True, timeout=180, env=environment)
        categories = json.loads(report.read_text("utf-8"))["categories"]
    return {name: 100 * category["score"] for name, category in categories.items()}


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000/"
    for page in PAGES:
        found = scores(base + page)
        print(f"/{page}", ", ".join(f"{name} {score:.0f}" for name, score in found.items()))


if __name__ == "__main__":
    main()
