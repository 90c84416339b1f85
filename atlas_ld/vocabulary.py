"""Terms and prefixes, once. `tests/test_vocabulary.py` holds ATLAS equal to ontology/atlas.ttl."""

from __future__ import annotations

from rdflib import URIRef
from rdflib.namespace import (
    DCAT,
    DCTERMS,
    FOAF,
    ORG,
    OWL,
    PROV,
    RDF,
    RDFS,
    SH,
    SKOS,
    VOID,
    XSD,
    DefinedNamespace,
    Namespace,
)

__all__ = [
    "ATLAS", "DCAT", "DCTERMS", "EU_COUNTRY", "FOAF", "GEO", "GEONAMES", "LOCN", "ORG", "OWL", "PREFIXES", "PROV",
    "RDF", "RDFS", "SCHEMA", "SDG", "SH", "SHAPE", "SKOS", "VOID", "WGS", "XSD",
]  # fmt: skip


class ATLAS(DefinedNamespace):
    """The ontology's own terms, at https://w3id.org/atlas-ld/ontology#."""

    _fail = True
    _NS = Namespace("https://w3id.org/atlas-ld/ontology#")

    # Classes
    Partnership: URIRef
    Participation: URIRef
    FundingLine: URIRef
    Organisation: URIRef
    TerritorialAuthority: URIRef
    OtherOrganisation: URIRef
    Territory: URIRef
    DiplomaticPost: URIRef
    ThemeAssignment: URIRef
    GoalAssignment: URIRef
    Record: URIRef
    Source: URIRef
    Contribution: URIRef
    Position: URIRef

    # Partnership: dates and state
    firstSignatureYear: URIRef
    startYear: URIRef
    endDate: URIRef
    endMonth: URIRef
    endYear: URIRef
    declaredStatus: URIRef
    elapsed: URIRef
    triennial: URIRef
    continues: URIRef
    undocumentedSection: URIRef

    # Partnership: what no code list knows
    formAsWritten: URIRef
    statusAsWritten: URIRef
    triennialAsWritten: URIRef
    communicationInFranceAsWritten: URIRef
    communicationAbroadAsWritten: URIRef
    evaluationAsWritten: URIRef
    themeAsWritten: URIRef
    goalAsWritten: URIRef
    roleAsWritten: URIRef

    # Partnership: themes and goals
    mainTheme: URIRef
    themeAssignment: URIRef
    theme: URIRef
    priority: URIRef
    goalAssignment: URIRef
    goal: URIRef
    relevance: URIRef

    # Partnership: texts
    context: URIRef
    history: URIRef
    objectives: URIRef
    localObjectives: URIRef
    frenchObjectives: URIRef
    beneficiaries: URIRef

    # Partnership: follow-up
    communicationInFrance: URIRef
    communicationAbroad: URIRef
    evaluation: URIRef
    volunteerCount: URIRef
    volunteerMission: URIRef
    followedBy: URIRef
    postFunction: URIRef

    # Partnership: who
    participation: URIRef
    frenchAuthority: URIRef
    foreignPartner: URIRef
    partnerCountry: URIRef

    # Participation
    nameAsWritten: URIRef
    kindAsWritten: URIRef
    declaredKind: URIRef
    countryAsWritten: URIRef
    sirenAsWritten: URIRef
    contactFunction: URIRef
    matchMethod: URIRef
    matchScore: URIRef

    # Funding
    fundingLine: URIRef
    declaredFunder: URIRef
    funder: URIRef
    funderKind: URIRef
    amount: URIRef
    oudinAmount: URIRef
    firstYear: URIRef
    lastYear: URIRef
    committedAmount: URIRef
    paidAmount: URIRef
    year: URIRef

    # Authorities and territories
    administers: URIRef
    sirenCode: URIRef
    identification: URIRef
    formerKey: URIRef
    existsFrom: URIRef
    existsUntil: URIRef
    level: URIRef
    inseeCode: URIRef
    within: URIRef
    overlaps: URIRef
    country: URIRef
    population: URIRef
    populationYear: URIRef
    populationSource: URIRef

    positionMethod: URIRef

    # Sources
    sha256: URIRef
    retrieved: URIRef
    contributed: URIRef

    # Annotation on terms and shapes: the value is computed by atlas-ld, not said by the source
    derived: URIRef


for _name in ATLAS.__annotations__:  # an attribute is found at once; rdflib would make each term again at each look
    setattr(ATLAS, _name, ATLAS[_name])

SHAPE = Namespace("https://w3id.org/atlas-ld/shapes#")
SCHEMA = Namespace("https://schema.org/")
GEO = Namespace("http://www.opengis.net/ont/geosparql#")
LOCN = Namespace("http://www.w3.org/ns/locn#")
WGS = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")
GEONAMES = Namespace("https://sws.geonames.org/")
EU_COUNTRY = Namespace("http://publications.europa.eu/resource/authority/country/")
SDG = Namespace("http://metadata.un.org/sdg/")

# Prefixes of every document that we write, and known to every query. Entities get their own from `iris.Iris.prefixes`.
PREFIXES: dict[str, str] = {
    "atlas": str(ATLAS._NS),
    "dcat": str(DCAT._NS),
    "dct": str(DCTERMS._NS),
    "foaf": str(FOAF._NS),
    "geo": str(GEO),
    "locn": str(LOCN),
    "org": str(ORG._NS),
    "owl": str(OWL._NS),
    "prov": str(PROV._NS),
    "rdf": str(RDF._NS),
    "rdfs": str(RDFS._NS),
    "schema": str(SCHEMA),
    "sdg": str(SDG),
    "sh": str(SH._NS),
    "shape": str(SHAPE),
    "skos": str(SKOS._NS),
    "void": str(VOID._NS),
    "wgs": str(WGS),
    "xsd": str(XSD._NS),
}
