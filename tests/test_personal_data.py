"""No name, e-mail or telephone number of a person leaves the sources: not to graph, pages, dumps, index or logs."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.release.layout import Release, open_release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication

PAGE = Path(__file__).parent / "data" / "page.txt"
NAMES = ("FICTIF", "INVENTE", "Imaginaire", "Supposé", "Hypothèse")
PLANTED = ("zoe.plantee@secret.example", "zoe.plantee[at]secret.example", "06 39 98 01 23", "+33 6 39 98 01 23")
FORBIDDEN = (*NAMES, "plantee", "secret.example", "39 98 01 23", "@tolbara.example", "[at]poste.example")

# A line of each text field of the page; what is planted stands behind it.
FIELDS = (
    "PUITS PARTAGÉS",
    "Les deux villes partagent un climat sec.",
    "Une première visite a eu lieu en 2003.",
    "Donner de l'eau à tous.",
    "Réparer quarante puits.",
    "Faire connaître le sujet dans les écoles.",
    "Trois chantiers par an, suivis ensemble.",
    "Les habitants des deux plateaux.",
    "Atelier des Puits",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, str]:
    """A release of the page with something planted in every text field, and what the build printed."""
    folder = tmp_path_factory.mktemp("planted")
    text = PAGE.read_text("utf-8")
    for number, line in enumerate(FIELDS):
        assert f"\n{line}\n" in text
        text = text.replace(f"\n{line}\n", f"\n{line} Écrire à {PLANTED[number % len(PLANTED)]}.\n")
    (folder / "pages").mkdir()
    (folder / "pages" / "2833.txt").write_text(text, encoding="utf-8")
    imported = CliRunner().invoke(main, ["import", str(folder / "pages"), "--into", str(folder / "records")])
    result = CliRunner().invoke(
        main, ["build", "--data", str(folder / "records"), "--releases", str(folder / "releases")]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return open_release(folder / "releases"), imported.output + result.output


def texts_of(release: Release) -> Iterator[tuple[str, str]]:
    """Every file of a release as text, archives opened, and every quad of its store."""
    for path in sorted(p for p in release.path.rglob("*") if p.is_file() and "store" not in p.parts):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path.name}/{name}", archive.read(name).decode()) for name in archive.namelist())
        else:
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            yield path.name, content.decode(errors="replace")
    store = ox.Store.read_only(str(release.store))
    yield "store", "\n".join(str(quad) for quad in store)


def leaks(text: str) -> list[str]:
    return [word for word in FORBIDDEN if word.lower() in text.lower()]


def test_the_record_is_published_without_what_was_planted(built: tuple[Release, str]) -> None:
    release, _ = built
    assert release.manifest.counts.published == 1


def test_no_file_of_the_release_and_no_quad_holds_personal_data(built: tuple[Release, str]) -> None:
    found = {name: leaks(text) for name, text in texts_of(built[0])}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_check_itself_would_see_a_leak() -> None:
    assert leaks("Écrire à Zoe.Plantee@secret.example, M. Fictif") == ["FICTIF", "plantee", "secret.example"]


def test_what_the_commands_print_holds_no_personal_data(built: tuple[Release, str]) -> None:
    assert leaks(built[1]) == []


def test_no_page_holds_personal_data(built: tuple[Release, str]) -> None:
    release, _ = built
    client = create_app(open_publication(Settings(releases=release.path.parent))).test_client()
    subjects = {str(quad.subject) for quad in ox.Store.read_only(str(release.store)) if "/id/" in str(quad.subject)}
    documents = [s.strip("<>").partition("#")[0].partition("/id/")[2] for s in sorted(subjects)]
    addresses = [f"/doc/{document}" for document in documents]
    addresses += ["/", "/partnerships", "/quality", "/organisations", "/funding"]
    for address in addresses:
        response = client.get(address, headers={"Accept": "text/html"})
        assert response.status_code == 200, address
        assert leaks(response.text) == [], address
