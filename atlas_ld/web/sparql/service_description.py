"""The service description of /sparql (https://www.w3.org/TR/sparql11-service-description/), with the dataset's own:
VoID with its partitions by class and property, an example resource, and the dumps."""

from __future__ import annotations

from rdflib import Namespace

from atlas_ld import jsonld
from atlas_ld.media import JSONLD, Format
from atlas_ld.rdf import NamedNode, Triple, integer, node, parse_file, text, write
from atlas_ld.vocabulary import DCTERMS, PREFIXES, RDF, RDFS, VOID
from atlas_ld.web.publication import Publication
from atlas_ld.web.text.i18n import LANGUAGES, translate

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_WRITTEN = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "JSON-LD", "N-Triples", "RDF_XML", "TriG", "N-Quads",
)  # fmt: skip
"""The W3C's names of media.RESULT_FORMATS and media.RDF_FORMATS (https://www.w3.org/ns/formats/)."""


def write_description(publication: Publication, format_: Format) -> bytes:
    """The description in an RDF format. Its parts are fragments of the endpoint's address, so no node is blank."""
    triples, prefixes = describe(publication), PREFIXES | {"sd": str(_SD), "formats": str(_FORMATS)}
    if format_ is JSONLD:
        return jsonld.dump(triples, {"id": "@id", "type": "@type", **prefixes})
    return write(triples, format_, prefixes)


def describe(publication: Publication) -> list[Triple]:
    """The endpoint, its language, features, formats, limits and engines (in words, in both languages) and dataset; and
    what the release's catalogue says of that."""
    address = f"{publication.iris.base}sparql"
    service, dataset = node(f"{address}#service"), node(f"{address}#dataset")
    default, quality = node(f"{address}#default-graph"), node(f"{address}#quality-graph")
    settings = publication.settings
    limits = {
        "seconds": f"{settings.query_seconds:g}",
        "rows": settings.query_rows,
        "size": settings.query_bytes // 2**20,
        "length": settings.query_length,
        "workers": settings.workers,
        "queue": settings.query_queue,
    }

    def say(subject: NamedNode, predicate: str, *objects: NamedNode) -> list[Triple]:
        return [Triple(subject, node(predicate), value) for value in objects]

    return [
        *say(service, RDF.type, node(_SD.Service)),
        *say(service, _SD.endpoint, node(address)),
        *say(service, _SD.supportedLanguage, node(_SD.SPARQL10Query), node(_SD.SPARQL11Query)),
        *say(service, _SD.resultFormat, *(node(_FORMATS[name]) for name in _WRITTEN)),
        *say(service, _SD.defaultEntailmentRegime, node("http://www.w3.org/ns/entailment/Simple")),
        *say(service, _SD.defaultDataset, dataset),
        *(
            Triple(service, node(RDFS.comment), text(translate(name, language, **limits), language))
            for name in ("sparql.limits", "sparql.engines")
            for language in LANGUAGES
        ),
        *say(service, DCTERMS.license, node(settings.license)),
        *say(dataset, RDF.type, node(_SD.Dataset)),
        *say(dataset, _SD.defaultGraph, default),
        *say(dataset, _SD.namedGraph, quality),
        *say(default, RDF.type, node(_SD.Graph), node(VOID.Dataset)),
        Triple(default, node(VOID.triples), integer(publication.statements)),
        # The dataset of the catalogue, with its count, is what the dumps hold.
        *say(default, VOID.subset, node(publication.iris.base)),
        *(Triple(default, node(RDFS.comment), text(translate("sparql.graphs", one), one)) for one in LANGUAGES),
        *say(dataset, DCTERMS.isPartOf, node(publication.iris.base)),
        *say(quality, RDF.type, node(_SD.NamedGraph)),
        *say(quality, _SD.name, node(publication.iris.quality_graph)),
        *parse_file(publication.release.path / "catalogue.ttl", publication.iris.base),
    ]
