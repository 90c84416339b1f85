"""The dataset's own description: DCAT 3 for catalogues, VoID for linked-data clients.

The dataset is the base IRI itself. No blank nodes: distributions and partitions are fragments of it.
https://www.w3.org/TR/vocab-dcat-3/, https://semiceu.github.io/DCAT-AP/releases/3.0.1/, https://www.w3.org/TR/void/
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from atlas_ld import __version__
from atlas_ld.config import Settings
from atlas_ld.iris import Iris, slug
from atlas_ld.media import GZIP, Format
from atlas_ld.rdf import RDF_TYPE, Literal, NamedNode, Node, Triple, day, integer, node, text
from atlas_ld.vocabulary import DCAT, DCTERMS, FOAF, PREFIXES, PROV, RDF, RDFS, SCHEMA, SKOS, VOID, XSD

DCAT_VERSION = f"{DCAT._NS}version"  # new in DCAT 3, and rdflib's namespace is DCAT 2
SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
GEOJSON_LITERAL = "http://www.opengis.net/ont/geosparql#geoJSONLiteral"
AVAILABILITY = "http://data.europa.eu/r5r/availability"
LOCATED = "http://www.w3.org/ns/locn#geometry"
IANA = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"
"""The EU's tables of codes, which DCAT-AP asks for."""

PERIOD = "#period"
"""What follows the base in the IRI of the time that the data covers."""

_VOCABULARIES = ("atlas", "dcat", "dct", "foaf", "geo", "locn", "org", "prov", "skos", "wgs")


@dataclass(frozen=True)
class Distribution:
    """A file of the dataset: its name below /download/, format (without compression), size and SHA-256."""

    name: str
    format: Format
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Coverage:
    """What the data is about: the first and the last year, and the box around all places: west, south, east and north
    in degrees (WGS 84). None where nothing is known."""

    years: tuple[int, int] | None = None
    box: tuple[float, float, float, float] | None = None


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
    coverage: Coverage,
    iris: Iris,
    settings: Settings,
    release: str,
    issued: date,
    example: str | None,
) -> list[Triple]:
    """The triples about the dataset. `statistics` are those of what the release publishes, `example` an IRI worth
    looking at first."""
    base = iris.base
    dataset, endpoint = node(base), node(f"{base}sparql")
    triples = [
        *_catalog(base, dataset, endpoint, issued, settings),
        *_dataset(base, dataset, release, issued),
        *_coverage(base, coverage),
        *_about_both(dataset, base, settings),
        *_service(dataset, endpoint),
        *_about_both(endpoint, base, settings),
        *_agents(base, settings),
        *_classes(base, settings),
    ]
    if example:
        triples.append(Triple(dataset, node(VOID.exampleResource), node(example)))
    for prefix in _VOCABULARIES:
        triples.append(Triple(dataset, node(VOID.vocabulary), node(PREFIXES[prefix])))
    triples += _activities(dataset, iris)
    triples += _references(dataset, base)
    triples += _counts(statistics, dataset, base)
    for distribution in distributions:
        triples += _distribution(distribution, dataset, base, issued, settings.license)
    places: dict[object, int] = {}
    return sorted(dict.fromkeys(triples), key=lambda triple: places.setdefault(triple.subject, len(places)))


def _say(subject: NamedNode, *pairs: tuple[str, Node]) -> list[Triple]:
    return [Triple(subject, node(property_), value) for property_, value in pairs]


def _words(property_: str, french: str, english: str) -> tuple[tuple[str, Node], tuple[str, Node]]:
    return (property_, text(french)), (property_, text(english, "en"))


