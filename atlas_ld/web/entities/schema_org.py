"""What search engines read inside a page: the dataset and its entities in schema.org's words, as JSON-LD.

https://developers.google.com/search/docs/appearance/structured-data/dataset tells what one of them looks for. Only what
the document says is said here, in the words that fit; what is not known is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from atlas_ld.catalogue import PERIOD
from atlas_ld.iris import Kind
from atlas_ld.rdf import parse_file
from atlas_ld.release.layout import CATALOGUE
from atlas_ld.vocabulary import ATLAS, DCAT, DCTERMS, RDF, SKOS, WGS
from atlas_ld.web.publication import Publication
from atlas_ld.web.rendering.display import Graph
from atlas_ld.web.text.i18n import current_language

Node = dict[str, Any]

_MOST_LISTED = 50
"""Participants, funding lines and countries of one page; there may be hundreds."""


def script(node: Mapping[str, Any]) -> Markup:
    """The element of a page's head. Its JSON has no character that could end it, whatever a title holds."""
    text = json.dumps({"@context": "https://schema.org/", **node}, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')  # noqa: S704  # no markup is left in it


def dataset(publication: Publication) -> Node:
    """The dataset, as the release's catalogue describes it: Dataset with its files as DataDownload."""
    base, settings = publication.iris.base, publication.settings
    graph = Graph(parse_file(publication.release.path / CATALOGUE, base))
    boxes = [text for extent in graph.iris(base, DCTERMS.spatial) for text in graph.texts(extent, DCAT.bbox)]
    days = [graph.text(f"{base}{PERIOD}", day) for day in (DCAT.startDate, DCAT.endDate)]
    publisher = {"@type": "Organization", "name": settings.publisher, "url": f"{base}about"}
    return _known(
        {
            "@type": "Dataset",
            "@id": base,
            "name": graph.text(base, DCTERMS.title),
            "description": graph.text(base, DCTERMS.description),
            "url": base,
            "identifier": base,
            "version": publication.release.id,
            "datePublished": graph.text(base, DCTERMS.issued),
            "dateModified": graph.text(base, DCTERMS.modified),
            "license": settings.license,
            "creator": publisher,
            "publisher": publisher,
            "isAccessibleForFree": True,
            "inLanguage": "fr",
            "keywords": _in_language(graph, base, DCAT.keyword),
            "temporalCoverage": "/".join(day for day in days if day),
            "spatialCoverage": [{"@type": "Place", "geo": {"@type": "GeoShape", "box": _box(box)}} for box in boxes],
            "includedInDataCatalog": {"@type": "DataCatalog", "@id": f"{base}catalog", "url": f"{base}catalog"},
            "distribution": [
                _known(
                    {
                        "@type": "DataDownload",
                        "name": graph.text(part, DCTERMS.title),
                        "description": graph.text(part, DCTERMS.description),
                        "contentUrl": graph.iri(part, DCAT.downloadURL),
                        "encodingFormat": (graph.iri(part, DCAT.mediaType) or "").partition("media-types/")[2],
                        "contentSize": f"{graph.text(part, DCAT.byteSize)} B",
                    }
                )
                for part in graph.iris(base, DCAT.distribution)
            ],
        }
    )


def _in_language(graph: Graph, iri: str, property_: str) -> list[str]:
    terms = graph.objects(iri, property_)
    return [term.value for term in terms if getattr(term, "language", None) == current_language()]


def _box(polygon: str) -> str:
    """schema.org's box, latitude first, of a polygon in GeoJSON: its corners begin in the south-west and go round."""
    (corners,) = json.loads(polygon)["coordinates"]
    return " ".join(f"{latitude} {longitude}" for longitude, latitude in (corners[0], corners[2]))


def entity(publication: Publication, kind: Kind, iri: str, graph: Graph) -> Node | None:
    """What a page is about; None for kinds that schema.org has no word for."""
    if kind not in _KINDS:
        return None
    label = graph.label(iri)
    parts = publication.iris.split(iri)
    about = {
        "@id": iri,
        "name": label.text,
        "url": publication.iris.document(*parts) if parts else None,
        "isPartOf": {"@type": "Dataset", "@id": publication.iris.base},
    }
    return _known(_KINDS[kind](publication, iri, graph) | about)


def _known(node: Node) -> Node:
    return {name: value for name, value in node.items() if value not in (None, "", [], {})}


def _refer(graph: Graph, iris: Iterable[str], type_: str) -> list[Node]:
    return [{"@type": type_, "@id": iri, "name": graph.label(iri).text} for iri in list(iris)[:_MOST_LISTED]]


def _project(_: Publication, iri: str, graph: Graph) -> Node:
    year = graph.year(iri, ATLAS.startYear) or graph.year(iri, ATLAS.firstSignatureYear)
    sides = (*graph.iris(iri, ATLAS.frenchAuthority), *graph.iris(iri, ATLAS.foreignPartner))
    return {
        "@type": "Project",
        "identifier": graph.text(iri, DCTERMS.identifier),
        "description": graph.text(iri, DCTERMS.description) or graph.text(iri, ATLAS.objectives),
        "foundingDate": str(year) if year else None,
        "dissolutionDate": graph.text(iri, ATLAS.endDate),
        "member": _refer(graph, sides, "Organization"),
        "areaServed": _refer(graph, graph.iris(iri, ATLAS.partnerCountry), "Country"),
        "funding": [_grant(graph, line) for line in graph.iris(iri, ATLAS.fundingLine)[:_MOST_LISTED]],
        "keywords": graph.texts(iri, DCAT.keyword),
    }


def _grant(graph: Graph, iri: str) -> Node:
    amount, funder = graph.decimal(iri, ATLAS.amount), graph.iri(iri, ATLAS.funder)
    return _known(
        {
            "@type": "MonetaryGrant",
            "@id": iri,
            "amount": {"@type": "MonetaryAmount", "currency": "EUR", "value": str(amount)}
            if amount is not None
            else None,
            # Only an organisation: what the source declares may be a whole group of them.
            "funder": _refer(graph, [funder], "Organization") if funder else None,
            "description": graph.text(iri, ATLAS.declaredFunder),
        }
    )


def _funding(publication: Publication, iri: str, graph: Graph) -> Node:
    funded = publication.reader.subjects(ATLAS.fundingLine, iri)
    return _grant(graph, iri) | {"fundedItem": _refer(graph, funded, "Project")}


def _organisation(_: Publication, iri: str, graph: Graph) -> Node:
    siren, territory = graph.text(iri, ATLAS.sirenCode), graph.iri(iri, ATLAS.administers)
    is_authority = str(ATLAS.TerritorialAuthority) in graph.iris(iri, RDF.type)
    return {
        "@type": "GovernmentOrganization" if is_authority else "Organization",
        "identifier": {"@type": "PropertyValue", "propertyID": "SIREN", "value": siren} if siren else None,
        "areaServed": _refer(graph, [territory], "AdministrativeArea") if territory else None,
        "location": _refer(graph, graph.iris(iri, ATLAS.country), "Country"),
    }


def _place(_: Publication, iri: str, graph: Graph) -> Node:
    latitude, longitude = graph.decimal(iri, WGS.lat), graph.decimal(iri, WGS.long)
    located = latitude is not None and longitude is not None
    level, code = graph.iri(iri, ATLAS.level) or "", graph.text(iri, ATLAS.inseeCode)
    return {
        "@type": "Country" if level.endswith("level-country") else "AdministrativeArea",
        "identifier": {"@type": "PropertyValue", "propertyID": "INSEE", "value": code} if code else None,
        "geo": {"@type": "GeoCoordinates", "latitude": f"{latitude}", "longitude": f"{longitude}"} if located else None,
        "containedInPlace": _refer(graph, graph.iris(iri, ATLAS.within), "AdministrativeArea"),
        "sameAs": graph.iris(iri, SKOS.exactMatch),
    }


_KINDS: Mapping[str, Callable[[Publication, str, Graph], Node]] = {
    "partnership": _project,
    "funding": _funding,
    "organisation": _organisation,
    "territory": _place,
}
