"""How FAIR the data set is by the 17 metrics of F-UJI 0.8, and how good its catalogue by the Metadata Quality
Assessment of data.europa.eu: both as checks on what the site answers. The metrics' own file, which says how much each
is worth, lies beside the checkout; nothing of it is part of the project.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, PROV, RDF, Graph, Namespace, URIRef
from rdflib.term import Node

METRICS = Path(__file__).parents[2] / "shared" / "data" / "interop" / "fair" / "fuji-metrics_v0.8.yaml"
EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"
_ADMS_RIGHTS = URIRef(str(DCTERMS.rights))
_PERSISTENT = re.compile(r"https?://(?:(?:dx\.)?doi\.org|hdl\.handle\.net|w3id\.org|purl\.org|n2t\.net)/")
_OPEN = re.compile(r"text/(?:csv|turtle)|application/(?:ld\+json|n-triples|rdf\+xml|trig|n-quads)")
SPDX = Namespace("http://spdx.org/rdf/terms#")


@dataclass(frozen=True)
class Score:
    """What a metric or indicator is worth here, of how much, and what is missing."""

    name: str
    points: float
    most: float
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What a harvester finds: the landing page's JSON-LD and links, and the catalogue."""

    client: FlaskClient
    base: str
    embedded: Mapping[str, Any]
    links: str
    catalogue: Graph

    @property
    def dataset(self) -> URIRef:
        return URIRef(self.base)

    def said(self, property_: Node) -> list[Node]:
        return list(self.catalogue.objects(self.dataset, property_))

    def of_files(self, property_: Node) -> list[Node | None]:
        """The value of a property of each distribution."""
        return [self.catalogue.value(file, property_) for file in self.said(DCAT.distribution)]

    def answers(self, address: Node | None) -> bool:
        path = str(address).removeprefix(self.base.rstrip("/"))
        return self.client.head(path, headers={"Accept": "*/*"}).status_code == 200


def find(client: FlaskClient, base: str, catalogue: Graph | None = None, page: str | None = None) -> Found:
    """`catalogue` and `page` stand in for what the site answers, for tests of the checks."""
    answer = client.get("/", headers={"Accept": "text/html"})
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page or answer.text, re.DOTALL)
    graph = catalogue if catalogue is not None else Graph().parse(data=client.get("/catalog.ttl").text)
    return Found(client, base, json.loads(scripts[0] if scripts else "{}"), answer.headers["Link"], graph)


Check = Callable[[Found], bool]


def _embedded(*names: str) -> Check:
    return lambda found: all(found.embedded.get(name) for name in names)


def _files(found: Found) -> list[Mapping[str, Any]]:
    return list(found.embedded.get("distribution", ()))


def _addresses(found: Found) -> list[str]:
    return [one.get("contentUrl", "") for one in _files(found)]


_CHECKS: Mapping[str, Check] = {
    "FsF-F1-01MD-1": lambda found: bool(re.match(r"https?://", found.base)),
    "FsF-F1-02MD-1": lambda found: bool(_PERSISTENT.match(found.base)),
    "FsF-F1-02MD-2": lambda found: bool(_PERSISTENT.match(found.base)),
    "FsF-F2-01M-2": _embedded("name", "publisher", "datePublished", "@type", "url"),
    "FsF-F2-01M-3": _embedded("description", "keywords"),
    "FsF-F3-01M-2": lambda found: bool(_files(found)) and all(_addresses(found)),
    "FsF-F4-01M-1": lambda found: found.embedded.get("@type") == "Dataset",
    "FsF-A1-01M-1": lambda found: bool(found.said(DCTERMS.accessRights)),
    "FsF-A1-02MD-1": lambda found: found.answers(found.dataset),
    "FsF-A1-02MD-2": lambda found: (
        bool(_files(found)) and all(found.answers(f.get("contentUrl")) for f in _files(found))
    ),
    "FsF-A1.1-01MD-1": lambda found: bool(re.match(r"https?://", found.base)),
    "FsF-A1.1-01MD-2": lambda found: all(re.match(r"https?://", str(a)) for a in found.of_files(DCAT.downloadURL)),
    "FsF-A1.2-01MD-1": lambda found: bool(re.match(r"https?://", found.base)),
    "FsF-A1.2-01MD-2": lambda found: all(re.match(r"https?://", str(a)) for a in found.of_files(DCAT.downloadURL)),
    "FsF-I1-01M-1": lambda found: bool(found.embedded),
    "FsF-I1-01M-2": lambda found: 'rel="describedby"; type="text/turtle"' in found.links,
    "FsF-I2-01M-2": lambda found: (found.dataset, RDF.type, DCAT.Dataset) in found.catalogue,
    "FsF-I3-01M-1": lambda found: False,  # as plain text: not looked for
    "FsF-I3-01M-2": lambda found: any(isinstance(one, URIRef) for one in found.said(PROV.wasDerivedFrom)),
    "FsF-R1-01M-1": _embedded("@type"),
    "FsF-R1-01M-2": lambda found: all(found.of_files(DCAT.byteSize)) and all(found.of_files(DCAT.mediaType)),
    "FsF-R1.1-01M-1": _embedded("license"),
    "FsF-R1.2-01M-1": lambda found: bool(found.said(DCTERMS.publisher) and found.said(DCTERMS.modified)),
    "FsF-R1.2-01M-2": lambda found: bool(found.said(PROV.wasGeneratedBy)),
    "FsF-R1.3-01M-1": lambda found: False,  # of a discipline: there is none for this
    "FsF-R1.3-01M-3": lambda found: (found.dataset, RDF.type, DCAT.Dataset) in found.catalogue,
    "FsF-R1.3-02D-1": lambda found: any(_OPEN.search(str(one)) for one in found.of_files(DCAT.mediaType)),
}


