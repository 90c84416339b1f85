"""Queries are files, and this is where they are read and where terms are put into them.

A file `*.rq` below this folder is one query. Comments at its head say what it is:

    #title@fr: Combien une coopération a-t-elle reçu, année par année ?
    #title@en: What did one cooperation receive, year by year?
    #description@fr: ...                       one line; title and description in both languages
    #tags@fr: financement, année               likewise
    #binds ?partnership partnership:crea-ocean-2010
                                               a variable that callers bind, with an example of its value
    #binds@fr ?partnership: Partenariat        its name for people, in both languages

Only the examples (`examples/*.rq`), which people read (`queries.named`), need titles, descriptions, tags and names of
variables; every file needs at least one comment line that says its question. A binding becomes a VALUES block, placed
at each line `#values` of the query, or after its first `WHERE {` where it has no such line. pyoxigraph's own
`substitutions` were measured and left aside: they are no faster (0.97 ms against 0.92 ms for a join with ORDER BY on
280 000 triples) and refuse a variable that is not projected.

parts         lines of a query that stand only where a variable is bound
named         the examples as resources with parameters; description is the same as RDF
building      SPARQL from a question that was put together in a form
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from atlas_ld.errors import BrokenResource
from atlas_ld.rdf import Node

_FOLDER = Path(__file__).parent
_TAGGED = re.compile(r"#(title|description|tags)@(fr|en):\s*(.+)")
_BINDS = re.compile(r"#binds \?(\w+) (\S.*)")
_BINDS_NAME = re.compile(r"#binds@(fr|en) \?(\w+):\s*(.+)")
_VALUES_LINE = re.compile(r"^[ \t]*#values[ \t]*$", re.MULTILINE)
_WHERE = re.compile(r"\bWHERE\s*\{")
_PREFIXED = re.compile(r"(?<![\w:?$@<])([A-Za-z][\w-]*):(?!//)")

Binding = Node | Sequence[Node]
"""A term, or the terms of which each is tried."""


@dataclass(frozen=True)
class Query:
    """A query and what its head says.

    `name` is its path below this folder without the extension (`examples/funding-by-year`), `question` its head
    comment in plain text, `titles`, `descriptions` and `tags` are by language (`fr`, `en`; empty for queries of our
    own), `bindings` gives an example, in SPARQL, for each variable that a caller binds, `binding_names` the name of
    each for people, by language, and `text` is SPARQL 1.1 that relies on the prefixes of `vocabulary.PREFIXES` and
    `iris.Iris.prefixes`.
    """

    name: str
    question: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    bindings: Mapping[str, str]
    text: str
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    binding_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def bound(self, bindings: Mapping[str, Binding]) -> str:
        """SPARQL with a VALUES block for each binding. Raises ValueError for a variable that it does not bind."""
        unknown = sorted(bindings.keys() - self.bindings.keys())
        if unknown:
            raise ValueError(f"{self.name} binds {sorted(self.bindings)}, not {unknown}")
        terms = {name: (value if isinstance(value, Sequence) else (value,)) for name, value in bindings.items()}
        # str() of a pyoxigraph term is its N-Triples form, with everything escaped that could end it.
        return self._with_values({name: " ".join(str(term) for term in value) for name, value in terms.items()})

    def example(self, prefixes: Mapping[str, str]) -> str:
        """SPARQL for a person to read, change and take elsewhere: example values, and the prefixes that it uses."""
        return declared(self.with_examples(), prefixes)

    def with_examples(self) -> str:
        """SPARQL with the example values, which relies on the prefixes as the file does."""
        return self._with_values(self.bindings)

    def _with_values(self, values: Mapping[str, str]) -> str:
        block = " ".join(f"VALUES ?{name} {{ {terms} }}" for name, terms in values.items())
        if not block:
            return self.text
        if _VALUES_LINE.search(self.text):
            return _VALUES_LINE.sub(lambda _: f"  {block}", self.text)
        return _WHERE.sub(lambda match: f"{match[0]}\n  {block}", self.text, count=1)


def declared(text: str, prefixes: Mapping[str, str]) -> str:
    """A query with those of `prefixes` declared that it uses."""
    used = sorted(set(_PREFIXED.findall(text)) & prefixes.keys())
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in used) + text


@cache
def load(name: str) -> Query:
    """The query of the file `{name}.rq` below this folder. Raises BrokenResource."""
    path = _FOLDER / f"{name}.rq"
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BrokenResource(f"The query {name} is missing from {_FOLDER}: {error}") from error
    lines = content.splitlines()
    size = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head, text = lines[:size], "\n".join(lines[size:]).strip() + "\n"
    tagged = [match for line in head if (match := _TAGGED.fullmatch(line.strip()))]
    named = [match for line in head if (match := _BINDS_NAME.fullmatch(line.strip()))]
    query = Query(
        name=name,
        question=" ".join(line.lstrip("# ").strip() for line in head if not line.startswith("#binds")),
        titles={match[2]: match[3] for match in tagged if match[1] == "title"},
        descriptions={match[2]: match[3] for match in tagged if match[1] == "description"},
        tags={match[2]: tuple(re.split(r",\s*", match[3])) for match in tagged if match[1] == "tags"},
        bindings={match[1]: match[2] for line in head if (match := _BINDS.fullmatch(line.strip()))},
        binding_names={
            variable: {match[1]: match[3] for match in named if match[2] == variable}
            for variable in dict.fromkeys(match[2] for match in named)
        },
        text=text,
    )
    if not query.question:
        raise BrokenResource(f"{path} needs a comment at its head that says its question.")
    if query.bindings and not (_VALUES_LINE.search(text) or _WHERE.search(text)):
        raise BrokenResource(f"{path} binds a variable, so it needs `WHERE {{` or a line `#values`.")
    return query


def has(name: str) -> bool:
    """Whether there is a file `{name}.rq` below this folder."""
    return (_FOLDER / f"{name}.rq").is_file()


def names(folder: str = "") -> list[str]:
    """The names of all queries below a folder of this one (`examples`), in order; of all by default."""
    files = (_FOLDER / folder).rglob("*.rq")
    return sorted(path.relative_to(_FOLDER).with_suffix("").as_posix() for path in files)
