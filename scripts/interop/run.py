"""`make interop`: other people's clients and validators on the demonstration, and what each got, as docs/interop.md.

A client that brings requirements of its own has an environment below `.interop/`, which is made once; those that the
tests use as well are run by the tests (`CLIENTS`), and their rows say what these hold. The shapes and schemas of others
are read beside the checkout, as by tests/web/pages/test_catalogue.py.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from flask.testing import FlaskClient  # noqa: E402

from atlas_ld import pipeline  # noqa: E402
from atlas_ld.config import Settings  # noqa: E402
from atlas_ld.release.layout import open_release  # noqa: E402
from atlas_ld.release.tables import tabled  # noqa: E402
from atlas_ld.web import create_app  # noqa: E402
from atlas_ld.web.publication import open_publication  # noqa: E402
from tests.dcat_ap import FOLDER, VERSION, results  # noqa: E402
from tests.fair import find, fuji, missing, mqa, total  # noqa: E402

PAGE = ROOT / "docs" / "interop.md"
ENVIRONMENTS = ROOT / ".interop"
TABLES = ("csvw==4.1.1", "frictionless==5.21.0")
UDATA = ("udata==17.18.0", "mongomock==4.3.0")
CRATE = ("roc-validator==0.13.0", "rocrate==0.16.0")


@dataclass(frozen=True)
class Row:
    """A client or validator with its version, what it was given, and what it got."""

    client: str
    given: str
    got: str


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(releases=Path(folder) / "releases")
        pipeline.build([ROOT / "data" / "demonstration"], settings, day=date(2026, 11, 23))
        publication = open_publication(settings)
        client = create_app(publication).test_client()
        try:
            rows = [row for check in CHECKS for row in check(client, settings, Path(folder))]
        finally:
            publication.service.close()
    lines = "".join(f"| {row.client} | {row.given} | {row.got} |\n" for row in rows)
    head = PAGE.read_text(encoding="utf-8").partition(_HEAD)[0]
    PAGE.write_text(f"{head}{_HEAD}|---|---|---|\n{lines}", encoding="utf-8")
    print(lines, end="")


_HEAD = "| client | given | got |\n"


def dcat_ap(client: FlaskClient, _: Settings, folder: Path) -> Iterator[Row]:
    """The shapes of DCAT-AP."""
    if not FOLDER.exists():
        sys.exit(f"The DCAT-AP shapes are not beside this checkout, at {FOLDER}.")
    for name in ("shapes", "range", "shapes_recommended"):
        found = results(name, client.get("/catalog.ttl").text)
        yield Row(f"DCAT-AP {VERSION} `{name}.ttl`, by pyshacl", "`/catalog.ttl`", f"{len(found)} results")


def udata(client: FlaskClient, settings: Settings, folder: Path) -> Iterator[Row]:
    """udata's own parser, on the catalogue in each format that harvesters take."""
    python = _environment("udata", UDATA)
    for extension in ("ttl", "rdf", "jsonld"):
        file = folder / f"catalog.{extension}"
        file.write_bytes(client.get(f"/catalog.{extension}").data)
        command = (python, ROOT / "scripts" / "interop" / "udata_reads.py", file, settings.license)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"udata could not read {file.name}: {done.stderr[-2000:]}")
        told = json.loads(done.stdout)
        formats = {format_ for _, format_, *_ in told["resources"]}
        emails = [email for _, email, _ in told["contacts"] if email]
        if missing := [name for name, value in told.items() if not value] + ["contact"] * (not emails):
            sys.exit(f"udata read {file.name} without {', '.join(missing)}.")
        if None in formats:
            sys.exit(f"udata read {file.name} with a resource that has no format.")
        got = (
            f"“{told['title']}”, {len(told['resources'])} resources in {len(formats)} formats, "
            f"{len(told['tags'])} tags, {told['spatial']}, {' to '.join(told['temporal'])}, "
            f"licence {told['licence']}, contact {emails[0]}"
        )
        yield Row(UDATA[0].replace("==", " "), f"`/catalog.{extension}`", got)


def tables(client: FlaskClient, settings: Settings, folder: Path) -> Iterator[Row]:
    """CSV on the Web and Frictionless, on the files of the release with what is said of them beside."""
    downloads = open_release(settings.releases).path / "download"
    for name in (*(f"{table}.csv-metadata.json" for table in tabled()), "datapackage.json"):
        (downloads / name).write_bytes(client.get(f"/download/{name}").data)
    python = _environment("tables", TABLES)
    command = (python, ROOT / "scripts" / "interop" / "tables_read.py", downloads, *tabled())
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The tables are not what is said of them: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    for package, given, got in zip(
        TABLES,
        ("`/download/*.csv-metadata.json`", "`/download/datapackage.json`"),
        done.stdout.splitlines(),
        strict=True,
    ):
        yield Row(package.replace("==", " "), given, got)


