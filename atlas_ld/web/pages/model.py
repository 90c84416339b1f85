"""/ontology, /shapes, /context.jsonld: the model, for people and for programs."""

from __future__ import annotations

from functools import partial

from flask import Response, render_template

from atlas_ld.media import HTML, JSONLD, RDF_FORMATS, Format
from atlas_ld.rdf import parse_file, steady, write
from atlas_ld.resources import root
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.negotiation import Content, negotiated
from atlas_ld.web.http.responses import Link, answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.urls import url_for

blueprint = Routes("model", __name__)

_FORMATS = (HTML, *RDF_FORMATS)
CURRENT = "2.0.0"
VERSIONS = ("1.0.0", CURRENT)
"""The versions of the ontology, oldest first. Those that are past are files of data/ontology/."""


@negotiated(blueprint, "/ontology", _FORMATS, fr="Ontologie", en="Ontology", memento=True)
def ontology(format_: Format) -> Content:
    """The ontology: its classes and properties."""
    return _content("ontology", format_)


@negotiated(
    blueprint,
    f"/ontology/<any({', '.join(VERSIONS)}):version>",
    RDF_FORMATS,
    fr="Une version de l’ontologie",
    en="One version of the ontology",
)
def ontology_version(format_: Format, version: str) -> Content:
    """The ontology as its version says it, in RDF: what `owl:versionIRI` names."""
    publication = current_publication()
    canonical = Link(f"{publication.iris.base}ontology/{version}", "canonical")
    return Content(partial(_write_version, publication, version, format_), [canonical])


@negotiated(blueprint, "/shapes", _FORMATS, fr="Règles de validation SHACL", en="SHACL shapes", memento=True)
def shapes(format_: Format) -> Content:
    """The shapes: what is expected of the data, in SHACL."""
    return _content("shapes", format_)


@blueprint.get(
    "/context.jsonld",
    fr="Contexte JSON-LD des documents",
    en="JSON-LD context of the documents",
    formats=(JSONLD,),
    memento=True,
)
def context() -> Response:
    """The JSON-LD context of every document, generated from the shapes."""
    path = current_publication().release.path / "context.jsonld"
    return answer(path.read_bytes, JSONLD, vary=())


def _content(part: str, format_: Format) -> Content:
    publication = current_publication()
    canonical = Link(f"{publication.iris.base}{part}", "canonical")
    return Content(partial(_write, publication, part, format_), [canonical])


def _write_version(publication: Publication, version: str, format_: Format) -> bytes:
    path = root() / "data" / "ontology" / f"{version}.ttl"
    file = publication.release.ontology if version == CURRENT else path
    return write(steady(parse_file(file, publication.iris.base)), format_, PREFIXES | publication.iris.prefixes)


def _write(publication: Publication, part: str, format_: Format) -> str | bytes:
    if format_ is HTML:
        formats = [(f, url_for(f"model.{part}_file", extension=f.extension, lang=None)) for f in RDF_FORMATS]
        return render_template(f"pages/{part}.html", model=publication.model, formats=formats)
    # Shapes have blank nodes, for lists, which `jsonld` does not know: JSON-LD is expanded here.
    triples = parse_file(publication.release.path / f"{part}.ttl", publication.iris.base)
    return write(steady(triples), format_, PREFIXES | publication.iris.prefixes)
