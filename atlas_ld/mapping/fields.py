"""The table of plain fields. To add a field, add a row here and the field in `records`, the ontology and a shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from rdflib import URIRef

from atlas_ld.iris import Iris
from atlas_ld.rdf import Literal, NamedNode, Properties, Triple, day, decimal, gyear, gyearmonth, integer, node, text
from atlas_ld.records import Form, Role, Status, Tri
from atlas_ld.vocabulary import ATLAS, DCAT, DCTERMS, ORG

Term = Literal | NamedNode


@dataclass(frozen=True)
class Field:
    """One attribute of a record and the property that carries it, with the ways there and back."""

    name: str
    property: URIRef
    write: Callable[[Any], Term]
    read: Callable[[str], Any]
    many: bool = False


@dataclass(frozen=True)
class Code:
    """One attribute whose values are codes of a code list: `under-way` <-> code:status-under-way. A value that is not
    among `known` is a literal of the property `written`, beside the code `untold` where the list has one for that."""

    name: str
    property: URIRef
    scheme: str
    known: frozenset[str]
    written: URIRef
    untold: str | None = None


def _text(name: str, property_: URIRef, many: bool = False) -> Field:
    return Field(name, property_, text, str, many)


PARTNERSHIP: tuple[Field, ...] = (
    Field("identifier", DCTERMS.identifier, Literal, str),
    _text("title", DCTERMS.title),
    Field("first_signature_year", ATLAS.firstSignatureYear, gyear, int),
    Field("start_year", ATLAS.startYear, gyear, int),
    Field("end_date", ATLAS.endDate, day, date.fromisoformat),
    Field("end_month", ATLAS.endMonth, gyearmonth, str),
    Field("end_year", ATLAS.endYear, gyear, int),
    _text("keywords", DCAT.keyword, many=True),
    _text("context", ATLAS.context),
    _text("history", ATLAS.history),
    _text("objectives", ATLAS.objectives),
    _text("local_objectives", ATLAS.localObjectives),
    _text("french_objectives", ATLAS.frenchObjectives),
    _text("description", DCTERMS.description),
    _text("beneficiaries", ATLAS.beneficiaries),
    Field("volunteer_count", ATLAS.volunteerCount, integer, int),
    _text("volunteer_missions", ATLAS.volunteerMission, many=True),
    _text("post_functions", ATLAS.postFunction, many=True),
)
FORMS, STATUSES, ROLES, ANSWERS = (frozenset(get_args(codes)) for codes in (Form, Status, Role, Tri))


def _answer(name: str, property_: URIRef, written: URIRef) -> Code:
    return Code(name, property_, "tri", ANSWERS, written, untold="unknown")


PARTNERSHIP_CODES: tuple[Code, ...] = (
    Code("form", DCTERMS.type, "form", FORMS, ATLAS.formAsWritten),
    Code("status", ATLAS.declaredStatus, "status", STATUSES, ATLAS.statusAsWritten),
    _answer("triennial", ATLAS.triennial, ATLAS.triennialAsWritten),
    _answer("communication_in_france", ATLAS.communicationInFrance, ATLAS.communicationInFranceAsWritten),
    _answer("communication_abroad", ATLAS.communicationAbroad, ATLAS.communicationAbroadAsWritten),
    _answer("evaluation", ATLAS.evaluation, ATLAS.evaluationAsWritten),
)
PARTICIPANT_CODES = (Code("role", ORG.role, "role", ROLES, ATLAS.roleAsWritten),)
PARTICIPANT: tuple[Field, ...] = (
    _text("name", ATLAS.nameAsWritten),
    Field("kind", ATLAS.kindAsWritten, Literal, str),
    Field("country", ATLAS.countryAsWritten, Literal, str),
    Field("siren", ATLAS.sirenAsWritten, Literal, str),
    _text("contact_functions", ATLAS.contactFunction, many=True),
)
FUNDING: tuple[Field, ...] = (
    _text("funder", ATLAS.declaredFunder),
    Field("amount", ATLAS.amount, decimal, Decimal),
    Field("committed", ATLAS.committedAmount, decimal, Decimal),
    Field("paid", ATLAS.paidAmount, decimal, Decimal),
    Field("year", ATLAS.year, gyear, int),
    Field("first_year", ATLAS.firstYear, gyear, int),
    Field("last_year", ATLAS.lastYear, gyear, int),
    Field("oudin", ATLAS.oudinAmount, decimal, Decimal),
)


PROPERTIES: dict[str, URIRef] = {
    **{field.name: field.property for field in PARTNERSHIP},
    **{code.name: code.property for code in PARTNERSHIP_CODES},
    "undocumented": ATLAS.undocumentedSection,
    "continues": ATLAS.continues,
    "main_theme": ATLAS.mainTheme,
    "other_themes": ATLAS.themeAssignment,
    "goals": ATLAS.goalAssignment,
    "participants": ATLAS.participation,
    "funding": ATLAS.fundingLine,
    "posts": ATLAS.followedBy,
}
"""The property that carries each field of a record: what `atlas:contributed` names."""


def write_fields(subject: NamedNode, thing: object, fields: Iterable[Field]) -> list[Triple]:
    """The triples of the plain fields of `thing` that say something."""
    triples = []
    for field in fields:
        value = getattr(thing, field.name)
        values = value if field.many else () if value is None else (value,)
        triples += [Triple(subject, node(field.property), field.write(one)) for one in values]
    return triples


def write_codes(subject: NamedNode, thing: object, codes: Iterable[Code], iris: Iris) -> list[Triple]:
    triples = []
    for code in codes:
        value = getattr(thing, code.name)
        if value is not None and value not in code.known:
            triples.append(Triple(subject, node(code.written), Literal(value)))
            value = code.untold
        if value is not None:
            triples.append(Triple(subject, node(code.property), node(iris.code(code.scheme, value))))
    return triples


def read_fields(properties: Properties, fields: Iterable[Field]) -> dict[str, Any]:
    """The attributes that `write_fields` wrote; absent ones are left out."""
    values: dict[str, Any] = {}
    for field in fields:
        found = [field.read(term.value) for term in properties.get(str(field.property), ())]
        if found:
            values[field.name] = tuple(found) if field.many else found[0]
    return values


def read_codes(properties: Properties, codes: Iterable[Code], iris: Iris) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for code in codes:
        prefix = iris.code(code.scheme, "")
        found = [term.value.removeprefix(prefix) for term in properties.get(str(code.property), ())]
        written = [term.value for term in properties.get(str(code.written), ())]
        if written or found:
            values[code.name] = (written or found)[0]
    return values
