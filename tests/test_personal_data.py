"""No name, e-mail or telephone number of a person leaves the sources: not to graph, pages, dumps, index or logs."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import textwrap
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from html import escape
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import Workbook

from atlas_ld.cli import main
from atlas_ld.config import Settings
from atlas_ld.pipeline.cache import unpack
from atlas_ld.release.layout import Release, open_release
from atlas_ld.web import create_app
from atlas_ld.web.http import access_log
from atlas_ld.web.publication import Publication, open_publication

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


@pytest.fixture
def site() -> Iterator[Callable[[Path], FlaskClient]]:
    """A client of the site of a folder of releases; its query service ends with the test."""
    opened: list[Publication] = []

    def client(releases: Path) -> FlaskClient:
        opened.append(open_publication(Settings(releases=releases)))
        return create_app(opened[-1]).test_client()

    yield client
    for publication in opened:
        publication.service.close()


def test_no_page_holds_personal_data(built: tuple[Release, str], site: Callable[[Path], FlaskClient]) -> None:
    release, _ = built
    client = site(release.path.parent)
    subjects = {str(quad.subject) for quad in ox.Store.read_only(str(release.store)) if "/id/" in str(quad.subject)}
    documents = [s.strip("<>").partition("#")[0].partition("/id/")[2] for s in sorted(subjects)]
    addresses = [f"/doc/{document}" for document in documents]
    addresses += ["/", "/partnerships", "/quality", "/organisations", "/funding"]
    for address in addresses:
        response = client.get(address, headers={"Accept": "text/html"})
        assert response.status_code == 200, address
        assert leaks(response.text) == [], address


# Every way in

NAME, WORDS = "Zébulon Plantinet", ("zebulon", "zébulon", "plantinet")
ANNOUNCED = (
    f"M. {NAME}",
    f"Mme {NAME.upper()}",
    f"Contact : {NAME}",
    "Dr Plantinet",
    "zebulon.plantinet@ville.example",
)


def named(text: str) -> list[str]:
    return [word for word in WORDS if word in text.lower()]


@pytest.fixture(scope="module")
def ways_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which a person is planted by every way in, and what the commands print of it."""
    folder = tmp_path_factory.mktemp("ways")
    data = folder / "data"
    data.mkdir()
    page = PAGE.read_text("utf-8")
    for number, line in enumerate(FIELDS):
        page = page.replace(f"\n{line}\n", f"\n{line} {ANNOUNCED[number % len(ANNOUNCED)]}.\n")
    # Lines of unknown nature hold the bare name: at the head, as a year, below a heading, in a row that cannot be cut.
    odd = page.replace("\nTitre\n", f"\n{NAME}\nTitre\n").replace("\n2004\n", f"\n{NAME}\n")
    odd = odd.replace("\nMise en œuvre du partenariat\n", f"\nMise en œuvre du partenariat\n{NAME}\n")
    odd = odd.replace("Culture et Patrimoine Patrimoine 2", f"{NAME} 2")
    (data / "2833.txt").write_text(page, "utf-8")
    (data / "2834.txt").write_text(odd, "utf-8")
    wrapped = "\n".join(textwrap.fill(line, 72) if line.strip() else line for line in page.split("\n"))
    (data / "2835.txt").write_text(wrapped, "utf-8")
    body = "".join(f"<p>{escape(line)}</p>" for line in page.split("\n"))
    (data / "2836.html").write_text(f"<html><head><title>{NAME}</title></head><body>{body}</body></html>", "utf-8")
    (data / "2837.mht").write_text(
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
        "Content-Type: text/html; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n<html><body>{body}</body></html>\n--b--\n",
        "utf-8",
    )
    header = ["title", "start_year", "context", "funding", "Observations " + NAME, "status", "volunteer_count", "goals"]
    rows = [
        [f"Puits {announced}", NAME, announced, f"Ville={NAME}@2019", NAME, NAME, NAME, NAME] for announced in ANNOUNCED
    ]
    with (data / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[NAME], header, *rows])
    workbook = Workbook()
    workbook.active.title = NAME
    workbook.create_sheet(f"Mme {NAME}").append([NAME])
    for row in (header, *rows):
        workbook.active.append(row)
    workbook.save(data / f"suivi Mme {NAME}.xlsx")
    (data / f"fiche_M._{NAME.replace(' ', '_')}.json").write_text(
        json.dumps({"title": f"Puits de {ANNOUNCED[0]}", "context": " ".join(ANNOUNCED), NAME: 1, "start_year": NAME}),
        "utf-8",
    )
    (data / "plantee.json").write_text(json.dumps({"title": f"Eau {ANNOUNCED[1]}", "posts": [ANNOUNCED[3]]}), "utf-8")
    (data / f"Mme {NAME}.pdf").write_bytes(b"%PDF")
    printed = ""
    for arguments in (
        ["import", str(data), "--into", str(folder / "records")],
        ["validate", str(data)],
        ["validate", str(data), "--format", "json"],
        ["build", "--data", str(data), "--releases", str(folder / "releases")],
        ["import", str(data / f"M. {NAME} absent.csv"), "--into", str(folder / "records")],
    ):
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        printed += result.output
    return folder, printed


def test_what_the_commands_print_names_nobody_whatever_the_way_in(ways_in: tuple[Path, str]) -> None:
    assert [line for line in ways_in[1].splitlines() if named(line)] == []


def test_no_record_that_is_written_names_anybody(ways_in: tuple[Path, str]) -> None:
    records = sorted((ways_in[0] / "records").iterdir())
    assert len(records) >= 10
    assert [path.name for path in records if named(path.name) or named(text_of(path))] == []


def text_of(path: Path) -> str:
    """The text of a file that import writes: of the cache, of every table with its contents unpacked."""
    if path.suffix != ".sqlite":
        return path.read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        packed = [unpack(row[0]).decode() for row in connection.execute("SELECT packed FROM content")]
        assert packed
        return "\n".join([*packed, *(str(row) for row in connection.execute("SELECT * FROM reading"))])


def test_no_file_of_a_release_names_anybody_whatever_the_way_in(ways_in: tuple[Path, str]) -> None:
    release = open_release(ways_in[0] / "releases")
    found = {name: named(text) for name, text in texts_of(release)}
    assert {name: words for name, words in found.items() if words} == {}


def test_no_page_names_anybody_whatever_the_way_in(
    ways_in: tuple[Path, str], site: Callable[[Path], FlaskClient]
) -> None:
    client = site(ways_in[0] / "releases")
    for address in ("/", "/partnerships", "/quality", "/organisations", "/funding", "/search?q=puits"):
        assert named(client.get(address, headers={"Accept": "text/html"}).text) == [], address


@pytest.mark.parametrize(
    "path",
    [f"/annuaire/Mme-{NAME.replace(' ', '-')}", f"/doc/M. {NAME}", "/doc/zebulon.plantinet@ville.example",
     "/" + "x" * 190 + f"/Mme_{NAME.replace(' ', '_')}"],
)  # fmt: skip
def test_no_line_of_the_log_names_anybody(path: str) -> None:
    """What is asked for in a query is not logged but as a hash."""
    logged = access_log.line("1", "GET", path, f"q=M. {NAME}", "192.0.2.1", 404, None, 1.0)
    assert named(logged) == []
    assert "/" in logged
