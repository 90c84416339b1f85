"""The W3C's evaluation tests of SPARQL 1.0 and 1.1: what either engine makes of them.

python -m tests.sparql.columns.w3c        writes the table of docs/sparql.md, and prints what is not as expected
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse_query_results,
)
from rdflib import RDF, Graph, Namespace

from atlas_ld.media import SPARQL_JSON
from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.engine import answer
from atlas_ld.sparql.worker import readable
from tests.sparql.columns.differences import columns_of
from tests.sparql.columns.fetch_w3c import FOLDER

PAGE = Path(__file__).parents[3] / "docs" / "sparql.md"
BLOCK = re.compile(r"(?<=<!-- written by tests\.sparql\.columns\.w3c -->\n).*?(?=<!-- end -->)", re.DOTALL)

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
DAWG = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_SUITES = {"data-r2": "SPARQL 1.0", "data-sparql11": "SPARQL 1.1"}
_OTHERS = ("entailment", "service")
"""Tests of entailment regimes, and of federation, which no query here can ask for."""

_FROM = re.compile(r"^\s*FROM\s+(?:NAMED\s+)?<([^>]+)>", re.MULTILINE | re.IGNORECASE)
_NUMBERS = ("integer", "decimal", "double", "float", "int", "byte", "short", "long")


@dataclass(frozen=True)
class Case:
    name: str
    suite: str
    query: str
    base: str
    data: tuple[Path, ...]
    graphs: tuple[tuple[str, Path], ...]
    expected: Path
    is_lax: bool
    """Whether rows may stand less often than in the expected answer (REDUCED)."""


@dataclass(frozen=True)
class Outcome:
    """`oxigraph` is `as expected`, `numbers` (but for the form of numbers) or `otherwise`; `columns` is `as Oxigraph`,
    `otherwise`, or empty where they decline."""

    case: Case
    oxigraph: str
    columns: str
    is_select: bool


def cases() -> Iterator[Case]:
    for manifest in sorted(FOLDER.glob("data-*/*/manifest.ttl")):
        folder = manifest.parent.name
        if folder in _OTHERS:
            continue
        described = Graph().parse(manifest, publicID=manifest.as_uri())
        for test in sorted(described.subjects(RDF.type, MF.QueryEvaluationTest)):
            action, result = described.value(test, MF.action), described.value(test, MF.result)
            query = described.value(action, QT.query)
            is_approved = (test, DAWG.approval, DAWG.Approved) in described
            if not is_approved or result is None or query is None or not _path(result).is_file():
                continue
            if _path(result).suffix == ".csv":  # which has no types to compare
                continue
            text = _path(query).read_text("utf-8")
            data = tuple(_path(iri) for iri in described.objects(action, QT.data))
            graphs = tuple(
                (str(iri), _path(iri)) for iri in described.objects(action, QT.graphData) if _path(iri).is_file()
            )
            name = f"{folder}/{_path(query).stem}"
            suite = _SUITES[manifest.parent.parent.name]
            is_lax = (test, MF.resultCardinality, MF.LaxCardinality) in described
            named = [urljoin(str(query), iri) for iri in _FROM.findall(text)]
            graphs += tuple((iri, _path(iri)) for iri in named if iri not in dict(graphs) and _path(iri).is_file())
            yield Case(name, suite, text, str(query), data, graphs, _path(result), is_lax)


def _path(iri: Any) -> Path:
    return Path(str(iri).removeprefix("file://"))


def outcome(case: Case) -> Outcome:
    store = _loaded(case)
    query = readable(case.query)
    try:
        found = store.query(query, base_iri=case.base)
        is_select = isinstance(found, QuerySolutions)
        exact, loose = _both(found)
        wanted = _expected(case, False), _expected(case, True)
        if case.is_lax:
            exact, wanted = set(exact), (set(wanted[0]), set(wanted[1]))
        oxigraph = "as expected" if exact == wanted[0] else "numbers" if loose == wanted[1] else "otherwise"
    except (SyntaxError, RuntimeError, OSError):
        return Outcome(case, "otherwise", "", "SELECT" in case.query.upper())
    return Outcome(case, oxigraph, _on_columns(case) if is_select and not case.graphs else "", is_select)


def _on_columns(case: Case) -> str:
    """Over the same data with IRIs in the place of blank nodes, which a release does not have."""
    store = _loaded(case)
    for quad in list(store):
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            store.remove(quad)
            store.add(Quad(_named(quad.subject), quad.predicate, _named(quad.object)))
    try:
        ours = b"".join(answer(columns_of(store), case.query, SPARQL_JSON.name, {}, case.base))
    except Uncovered:
        return ""
    found = store.query(case.query, base_iri=case.base)
    assert isinstance(found, QuerySolutions)
    theirs = found.serialize(format=QueryResultsFormat.JSON) or b""
    bags = [Counter(json.dumps(row, sort_keys=True) for row in rows(document)) for document in (ours, theirs)]
    return "as Oxigraph" if bags[0] == bags[1] else "otherwise"


def rows(document: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document)["results"]["bindings"]
    return found


def _named(term: Any) -> Any:
    return NamedNode(f"urn:blank:{term.value}") if isinstance(term, BlankNode) else term


def _loaded(case: Case) -> Store:
    store = Store()
    for path in case.data:
        if path.is_file():
            _load(store, path, path.as_uri(), None)
    for name, path in case.graphs:
        _load(store, path, name, NamedNode(name))
    return store


def _load(store: Store, path: Path, base: str, graph: NamedNode | None) -> None:
    format_ = RdfFormat.RDF_XML if path.suffix == ".rdf" else RdfFormat.TURTLE
    store.load(path=str(path), format=format_, base_iri=base, to_graph=graph)


def _both(found: Any) -> tuple[Any, Any]:
    """What was found, as it is and with numbers in one form, to be compared."""
    if isinstance(found, QueryBoolean):
        return bool(found), bool(found)
    if isinstance(found, QuerySolutions):
        names = [variable.value for variable in found.variables]
        table = [{name: row[name] for name in names if row[name] is not None} for row in found]
        return _bag(table, False), _bag(table, True)
    quads = Dataset(Quad(triple.subject, triple.predicate, triple.object) for triple in found)
    return _canonical(quads, False), _canonical(quads, True)


def _expected(case: Case, loose: bool) -> Any:
    path = case.expected
    if path.suffix in (".srx", ".srj", ".tsv"):
        formats = {".srx": QueryResultsFormat.XML, ".srj": QueryResultsFormat.JSON, ".tsv": QueryResultsFormat.TSV}
        return _both(parse_query_results(path=str(path), format=formats[path.suffix]))[loose]
    store = Store()
    _load(store, path, path.as_uri(), None)
    sets = list(store.quads_for_pattern(None, None, NamedNode(str(RS.ResultSet))))
    if not sets:
        return _canonical(Dataset(store), loose)
    boolean = [quad.object for quad in store.quads_for_pattern(None, NamedNode(str(RS.boolean)), None)]
    if boolean:
        return str(getattr(boolean[0], "value", "")) == "true"
    table = []
    for solution in store.quads_for_pattern(None, NamedNode(str(RS.solution)), None):
        row = {}
        for binding in store.quads_for_pattern(solution.object, NamedNode(str(RS.binding)), None):  # type: ignore[arg-type]
            name, value = (
                next(iter(store.quads_for_pattern(binding.object, NamedNode(str(part)), None))).object  # type: ignore[arg-type]
                for part in (RS.variable, RS.value)
            )
            row[str(getattr(name, "value", ""))] = value
        table.append(row)
    return _bag(table, loose)


def _bag(table: list[dict[str, Any]], loose: bool) -> Counter[str]:
    return Counter(str(sorted((name, _term(term, loose)) for name, term in row.items())) for row in table)


def _canonical(quads: Dataset, loose: bool) -> set[str]:
    quads = Dataset(
        Quad(quad.subject, quad.predicate, _number(quad.object) if loose else quad.object) for quad in quads
    )
    quads.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in quads}


def _term(term: Any, loose: bool) -> str:
    return "_:" if isinstance(term, BlankNode) else str(_number(term) if loose else term)


def _number(term: Any) -> Any:
    if not isinstance(term, Literal) or not term.datatype.value.endswith(_NUMBERS):
        return term
    try:
        return Literal(f"{Decimal(term.value).normalize():f}", datatype=term.datatype)
    except InvalidOperation:
        return term


def table(outcomes: list[Outcome]) -> str:
    head = (
        "| | tests | as expected | but for the form of numbers | otherwise | SELECT without named graphs | answered by "
        "columns | as Oxigraph |\n|---|---|---|---|---|---|---|---|\n"
    )
    lines = []
    for suite in _SUITES.values():
        some = [found for found in outcomes if found.case.suite == suite]
        oxigraph, columns = Counter(found.oxigraph for found in some), Counter(found.columns for found in some)
        selects = sum(found.is_select and not found.case.graphs for found in some)
        numbers = [len(some), *(oxigraph[kind] for kind in ("as expected", "numbers", "otherwise")), selects]
        numbers += [columns["as Oxigraph"] + columns["otherwise"], columns["as Oxigraph"]]
        lines.append(f"| {suite} | {' | '.join(map(str, numbers))} |\n")
    others = sorted(found.case.name for found in outcomes if found.oxigraph == "otherwise")
    return head + "".join(lines) + f"\nOtherwise: {', '.join(f'`{name}`' for name in others)}.\n"


def main() -> None:
    found = [outcome(case) for case in cases()]
    PAGE.write_text(BLOCK.sub(lambda _: table(found), PAGE.read_text("utf-8")), "utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
