"""Every cache of the code stands in decision 22, with what it keeps, its bound and what it is worth; and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "atlas_ld"
DECISION = ROOT / "docs" / "decisions" / "0022-caches.md"
KINDS = {"lru_cache", "cache", "cached_property", "OrderedDict", "LRUCache", "TTLCache", "keeping"}


def called(node: ast.AST | None) -> str:
    """The last name of what an expression calls or is: `lru_cache` for `functools.lru_cache(maxsize=4)`."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def in_code() -> Iterator[str]:
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(called(d) in KINDS for d in node.decorator_list):
                yield f"{module}.{node.name}"
            value = getattr(node, "value", None)
            if (
                isinstance(node, ast.Assign | ast.AnnAssign)
                and isinstance(value, ast.Call)
                and called(value) in KINDS - {"keeping"}
            ):
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                if isinstance(target, ast.Subscript):  # `keeping` itself
                    continue
                yield f"{module}.{ast.unparse(target).removeprefix('self.')}"
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "keeping":
                yield f"{module}.{ast.unparse(node.args[0])}"


def test_the_decision_lists_the_caches_that_there_are() -> None:
    rows = [line for line in DECISION.read_text("utf-8").splitlines() if line.startswith("| `")]
    listed = [name for row in rows for name in re.findall(r"`([\w.]+)`", row.split("|")[1])]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(in_code())
    for row in rows:
        assert all(cell.strip() for cell in row.strip("|").split("|")), row


def test_a_cache_of_functions_has_a_bound_unless_it_takes_nothing_from_outside() -> None:
    """`@cache` is for what has no argument, or one out of few."""
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(called(d) == "cache" for d in node.decorator_list):
                wrong += [f"{path.stem}.{node.name}"] if len(node.args.args) > 1 else []
            if isinstance(node, ast.Call) and called(node) == "lru_cache" and "maxsize=None" in ast.unparse(node):
                wrong.append(f"{path.stem}: {ast.unparse(node)}")
    assert wrong == []


def test_no_cache_is_keyed_by_a_publication() -> None:
    """It would outlive the release: what is made once for a release is a property of `Publication`."""
    wrong = [
        f"{path.stem}.{node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(called(d) in ("cache", "lru_cache") for d in node.decorator_list)
        and any(arg.annotation and ast.unparse(arg.annotation) == "Publication" for arg in node.args.args)
    ]
    assert wrong == []
