"""What must stay true of the whole."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from atlas_ld import errors

PACKAGE = Path(__file__).parent.parent / "atlas_ld"

# A module imports only from the steps before it; those of one step may import each other.
STEPS = [
    {
        "errors",
        "countries",
        "vocabulary",
        "media",
        "config",
        "findings",
        "hierarchy",
        "iris",
        "processes",
        "rdf",
        "records",
        "resources",
        "themes",
    },
    {"privacy", "sources"},
    {"reference"},
    {"keys"},
    {"mapping"},
    {"model", "jsonld"},
    {"validation", "catalogue"},
    {"queries"},
    {"release"},
    {"sparql", "remote", "comparison", "review", "quality"},
    {"web"},
    {"pipeline"},
    {"cli", "tabular", "__main__"},
]
DOORS = {
    "pyshacl": {"validation"},
    "numpy": {"sparql"},
    "pyoxigraph": {"rdf", "sparql", "release", "validation"},
    "SPARQLWrapper": {"remote"},
    "flask": {"web"},
    "granian": {"web"},
    "click": {"cli"},
    "mcp": {"web"},
    "bs4": set(),
    "phonenumbers": {"privacy"},
    "openpyxl": {"sources"},
    "xlsxwriter": {"release", "sources"},
}


def step_of(module: str) -> int:
    return next(number for number, names in enumerate(STEPS) if module in names)


def imports() -> list[tuple[Path, str, str]]:
    """(file, its step's name, imported module) for every import of the package, those inside functions too."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found += [(path, own, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module == "atlas_ld":
                found += [(path, own, f"atlas_ld.{alias.name}") for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports relatively"
                found.append((path, own, node.module or ""))
    return found


def test_a_module_imports_only_from_the_steps_before_it() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path, own, name in imports()
        if name.startswith("atlas_ld.") and own != "__init__" and not name.startswith("atlas_ld.__")
        if step_of(name.split(".")[1]) > step_of(own)
    ]
    assert wrong == []


@pytest.mark.parametrize("package", sorted(path.parent for path in PACKAGE.rglob("__init__.py")), ids=lambda p: p.name)
def test_the_docstring_of_a_package_names_each_of_its_modules(package: Path) -> None:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    modules = {path.stem for path in package.glob("*.py")} - {"__init__", "__main__"}
    modules |= {path.parent.name for path in package.glob("*/__init__.py")}
    listed = re.findall(r"^(\w+(?:, \w+)*) {2,}\w", docstring, re.MULTILINE)
    assert {name for names in listed for name in names.split(", ")} - modules == set()
    assert modules - set(re.findall(r"\w+", docstring)) == set()


def test_the_tree_of_errors_is_drawn_as_it_is() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"([│├└─ ]*)([A-Z]\w+Error|[A-Z][a-z]+[A-Z]\w+)\s", line):
            depth = len(match[1]) // 4
            above[depth:] = [match[2]]
            drawn[match[2]] = above[depth - 1] if depth else "Exception"
    defined = {
        name: kind.__base__.__name__
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    assert drawn == defined


def test_each_heavy_library_has_one_door() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path, own, name in imports()
        if name.split(".")[0] in DOORS and own not in DOORS[name.split(".")[0]]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)).replace("/", ".")
)
def test_nothing_reads_the_environment_but_the_entries(path: Path) -> None:
    entries = {"cli.py", "web/wsgi.py", "web/server/web_process.py", "sparql/service.py", "sparql/worker.py"}
    if str(path.relative_to(PACKAGE)) not in entries:
        assert "os.environ" not in path.read_text("utf-8")


def test_importing_the_package_opens_no_file_of_its_own() -> None:
    """Nothing happens at import: no resource is read, no socket or process opened."""
    program = """
import sys
opened = []
def watch(event, args):
    if event in ("subprocess.Popen", "socket.connect", "socket.bind"):
        opened.append(event)
    if event == "open" and str(args[0]).endswith((".ttl", ".rq", ".csv", ".toml", ".sqlite")):
        opened.append(str(args[0]))
import rdflib, flask, pyshacl, granian, babel, click, openpyxl, xlsxwriter  # theirs may do as they like
sys.addaudithook(watch)
import atlas_ld.cli, atlas_ld.web.server.server, atlas_ld.web
print(opened)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