def _catalog(base: str, dataset: NamedNode, endpoint: NamedNode, issued: date, settings: Settings) -> list[Triple]:
    return _say(
        node(f"{base}catalog"),
        (RDF.type, node(DCAT.Catalog)),
        *_words(
            DCTERMS.title,
            "Catalogue de la coopération décentralisée en données liées",
            "Catalogue of decentralised cooperation as linked data",
        ),
        *_words(
            DCTERMS.description,
            "Les jeux de données que cette instance d’atlas-ld publie.",
            "The datasets that this atlas-ld instance publishes.",
        ),
        (DCTERMS.identifier, Literal(f"{base}catalog")),
        (DCTERMS.publisher, node(f"{base}about#publisher")),
        (DCTERMS.license, node(settings.license)),
        (DCTERMS.issued, day(issued)),
        (DCTERMS.modified, day(issued)),
        *((DCTERMS.language, node(f"{EU}language/{code}")) for code in ("FRA", "ENG")),
        (DCTERMS.spatial, node(f"{EU}country/FRA")),
        (DCAT.themeTaxonomy, node(f"{EU}data-theme")),
        (FOAF.homepage, node(base)),
        (DCAT.dataset, dataset),
        (DCAT.service, endpoint),
    )


def _dataset(base: str, dataset: NamedNode, release: str, issued: date) -> list[Triple]:
    return _say(
        dataset,
        (RDF.type, node(DCAT.Dataset)),
        (RDF.type, node(VOID.Dataset)),
        *_words(
            DCTERMS.title,
            "La coopération décentralisée française en données liées",
            "French decentralised cooperation as linked data",
        ),
        *_words(
            DCTERMS.description,
            "Partenariats entre collectivités territoriales françaises et territoires étrangers : partenaires, thèmes, "
            "dates, textes et financements, avec la source de chaque fiche.",
            "Partnerships between French local authorities and territories abroad: partners, themes, dates, texts and "
            "funding, with the source of each record.",
        ),
        (DCTERMS.identifier, Literal(base)),
        (DCTERMS.issued, day(issued)),
        (DCTERMS.modified, day(issued)),
        (DCAT_VERSION, Literal(release)),
        (DCTERMS.language, node(f"{EU}language/FRA")),
        (DCTERMS.spatial, node(f"{EU}country/FRA")),
        (DCTERMS.accrualPeriodicity, node(f"{EU}frequency/IRREG")),
        (DCAT.landingPage, node(f"{base}about")),
        (FOAF.homepage, node(f"{base}about")),
        (VOID.sparqlEndpoint, node(f"{base}sparql")),
        (VOID.uriSpace, Literal(f"{base}id/")),
    )


def _about_both(subject: NamedNode, base: str, settings: Settings) -> list[Triple]:
    """What is said of the dataset and of the service that serves it alike."""
    return _say(
        subject,
        (DCTERMS.publisher, node(f"{base}about#publisher")),
        (DCAT.contactPoint, node(f"{base}about#contact")),
        (DCTERMS.license, node(settings.license)),
        (DCTERMS.accessRights, node(f"{EU}access-right/PUBLIC")),
        (DCAT.theme, node(f"{EU}data-theme/INTR")),
        *((DCAT.keyword, text(word)) for word in _KEYWORDS["fr"]),
        *((DCAT.keyword, text(word, "en")) for word in _KEYWORDS["en"]),
    )


_KEYWORDS = {
    "fr": (
        "coopération décentralisée",
        "action extérieure des collectivités territoriales",
        "collectivités territoriales",
        "partenariat",
        "solidarité internationale",
    ),
    "en": ("decentralised cooperation", "local authorities", "partnership", "international development"),
}


def _coverage(base: str, coverage: Coverage) -> list[Triple]:
    """The period from the first day of the first year to the last of the last; the box around all places."""
    dataset, triples = node(base), []
    if coverage.years:
        period, (first, last) = node(f"{base}{PERIOD}"), coverage.years
        triples += _say(dataset, (DCTERMS.temporal, period))
        triples += _say(
            period,
            (RDF.type, node(DCTERMS.PeriodOfTime)),
            (DCAT.startDate, day(date(first, 1, 1))),
            (DCAT.endDate, day(date(last, 12, 31))),
        )
    if coverage.box:
        extent, (west, south, east, north) = node(f"{base}#extent"), coverage.box
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = _geometry("Polygon", [corners])
        triples += _say(dataset, (DCTERMS.spatial, extent))
        middle = _geometry("Point", (round((west + east) / 2, 5), round((south + north) / 2, 5)))
        triples += _say(
            extent,
            (RDF.type, node(DCTERMS.Location)),
            (DCAT.bbox, ring),
            (DCAT.centroid, middle),
            (LOCATED, ring),
        )
    return triples


