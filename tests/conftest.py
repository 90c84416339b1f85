"""The demonstration release, built once for all test processes."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import date

import pytest

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.records import Origin, Participant, PartnershipRecord
from atlas_ld.release.layout import Release, current_id, open_release
from atlas_ld.resources import root
from tests.web.serving import free_port, serving

DAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release of the demonstration data, at base http://localhost:8000/."""
    # Of this run alone; pytest-xdist gives each process a folder of its own, so one level up where it is at work.
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demonstration"
    shared.mkdir(exist_ok=True)
    with (shared / ".test-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if current_id(shared) is None:
            pipeline.build([root() / "data" / "demonstration"], Settings(releases=shared), day=DAY)
    return open_release(shared)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    """Three releases of small data, the oldest first, at a base IRI of this machine: the partnership `kept` changes in
    the second one, `gone` is in the first two alone, `new` in the last one."""
    folder = tmp_path_factory.mktemp("history")
    base, found = f"http://127.0.0.1:{free_port()}/", []
    for day, records in HISTORY.items():
        data = folder / f"records-{day}"
        data.mkdir()
        for key, title in records.items():
            record = PartnershipRecord(
                identifier=key,
                title=title,
                start_year=2010,
                participants=(
                    Participant(name="Brest métropole", role="french-authority", kind="metropole"),
                    Participant(name="Ville de Rimouski", role="foreign-partner", country="Canada"),
                ),
                origins=(
                    Origin(
                        title="Registre inventé", address=f"https://registre.example/{key}", retrieved=date(2026, 1, 2)
                    ),
                ),
            )
            (data / f"{key}.json").write_text(record.to_json(), encoding="utf-8")
        settings = Settings(releases=folder / "releases", base_iri=base)
        found.append(pipeline.build([data], settings, day=day).release)
    return found


@pytest.fixture(scope="session")
def history_address(history: list[Release], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server of `history`, which is its base IRI."""
    base = history[0].manifest.base_iri
    port = int(base.rsplit(":", 1)[1].strip("/"))
    with serving(Settings(releases=history[0].path.parent), tmp_path_factory.mktemp("history") / "log", port):
        yield base


HISTORY = {
    date(2026, 1, 10): {"kept": "Un premier titre", "gone": "Bientôt parti"},
    date(2026, 2, 10): {"kept": "Un deuxième titre", "gone": "Bientôt parti"},
    date(2026, 3, 10): {"kept": "Un deuxième titre", "new": "Tout neuf"},
}
"""The titles of the partnerships of each release of `history`, by day and key."""
