"""/ontology, /shapes, /context.jsonld: the model, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from flask import Blueprint, Response, abort, render_template, url_for

from atlas_ld.media import HTML, JSONLD, RDF_FORMATS, Format, by_extension
from atlas_ld.rdf import BlankNode, Literal, Node, Triple, parse_file, write
from atlas_ld.vocabulary import PREFIXES
from atlas_ld.web.http.responses import Link, answer, negotiate
from atlas_ld.web.publication import Publication, current_publication

blueprint = Blueprint("model", __name__)

_FORMATS = (HTML, *RDF_FORMATS)


@blueprint.get("/ontology")
def ontology() -> Response:
    """The ontology: its classes and properties."""
    return _negotiated("ontology")


@blueprint.get("/shapes")
def shapes() -> Response:
    """The shapes: what is expected of the data, in SHACL."""
    return _negotiated("shapes")


@blueprint.get("/<any(ontology, shapes):part>.<extension>")
def file(part: str, extension: str) -> Response:
    """The same in the format that the extension names."""
    chosen = format_or_404(extension, _FORMATS)
    vary = ("Accept-Language",) if chosen is HTML else ()
    return answer(partial(_write, current_publication(), part, chosen), chosen, links=_links(part, chosen), vary=vary)


@blueprint.get("/context.jsonld")
def context() -> Response:
    """The JSON-LD context of every document, generated from the shapes."""
    path = current_publication().release.path / "context.jsonld"
    return answer(path.read_bytes, JSONLD, vary=())


def format_or_404(extension: str, offered: Sequence[Format]) -> Format:
    """The offered format with this extension. Aborts with 404 where there is none."""
    return by_extension(extension, offered) or abort(404)


def _negotiated(part: str) -> Response:
    chosen = negotiate(_FORMATS, partial(_address, part))
    return answer(
        partial(_write, current_publication(), part, chosen),
        chosen,
        links=_links(part, chosen),
        content_location=_address(part, chosen),
    )


def _address(part: str, format_: Format) -> str:
    language = {} if format_ is HTML else {"lang": None}
    return url_for("model.file", part=part, extension=format_.extension, **language)


def _links(part: str, chosen: Format) -> list[Link]:
    alternates = [Link(_address(part, f), "alternate", f.media_type) for f in _FORMATS if f is not chosen]
    return [*alternates, Link(f"{current_publication().iris.base}{part}", "canonical")]


def _write(publication: Publication, part: str, format_: Format) -> str | bytes:
    if format_ is HTML:
        formats = [(f, _address(part, f)) for f in RDF_FORMATS]
        return render_template(f"pages/{part}.html", model=publication.model, formats=formats)
    # Shapes have blank nodes, for lists, which `jsonld` does not know: JSON-LD is expanded here.
    triples = parse_file(publication.release.path / f"{part}.ttl", publication.iris.base)
    return write(_steady(triples), format_, PREFIXES | publication.iris.prefixes)


def _steady(triples: Iterable[Triple]) -> Iterator[Triple]:
    """The triples with blank nodes named in their order: the parser names them at random, and a strong entity tag
    stands for the same bytes each time."""
    names: dict[BlankNode, BlankNode] = {}

    def steady(term: Node) -> Node:
        return names.setdefault(term, BlankNode(f"b{len(names)}")) if isinstance(term, BlankNode) else term

    for triple in triples:
        subject = steady(triple.subject)  # type: ignore[arg-type]  # no quoted triples in Turtle 1.1
        assert not isinstance(subject, Literal)
        yield Triple(subject, triple.predicate, steady(triple.object))  # type: ignore[arg-type]  # likewise
