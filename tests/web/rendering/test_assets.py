"""The browser libraries: what is pinned is what is served, unchanged, with its licence."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from flask.testing import FlaskClient

from atlas_ld import web
from atlas_ld.web.rendering.assets import libraries

ROOT = Path(__file__).parents[3]
STATIC = Path(web.__file__).parent / "static"


def locked() -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((ROOT / "frontend" / "packages.toml").read_text("utf-8"))["package"]
    return found


def test_what_is_installed_is_what_is_pinned() -> None:
    assert [(library.name, library.version, library.licence) for library in libraries()] == [
        (package["name"], package["version"], package["licence"]) for package in locked()
    ]


def test_every_file_of_a_library_is_served_for_good_at_an_address_of_its_content(client: FlaskClient) -> None:
    for library in libraries():
        for name in library.files:
            content = (STATIC / name).read_bytes()
            answer = client.get(f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:10]}")
            assert answer.status_code == 200
            assert answer.data == content
            assert "immutable" in answer.headers["Cache-Control"]


def test_no_library_is_committed_and_no_lock_names_a_registry() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert "atlas_ld/web/static/vendor/" in ignored
    assert '"resolved"' not in (ROOT / "tests" / "browser" / "package-lock.json").read_text("utf-8")
    assert "://" not in str([package["integrity"] for package in locked()])


def test_our_scripts_ask_no_other_host() -> None:
    for path in (STATIC / "js").glob("*.js"):
        code = "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.strip().startswith("//"))
        assert "://" not in code.replace("http://www.w3.org/2000/svg", ""), path.name
