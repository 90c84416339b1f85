"""/cite/: how to cite an entity of this data set, in the formats of reference managers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial

from flask import Response, abort

from atlas_ld.iris import KEY, KINDS
from atlas_ld.media import BIBTEX, CITATION_FORMATS, RIS, by_extension
from atlas_ld.web.http.responses import answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import entity
from atlas_ld.web.text.i18n import t

blueprint = Routes("citation", __name__)


@dataclass(frozen=True)
class Citation:
    """What a citation says. `issued` is the date of the release as year, month and day."""

    key: str
    title: str
    publisher: str
    issued: tuple[int, int, int]
    address: str
    version: str

    @property
    def year(self) -> int:
        return self.issued[0]


def citation(publication: Publication, iri: str, title: str) -> Citation:
    day = publication.release.manifest.issued
    kind, key = publication.iris.split(iri) or ("", iri)
    issued = (day.year, day.month, day.day)
    # What was cited is what this release says, which stays at an address of its own (RFC 7089).
    base = publication.iris.base
    address = iri.replace(f"{base}id/", f"{base}releases/{publication.release.id}/doc/", 1)
    return Citation(f"{kind}-{key}", title, publication.settings.publisher, issued, address, publication.release.id)


@blueprint.get(
    "/cite/<kind>/<name>",
    fr="Citation d’une ressource pour les gestionnaires de références",
    en="Citation of a thing for reference managers",
    formats=CITATION_FORMATS,
    parameters=("lang",),
)
def cite(kind: str, name: str) -> Response:
    """The citation of an entity in the format that the extension names."""
    publication = current_publication()
    key, _, extension = name.rpartition(".")
    format_ = by_extension(extension, CITATION_FORMATS)
    if format_ is None or kind not in KINDS or not KEY.fullmatch(key):
        abort(404)
    iri = publication.iris.entity(kind, key)
    if not publication.reader.exists(iri):
        abort(404, t("documents.unknown", name=f"{kind}/{key}"))
    cited = citation(publication, iri, entity(iri).text)
    write = bibtex if format_ is BIBTEX else ris if format_ is RIS else csl
    return answer(partial(write, cited), format_, vary=("Accept-Language",))


def bibtex(cited: Citation) -> str:
    """An entry @misc, with braces that keep capitals as they are."""
    fields = {
        "title": f"{{{_escaped(cited.title)}}}",
        "howpublished": _escaped(cited.publisher),
        "year": str(cited.year),
        "version": cited.version,
        "url": cited.address,
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{cited.key},\n{lines}\n}}\n"


_BIBTEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"~": r"\~{}", "^": r"\^{}", "\\": r"\textbackslash{}"})


def _escaped(text: str) -> str:
    return " ".join(text.split()).translate(_BIBTEX)


def ris(cited: Citation) -> str:
    """One record of type DATA; lines end with CR LF."""
    year, month, day = cited.issued
    fields = (
        ("TY", "DATA"),
        ("TI", " ".join(cited.title.split())),
        ("PB", cited.publisher),
        ("PY", str(year)),
        ("DA", f"{year}/{month:02}/{day:02}"),
        ("ET", cited.version),
        ("UR", cited.address),
        ("ER", ""),
    )
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields)


def csl(cited: Citation) -> str:
    """A list of one item of type `dataset` (Citation Style Language, csl-data.json)."""
    item = {
        "id": cited.key,
        "type": "dataset",
        "title": cited.title,
        "publisher": cited.publisher,
        "issued": {"date-parts": [list(cited.issued)]},
        "version": cited.version,
        "URL": cited.address,
    }
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"
