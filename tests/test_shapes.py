"""Every constraint of the shapes fires on a file made to break it, and on nothing else.

tests/shapes/<Shape>/valid-*.ttl conform; invalid-*.ttl break one constraint, which their first line names. Each is
checked together with tests/shapes/world.ttl, a small world that describes whatever they link to.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph

from atlas_ld.iris import shorten
from atlas_ld.rdf import Triple, parse_file
from atlas_ld.resources import turtle_files
from atlas_ld.validation import load_shapes, validate

BASE = "http://localhost:8000/"
FOLDER = Path(__file__).parent / "shapes"
VALID = sorted(FOLDER.glob("*/valid-*.ttl"))
INVALID = sorted(FOLDER.glob("*/invalid-*.ttl"))
FIRES = "# fires: "

ABOUT_A_SHAPE = (
    "targetClass targetSubjectsOf path property ignoredProperties name description group order message severity"
)
NO_CONSTRAINT = {f"sh:{name}" for name in ABOUT_A_SHAPE.split()}


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(scope="module")
def world() -> list[Triple]:
    return parse_file(FOLDER / "world.ttl", BASE)


def fired(path: Path, world: list[Triple]) -> set[str]:
    report = validate([*world, *parse_file(path, BASE)], load_shapes(BASE))
    return {
        f"{shorten(result.shape)} {shorten(result.constraint)} {result.severity.capitalize()}"
        for result in report.results
    }


def expected(path: Path) -> str:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(FIRES), f"{name(path)} must begin with “{FIRES}shape:… sh:… Violation|Warning|Info”"
    return first.removeprefix(FIRES)


def said() -> Iterator[tuple[str, str, str]]:
    """What the shapes that have a name say: subject, predicate and object, as prefixed names where they have one."""
    for path in turtle_files("shapes"):
        for triple in parse_file(path, BASE):
            subject, value = shorten(getattr(triple.subject, "value", "")), shorten(getattr(triple.object, "value", ""))
            if subject.startswith("shape:") and not subject.startswith(("shape:In-", "shape:group-")):
                yield subject, shorten(triple.predicate.value), value


def constraints() -> set[str]:
    """Each constraint, such as `shape:Partnership-title sh:MaxCountConstraintComponent`.

    A property in SHACL's namespace is a constraint unless it is known to be none, so that a new kind of constraint
    cannot slip through.
    """
    found = set()
    for shape, parameter, _ in said():
        if parameter.startswith("sh:") and parameter not in NO_CONSTRAINT:
            word = parameter.removeprefix("sh:")
            found.add(f"{shape} sh:{'SPARQL' if word == 'sparql' else word[0].upper() + word[1:]}ConstraintComponent")
    return found


def test_the_shapes_conform_to_the_shapes_of_shacl_itself() -> None:
    """https://www.w3.org/TR/shacl/#shacl-shacl; pyshacl raises where they do not."""
    whole = Graph()
    for path in turtle_files("shapes"):
        whole.parse(path, publicID=BASE)
    conforms, _, _ = pyshacl.validate(Graph(), shacl_graph=whole, meta_shacl=True)
    assert conforms


def test_the_small_world_conforms(world: list[Triple]) -> None:
    assert validate(world, load_shapes(BASE)).results == ()


@pytest.mark.parametrize("path", VALID, ids=name)
def test_a_valid_file_has_no_result(path: Path, world: list[Triple]) -> None:
    assert fired(path, world) == set()


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_an_invalid_file_breaks_one_constraint_and_it_alone(path: Path, world: list[Triple]) -> None:
    assert fired(path, world) == {expected(path)}


def test_every_constraint_has_a_file_that_breaks_it() -> None:
    assert {expected(path).rpartition(" ")[0] for path in INVALID} == constraints()


def test_every_property_of_a_shape_is_used_by_a_valid_file() -> None:
    """Otherwise it could have a shape that no value satisfies."""
    paths = {shape: value for shape, predicate, value in said() if predicate == "sh:path"}
    claimed = {(shape, paths[value]) for shape, predicate, value in said() if predicate == "sh:property"}
    used = {
        (f"shape:{path.parent.name}", shorten(triple.predicate.value))
        for path in VALID
        for triple in parse_file(path, BASE)
    }
    assert claimed - used == set()