def crate(client: FlaskClient, settings: Settings, folder: Path) -> Iterator[Row]:
    """The release as an RO-Crate, by the validator of its community, without the network."""
    downloads = open_release(settings.releases).path / "download"
    (downloads / "ro-crate-metadata.json").write_bytes(client.get("/download/ro-crate-metadata.json").data)
    python = _environment("crate", CRATE)
    command = (python, ROOT / "scripts" / "interop" / "crate_reads.py", downloads, folder / "cache")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The release is no RO-Crate: {done.stdout[-3000:]} {done.stderr[-2000:]}")
    given = "`/download/ro-crate-metadata.json` with the files"
    yield Row(CRATE[0].replace("==", " "), given, "a valid RO-Crate 1.1: every required check")


def fair(client: FlaskClient, settings: Settings, _: Path) -> Iterator[Row]:
    """The metrics of F-UJI and of the Metadata Quality Assessment, as `tests/fair.py` tries them."""
    found = find(client, settings.base_iri)
    compliant = not results("shapes", client.get("/catalog.ttl").text)
    assessed = (("F-UJI metrics 0.8", fuji(found)), ("MQA of data.europa.eu", mqa(found, compliant=compliant)))
    for name, scores in assessed:
        points, most = total(scores)
        lacking = ", ".join(missing(scores)) or "nothing"
        yield Row(
            f"{name}, as checks", "the landing page and `/catalog.ttl`", f"{points:g} of {most:g}; lacking: {lacking}"
        )


@dataclass(frozen=True)
class Client:
    """A client that tests run: which ones, what it is given, and what they hold of what it gets."""

    name: str
    tests: str
    given: str
    got: str


CLIENTS = (
    Client(
        "memento-client {memento-client}", "tests/web/memento", "a document",
        "walks three releases, by the TimeGate and `next`",
    ),
    Client(
        "ldes-client {npm:ldes-client}", "tests/clients/test_event_stream.py", "`/ldes`",
        "replayed and materialised: exactly the triples of the current release",
    ),
    Client(
        "Comunica {npm:@comunica/query-sparql}", "tests/clients/test_clients.py", "`/fragments`, `/sparql`, documents",
        "the same rows by patterns as by the endpoint; finds out by itself what each is",
    ),
    Client(
        "signposting {signposting}", "tests/clients/test_clients.py", "a document",
        "from a page to its data, by header, head and linkset",
    ),
    Client(
        "OpenRefine {apt:openrefine}", "tests/web/reconciliation/test_openrefine.py", "`/reconcile`",
        "200 messy names: at least nine in ten first, no wrong match; codes and countries added",
    ),
    Client(
        "schemathesis {schemathesis}", "tests/web/http/test_api.py", "`/api.json`",
        "no server error, every answer as it is described",
    ),
    Client("mcp {mcp}", "tests/web/mcp", "`atlas-ld mcp`", "lists and calls six tools over standard input and output"),
    Client("lxml {lxml}, IATI 2.03 schema", "tests/web/lists/test_iati.py", "`/partnerships.iati.xml`", "valid"),
)  # fmt: skip


def clients(*_: object) -> Iterator[Row]:
    """The clients of the tests, which are run here; a test that is skipped shows nothing."""
    paths = [one.tests for one in CLIENTS]
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode or "skipped" in done.stdout:
        sys.exit(f"The clients did not get what they should: {done.stdout[-3000:]}")
    for one in CLIENTS:
        name = re.sub(r"\{([^}]*)\}", lambda found: _version(found[1]), one.name)
        yield Row(name, one.given, f"{one.got} (`{one.tests}`)")


def _version(what: str) -> str:
    """The version of a package of Python, of npm as the lock file has it, or of Debian."""
    kind, _, name = what.rpartition(":")
    if kind == "npm":
        lock = json.loads((ROOT / "tests" / "clients" / "package-lock.json").read_text("utf-8"))
        return str(lock["packages"][f"node_modules/{name}"]["version"])
    if kind == "apt":
        command = ("dpkg-query", "--show", "--showformat=${Version}", name)
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.partition("-")[0]
    return version(name)


CHECKS: tuple[Callable[[FlaskClient, Settings, Path], Iterator[Row]], ...] = (
    dcat_ap,
    fair,
    udata,
    tables,
    crate,
    clients,
)


def _environment(name: str, packages: tuple[str, ...]) -> Path:
    """The Python of an environment with these packages, which is made where it is not there."""
    folder = ENVIRONMENTS / name
    ready = folder / ".ready"
    if not ready.exists() or ready.read_text() != "\n".join(packages):
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run((folder / "bin" / "pip", "install", "--quiet", *packages), check=True)
        ready.write_text("\n".join(packages))
    return folder / "bin" / "python"


if __name__ == "__main__":
    main()
