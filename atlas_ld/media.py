"""Formats, once: names, extensions, media types. And the choice among them by `Accept` (RFC 9110, section 12)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Format:
    """A format that we write. `rdflib` is the name rdflib parses it by, for formats that hold RDF.

    `aliases` are other media types that clients send for it; `file_type` is its code in the EU's table of file types
    (http://publications.europa.eu/resource/authority/file-type), where catalogues look.
    """

    name: str
    extension: str
    media_type: str
    label: str
    aliases: tuple[str, ...] = field(default=())
    rdflib: str | None = None
    file_type: str = ""

    @property
    def content_type(self) -> str:
        """The value of Content-Type. RDF/XML and JSON carry their own encoding rules; text needs a charset."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


HTML = Format("html", "html", "text/html", "HTML", ("application/xhtml+xml",))
TURTLE = Format("turtle", "ttl", "text/turtle", "Turtle", ("application/x-turtle", "text/n3"), "turtle", "RDF_TURTLE")
JSONLD = Format("json-ld", "jsonld", "application/ld+json", "JSON-LD", ("application/json",), "json-ld", "JSON_LD")
NTRIPLES = Format("n-triples", "nt", "application/n-triples", "N-Triples", ("text/plain",), "nt", "RDF_N_TRIPLES")
RDFXML = Format("rdf-xml", "rdf", "application/rdf+xml", "RDF/XML", ("application/xml", "text/xml"), "xml", "RDF_XML")
TRIG = Format("trig", "trig", "application/trig", "TriG", ("application/x-trig",), "trig", "RDF_TRIG")
NQUADS = Format("n-quads", "nq", "application/n-quads", "N-Quads", ("text/x-nquads",), "nquads", "RDF_N_QUADS")
CSV = Format("csv", "csv", "text/csv", "CSV", file_type="CSV")
GEOJSON = Format("geojson", "geojson", "application/geo+json", "GeoJSON")
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX = Format("xlsx", "xlsx", _SHEET, "Excel (XLSX)", file_type="XLSX")
JSON = Format("json", "json", "application/json", "JSON")

SPARQL_JSON = Format("sparql-json", "srj", "application/sparql-results+json", "JSON", ("application/json",))
SPARQL_XML = Format("sparql-xml", "srx", "application/sparql-results+xml", "XML", ("application/xml", "text/xml"))
SPARQL_CSV = Format("sparql-csv", "csv", "text/csv", "CSV")
SPARQL_TSV = Format("sparql-tsv", "tsv", "text/tab-separated-values", "TSV")
TEXT = Format("text", "txt", "text/plain", "Text")
SITEMAP = Format("sitemap", "xml", "application/xml", "Sitemap")
LINKSET_JSON = Format("linkset-json", "json", "application/linkset+json", "Linkset (JSON)", ("application/json",))
LINKSET = Format("linkset", "txt", "application/linkset", "Linkset", ("text/plain",))
LINK_FORMAT = Format("link-format", "txt", "application/link-format", "Link format", ("text/plain",))
OPENAPI = Format("openapi", "json", "application/vnd.oai.openapi+json", "OpenAPI", ("application/json",))
SPARQL_QUERY = Format("sparql-query", "rq", "application/sparql-query", "SPARQL")
GZIP = Format("gzip", "gz", "application/gzip", "gzip")
CSVM = Format("csvw", "json", "application/csvm+json", "CSV on the Web", ("application/json",))
ATOM = Format("atom", "atom", "application/atom+xml", "Atom", ("application/xml", "text/xml"))
OPENSEARCH = Format("opensearch", "xml", "application/opensearchdescription+xml", "OpenSearch")
ICON = Format("icon", "ico", "image/vnd.microsoft.icon", "Icon")
IATI = Format("iati", "xml", "application/xml", "IATI 2.03")
PROBLEM = Format("problem", "json", "application/problem+json", "Problem details")

BIBTEX = Format("bibtex", "bib", "application/x-bibtex", "BibTeX")
RIS = Format("ris", "ris", "application/x-research-info-systems", "RIS")
CSL = Format("csl-json", "json", "application/vnd.citationstyles.csl+json", "CSL-JSON")
SVG = Format("svg", "svg", "image/svg+xml", "SVG")

RDF_FORMATS: tuple[Format, ...] = (TURTLE, JSONLD, NTRIPLES, RDFXML, TRIG, NQUADS)
DOCUMENT_FORMATS: tuple[Format, ...] = (HTML, *RDF_FORMATS, CSV)
PLACED_FORMATS: tuple[Format, ...] = (*DOCUMENT_FORMATS, GEOJSON)
"""The formats of the document of a thing that has a place."""
RESULT_FORMATS: tuple[Format, ...] = (SPARQL_JSON, SPARQL_XML, SPARQL_CSV, SPARQL_TSV)
LINKSET_FORMATS: tuple[Format, ...] = (LINKSET_JSON, LINKSET)
TABLE_FORMATS: tuple[Format, ...] = (CSV, XLSX)
LIST_FORMATS: tuple[Format, ...] = (CSV, XLSX, JSON, GEOJSON)
CITATION_FORMATS: tuple[Format, ...] = (BIBTEX, RIS, CSL)


def by_extension(extension: str, offered: Iterable[Format]) -> Format | None:
    """The offered format with this file name extension, or None."""
    return next((format_ for format_ in offered if format_.extension == extension), None)


@dataclass(frozen=True)
class MediaRange:
    """One element of an Accept header: `text/*;q=0.5`. Parameters other than q are kept, in lower case."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    quality: float

    @property
    def specificity(self) -> tuple[int, int]:
        return (self.type != "*") + (self.subtype != "*"), len(self.parameters)

    @property
    def is_wildcard(self) -> bool:
        return "*" in (self.type, self.subtype)

    def accepts(self, media_type: str) -> bool:
        """Whether a media type falls in this range.

        `charset` is ignored (we write UTF-8), and so are `profile` (RFC 6906: a hint on the content, which never
        makes a representation unacceptable) and `version` (RDF 1.2 and SPARQL 1.2 Results: the newest version that
        the client reads). Any other parameter names a representation that we do not have.
        """
        kind, _, subtype = media_type.partition("/")
        return (
            self.type in ("*", kind)
            and self.subtype in ("*", subtype)
            and all(name in ("charset", "profile", "version") for name, _ in self.parameters)
        )


_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  # the token of RFC 9110, 5.6.2, not a secret
_RANGE = re.compile(rf"\s*({_TOKEN})/({_TOKEN})\s*")
_LONE_STAR = re.compile(r"^\s*\*\s*(?=;|$)")
# Values need quotes where they hold `/` or `:`; many clients send `profile=http://...` without.
_PARAMETER = re.compile(rf';\s*(?:({_TOKEN})\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]+)\s*)?')
_QUALITY = re.compile(r"(?:0?\.\d{1,3}|0\.?|1(?:\.0{0,3})?)")
# A quoted string that is not closed runs to the end: so the pattern matches wherever it starts, in linear time.
_SEPARATOR = re.compile(r"""((?:[^,"]|"(?:[^"\\]|\\.)*(?:"|\\?$))*)(?:,|$)""", re.DOTALL)


def parse_accept(header: str) -> list[MediaRange]:
    """The media ranges of an Accept header in their order; elements that are malformed are left out.

    Java's own HTTP client sends `*; q=.2, */*; q=.2`: the lone star and the missing zero are understood.
    """
    ranges = []
    for listed in _SEPARATOR.findall(header):
        element = _LONE_STAR.sub("*/*", listed, count=1)
        match = _RANGE.match(element)
        if not match:
            continue
        kind, subtype = match[1].lower(), match[2].lower()
        if kind == "*" and subtype != "*":
            continue
        position, quality, parameters, sound = match.end(), 1.0, [], True
        while position < len(element):
            parameter = _PARAMETER.match(element, position)
            if not parameter:
                sound = False
                break
            position = parameter.end()
            if parameter[1] is None:
                continue
            name, value = parameter[1].lower(), parameter[2].strip('"')
            if name == "q":
                sound = bool(_QUALITY.fullmatch(value))
                if not sound:
                    break
                quality = float(value)
                # What follows q was "accept-ext" in RFC 7231; RFC 9110 dropped it and asks to ignore it.
                break
            parameters.append((name, value.lower()))
        if sound:
            ranges.append(MediaRange(kind, subtype, tuple(parameters), quality))
    return ranges


def choose(accept: str | None, offered: Sequence[Format]) -> Format | None:
    """The format that an Accept header asks for, or None when it rules all of them out (406).

    Absent, empty or wholly malformed headers take the first offered. The most specific range that matches a media
    type sets its quality; the highest quality wins. At equal quality a format that is named goes before one that only
    a wildcard lets in (`application/json, */*` means JSON), one named by its own media type before one named by an
    alias, and then the order of `offered` decides.
    """
    ranges = parse_accept(accept or "")
    if not ranges:
        return offered[0] if offered else None

    best: tuple[float, bool, bool, int] | None = None
    chosen: Format | None = None
    for position, format_ in enumerate(offered):
        for media_type in (format_.media_type, *format_.aliases):
            own = media_type == format_.media_type
            matching = [r for r in ranges if r.accepts(media_type) and (own or not r.is_wildcard)]
            if not matching:
                continue
            closest = max(matching, key=lambda r: r.specificity)
            rank = (closest.quality, not closest.is_wildcard, own, -position)
            if closest.quality > 0 and (best is None or rank > best):
                best, chosen = rank, format_
    return chosen
