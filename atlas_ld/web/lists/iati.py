"""/partnerships.iati.xml: a selection of partnerships as IATI activities, by https://iatistandard.org/en/iati-standard/203/.

An activity needs a status, a date and a participant. A partnership that does not document them is left out, and a
comment at the end says how many. What IATI wants and nobody has told is not made up: bodies have no identifiers,
since a number of the French register is none of IATI's, no transactions, since lines of funding have a year and no day,
and no shares of countries or themes. A year is written as a day, with a narrative that says so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from flask import Response, abort, request

from atlas_ld.iris import local_name
from atlas_ld.media import IATI
from atlas_ld.rdf import Graph, Literal, Node, Properties
from atlas_ld.vocabulary import ATLAS, DCTERMS, ORG
from atlas_ld.web.http.responses import stream
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.lists import selection as selecting
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.text.i18n import t, translate

blueprint = Routes("iati", __name__)

_STATUS = {"status-under-way": "2", "status-ended": "4", "status-dormant": "6"}
"""Codes of ActivityStatus: implementation, closed, suspended."""
_ROLES = {"role-contracting-authority": "2", "role-implementer": "4"}
"""Codes of OrganisationRole by role: accountable, implementing."""
_PARTNER = "4"
"""Who cooperates takes part in the work; no code says less."""
_FUNDING = "1"
_TEXTS = (DCTERMS.description, ATLAS.objectives, ATLAS.context)
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BATCH = 200
_YEAR = re.compile(r"\d{4}")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.get(
    "/partnerships.iati.xml",
    fr="La sélection de la liste des partenariats, en activités IATI 2.03",
    en="The selection of the list of partnerships, as IATI 2.03 activities",
    formats=(IATI,),
    parameters=("q",),
    list="partnerships",
    costly=True,
)
def activities() -> Response:
    """Every partnership of the selection that IATI can say."""
    publication = current_publication()
    if strange := selecting.unknown("partnerships"):
        abort(400, t("list.unknown-refused", **strange))
    chosen = selecting.read(publication, "partnerships", request.args)
    response = stream(lambda: _document(publication, chosen), IATI, vary=())
    name = f"partnerships-{publication.release.id}.iati.xml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _document(publication: Publication, chosen: selecting.Selection) -> Iterator[bytes]:
    issued = publication.release.manifest.issued
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<iati-activities version="2.03" generated-datetime="{issued}T00:00:00Z">\n'
        f"<!-- {escape(publication.settings.license)} · {publication.release.id} -->\n"
    ).encode()
    positions = iter(publication.facets.ordered("partnerships", chosen.bits, "title"))
    lacking: Counter[str] = Counter()
    written = 0
    while batch := list(islice(positions, _BATCH)):
        for iri in publication.facets.iris("partnerships", batch):
            found = activity(publication, iri)
            if isinstance(found, str):
                lacking[found] += 1
                continue
            written += 1
            yield ET.tostring(found, encoding="unicode").encode() + b"\n"
    told = ", ".join(f"{count} without {name}" for name, count in sorted(lacking.items())) or "none"
    yield f"<!-- activities: {written}; left out: {told} -->\n</iati-activities>\n".encode()


def activity(publication: Publication, iri: str) -> ET.Element | str:
    """The activity that a partnership is, or what it lacks to be one: its status, a date, or a participant."""
    triples = publication.reader.entity(iri)
    lines = _iris(Graph(triples).properties(iri), ATLAS.fundingLine)
    graph = Graph(chain(triples, *map(publication.reader.about, lines)))
    own = graph.properties(iri)
    status = next((_STATUS.get(local_name(code)) for code in _iris(own, ATLAS.declaredStatus)), None)
    dates = list(_dates(own))
    participants = _participants(publication, graph, own)
    for name, found in (("status", status), ("date", dates), ("participant", participants)):
        if not found:
            return name
    host = re.sub(r"[^A-Za-z0-9.]+", "-", publication.iris.base.partition("://")[2]).strip("-")
    element = ET.Element("iati-activity", {"default-currency": "EUR", _LANG: "fr", "linked-data-uri": iri})
    _add(element, "iati-identifier", text=f"{host}-partnership-{local_name(iri)}")
    # Others do the work: a secondary publisher says so.
    reporter = _add(element, "reporting-org", ref=host, type="90", **{"secondary-reporter": "1"})
    _narrative(reporter, publication.settings.publisher)
    title = next(iter(_texts(own, DCTERMS.title)), local_name(iri))
    _narrative(_add(element, "title"), title)
    texts = [text for property_ in _TEXTS for text in _texts(own, property_)]
    _narrative(_add(element, "description", type="1"), texts[0] if texts else title)
    for role, name in participants:
        _narrative(_add(element, "participating-org", role=role), name)
    assert status is not None
    _add(element, "activity-status", code=status)
    for type_, day, year in dates:
        at = _add(element, "activity-date", type=type_, **{"iso-date": day})
        if year:
            _narrative(at, translate("iati.year", "fr", year=year))
    for country in _iris(own, ATLAS.partnerCountry):
        _add(element, "recipient-country", code=local_name(country).removeprefix("country-").upper())
    _sectors(publication, element, graph, own)
    budgets, others = _budgets(graph, own)
    for year, amount in sorted(budgets.items()):
        budget = _add(element, "budget", type="1")
        _add(budget, "period-start", **{"iso-date": f"{year}-01-01"})
        _add(budget, "period-end", **{"iso-date": f"{year}-12-31"})
        _add(budget, "value", text=f"{amount:f}", **{"value-date": f"{year}-01-01"})
    if others:
        element.append(ET.Comment(f" lines with an amount that are of no single year, and so of no budget: {others} "))
    return element


def _dates(own: Properties) -> Iterator[tuple[str, str, str]]:
    """Code of its type, the day, and the year where only that is known: the start, and the end that was agreed."""
    for type_, day, year in (("2", None, ATLAS.startYear), ("3", ATLAS.endDate, ATLAS.endYear)):
        if day is not None and (known := _texts(own, day)):
            yield type_, known[0], ""
        elif (years := _texts(own, year)) and _YEAR.fullmatch(years[0]):
            yield type_, f"{years[0]}-01-01" if type_ == "2" else f"{years[0]}-12-31", years[0]


def _participants(publication: Publication, graph: Graph, own: Properties) -> list[tuple[str, str]]:
    """Role and name of each, once: those that take part, then the funders, by the names that sources give."""
    found = []
    for part in _iris(own, ATLAS.participation):
        said = graph.properties(part)
        name = next(iter(_texts(said, ATLAS.nameAsWritten)), None) or _label(publication, _iris(said, ORG.member))
        for role in _iris(said, ORG.role) if name else ():
            found.append((_ROLES.get(local_name(role), _PARTNER), name))
    for line in _iris(own, ATLAS.fundingLine):
        found += [(_FUNDING, name) for name in _texts(graph.properties(line), ATLAS.declaredFunder)]
    return list(dict.fromkeys(found))


def _label(publication: Publication, iris: Sequence[str]) -> str:
    labels = [label.value for iri in iris for label in publication.reader.labels([iri])[iri]]
    return labels[0] if labels else ""


def _sectors(publication: Publication, element: ET.Element, graph: Graph, own: Properties) -> None:
    """Themes by our own vocabulary (99), goals by that of the United Nations (tag vocabulary 2)."""
    choices = [graph.properties(one) for one in _iris(own, ATLAS.themeAssignment)]
    assigned = (theme for choice in choices for theme in _iris(choice, ATLAS.theme))
    for theme in dict.fromkeys((*_iris(own, ATLAS.mainTheme), *assigned)):
        uri = {"vocabulary-uri": f"{publication.iris.base}themes"}
        sector = _add(element, "sector", vocabulary="99", code=local_name(theme), **uri)
        _narrative(sector, _label(publication, [theme]) or local_name(theme))
    for goal in _iris(own, ATLAS.goal):
        _add(element, "tag", vocabulary="2", code=local_name(goal))


def _budgets(graph: Graph, own: Properties) -> tuple[Mapping[str, Decimal], int]:
    """Euros by year, of the lines whose amount and year are known; and how many lines have an amount and no year, or
    several: a budget of IATI is for a year at most, and nothing is divided."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    others = 0
    for line in _iris(own, ATLAS.fundingLine):
        said = graph.properties(line)
        years = [year for year in _texts(said, ATLAS.year) if _YEAR.fullmatch(year)]
        for amount in _texts(said, ATLAS.amount):
            if years:
                found[years[0]] += Decimal(amount)
            else:
                others += 1
    return found, others


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, name, attributes)
    element.text = text
    return element


def _narrative(parent: ET.Element, text: str) -> None:
    """Characters that XML 1.0 cannot have are left out."""
    ET.SubElement(parent, "narrative").text = _NOT_XML.sub("", text)


def _iris(own: Properties, property_: Node | str) -> list[str]:
    return [term.value for term in own.get(str(property_), ()) if not isinstance(term, Literal)]


def _texts(own: Properties, property_: Node | str) -> list[str]:
    return [term.value for term in own.get(str(property_), ()) if isinstance(term, Literal)]
