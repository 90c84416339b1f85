"""Every client that people use reads the answer to every form of query, as it asks by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rdflib

from atlas_ld.release.layout import Release
from tests.clients.query_forms import AS_THEY_SEND, FORMS, LIBRARIES, R_SPARQL, Client

CLIENTS = {**LIBRARIES, **AS_THEY_SEND}

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning:SPARQLWrapper", "ignore::ResourceWarning")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_client_reads_the_answer_to_every_form(
    site: str, release: Release, node_program: Callable[[str], list[str]], client: Client, form: str
) -> None:
    iri = f"{site}id/partnership/crea-ocean-2010"
    graph = rdflib.Graph().parse(release.dump, format="nt")
    described = len(list(graph.triples((rdflib.URIRef(iri), None, None))))
    found = client(f"{site}sparql", form, FORMS[form].format(iri=iri))
    assert found == {"SELECT": 1, "ASK": True, "CONSTRUCT": 1, "DESCRIBE": described}[form]


@pytest.mark.parametrize("form", ["SELECT", "ASK"])
def test_r_reads_tables_and_truth_values(site: str, form: str) -> None:
    query = FORMS[form].format(iri=f"{site}id/partnership/crea-ocean-2010")
    assert R_SPARQL(f"{site}sparql", form, query) == 1
