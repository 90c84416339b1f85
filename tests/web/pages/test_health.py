"""/health and /ready: what is damaged while it is served is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from atlas_ld.config import Settings
from atlas_ld.release.layout import Release
from atlas_ld.release.verify import check_files
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("search.sqlite", zeroed),
        ("facets.sqlite", cut),
        ("catalogue.ttl", Path.unlink),
        ("context.jsonld", folder_instead),
        ("manifest.json", Path.unlink),
        ("manifest.json", zeroed),
        ("store.json", Path.unlink),
    ],
)
def test_a_release_that_is_damaged_while_it_is_served_is_told(
    demonstration: Release, tmp_path: Path, name: str, damage: Callable[[Path], object]
) -> None:
    folder = tmp_path / demonstration.id
    shutil.copytree(demonstration.path, folder)
    (tmp_path / "current").symlink_to(demonstration.id)
    publication = open_publication(replace(Settings(), releases=tmp_path, workers=1))
    try:
        client = create_app(publication).test_client()
        assert json.loads(client.get("/health").data)["status"] == "ok"
        assert client.get("/ready").status_code == 200
        damage(folder / name)
        told = client.get("/health")
        assert told.status_code == 200
        assert told.get_json()["status"] == "degraded"
        assert name in told.get_json()["reason"]
        ready = client.get("/ready")
        assert ready.status_code == 503
        assert name in ready.get_json()["wrong"][0]
    finally:
        publication.service.close()


def test_a_file_that_cannot_be_read_is_told(demonstration: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a disk does that has lost a block."""
    opened = Path.open

    def broken(path: Path, *arguments: object, **more: object) -> object:
        if path.name == "catalogue.ttl":
            raise OSError(5, "Input/output error")
        return opened(path, *arguments, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", broken)
    assert check_files(demonstration.path) == ["catalogue.ttl cannot be read: Input/output error."]
