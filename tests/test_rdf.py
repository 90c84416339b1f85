"""What is said of things, read from triples."""

from __future__ import annotations

from atlas_ld.rdf import BlankNode, Graph, Literal, NamedNode, Triple, node

A, B, P, Q = (node(f"https://x.example/{name}") for name in "abpq")


def test_a_graph_keeps_the_order_of_the_triples_and_each_object_once() -> None:
    said = [(A, P, B), (B, P, A), (A, Q, Literal("x", language="fr")), (A, P, A), (A, P, B), (A, Q, Literal("x"))]
    graph = Graph(Triple(*one) for one in said)
    assert list(graph) == [A.value, B.value]
    assert graph.objects(A.value, P.value) == [B, A]
    assert graph.objects(A.value, Q.value) == [Literal("x", language="fr"), Literal("x")]


def test_nothing_is_said_of_what_is_not_described_and_asking_changes_nothing() -> None:
    graph = Graph([Triple(A, P, B)])
    assert graph.properties(B.value) == {}
    assert graph.objects(B.value, P.value) == graph.objects(A.value, Q.value) == []
    assert list(graph) == [A.value]


def test_a_blank_node_goes_by_its_label() -> None:
    graph = Graph([Triple(A, P, BlankNode("b")), Triple(BlankNode("b"), Q, Literal("x"))])
    (blank,) = graph.objects(A.value, P.value)
    assert not isinstance(blank, NamedNode)
    assert graph.objects(blank.value, Q.value) == [Literal("x")]
