"""npm ldes-client replays the stream of a running site."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from atlas_ld.release.layout import Release
from atlas_ld.web.ldes.stream import DELETED, TIMESTAMP

HERE = Path(__file__).parent


def test_ldes_client_materialises_exactly_the_current_release(
    history_address: str, history: list[Release], node_program: Callable[[str], list[str]], tmp_path: Path
) -> None:
    """It gives each member with the IRI of its entity; order and deletions are left to who replays."""
    node = node_program("ldes-client")[0]
    command = [node, str(HERE / "replay_events.mjs"), f"{history_address}ldes", str(TIMESTAMP), str(DELETED)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    replayed, current = (
        sorted(map(str, ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)))
        for lines in (done.stdout, history[-1].dump.read_bytes())
    )
    assert replayed == current
