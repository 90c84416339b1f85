"""/download/: the release's files, as they are, with their sums."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, abort, render_template, send_file

from atlas_ld.media import RDF_FORMATS, TABLE_FORMATS, Format, by_extension
from atlas_ld.web.publication import Publication, publication
from atlas_ld.web.responses import Link, html_page

blueprint = Blueprint("downloads", __name__)

_FOLDER = "download/"
_GZIP = "application/gzip"


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


def downloads(opened: Publication) -> list[Download]:
    """Every file of the release's download folder, from its manifest."""
    found = []
    for path, entry in opened.release.manifest.files.items():
        if path.startswith(_FOLDER):
            name = path.removeprefix(_FOLDER)
            plain = name.removesuffix(".gz")
            format_ = by_extension(plain.rpartition(".")[2], (*RDF_FORMATS, *TABLE_FORMATS))
            found.append(Download(name, format_, plain != name, entry.bytes, entry.sha256))
    return found


@blueprint.get("/download/")
def index() -> Response:
    """The list of files, graphs first, then tables."""
    opened = publication()
    found = downloads(opened)
    graphs = [d for d in found if d.stem == "atlas"]
    tables = [d for d in found if d.stem != "atlas"]
    return html_page(partial(render_template, "downloads/index.html", graphs=graphs, tables=tables))


@blueprint.get("/download/<name>")
def file(name: str) -> Response:
    """One file, by conditional and by range requests too. A gzipped file is a file, not an encoding of another."""
    opened = publication()
    wanted = next((d for d in downloads(opened) if d.name == name), None) or abort(404)
    media_type = _GZIP if wanted.gzipped else wanted.format.content_type if wanted.format else None
    response = send_file(
        (opened.release.path / _FOLDER / wanted.name).resolve(),
        mimetype=media_type or "application/octet-stream",
        as_attachment=False,
        conditional=True,
        etag=wanted.sha256,
        last_modified=None,
    )
    response.headers["Link"] = str(Link(opened.settings.license, "license"))
    return response