@dataclass(frozen=True)
class Reference:
    """Reference data of which parts are published: what is taken, from whom, under which licence."""

    name: str
    fr: str
    en: str
    homepage: str
    license: str


REFERENCES = (
    Reference(
        "geonames",
        "GeoNames : positions, noms et numéros de lieux (CC BY 4.0)",
        "GeoNames: positions, names and numbers of places (CC BY 4.0)",
        "https://www.geonames.org/",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    Reference(
        "insee",
        "Insee et DGCL : communes, intercommunalités, départements, régions, populations (Licence Ouverte 2.0)",
        "Insee and DGCL: municipalities, groups of these, départements, regions, populations (Licence Ouverte 2.0)",
        "https://www.insee.fr/",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    ),
    Reference(
        "cldr",
        "Unicode CLDR : noms des pays en français et en anglais (Unicode License v3)",
        "Unicode CLDR: names of countries in French and English (Unicode License v3)",
        "https://cldr.unicode.org/",
        "https://www.unicode.org/license.txt",
    ),
)
"""What the data owe to others (data/reference/README.md), for the catalogue and the page of licences."""


def _references(dataset: NamedNode, base: str) -> list[Triple]:
    """The licence of each part that is not the publisher's own. DCAT-AP keeps dct:source for data sets, and harvesters
    would take each for one of ours."""
    triples = []
    for one in REFERENCES:
        part = node(f"{base}about#{one.name}")
        triples += [
            Triple(dataset, node(PROV.wasDerivedFrom), part),
            Triple(part, RDF_TYPE, node(PROV.Entity)),
            Triple(part, node(DCTERMS.title), text(one.fr)),
            Triple(part, node(DCTERMS.title), text(one.en, "en")),
            Triple(part, node(FOAF.homepage), node(one.homepage)),
            Triple(part, node(DCTERMS.license), node(one.license)),
        ]
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


def _geometry(type_: str, coordinates: object) -> Literal:
    """As GeoJSON, since Virtuoso gives a WKT literal back in another form than it was given, and a published release is
    compared with its engine term by term. Harvesters read both."""
    return Literal(json.dumps({"type": type_, "coordinates": coordinates}), datatype=node(GEOJSON_LITERAL))


def _service(dataset: NamedNode, endpoint: NamedNode) -> list[Triple]:
    return _say(
        endpoint,
        (RDF.type, node(DCAT.DataService)),
        *_words(DCTERMS.title, "Point d’accès SPARQL", "SPARQL endpoint"),
        *_words(
            DCTERMS.description,
            "Les mêmes données, interrogeables en SPARQL 1.1.",
            "The same data, to be queried in SPARQL 1.1.",
        ),
        (DCTERMS.identifier, Literal(endpoint.value)),
        (DCAT.endpointURL, endpoint),
        (DCAT.endpointDescription, endpoint),
        (DCAT.servesDataset, dataset),
        (DCTERMS.conformsTo, node(_PROTOCOL)),
    )


_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"


def _agents(base: str, settings: Settings) -> list[Triple]:
    """Who publishes, and where to write. The contact is an e-mail address or that of a page."""
    contact = settings.contact.strip()
    address = (
        (f"{VCARD}hasURL", node(quote(contact, safe=_IN_ADDRESSES)))
        if contact.startswith(("https://", "http://"))
        else (f"{VCARD}hasEmail", node(f"mailto:{quote(contact.removeprefix('mailto:'), safe='@+')}"))
    )
    return [
        *_say(
            node(f"{base}about#publisher"),
            (RDF.type, node(FOAF.Agent)),
            (FOAF.name, text(settings.publisher)),
            (FOAF.homepage, node(f"{base}about")),
        ),
        *_say(
            node(f"{base}about#contact"),
            (RDF.type, node(f"{VCARD}Kind")),
            (f"{VCARD}fn", Literal(settings.publisher)),
            address,
        ),
    ]


_IN_ADDRESSES = "/:?#@!$&'()*+,;=%~"


def _classes(base: str, settings: Settings) -> list[Triple]:
    """What the things are that we refer to: DCAT-AP's shapes of ranges want to read it here, since they fetch
    nothing. Of the codes, their names too."""
    theme, available = f"{EU}data-theme/INTR", f"{EU}planned-availability/AVAILABLE"
    known = {
        settings.license: DCTERMS.LicenseDocument,
        f"{base}about": FOAF.Document,
        base: FOAF.Document,  # the home page stands for the dataset
        f"{EU}language/FRA": DCTERMS.LinguisticSystem,
        f"{EU}language/ENG": DCTERMS.LinguisticSystem,
        f"{EU}country/FRA": DCTERMS.Location,
        f"{EU}frequency/IRREG": DCTERMS.Frequency,
        f"{EU}access-right/PUBLIC": DCTERMS.RightsStatement,
        theme: SKOS.Concept,
        available: SKOS.Concept,
        f"{EU}data-theme": SKOS.ConceptScheme,
        _PROTOCOL: DCTERMS.Standard,
    }
    typed = [Triple(node(iri), RDF_TYPE, node(class_)) for iri, class_ in known.items()]
    return [
        *typed,
        *_say(node(theme), *_words(SKOS.prefLabel, "Questions internationales", "International issues")),
        *_say(node(available), *_words(SKOS.prefLabel, "Disponible", "Available")),
        *_say(node(f"{EU}data-theme"), *_words(DCTERMS.title, "Thèmes de données", "Data themes")),
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


def _distribution(
    distribution: Distribution, dataset: NamedNode, base: str, issued: date, license_: str
) -> list[Triple]:
    address, format_ = node(f"{base}download/{distribution.name}"), distribution.format
    part, checksum = node(f"{base}#file-{distribution.name}"), node(f"{base}#sum-{distribution.name}")
    media_type, file_type = node(IANA + format_.media_type), node(f"{EU}file-type/{format_.file_type}")
    gzip, available = node(IANA + GZIP.media_type), node(f"{EU}planned-availability/AVAILABLE")
    size = Literal(str(distribution.bytes), datatype=node(XSD.nonNegativeInteger))
    packed, stem = distribution.name.endswith(".gz"), distribution.name.partition(".")[0]
    french = "Toutes les données" if stem == _WHOLE else f"La table « {stem} », une ligne par ressource"
    english = "All of the data" if stem == _WHOLE else f"The table “{stem}”, a row for each thing"
    triples = [
        Triple(dataset, node(DCAT.distribution), part),
        *_say(
            part,
            (RDF.type, node(DCAT.Distribution)),
            (DCTERMS.title, Literal(distribution.name)),
            *_words(
                DCTERMS.description,
                f"{french}, {format_.label}{', comprimé par gzip' if packed else ''}.",
                f"{english}, {format_.label}{', compressed by gzip' if packed else ''}.",
            ),
            (DCAT.accessURL, address),
            (DCAT.downloadURL, address),
            (DCAT.mediaType, media_type),
            (DCTERMS.format, file_type),
            (DCAT.byteSize, size),
            (DCTERMS.license, node(license_)),
            (DCTERMS.issued, day(issued)),
            (DCTERMS.modified, day(issued)),
            (AVAILABILITY, available),
            (f"{SPDX}checksum", checksum),
        ),
        *_say(
            checksum,
            (RDF.type, node(f"{SPDX}Checksum")),
            (f"{SPDX}algorithm", node(f"{SPDX}checksumAlgorithm_sha256")),
            (f"{SPDX}checksumValue", Literal(distribution.sha256, datatype=node(XSD.hexBinary))),
        ),
        Triple(media_type, RDF_TYPE, node(DCTERMS.MediaType)),
        Triple(file_type, RDF_TYPE, node(DCTERMS.MediaTypeOrExtent)),
    ]
    if packed:
        triples += _say(part, (DCAT.compressFormat, gzip)) + _say(gzip, (RDF.type, node(DCTERMS.MediaType)))
    if stem == _WHOLE:
        triples += _say(dataset, (VOID.dataDump, address))
    return triples


_WHOLE = "atlas"
