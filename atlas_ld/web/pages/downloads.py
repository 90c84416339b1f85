"""/download/: the release's files, as they are, with their sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Response, abort, render_template, request
from werkzeug.http import http_date
from werkzeug.wsgi import wrap_file

from atlas_ld.media import GZIP, RDF_FORMATS, TABLE_FORMATS, Format, by_extension
from atlas_ld.web.entities.signposting import file_links
from atlas_ld.web.http import rules
from atlas_ld.web.http.problems import problem
from atlas_ld.web.http.responses import REVALIDATE, Link, html_page
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication

blueprint = Routes("downloads", __name__)

_FOLDER = "download/"
_PIECE = 65536


@dataclass(frozen=True)
class Download:
    """One file: its name below /download/, the format of its content, whether it is gzipped, bytes, SHA-256."""

    name: str
    format: Format | None
    gzipped: bool
    bytes: int
    sha256: str

    @property
    def stem(self) -> str:
        return self.name.partition(".")[0]

    def named(self, release: str) -> str:
        """Its name where it is kept beside those of other releases: `atlas-2026-11-23-1a2b3c4d.nt.gz`."""
        stem, dot, extension = self.name.partition(".")
        return f"{stem}-{release}{dot}{extension}"


def downloads(publication: Publication) -> list[Download]:
    """Every file of the release's download folder, from its manifest."""
    found = []
    for path, entry in publication.release.manifest.files.items():
        if path.startswith(_FOLDER):
            name = path.removeprefix(_FOLDER)
            plain = name.removesuffix(".gz")
            format_ = by_extension(plain.rpartition(".")[2], (*RDF_FORMATS, *TABLE_FORMATS))
            found.append(Download(name, format_, plain != name, entry.bytes, entry.sha256))
    return found


@blueprint.get("/download/", fr="Liste des fichiers à télécharger", en="List of the files to download", memento=True)
def index() -> Response:
    """The list of files, graphs first, then tables."""
    publication = current_publication()
    found = downloads(publication)
    graphs = [d for d in found if d.stem == "atlas"]
    tables = [d for d in found if d.stem != "atlas"]
    return html_page(partial(render_template, "pages/downloads.html", graphs=graphs, tables=tables))


def _is_file(name: str) -> bool:
    return any(download.name == name for download in downloads(current_publication()))


@blueprint.get(
    "/download/<name>",
    fr="Un fichier, entier ou par plages d’octets",
    en="A file, whole or by ranges of bytes",
    formats=(*RDF_FORMATS, *TABLE_FORMATS, GZIP),
    others=(206,),
    memento=True,
    names_something=_is_file,
)
def file(name: str) -> Response:
    """One file, by conditional and by range requests too. A gzipped file is a file, not a coding of another: but
    where a client accepts gzip, the bytes of `atlas.nt.gz` are `atlas.nt` in that coding, at no cost."""
    publication = current_publication()
    found = {download.name: download for download in downloads(publication)}
    wanted = found.get(name) or abort(404)
    packed = found.get(f"{name}.gz")
    coding = _coding(dict(request.headers), packed.sha256 if packed else None) if packed else rules.IDENTITY
    sent = packed if packed and coding != rules.IDENTITY else wanted
    return _send(publication, wanted, sent, coding, bool(packed))


def _coding(headers: Mapping[str, str], tag: str | None) -> str:
    """Whether to send a file's gzipped bytes in its place. A range is one of the file itself, unless If-Range tells
    that the client has begun with the gzipped bytes."""
    if "Range" in headers and headers.get("If-Range") != f'"{tag}-gzip"':
        return rules.IDENTITY
    return rules.acceptable_codings(headers.get("Accept-Encoding"), ("gzip",))[0]


def _send(publication: Publication, wanted: Download, sent: Download, coding: str, varies: bool) -> Response:
    media_type = GZIP.media_type if wanted.gzipped else wanted.format.content_type if wanted.format else None
    tag = rules.coded_tag(sent.sha256, coding) or sent.sha256
    moment, headers = publication.published, dict(request.headers)
    fields = {
        "ETag": f'"{tag}"',
        "Last-Modified": http_date(moment),
        "Accept-Ranges": "bytes",
        "Cache-Control": REVALIDATE,
        "Content-Disposition": f'attachment; filename="{wanted.named(publication.release.id)}"',
        "Link": ", ".join(map(str, (*file_links(publication), Link(publication.settings.license, "license")))),
    }
    if varies:
        fields["Vary"] = "Accept-Encoding"
    status, _ = rules.precondition(request.method, headers, tag, moment)
    if status == 412:
        abort(problem(412))
    if status == 304:
        response = Response(status=304, headers=fields)
        del response.headers["Content-Type"]
        return response
    try:
        part = rules.byte_range(request.method, headers, sent.bytes, tag, moment)
    except ValueError:
        abort(problem(416, headers={"Content-Range": f"bytes */{sent.bytes}", "Accept-Ranges": "bytes"}))
    if coding != rules.IDENTITY:
        fields["Content-Encoding"] = coding
    path = publication.release.path / _FOLDER / sent.name
    size = sent.bytes
    if part is None:
        body = wrap_file(request.environ, path.open("rb"), _PIECE)
    else:
        body, size = _piece(path, part), part.stop - part.start
        fields["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{sent.bytes}"
    response = Response(body, 206 if part else 200, fields, content_type=media_type or "application/octet-stream")
    response.direct_passthrough = True
    response.content_length = size
    return response


def _piece(path: Path, part: slice) -> Iterator[bytes]:
    """The bytes of `part`, in pieces."""
    with path.open("rb") as content:
        content.seek(part.start)
        left = part.stop - part.start
        while left and (read := content.read(min(left, _PIECE))):
            left -= len(read)
            yield read
