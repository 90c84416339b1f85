"""Peers and bounds that atlas-ld is measured beside: how each is installed, configured and started.

Nothing here is a dependency of the project. Python and npm packages go to `bench/.peers/`, programs of Debian are taken
from the system, or installed there where we may. What cannot be had raises `PeerMissing`, and the report says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / ".peers"
CONFIGURATION = Path(__file__).parent

PYTHON_PACKAGES = ("oxigraph", "rdflib-endpoint", "uvicorn")
NPM_PACKAGES = ("trifid", "lighthouse")


class PeerMissing(Exception):  # noqa: N818  # it is what happened, not a fault
    """A peer cannot be had on this machine; the argument says why."""


def debian_program(program: str, package: str) -> str:
    """The path of a program of Debian. Raises PeerMissing."""
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found:
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise PeerMissing(f"{program} is not installed (Debian package {package}), and only root can install it")
    subprocess.run(["apt-get", "install", "-qq", "-y", "--no-install-recommends", package], capture_output=True)
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        raise PeerMissing(f"apt-get could not install {package}")
    return found


def python_program(program: str) -> str:
    """The path of a program of PYTHON_PACKAGES, in an environment of their own. Raises PeerMissing."""
    folder = FOLDER / "python"
    path = folder / "bin" / program
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "-q", *PYTHON_PACKAGES], capture_output=True)
    if not path.exists():
        raise PeerMissing(f"pip could not install {program}")
    return str(path)


def npm_program(program: str) -> str:
    """The path of a program of NPM_PACKAGES. Raises PeerMissing."""
    folder = FOLDER / "npm"
    path = folder / "node_modules" / ".bin" / program
    if not path.exists():
        if not shutil.which("npm"):
            raise PeerMissing("npm is not installed")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", *NPM_PACKAGES], cwd=folder, capture_output=True
        )
    if not path.exists():
        raise PeerMissing(f"npm could not install {program}")
    return str(path)
