"""The command line. It reads the settings, calls one step, and says what happened.

Exit codes: 0 done, 1 could not (one sentence on stderr), 2 done with violations.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import click

from atlas_ld import __version__, pipeline, sources, tabular
from atlas_ld.comparison import compare_records
from atlas_ld.comparison.files import as_csv, as_rdf
from atlas_ld.comparison.notes import as_markdown
from atlas_ld.comparison.records import HOW
from atlas_ld.comparison.text import as_text
from atlas_ld.config import Settings, file_of, told, unknown_variables
from atlas_ld.errors import AtlasError, InvalidSetting, ReleaseError
from atlas_ld.findings import Finding, Language, Severity, by_kind, report_csv, report_json
from atlas_ld.iris import Iris
from atlas_ld.keys import write_register
from atlas_ld.media import NQUADS, SPARQL_CSV, SPARQL_JSON, TRIG, TURTLE, Format
from atlas_ld.privacy import redact
from atlas_ld.privacy.objections import read_objections
from atlas_ld.rdf import parse_file
from atlas_ld.release import layout
from atlas_ld.release.verify import verify
from atlas_ld.resources import root
from atlas_ld.review import applying, sheet
from atlas_ld.review.queue import DOUBTS, read_queue
from atlas_ld.validation import Report, load_shapes, validate

F = TypeVar("F", bound=Callable[..., Any])

DONE, COULD_NOT, VIOLATIONS = 0, 1, 2

_releases_option = click.option(
    "--releases", type=click.Path(file_okay=False, path_type=Path), help="Folder of the releases.  [default: releases]"
)
_base_option = click.option("--base-iri", help="Base of every entity's IRI, with a slash at its end.")
_data_option = click.option(
    "--data",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File or folder of sources; may be given several times.  [default: the demonstration data]",
)


_lang_option = click.option(
    "--lang", "language", type=click.Choice(["fr", "en"]), help="Language of messages.  [default: the locale's]"
)
_report_option = click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every finding to this file, .json or .csv.",
)


def _sentences(command: F) -> F:
    """Turn an AtlasError into one sentence on stderr and exit code 1."""

    @functools.wraps(command)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except AtlasError as error:
            click.echo(f"atlas-ld: {redact(str(error))[0]}", err=True)
            sys.exit(COULD_NOT)

    return guarded  # type: ignore[return-value]  # the same signature, which mypy cannot see through wraps


def _settings(**given: Any) -> Settings:
    return Settings.read(os.environ, **given)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="atlas-ld")
def main() -> None:
    """Turn the French atlas of decentralised cooperation into a knowledge graph, and publish it.

    \b
    A first look:      atlas-ld serve               then open http://localhost:8000
    Your own data:     atlas-ld import pages/ --into records/
                       atlas-ld validate records/
                       atlas-ld build --data records/
    Ask the graph:     atlas-ld query 'SELECT * { ?s a atlas:Partnership } LIMIT 5'

    Settings can also be given as environment variables, or in the file atlas.toml (atlas-ld config show):
    ATLAS_LD_PORT=8080, or a line port = 8080, is --port 8080.
    Exit codes: 0 done, 1 could not, 2 done with violations in the data.
    """


@main.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to.")
@click.option(
    "--mapping",
    "mappings",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="What the columns of a table mean (TOML or JSON, docs/sources.md); may be given several times.",
)
@click.option("--guess", is_flag=True, help="Read nothing; print a mapping for a table, to be checked and completed.")
@click.option("--prune", is_flag=True, help="Remove records that are no longer in the source.")
@_lang_option
@_report_option
@_sentences
def import_(
    paths: tuple[Path, ...],
    into: Path | None,
    mappings: tuple[Path, ...],
    guess: bool,
    prune: bool,
    language: Language | None,
    report: Path | None,
) -> None:
    """Read pages (.txt, .html, .mhtml), tables (.csv, .xlsx) and JSON records, and write one JSON file for each record.

    The folder's _manifest.json tells what came from which file, when. Importing again reads what has changed alone: a
    corrected file replaces its records, those of a file that cannot be read any more stay, and records that are no
    longer in the source are told, and removed with --prune. Findings go to stderr with file and line.

    \b
    Examples:  atlas-ld import pages/ table.csv --into records/ --report findings.csv
               atlas-ld import --guess table.csv > table.mapping.toml
               atlas-ld import table.csv --mapping table.mapping.toml --into records/
    """
    _report_format(report)
    language = language or _locale_language()
    if guess:
        _guess(paths, language)
        return
    if into is None:
        raise AtlasError("Name the folder to write to with --into, or ask for a mapping with --guess.")
    loaded = [sources.load_mapping(path) for path in mappings]
    with pipeline.Workers() as workers:
        done = pipeline.import_sources(
            paths, into, _settings(), mappings=loaded, prune=prune, every=report is not None, progress=_progress,
            workers=workers,
        )  # fmt: skip
    _tell(list(done.findings), language, report, done.titles, summary={"import": done.summary()})
    for line in _told_of_import(done, language):
        click.echo(line, err=True)
    counts = ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for name, count in done.counts.items())
    click.echo(f"{len(done.records)} records read, {len(done.written)} written to {into}. {counts}.")
    if not done.records:
        raise AtlasError(
            "Nothing was imported: no record is in what was named. Mend what is told above, or name others."
        )
    sys.exit(VIOLATIONS if done.counts[Severity.VIOLATION.value] else DONE)


def _told_of_import(done: pipeline.Imported, language: Language) -> list[str]:
    """What happened to files and records, one line each, where there is something to tell."""
    fr = language == "fr"
    kinds = ", ".join(f"{count} {kind}" for kind, count in done.kinds.items())
    files = done.files_read + done.files_known
    lines = [
        f"{files} fichiers ({kinds}) : {done.files_read} lus, {done.files_known} inchangés."
        if fr
        else f"{files} files ({kinds}): {done.files_read} read, {done.files_known} unchanged."
    ]
    untold = sum(done.counts.values()) - len(done.findings)
    if untold > 0:
        lines.append(
            f"{untold} remarques sur des fiches inchangées ne sont pas répétées ; --report FICHIER les donne toutes."
            if fr
            else f"{untold} findings on records that have not changed are not told again; --report FILE has them all."
        )
    if done.replaced:
        pairs = _listed([f"{old} -> {new}" for old, new in done.replaced.items()])
        lines.append(
            f"Fiches corrigées sous une autre clé : {pairs}."
            if fr
            else f"Records corrected under another key: {pairs}."
        )
    if done.withdrawn:
        number, keys = len(done.withdrawn), _listed(done.withdrawn)
        one = number == 1
        lines.append(
            f"{number} fiche{'' if one else 's'} {'n’est' if one else 'ne sont'} plus dans la source : {keys} ; "
            f"--prune {'la' if one else 'les'} supprime."
            if fr
            else f"{number} record{'' if one else 's'} no longer in the source: {keys}; remove "
            f"{'it' if one else 'them'} with --prune."
        )
    if done.pruned:
        keys = _listed(done.pruned)
        lines.append(f"Fiches supprimées : {keys}." if fr else f"Records removed: {keys}.")
    return lines


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (", …" if len(names) > _MOST_LISTED else "")


_MOST_LISTED = 20


def _guess(paths: tuple[Path, ...], language: Language) -> None:
    """Print the mapping that a table most likely wants."""
    files = [file for path in paths for file, name in sources.files(path) if sources.is_table(name)]
    if len(files) != 1:
        raise AtlasError(f"--guess is for one table, CSV or XLSX; there are {len(files)} among the paths.")
    click.echo(sources.guess_mapping(Path(files[0]), language), nl=False)


@main.command()
@click.argument("file_", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@_lang_option
@_sentences
def template(file_: Path | None, language: Language | None) -> None:
    """Write a workbook to fill in: our columns, lists to choose from, an example and a sheet that explains them.

    Sent back, it is imported without a mapping. FILE is partenariats.xlsx, or partnerships.xlsx in English.

    \b
    Example:  atlas-ld template region.xlsx --lang fr
    """
    from atlas_ld.sources.template import write_template  # xlsxwriter is needed by this command alone

    language = language or _locale_language()
    path = file_ or Path("partenariats.xlsx" if language == "fr" else "partnerships.xlsx")
    write_template(path, language)
    click.echo(path)


@main.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--format", "format_", type=click.Choice(["text", "turtle", "json"]), default="text", show_default=True)
@_base_option
@_lang_option
@_report_option
@_sentences
def validate_(
    paths: tuple[Path, ...], format_: str, base_iri: str | None, language: Language | None, report: Path | None
) -> None:
    """Check sources or RDF files (.ttl, .nt) against the shapes, and say how to mend what is wrong.

    RDF files, and those of the folders that are named, are checked together, as one graph.

    \b
    Example:  atlas-ld validate records/ page.html
              atlas-ld validate graph.ttl --format turtle > report.ttl
    """
    _report_format(report)
    settings = _settings(base_iri=base_iri)
    shapes = load_shapes(settings.base_iri)
    found = [(path, [(Path(file), name) for file, name in sources.files(path)]) for path in paths]
    rdf = [file for _, files in found for file, name in files if Path(name).suffix.lower() in _RDF]
    others = [path for path, files in found if any(Path(name).suffix.lower() not in _RDF for _, name in files)]
    remarks: list[Finding] = []
    triples = [triple for path in rdf for triple in parse_file(path, settings.base_iri)]
    results, count = list(validate(triples, shapes).results) if rdf else [], len(triples)
    if others:
        checked = pipeline.check_sources(others, settings, _today())
        # What a reader of sources says of RDF files is no remark: they have been checked above.
        remarks = [f for f in checked.remarks if not (f.code == "not-a-source" and _is_rdf(f.source))]
        results += checked.results
        count += checked.triples
    checks = Report(tuple(results))
    writers = {
        "text": lambda: checks.to_text(),
        "turtle": lambda: checks.to_turtle(Iris(settings.base_iri)),
        "json": lambda: checks.to_json(),
    }
    _tell([*remarks, *(result.to_finding() for result in results)] if report else remarks, language, report)
    number = sum(len(files) for _, files in found)
    files, triple = f"file{'' if number == 1 else 's'}", f"triple{'' if count == 1 else 's'}"
    click.echo(f"{number} {files} and {count} {triple} checked.", err=True)
    if count == 0:
        # An empty graph has no violation, which says nothing: it is never said to conform.
        if _exit_code(remarks) == VIOLATIONS:
            sys.exit(VIOLATIONS)
        raise AtlasError(
            "Nothing was checked: no record and no triple is there. Name pages, tables, records or Turtle."
        )
    click.echo(writers[format_](), nl=False)
    violated = not checks.conforms or _exit_code(remarks) == VIOLATIONS
    sys.exit(VIOLATIONS if violated else DONE)


_RDF = (".ttl", ".nt")


def _is_rdf(name: str | None) -> bool:
    return Path(name or "").suffix.lower() in _RDF


@main.command()
@_data_option
@_releases_option
@_base_option
@click.option(
    "--strict", is_flag=True, help="Refuse to build while a record has a violation, or an address would be lost."
)
@click.option(
    "--candidate", is_flag=True, help="Leave the current release current; `atlas-ld diff` tells what changes."
)
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Date of the release.  [default: today, UTC]")
@_lang_option
@_report_option
@_sentences
def build(
    data: tuple[Path, ...],
    releases: Path | None,
    base_iri: str | None,
    strict: bool,
    candidate: bool,
    day: datetime | None,
    language: Language | None,
    report: Path | None,
) -> None:
    """Build a release: read, match, map, validate, write. Prints the release's path last.

    Records with a violation are left out and reported; the rest is published. The same sources give the same
    release. A build that is stopped leaves the current release as it is.

    \b
    Examples:  atlas-ld build --data records/ --base-iri https://data.example.org/
               atlas-ld build --data records/ --candidate; atlas-ld diff; atlas-ld releases use ID
    """
    settings = _settings(releases=releases, base_iri=base_iri)
    _report_format(report)
    outcome = _build(data, settings, day.date() if day else _today(), strict, language, report, candidate)
    click.echo(outcome.release.path)
    sys.exit(VIOLATIONS if outcome.release.manifest.counts.quarantined else DONE)


def _register_of(data: Sequence[Path]) -> Path:
    """The file of the register among these sources, where there is one, else in their folder. Raises AtlasError."""
    folders = [path for path in data if path.is_dir()]
    found = [Path(file) for path in folders for file, _ in sources.files(path, hidden=True)]
    registers = [file for file in found if file.name == sources.KEYS]
    if len(registers) > 1 or (not registers and len(folders) != 1):
        raise AtlasError("Say where the register is to be written: --data with one folder, or --into FILE.")
    return registers[0] if registers else folders[0] / sources.KEYS


@main.command()
@_data_option
@_releases_option
@click.option("--write", is_flag=True, help="Write the register into the folder of the sources, or the file of --into.")
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help="File to write the register to.")
@_lang_option
@_sentences
def keys(
    data: tuple[Path, ...], releases: Path | None, write: bool, into: Path | None, language: Language | None
) -> None:
    """Tell which partnerships are new (+), withdrawn (-), merged or split (>), and write the register of keys.

    The register, keys.csv among the sources, remembers which partnership has which key, so that its address does not
    change when its title is corrected. Keep it under version control; a build reads it, this command alone writes it.
    Keys of the current release that it does not remember yet are taken from there.

    \b
    Example:  atlas-ld keys --data records/ --write
    """
    paths = data or (root() / "data" / "demonstration",)
    target = into or (_register_of(data) if write else None)
    assignment = pipeline.register(paths, _settings(releases=releases))
    _tell(list(assignment.findings), language, None)
    for key, entry in sorted(assignment.entries.items()):
        if key in assignment.new:
            click.echo(f"+ {key}")
        elif entry.status != "kept":
            sign = "-" if entry.status == "withdrawn" else ">"
            click.echo(" ".join((sign, key, *entry.successors)))
    if target:
        try:
            target.write_bytes(write_register(assignment.entries.values()))
        except OSError as error:
            raise AtlasError(f"{target} cannot be written: {error.strerror}.") from error
        click.echo(f"{len(assignment.entries)} keys written to {target}, {len(assignment.new)} of them new.", err=True)


@main.command()
@_data_option
@_releases_option
@_base_option
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on.  [default: 8000]")
@click.option("--processes", type=int, help="Processes that answer HTTP requests.  [default: one for each processor]")
@click.option("--workers", type=int, help="SPARQL worker processes.  [default: 2]")
@_sentences
def serve(data: tuple[Path, ...], releases: Path | None, base_iri: str | None, **listen: Any) -> None:
    """Serve the current release: site, linked data, SPARQL and downloads. Builds one first if there is none.

    The signal HUP makes it serve the release that is current then, without refusing anybody.

    \b
    Example:  atlas-ld serve --port 8080
    """
    from atlas_ld.web.server.server import (
        serve as serve_forever,  # Flask and the server are needed by this command alone
    )

    settings = _settings(releases=releases, base_iri=base_iri, **listen)
    if layout.current_id(settings.releases) is None:
        click.echo(f"There is no release in {settings.releases} yet: building one.", err=True)
        _build(data, settings, _today(), strict=False)
    release = layout.open_release(settings.releases)
    if base_iri and release.manifest.base_iri != settings.base_iri:
        raise AtlasError(
            f"Release {release.id} was built for {release.manifest.base_iri}, not {settings.base_iri}; "
            "build it again with that --base-iri, or leave the option out."
        )
    click.echo(f"Serving release {release.id} at http://{settings.host}:{settings.port}/ (Ctrl-C stops).", err=True)
    serve_forever(settings)


@main.command()
@click.argument("query", required=False)
@click.option("--file", "file_", type=click.Path(dir_okay=False, path_type=Path), help="Read the query from a file.")
@click.option(
    "--format", "format_", type=click.Choice(["table", "csv", "json", "turtle"]), help="[default: table, or turtle]"
)
@_releases_option
@_sentences
def query(query: str | None, file_: Path | None, format_: str | None, releases: Path | None) -> None:
    """Ask the current release a SPARQL 1.1 query. The usual prefixes are known.

    \b
    Example:  atlas-ld query 'SELECT ?title { ?p a atlas:Partnership ; dct:title ?title } LIMIT 5'
    """
    from atlas_ld.sparql.client import QueryService  # needed by this command alone, and slow to import
    from atlas_ld.sparql.request import QueryRequest

    if (query is None) == (file_ is None):
        raise AtlasError("Give one query: as an argument, or in a file with --file.")
    settings = _settings(releases=releases)
    release = layout.open_release(settings.releases)
    try:
        text = query if query is not None else file_.read_text("utf-8")  # type: ignore[union-attr]  # one is there
    except (OSError, UnicodeDecodeError) as error:
        raise AtlasError(f"{file_} cannot be read: {error}") from error
    formats: dict[str, tuple[Format, ...]] = {"csv": (SPARQL_CSV,), "json": (SPARQL_JSON,), "turtle": (TURTLE,)}
    wanted = formats.get(format_ or "", (SPARQL_JSON, TURTLE))
    service = QueryService(release.store, release.manifest.base_iri, settings)
    try:
        with service.run(QueryRequest(text, accepted=wanted)) as answer:
            body = answer.content()
    finally:
        service.close()
    as_table = format_ in (None, "table") and answer.format is SPARQL_JSON
    click.echo(tabular.text(json.loads(body)) if as_table else body, nl=as_table)


@main.command()
@click.option("--to", "query_url", required=True, metavar="URL", help="Address at which the engine is asked.")
@click.option("--update-url", metavar="URL", help="Address that takes updates.  [default: that of --to]")
@click.option(
    "--graph-store-url", metavar="URL", help="Address of the Graph Store Protocol.  [default: updates are used]"
)
@click.option("--user", help="Who asks; the password is in ATLAS_LD_STORE_PASSWORD.")
@click.option("--release", "release_id", metavar="ID", help="Release to publish.  [default: the current one]")
@click.option("--keep", type=click.IntRange(0), default=2, show_default=True, help="Older graphs to keep.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@_releases_option
@_sentences
def publish(
    query_url: str,
    update_url: str | None,
    graph_store_url: str | None,
    user: str | None,
    release_id: str | None,
    keep: int,
    dry_run: bool,
    releases: Path | None,
) -> None:
    """Put a release into a SPARQL 1.1 engine: Virtuoso, Oxigraph, Fuseki, GraphDB and others.

    The release is loaded into a graph of its own, every triple is checked, and then one update makes it the graph
    that is served. When something fails, the graph that was served is served still, and the same command goes on
    from there.

    \b
    Examples:  atlas-ld publish --to http://localhost:7878/query --update-url http://localhost:7878/update \\
                   --graph-store-url http://localhost:7878/store
               ATLAS_LD_STORE_PASSWORD=... atlas-ld publish --to http://localhost:8890/sparql --user dba \\
                   --update-url http://localhost:8890/sparql-auth \\
                   --graph-store-url http://localhost:8890/sparql-graph-crud-auth
    """
    from atlas_ld import remote  # SPARQLWrapper is needed by this command alone

    release = layout.open_release(_settings(releases=releases).releases, release_id)
    engine = remote.Engine(
        remote.Addresses(query_url, update_url or query_url, graph_store_url),
        user,
        os.environ.get("ATLAS_LD_STORE_PASSWORD"),
    )
    if dry_run:
        iris = Iris(release.manifest.base_iri)
        held, graph = remote.published(engine, iris), remote.release_graph(iris, release.id)
        click.echo(
            f"Would load release {release.id} into {graph}, of which {held.loaded.get(graph, 0)} triples are there."
        )
        click.echo(
            f"Served now: {held.served or 'nothing'}. {len(held.loaded)} graphs are there, {keep} older are kept."
        )
        return
    outcome = remote.publish(release, engine, keep, _portions)
    for dropped in outcome.dropped:
        click.echo(f"Dropped {dropped}.", err=True)
    click.echo(f"{outcome.triples} triples, each checked, are served from the graph", err=True)
    click.echo(outcome.graph)


@main.command()
@_releases_option
@click.option("--http", type=int, metavar="PORT", help="Serve at http://127.0.0.1:PORT/mcp, not to who started it.")
@_sentences
def mcp(releases: Path | None, http: int | None) -> None:
    """Give assistants tools to search, list, query and cite the current release (Model Context Protocol).

    They speak to it over standard input and output, or by Streamable HTTP. Needs the extra: pip install atlas-ld[mcp].

    \b
    Example:  atlas-ld mcp --releases releases
    """
    try:
        from atlas_ld.web.mcp.server import make_server
    except ModuleNotFoundError as error:
        raise AtlasError(f"{error.name} is not installed; it comes with `pip install atlas-ld[mcp]`.") from error
    from atlas_ld.web.publication import open_publication

    publication = open_publication(_settings(releases=releases))
    try:
        server = make_server(publication)
        if http is None:
            server.run("stdio")
        else:
            server.run("streamable-http", port=http, stateless_http=True, json_response=True)
    finally:
        publication.service.close()


@main.group()
def releases() -> None:
    """List, inspect, verify and choose releases."""


@releases.command("list")
@_releases_option
@_sentences
def list_(releases: Path | None) -> None:
    """List the releases, newest first, with the time when each was written (UTC); `*` marks the current one, `?` a
    candidate, which has never been current."""
    where = _settings(releases=releases).releases
    found, current = layout.release_ids(where, candidates=True), layout.current_id(where)
    if not found:
        click.echo(f"No release in {where} yet. Make one: atlas-ld build", err=True)
    for name in found:
        time = datetime.fromtimestamp(layout.written_at(where / name), UTC)
        try:
            counts = layout.open_release(where, name).manifest.counts
            told = f"{counts.published} records, {counts.quarantined} quarantined, {counts.triples} triples"
        except ReleaseError as error:  # the others are listed all the same
            told = str(error)
        mark = "*" if name == current else "?" if layout.is_candidate(where, name) else " "
        click.echo(f"{mark} {name}  {time:%Y-%m-%d %H:%M}  {told}")


@releases.command()
@click.option("--keep", type=click.IntRange(min=1), default=5, show_default=True, help="How many of the newest stay.")
@click.option("--keep-days", type=click.IntRange(min=1), metavar="N", help="Those written in the last N days stay.")
@click.option("--keep-id", "ids", multiple=True, metavar="ID", help="This one stays; may be given several times.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@_releases_option
@_sentences
def prune(keep: int, keep_days: int | None, ids: tuple[str, ...], dry_run: bool, releases: Path | None) -> None:
    """Remove old releases from the disk. A release stays that any rule keeps; the current one stays always.

    A server that still serves an older release than the current one should be told to take that up first (HUP).

    \b
    Example:  atlas-ld releases prune --keep 10 --keep-days 90 --keep-id 2026-11-01-1a2b3c4d
    """
    where = _settings(releases=releases).releases
    for name in ids:
        layout.open_release(where, name)  # one that is misspelt would not be kept
    since = (datetime.now(UTC) - timedelta(days=keep_days)).timestamp() if keep_days else None
    removed = layout.to_prune(where, keep, since, ids)
    if removed and not dry_run:
        try:
            with layout.building(where):
                layout.remove(where, removed)
        except OSError as error:
            reason = f"Old releases in {where} could not be removed: {error.strerror}. Check who may write there."
            raise ReleaseError(reason) from error
    for name in removed:
        click.echo(f"- {name}")
    done = "would be removed" if dry_run else "removed"
    click.echo(f"{len(removed)} release{'s' if len(removed) != 1 else ''} {done}.", err=True)


@releases.command("redact")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--record", "records", multiple=True, metavar="KEY", help="A partnership, by its key.")
@click.option("--phrase", "phrases", multiple=True, metavar="TEXT", help="Words, in whatever text they stand.")
@click.option(
    "--list", "file_", type=click.Path(dir_okay=False, path_type=Path), help="Both, one a line, as in objections.txt."
)
@click.option("--role", required=True, help="Who decided, by role, for the manifest: never a name.")
@click.option("--reason", required=True, help="Why, for the manifest and for who asks for the record.")
@_releases_option
@_sentences
def redact_(
    ids: tuple[str, ...],
    records: tuple[str, ...],
    phrases: tuple[str, ...],
    file_: Path | None,
    role: str,
    reason: str,
    releases: Path | None,
) -> None:
    """Take something out of the releases that are kept (all of them, or those named). It cannot be undone.

    Each is written anew without it and sealed again; its manifest tells when, why and by which role. The address of a
    record that was taken out answers 410 with the reason. A running server takes it up on the signal HUP.

    \b
    Example:  atlas-ld releases redact --record 2833 --role "data office" --reason "Removed on request."
    """
    from atlas_ld.pipeline.redaction import redact_releases  # needed by this command alone

    try:
        listed = file_.read_bytes() if file_ else b""
    except OSError as error:
        raise AtlasError(f"{file_} cannot be read: {error.strerror}.") from error
    given = "\n".join([*(f"record: {key}" for key in records), *(f"phrase: {one}" for one in phrases)])
    objections = read_objections([("the command line", given.encode()), (file_.name if file_ else "", listed)])
    if objections.findings:
        raise AtlasError(objections.findings[0].en)
    if not objections.digest:
        raise AtlasError("Say what to take out: --record KEY, --phrase TEXT or --list FILE.")
    if objections.removed(f"{role} {reason}") != f"{role} {reason}":
        raise AtlasError("The role and the reason are published and say what is to be taken out; word them otherwise.")
    settings = _settings(releases=releases)
    done = redact_releases(objections, settings, role=role, reason=reason, ids=ids, progress=_progress)
    click.echo(f"{len(done)} release{'s' if len(done) != 1 else ''} redacted.")


@releases.command()
@click.argument("release_id", metavar="[ID]", required=False)
@_releases_option
@_sentences
def show(release_id: str | None, releases: Path | None) -> None:
    """Print the manifest of a release (the current one by default) as JSON."""
    release = layout.open_release(_settings(releases=releases).releases, release_id)
    click.echo(release.manifest.model_dump_json(indent=2))


@main.command()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the sheet to this file, .csv or .xlsx."
)
@click.option(
    "--release", "release_id", metavar="ID", help="Release to look at.  [default: the newest, a candidate too]"
)
@click.option(
    "--apply", "filled", type=click.Path(dir_okay=False, path_type=Path), help="Take decisions from this filled sheet."
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --apply: the folder of your data; its decisions.csv gets the decisions.",
)
@_releases_option
@_lang_option
@_report_option
@_sentences
def review(
    out: Path | None,
    release_id: str | None,
    filled: Path | None,
    data: Path | None,
    releases: Path | None,
    language: Language | None,
    report: Path | None,
) -> None:
    """Write what is doubtful or unmatched in the newest release, or take the decisions of a filled sheet.

    A row is a candidate of a name, those with most partnerships and euros first. Fill in its last columns: decision
    (accept, reject, none, same-as, split, exonym, label), value, partnership, role, date and reason. With --apply each
    line is checked; a bad one is told with its line and the others are kept. The next build follows them.

    \b
    Examples:  atlas-ld review --out review.xlsx
               atlas-ld review --apply review.xlsx --data records/
    """
    language = language or _locale_language()
    if filled:
        _report_format(report)
        _apply(filled, data, language, report)
        return
    where = _settings(releases=releases).releases
    release = layout.open_release(where, release_id or _newest(where))
    cases, iris = read_queue(release.path), Iris(release.manifest.base_iri)
    if out is None:
        click.echo(sheet.as_csv(cases, iris), nl=False)
    elif out.suffix.lower() == ".csv":
        _write(out, sheet.as_csv(cases, iris))
    elif out.suffix.lower() == ".xlsx":
        _write(out, sheet.as_xlsx(cases, iris, language))
    else:
        raise AtlasError(f"The sheet {out.name} must end in .csv or .xlsx.")
    doubts = Counter(case.doubt for case in cases)
    counted = ", ".join(f"{doubts[doubt]} {doubt}" for doubt in DOUBTS)
    click.echo(f"{len(cases)} doubtful names: {counted}.", err=True)


def _apply(filled: Path, data: Path | None, language: Language, report: Path | None) -> None:
    from atlas_ld.reference.gazetteer import Gazetteer  # needed by this command alone

    if data is None:
        raise AtlasError("Name the folder of your data with --data: its decisions.csv gets the decisions.")
    target = data / sources.DECISIONS
    try:
        content, existing = filled.read_bytes(), target.read_bytes() if target.exists() else b""
    except OSError as error:
        raise AtlasError(f"{error.filename} cannot be read: {error.strerror}.") from error
    rows = sheet.read_filled(content, filled.name)
    applied = applying.decide(rows, filled.name, existing, target.name, Gazetteer.load())
    applying.add_lines(target, existing, applied.lines)
    _tell(list(applied.findings), language, report)
    click.echo(
        f"{len(rows)} decisions read, {len(applied.lines)} added to {target}. {_counted(list(applied.findings))}"
    )
    sys.exit(_exit_code(list(applied.findings)))


@main.command()
@click.argument("before", metavar="[OLD]", required=False)
@click.argument("after", metavar="[NEW]", required=False)
@click.option(
    "--format", "format_", type=click.Choice(["text", "csv", "trig", "nquads"]), default="text", show_default=True
)
@click.option(
    "--notes", type=click.Path(dir_okay=False, path_type=Path), help="Draft release notes into this file (Markdown)."
)
@click.option("--fail-if-removed", "most", metavar="N%", help="Exit with 2 if more of the partnerships are gone.")
@_releases_option
@_lang_option
@_sentences
def diff(
    before: str | None,
    after: str | None,
    format_: str,
    notes: Path | None,
    most: str | None,
    releases: Path | None,
    language: Language | None,
) -> None:
    """Tell what the newest release changes, by record and field with values: key changes and removals first.

    OLD is the current release, or the one before where the newest is current; NEW is the newest. As CSV a row for each
    field; as TriG or N-Quads two graphs, of the triples that went and of those that came. A partnership that has
    another key counts as kept for --fail-if-removed.

    \b
    Examples:  atlas-ld build --data records/ --candidate && atlas-ld diff --fail-if-removed 5%
               atlas-ld diff --format csv > changes.csv
               atlas-ld diff 2026-11-01-1a2b3c4d 2026-11-28-5e6f7a8b --notes notes.md --lang fr
    """
    limit = _percentage(most) if most is not None else None
    where = _settings(releases=releases).releases
    language = language or _locale_language()
    old, new = _to_compare(where, before, after)
    found = compare_records(old, new, language)
    if format_ == "text":
        for line in as_text(found, language):
            click.echo(line)
    else:
        formats = {"trig": TRIG, "nquads": NQUADS}
        click.echo(as_csv(found) if format_ == "csv" else as_rdf(found, formats[format_]), nl=False)
    if notes:
        _write(notes, as_markdown(found, language))
    counts = ", ".join(f"{len(found.of(how))} {how}" for how in HOW)
    difference = found.difference
    click.echo(
        f"Records: {counts}. Triples: {difference.triples_added} added, {difference.triples_removed} removed.", err=True
    )
    if limit is not None and found.removed_share * 100 > limit:
        click.echo(f"{found.removed_share:.1%} of the partnerships are gone; at most {limit:g}% may be.", err=True)
        sys.exit(VIOLATIONS)


releases.add_command(diff)


def _to_compare(where: Path, before: str | None, after: str | None) -> tuple[layout.Release, layout.Release]:
    known, current = layout.release_ids(where, candidates=True), layout.current_id(where)
    after = after or _newest(where)
    earlier = known[known.index(after) + 1 :] if after in known else known
    before = before or (current if current != after else next(iter(earlier), None))
    if before is None or after is None:
        raise ReleaseError(
            f"There is no second release in {where} to compare; make one with `atlas-ld build --candidate`."
        )
    return layout.open_release(where, before), layout.open_release(where, after)


def _newest(where: Path) -> str | None:
    """The id of the release that was written last, candidates too; None where there is none."""
    known = layout.release_ids(where, candidates=True)
    return max(known, key=lambda name: layout.written_at(where / name), default=None)


def _percentage(text: str) -> float:
    try:
        value = float(text.strip().removesuffix("%").strip().replace(",", "."))
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise AtlasError(f"--fail-if-removed takes a percentage from 0 to 100, such as 5%, not {text!r}.")
    return value


@releases.command()
@click.argument("release_id", metavar="ID")
@_releases_option
@_sentences
def use(release_id: str, releases: Path | None) -> None:
    """Make a release the current one, after checking that it is whole."""
    where = _settings(releases=releases).releases
    release = layout.open_release(where, release_id)
    if differences := verify(release.path):
        raise AtlasError(f"{release_id} is not whole, so the current release stays: {differences[0]}")
    layout.make_current(where, release_id)
    click.echo(f"{release_id} is current. A running server takes it up on the signal HUP, or when it is started again.")


@releases.command("verify")
@click.argument("release_id", metavar="[ID]", required=False)
@_releases_option
@_sentences
def verify_(release_id: str | None, releases: Path | None) -> None:
    """Check every file of a release (the current one by default) against its size and SHA-256."""
    release = layout.open_release(_settings(releases=releases).releases, release_id)
    differences = verify(release.path)
    for difference in differences:
        click.echo(f"{release.id}: {difference}")
    if not differences:
        click.echo(f"{release.id}: sound, {len(release.manifest.files)} files and the store.")
    sys.exit(VIOLATIONS if differences else DONE)


def _build(
    data: tuple[Path, ...],
    settings: Settings,
    day: date,
    strict: bool,
    language: Language | None = None,
    report: Path | None = None,
    candidate: bool = False,
) -> pipeline.Outcome:
    paths = data or (root() / "data" / "demonstration",)
    outcome = pipeline.build(paths, settings, day=day, strict=strict, candidate=candidate, progress=_progress)
    _tell(outcome.findings, language, report, least=Severity.VIOLATION)
    counts = outcome.release.manifest.counts
    click.echo(
        f"{counts.published} records published, {counts.quarantined} quarantined, {counts.triples} triples. "
        f"{_counted(outcome.findings)}",
        err=True,
    )
    if outcome.keys.moved:
        click.echo(f"{len(outcome.keys.moved)} addresses of before lead to another, or say why they do not.", err=True)
    if outcome.unregistered and any(Path(name).name == sources.KEYS for name in outcome.release.manifest.inputs):
        click.echo(f"{len(outcome.unregistered)} keys are not in the register yet: `atlas-ld keys --write`.", err=True)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in outcome.seconds.items())
    click.echo(f"Time: {steps}.", err=True)
    return outcome


def _progress(step: str) -> None:
    click.echo(f"  {step}", err=True)


def _portions(step: str, done: int, total: int) -> None:
    """One line that counts on a terminal, one line in all elsewhere."""
    if sys.stderr.isatty():
        click.echo(f"\r  {step} {done} of {total} triples", err=True, nl=done >= total)
    elif done >= total:
        click.echo(f"  {step} {total} triples", err=True)


def _tell(
    findings: list[Finding],
    language: Language | None,
    report: Path | None,
    titles: Mapping[str, str] = MappingProxyType({}),
    least: Severity = Severity.INFO,
    summary: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Findings of a severity on stderr, worst first, long lists cut, how many of each kind last; all of them go into
    the report, in JSON after a summary."""
    language = language or _locale_language()
    if report:
        is_csv = report.suffix.lower() == ".csv"
        _write(report, report_csv(findings, titles) if is_csv else report_json(findings, titles, summary))
    order = list(Severity)
    shown = [finding for finding in findings if order.index(finding.severity) <= order.index(least)]
    ranked = sorted(shown, key=lambda finding: order.index(finding.severity))
    for finding in ranked[:_MOST_TOLD]:
        click.echo(finding.told(language, titles), err=True)
    if len(ranked) > _MOST_TOLD:
        rest = len(ranked) - _MOST_TOLD
        more = (
            f"… et {rest} autres ; --report FICHIER.csv les donne toutes."
            if language == "fr"
            else (f"... and {rest} more; --report FILE.csv has them all.")
        )
        click.echo(more, err=True)
    for line in by_kind(findings, language):
        click.echo(line, err=True)


