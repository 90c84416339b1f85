"""Triple Pattern Fragments: every triple of a pattern once, and the controls by which a client goes on."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, VOID, Dataset, Graph, Literal, Namespace, URIRef

from atlas_ld.release.layout import Release
from atlas_ld.vocabulary import ATLAS

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SITE = "http://localhost:8000"


@pytest.fixture(scope="module")
def dump(demonstration: Release) -> Graph:
    return Graph().parse(demonstration.dump, format="nt")


def page(client: FlaskClient, address: str) -> tuple[set[tuple[object, ...]], Graph]:
    """The data and the controls of a page in TriG."""
    answer = client.get(address.removeprefix(SITE), headers={"Accept": "application/trig"})
    assert (answer.status_code, answer.mimetype) == (200, "application/trig"), answer.text
    data, controls = set(), Graph()
    for s, p, o, graph in Dataset().parse(data=answer.data, format="trig").quads():
        if str(graph).endswith("#metadata"):
            controls.add((s, p, o))
        else:
            data.add((s, p, o))
    return data, controls


def everything(client: FlaskClient, **pattern: str) -> tuple[set[tuple[object, ...]], int]:
    """All triples of a pattern, and the number that its first page tells."""
    found: set[tuple[object, ...]] = set()
    address, told = f"{SITE}/fragments?{urlencode(pattern)}", None
    for _ in range(500):
        data, controls = page(client, address)
        own = URIRef(address)
        assert len(data) <= 100
        assert not data & found
        found |= data
        told = told or int(str(controls.value(own, HYDRA.totalItems)))
        following = controls.value(own, HYDRA.next)
        if following is None:
            return found, told
        assert (URIRef(str(following)), HYDRA.previous, own) in page(client, str(following))[1]
        address = str(following)
    raise AssertionError("no end")


PATTERNS = [
    {"predicate": str(ATLAS.amount)},
    {"predicate": str(RDF.type), "object": str(ATLAS.Partnership)},
    {"subject": f"{SITE}/id/partnership/crea-ocean-2010"},
    {"subject": f"{SITE}/id/partnership/crea-ocean-2010", "predicate": str(ATLAS.fundingLine)},
    {"object": f"{SITE}/id/territory/country-ca"},
    {"object": '"Canada"@fr'},
    {"predicate": str(ATLAS.year), "object": '"2019"^^http://www.w3.org/2001/XMLSchema#gYear'},
    {"predicate": str(RDFS.label), "object": "?label", "subject": "?who"},
    {"object": '"nothing has this"'},
]


def terms(pattern: dict[str, str]) -> list[URIRef | Literal | None]:
    found: list[URIRef | Literal | None] = []
    for name in ("subject", "predicate", "object"):
        text = pattern.get(name, "")
        if not text or text[0] == "?":
            found.append(None)
        elif text[0] == '"':
            value, _, rest = text[1:].rpartition('"')
            datatype = URIRef(rest[2:]) if rest[:2] == "^^" else None
            found.append(Literal(value, lang=rest[1:] if rest[:1] == "@" else None, datatype=datatype))
        else:
            found.append(URIRef(text))
    return found


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: " ".join(p))
def test_the_pages_hold_every_triple_of_the_pattern(
    demonstration_client: FlaskClient, dump: Graph, pattern: dict[str, str]
) -> None:
    found, told = everything(demonstration_client, **pattern)
    in_dump = set(dump.triples(tuple(terms(pattern))))  # type: ignore[arg-type]
    assert in_dump <= found  # the store has the ontology and the catalogue besides
    assert all(str(s).startswith(f"{SITE}/id/") is False or (s, p, o) in dump for s, p, o in found)
    assert told == len(found)


def test_a_page_says_how_the_pattern_is_chosen(demonstration_client: FlaskClient) -> None:
    for path in ("/fragments", "/fragments.ttl"):
        answer = demonstration_client.get(path)
        graph = Dataset().parse(data=answer.data, format="trig")
        flat = Graph()
        for s, p, o, _ in graph.quads():
            flat.add((s, p, o))
        dataset = URIRef(f"{SITE}/fragments#dataset")
        search = flat.value(dataset, HYDRA.search)
        assert str(flat.value(search, HYDRA.template)) == f"{SITE}/fragments{{?subject,predicate,object}}"
        assert {str(flat.value(m, HYDRA.property)) for m in flat.objects(search, HYDRA.mapping)} == {
            str(RDF.subject), str(RDF.predicate), str(RDF.object),
        }  # fmt: skip
        assert (dataset, VOID.subset, URIRef(f"{SITE}{path}")) in flat


def test_the_twin_with_an_extension_keeps_the_pattern(demonstration_client: FlaskClient) -> None:
    answer = demonstration_client.get(f"/fragments?{urlencode(PATTERNS[0])}", headers={"Accept": "text/turtle"})
    again = demonstration_client.get(answer.headers["Content-Location"])
    assert answer.mimetype == again.mimetype == "text/turtle"
    amounts = [len(list(Graph().parse(data=a.data).triples((None, ATLAS.amount, None)))) for a in (answer, again)]
    assert amounts[0] == amounts[1] > 1


@pytest.mark.parametrize(
    ("query", "status"),
    [("subject=x", 400), ("subject=%22literal%22", 400), ("predicate=%22a%22@fr", 400), ("object=%22open", 400),
     ("object=" + "h:" + "a" * 5000, 400), ("page=0", 400), ("page=-1", 400), ("page=1e9", 400), ("page=9999", 413),
     ("page=1001", 413), ("object=%22nothing%22&page=2", 404), ("subject=http://a.example/%3Cb%3E", 400),
     ("subject=_:b", 400), ("object=%22a%22%5E%5Enothing", 400), ("subject=%00", 400)],
)  # fmt: skip
def test_what_is_no_pattern_or_page_is_refused_with_a_sentence(
    demonstration_client: FlaskClient, query: str, status: int
) -> None:
    answer = demonstration_client.get(f"/fragments?{query}")
    assert answer.status_code == status, answer.text
    assert len(answer.json["detail"]) > 30  # type: ignore[index]
