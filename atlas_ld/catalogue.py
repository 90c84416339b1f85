"""The dataset's own description: DCAT 3 for catalogues, VoID for linked-data clients.

The dataset is the base IRI itself. No blank nodes: distributions and partitions are fragments of it.
https://www.w3.org/TR/vocab-dcat-3/, https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from atlas_ld import __version__
from atlas_ld.config import Settings
from atlas_ld.iris import Iris, slug
from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Triple, day, integer, node, text
from atlas_ld.vocabulary import DCAT, DCTERMS, FOAF, PREFIXES, PROV, RDFS, SCHEMA, VOID

DCAT_VERSION = f"{DCAT._NS}version"  # new in DCAT 3, and rdflib's namespace is DCAT 2
SPDX = "http://spdx.org/rdf/terms#"
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/IRREG"
LANGUAGE = "http://publications.europa.eu/resource/authority/language/FRA"
FRANCE = "http://publications.europa.eu/resource/authority/country/FRA"
INTERNATIONAL_ISSUES = "http://publications.europa.eu/resource/authority/data-theme/INTR"

_VOCABULARIES = ("atlas", "dcat", "dct", "foaf", "org", "prov", "skos", "wgs")


@dataclass(frozen=True)
class Distribution:
    """A file of the dataset: its name below /download/, media type (without compression), size and SHA-256."""

    name: str
    media_type: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Statistics:
    """Counts of the published graph, or of a part of it: triples, subjects, things by class, triples by property."""

    triples: int
    subjects: int
    classes: Mapping[str, int]
    properties: Mapping[str, int]


def total(parts: Iterable[Statistics]) -> Statistics:
    """The counts of parts that have no subject in common, together."""
    triples, subjects = 0, 0
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    for part in parts:
        triples, subjects = triples + part.triples, subjects + part.subjects
        classes.update(part.classes)
        properties.update(part.properties)
    return Statistics(triples, subjects, dict(sorted(classes.items())), dict(sorted(properties.items())))


def describe_dataset(
    statistics: Statistics,
    distributions: Iterable[Distribution],
    iris: Iris,
    settings: Settings,
    release: str,
    issued: date,
    example: str | None,
) -> list[Triple]:
    """The triples about the dataset. `statistics` are those of what the release publishes, `example` an IRI worth
    looking at first."""
    base = iris.base
    dataset, catalog = node(base), node(f"{base}catalog")
    publisher, endpoint = node(f"{base}about#publisher"), node(f"{base}sparql")
    triples = [
        Triple(catalog, RDF_TYPE, node(DCAT.Catalog)),
        Triple(catalog, node(DCTERMS.title), text("Catalogue de la coopération décentralisée en données liées")),
        Triple(catalog, node(DCTERMS.title), text("Catalogue of decentralised cooperation as linked data", "en")),
        Triple(catalog, node(DCTERMS.description), text("Les jeux de données que cette instance d’atlas-ld publie.")),
        Triple(catalog, node(DCTERMS.description), text("The datasets that this atlas-ld instance publishes.", "en")),
        Triple(catalog, node(DCTERMS.publisher), publisher),
        Triple(catalog, node(DCAT.dataset), dataset),
        Triple(publisher, RDF_TYPE, node(FOAF.Agent)),
        Triple(publisher, node(FOAF.name), text(settings.publisher)),
        Triple(dataset, RDF_TYPE, node(DCAT.Dataset)),
        Triple(dataset, RDF_TYPE, node(VOID.Dataset)),
        Triple(dataset, node(DCTERMS.title), text("La coopération décentralisée française en données liées")),
        Triple(dataset, node(DCTERMS.title), text("French decentralised cooperation as linked data", "en")),
        Triple(
            dataset,
            node(DCTERMS.description),
            text(
                "Partenariats entre collectivités territoriales françaises et territoires étrangers : partenaires, "
                "thèmes, dates, textes et financements, avec la source de chaque fiche."
            ),
        ),
        Triple(
            dataset,
            node(DCTERMS.description),
            text(
                "Partnerships between French local authorities and territories abroad: partners, themes, dates, "
                "texts and funding, with the source of each record.",
                "en",
            ),
        ),
        Triple(dataset, node(DCTERMS.publisher), publisher),
        Triple(dataset, node(DCTERMS.license), node(settings.license)),
        Triple(dataset, node(DCTERMS.issued), day(issued)),
        Triple(dataset, node(DCAT_VERSION), Literal(release)),
        Triple(dataset, node(DCTERMS.language), node(LANGUAGE)),
        Triple(dataset, node(DCTERMS.spatial), node(FRANCE)),
        Triple(dataset, node(DCTERMS.accrualPeriodicity), node(FREQUENCY)),
        Triple(dataset, node(DCAT.theme), node(INTERNATIONAL_ISSUES)),
        Triple(dataset, node(DCAT.landingPage), node(f"{base}about")),
        Triple(dataset, node(FOAF.homepage), node(f"{base}about")),
        Triple(dataset, node(VOID.sparqlEndpoint), endpoint),
        Triple(dataset, node(VOID.uriSpace), Literal(f"{base}id/")),
    ]
    if example:
        triples.append(Triple(dataset, node(VOID.exampleResource), node(example)))
    for prefix in _VOCABULARIES:
        triples.append(Triple(dataset, node(VOID.vocabulary), node(PREFIXES[prefix])))
    triples += _service(dataset, endpoint)
    triples += _activities(dataset, iris)
    triples += _counts(statistics, dataset, base)
    for distribution in distributions:
        triples += _distribution(distribution, dataset, base, settings.license)
    return triples


_ACTIVITIES = {
    "import": ("Lecture des sources", "Reading of the sources"),
    "matching": ("Identification des organismes et des territoires", "Identification of bodies and territories"),
    "build": ("Assemblage et validation du graphe", "Assembly and validation of the graph"),
}
"""What makes the dataset, in order: each is informed by the one before. Records name the first."""


def _activities(dataset: NamedNode, iris: Iris) -> list[Triple]:
    """How the dataset came about (PROV-O), and by which version of which software."""
    software = node(iris.activity("software"))
    triples = [
        Triple(software, RDF_TYPE, node(PROV.SoftwareAgent)),
        Triple(software, node(RDFS.label), Literal(f"atlas-ld {__version__}")),
        Triple(software, node(SCHEMA.softwareVersion), Literal(__version__)),
    ]
    before: NamedNode | None = None
    for name, (fr, en) in _ACTIVITIES.items():
        activity = node(iris.activity(name))
        triples += [
            Triple(activity, RDF_TYPE, node(PROV.Activity)),
            Triple(activity, node(RDFS.label), text(fr)),
            Triple(activity, node(RDFS.label), text(en, "en")),
            Triple(activity, node(PROV.wasAssociatedWith), software),
        ]
        if before:
            triples.append(Triple(activity, node(PROV.wasInformedBy), before))
        before = activity
    assert before is not None
    return [*triples, Triple(dataset, node(PROV.wasGeneratedBy), before)]


def _service(dataset: NamedNode, endpoint: NamedNode) -> list[Triple]:
    return [
        Triple(endpoint, RDF_TYPE, node(DCAT.DataService)),
        Triple(endpoint, node(DCTERMS.title), text("Point d’accès SPARQL")),
        Triple(endpoint, node(DCTERMS.title), text("SPARQL endpoint", "en")),
        Triple(endpoint, node(DCAT.endpointURL), endpoint),
        Triple(endpoint, node(DCAT.servesDataset), dataset),
        Triple(endpoint, node(DCTERMS.conformsTo), node("https://www.w3.org/TR/sparql11-protocol/")),
    ]


def _counts(statistics: Statistics, dataset: NamedNode, base: str) -> list[Triple]:
    """Counts of the whole, and partitions by class and by property (VoID, section 4)."""
    triples = [
        Triple(dataset, node(VOID.triples), integer(statistics.triples)),
        Triple(dataset, node(VOID.entities), integer(statistics.subjects)),
        Triple(dataset, node(VOID.distinctSubjects), integer(statistics.subjects)),
        Triple(dataset, node(VOID.classes), integer(len(statistics.classes))),
        Triple(dataset, node(VOID.properties), integer(len(statistics.properties))),
    ]
    for iri, count in sorted(statistics.classes.items()):
        part = node(f"{base}#class-{slug(iri)}")
        triples += [
            Triple(dataset, node(VOID.classPartition), part),
            Triple(part, node(VOID["class"]), node(iri)),
            Triple(part, node(VOID.entities), integer(count)),
        ]
    for iri, count in sorted(statistics.properties.items()):
        part = node(f"{base}#property-{slug(iri)}")
        triples += [
            Triple(dataset, node(VOID.propertyPartition), part),
            Triple(part, node(VOID.property), node(iri)),
            Triple(part, node(VOID.triples), integer(count)),
        ]
    return triples


def _distribution(distribution: Distribution, dataset: NamedNode, base: str, license_: str) -> list[Triple]:
    address = node(f"{base}download/{distribution.name}")
    part, checksum = node(f"{base}#file-{distribution.name}"), node(f"{base}#sum-{distribution.name}")
    iana = "https://www.iana.org/assignments/media-types/"
    triples = [
        Triple(dataset, node(DCAT.distribution), part),
        Triple(part, RDF_TYPE, node(DCAT.Distribution)),
        Triple(part, node(DCTERMS.title), Literal(distribution.name)),
        Triple(part, node(DCAT.accessURL), address),
        Triple(part, node(DCAT.downloadURL), address),
        Triple(part, node(DCAT.mediaType), node(iana + distribution.media_type)),
        Triple(part, node(DCAT.byteSize), integer(distribution.bytes)),
        Triple(part, node(DCTERMS.license), node(license_)),
        Triple(part, node(SPDX + "checksum"), checksum),
        Triple(checksum, RDF_TYPE, node(SPDX + "Checksum")),
        Triple(checksum, node(SPDX + "algorithm"), node(SPDX + "checksumAlgorithm_sha256")),
        Triple(checksum, node(SPDX + "checksumValue"), Literal(distribution.sha256)),
    ]
    if distribution.name.endswith(".gz"):
        triples.append(Triple(part, node(DCAT.compressFormat), node(iana + "application/gzip")))
    if distribution.name.startswith("atlas."):
        triples.append(Triple(dataset, node(VOID.dataDump), address))
    return triples