def fuji(found: Found) -> list[Score]:
    """Each metric, by its tests that are worth anything: their sum, or the best of alternatives."""
    scores = []
    for metric in yaml.safe_load(METRICS.read_text("utf-8"))["metrics"]:
        tests = {t["metric_test_identifier"]: float(t["metric_test_score"]) for t in metric["metric_tests"]}
        passed = {name: worth for name, worth in tests.items() if worth and _CHECKS[name](found)}
        most = float(metric["total_score"])
        points = min(most, sum(passed.values()))
        missing = [t["metric_test_name"] for t in metric["metric_tests"] if t["metric_test_identifier"] not in passed]
        named = f"{metric['metric_identifier']} {metric['metric_short_name']}"
        scores.append(Score(named, points, most, tuple(missing) if points < most else ()))
    return scores


_MQA: tuple[tuple[str, int, Check], ...] = (
    ("keywords", 30, lambda found: bool(found.said(DCAT.keyword))),
    ("categories", 30, lambda found: any(str(one).startswith(f"{EU}data-theme/") for one in found.said(DCAT.theme))),
    ("geographic search", 20, lambda found: bool(found.said(DCTERMS.spatial))),
    ("time based search", 20, lambda found: bool(found.said(DCTERMS.temporal))),
    ("access address answers", 50, lambda found: all(map(found.answers, found.of_files(DCAT.accessURL)))),
    ("download address", 20, lambda found: all(found.of_files(DCAT.downloadURL))),
    ("download address answers", 30, lambda found: all(map(found.answers, found.of_files(DCAT.downloadURL)))),
    ("format", 20, lambda found: all(found.of_files(DCTERMS.format))),
    ("media type", 10, lambda found: all(found.of_files(DCAT.mediaType))),
    (
        "format and media type from vocabularies", 10,
        lambda found: all(str(one).startswith(f"{EU}file-type/") for one in found.of_files(DCTERMS.format))
        and all(str(one).startswith(IANA) for one in found.of_files(DCAT.mediaType)),
    ),
    ("non-proprietary", 20, lambda found: any(_OPEN.search(str(one)) for one in found.of_files(DCAT.mediaType))),
    ("machine readable", 20, lambda found: any(_OPEN.search(str(one)) for one in found.of_files(DCAT.mediaType))),
    ("licence", 20, lambda found: all(found.of_files(DCTERMS.license))),
    (
        "licence from a vocabulary", 10,
        lambda found: all(str(one).startswith(f"{EU}licence/") for one in found.of_files(DCTERMS.license)),
    ),
    ("access rights", 10, lambda found: bool(found.said(DCTERMS.accessRights))),
    (
        "access rights from a vocabulary", 5,
        lambda found: any(str(one).startswith(f"{EU}access-right/") for one in found.said(DCTERMS.accessRights)),
    ),
    ("contact point", 20, lambda found: bool(found.said(DCAT.contactPoint))),
    ("publisher", 10, lambda found: bool(found.said(DCTERMS.publisher))),
    ("rights", 5, lambda found: any(found.of_files(_ADMS_RIGHTS))),
    ("file size", 5, lambda found: all(found.of_files(DCAT.byteSize))),
    ("date of issue", 5, lambda found: bool(found.said(DCTERMS.issued))),
    ("date of modification", 5, lambda found: bool(found.said(DCTERMS.modified))),
)  # fmt: skip
_COMPLIANCE = ("DCAT-AP compliance", 30)


def mqa(found: Found, *, compliant: bool) -> list[Score]:
    """The indicators of https://data.europa.eu/mqa/methodology; `compliant` is what the shapes of DCAT-AP say."""
    tried = [(name, worth, check(found)) for name, worth, check in _MQA] + [(*_COMPLIANCE, compliant)]
    return [Score(name, worth if passed else 0, worth, () if passed else (name,)) for name, worth, passed in tried]


def total(scores: list[Score]) -> tuple[float, float]:
    return sum(score.points for score in scores), sum(score.most for score in scores)


def missing(scores: list[Score]) -> list[str]:
    return [score.name for score in scores if score.missing]