_MOST_TOLD = 50


def _write(path: Path, content: str | bytes) -> None:
    try:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise AtlasError(f"{path} cannot be written: {error.strerror}.") from error


def _report_format(report: Path | None) -> None:
    if report and report.suffix.lower() not in (".json", ".csv"):
        raise AtlasError(f"The report {report.name} must end in .json or .csv.")


def _locale_language() -> Language:
    """French where the locale is (POSIX: LC_ALL, then LC_MESSAGES, then LANG), else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next(filter(None, names), "").lower().startswith("fr") else "en"


def _counted(findings: list[Finding]) -> str:
    counts = [(s.value, sum(f.severity is s for f in findings)) for s in Severity]
    return ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for name, count in counts) + "."


def _exit_code(findings: list[Finding]) -> int:
    return VIOLATIONS if any(f.severity is Severity.VIOLATION for f in findings) else DONE


def _today() -> date:
    """Today in UTC, or the day of SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC).date() if epoch and epoch.isdigit() else datetime.now(UTC).date()


@main.group()
def config() -> None:
    """Show and check the settings: from the environment, from atlas.toml, and the defaults."""


@config.command("show")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_sentences
def config_show(as_json: bool) -> None:
    """Show every setting, its value, and where it comes from.

    The file is the one that ATLAS_LD_CONFIG names, or atlas.toml in the working directory; TOML, a setting a line:

    \b
        port = 8080
        publisher = "Région Exemple"
    """
    values = told(os.environ)
    if as_json:
        listed = {name: {"value": _plain(value), "origin": origin} for name, (value, origin) in values.items()}
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    click.echo(f"Settings file: {file_of(os.environ) or 'none'}")
    rows = [[name, str(value), "" if origin == "default" else origin] for name, (value, origin) in values.items()]
    click.echo(tabular.table(["setting", "value", "from"], rows))


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)


@config.command("check")
@_sentences
def config_check() -> None:
    """Check that the settings can be used: names, types, the base IRI, the port, the folder of releases."""
    settings = _settings()
    wrong = unknown_variables(os.environ)
    try:
        Iris(settings.base_iri)
    except InvalidSetting as error:
        wrong.append(str(error))
    if not 1 <= settings.port <= 65535:
        wrong.append(f"port is {settings.port}; it must be from 1 to 65535.")
    if not settings.workers:
        wrong.append("workers is 0; one at least is needed for SPARQL.")
    if not settings.threads:
        wrong.append("threads is 0; one at least is needed to answer.")
    if not layout.release_ids(settings.releases):
        wrong.append(f"The folder of releases, {settings.releases}, has no release. Make one: atlas-ld build")
    for sentence in wrong:
        click.echo(f"atlas-ld: {sentence}", err=True)
    if wrong:
        sys.exit(COULD_NOT)
    click.echo("The settings can be used.")
