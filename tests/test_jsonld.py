"""Our compact JSON-LD says what the triples say."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.compare import to_isomorphic

from atlas_ld import jsonld
from atlas_ld.iris import Iris
from atlas_ld.media import NTRIPLES
from atlas_ld.model import load_model
from atlas_ld.rdf import Literal, Triple, boolean, decimal, gyear, integer, node, text, write
from atlas_ld.vocabulary import ATLAS, DCTERMS, PREFIXES, RDF, RDFS, XSD

BASE = "http://localhost:8000/"
THING = f"{BASE}id/partnership/essai"
CONTEXT = load_model(BASE).context(PREFIXES | Iris(BASE).prefixes)


def expanded(document: bytes) -> Graph:
    told = json.loads(document)
    told["@context"] = CONTEXT
    return Graph().parse(data=json.dumps(told), format="json-ld")


def same(triples: list[Triple]) -> bool:
    expected = to_isomorphic(Graph().parse(data=write(triples, NTRIPLES), format="nt"))
    documents = (
        jsonld.document(triples, THING, jsonld.Terms(CONTEXT), "context.jsonld"),
        jsonld.dump(triples, CONTEXT),
    )
    return all(to_isomorphic(expanded(document)) == expected for document in documents)


iris = st.sampled_from(
    [THING, f"{THING}#participation-1", f"{BASE}id/organisation/soper-ca", "https://other.example/x"]
)
properties = st.sampled_from([
    RDF.type, RDFS.label, DCTERMS.title, DCTERMS.type, ATLAS.amount, ATLAS.startYear, ATLAS.elapsed,
    ATLAS.participation,
    ATLAS.fundingLine, ATLAS.nameAsWritten, ATLAS.volunteerCount, "https://other.example/p",
])  # fmt: skip
literals = st.one_of(
    st.text().map(text),
    st.text().map(lambda t: text(t, "en")),
    st.text().map(Literal),
    st.integers().map(integer),
    st.booleans().map(boolean),
    st.integers(1, 9999).map(gyear),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9).map(decimal),
    st.sampled_from(["007", "-0", "1", "true", "x"]).map(lambda t: Literal(t, datatype=node(XSD.integer))),
    st.sampled_from(["1", "0", "true"]).map(lambda t: Literal(t, datatype=node(XSD.boolean))),
)


def triple(subject: str, property_: str, literal: Literal, link: str) -> Triple:
    links = {str(RDF.type), str(DCTERMS.type), str(ATLAS.participation), str(ATLAS.fundingLine)}
    return Triple(node(subject), node(property_), node(link) if str(property_) in links else literal)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.builds(triple, iris, properties, literals, iris), min_size=1, max_size=12))
@pytest.mark.filterwarnings("ignore")
def test_any_graph_comes_back_as_it_was(triples: list[Triple]) -> None:
    triples.append(Triple(node(THING), node(RDFS.label), text("Essai")))
    assert same(triples)


def test_a_part_is_nested_where_it_is_first_met_and_named_afterwards() -> None:
    part = f"{THING}#participation-1"
    tree = json.loads(
        jsonld.document(
            [
                Triple(node(THING), node(ATLAS.participation), node(part)),
                Triple(node(part), node(ATLAS.nameAsWritten), text("Brest")),
            ],
            THING,
            jsonld.Terms(CONTEXT),
            "context.jsonld",
        )
    )
    assert tree["participation"] == [{"id": part, "nameAsWritten": "Brest"}]


def test_amounts_stay_exact_strings() -> None:
    triples = [Triple(node(THING), node(ATLAS.amount), decimal(Decimal("0.1")))]
    assert json.loads(jsonld.document(triples, THING, jsonld.Terms(CONTEXT), "context.jsonld"))["amount"] == "0.1"
