"""SPARQL from a question that was put together in a form: a class, conditions on its fields, columns to show.

Everything but the values comes from the shapes. Values enter as RDF terms in their N-Triples form, so none of them can
be read as SPARQL. The result is meant to be read and changed: named variables, prefixes, one pattern a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal as OneOf

from atlas_ld.iris import shorten
from atlas_ld.model import ClassModel, Model
from atlas_ld.model.classes import Field
from atlas_ld.rdf import LABELS, Literal, node
from atlas_ld.vocabulary import RDF, SKOS, XSD

Test = OneOf["show", "is", "contains", "at-least", "at-most", "missing"]
Kind = OneOf["text", "number", "year", "date", "boolean", "concept", "entity", "link"]

TESTS: Mapping[Kind, tuple[Test, ...]] = {
    "text": ("contains", "is", "show", "missing"),
    "number": ("at-least", "at-most", "is", "show", "missing"),
    "year": ("at-least", "at-most", "is", "show", "missing"),
    "date": ("at-least", "at-most", "is", "show", "missing"),
    "boolean": ("is", "show", "missing"),
    "concept": ("is", "contains", "show", "missing"),
    "entity": ("contains", "is", "show", "missing"),
    "link": ("show", "missing"),
}
"""What can be asked of each kind of field, the likeliest first."""

_KINDS: Mapping[str, Kind] = {
    str(RDF.langString): "text",
    str(XSD.string): "text",
    str(XSD.decimal): "number",
    str(XSD.integer): "number",
    str(XSD.gYear): "year",
    str(XSD.gYearMonth): "text",
    str(XSD.date): "date",
    str(XSD.boolean): "boolean",
}
_OPERATORS: Mapping[Test, str] = {"is": "=", "at-least": ">=", "at-most": "<="}
_TRUTH = {"true": "true", "vrai": "true", "oui": "true", "yes": "true"} | dict.fromkeys(
    ("false", "faux", "non", "no"), "false"
)
_TYPED = frozenset({"number", "year", "date", "boolean"})
_TESTED = frozenset({"is", "contains", "at-least", "at-most"})
_LIMIT = 1000


class UnfitValueError(ValueError):
    """A value that a field cannot have, such as a year that is no number."""


@dataclass(frozen=True)
class Path:
    """A field of the class that is looked for or, with `through`, of a thing that it links to. `label` is the field
    that names what it links to."""

    field: Field
    through: Field | None = None
    label: Field | None = None

    @property
    def key(self) -> str:
        """Its name in addresses: `startYear`, `fundingLine.amount`."""
        return f"{self.through.local_name}.{self.field.local_name}" if self.through else self.field.local_name

    @property
    def kind(self) -> Kind:
        if self.label:
            return "concept" if self.field.scheme else "entity"
        return _KINDS.get(self.field.datatype or "", "link")


@dataclass(frozen=True)
class Condition:
    """One line of the form. `value` is what was typed; `show` and `missing` need none."""

    path: Path
    test: Test
    value: str = ""


def starts(model: Model) -> list[ClassModel]:
    """The classes that can be looked for: those whose things have a name."""
    return [class_ for class_ in model.classes if name_of(class_)]


def name_of(class_: ClassModel | None) -> Field | None:
    """The field that names the things of a class."""
    return next((field for field in class_.fields if field.path in LABELS), None) if class_ else None


def paths(model: Model, start: ClassModel) -> dict[str, Path]:
    """Every field of a class, and every field one link away, by key."""
    found = [_path(model, field) for field in start.fields]
    for through in start.fields:
        target = model.of(through.classes)
        if target is not None and target is not start:
            found += [_path(model, field, through) for field in target.fields if start.iri not in field.classes]
    return {path.key: path for path in found}


def _path(model: Model, field: Field, through: Field | None = None) -> Path:
    return Path(field, through, name_of(model.of([str(SKOS.Concept)] if field.scheme else field.classes)))


def build(
    start: ClassModel, conditions: Sequence[Condition], prefixes: Mapping[str, str], language: str, count: Path | None
) -> str:
    """The query. With `count`, how many things there are for each value of that field; else the things, a column for
    each condition, at most 1000 rows. Labels are in `language` where there is one. Raises UnfitValueError."""
    return _Writer(start, prefixes, language).query(conditions, count)


def check(path: Path, test: str, value: str) -> None:
    """Raises UnfitValueError where a field cannot be tested so, or cannot have this value."""
    if test not in TESTS[path.kind]:
        raise UnfitValueError(test)
    if test in _OPERATORS and path.kind in _TYPED:
        _term(path, value)


class _Writer:
    """One query while it is written: its lines, the variables that are taken, the prefixes that it uses."""

    def __init__(self, start: ClassModel, prefixes: Mapping[str, str], language: str) -> None:
        self._prefixes, self._language = prefixes, language
        self._used: set[str] = set()
        self._variables: dict[str, str] = {}
        self._thing = self._variable("", start.local_name)
        self._start = start

    def query(self, conditions: Sequence[Condition], count: Path | None) -> str:
        lines = [f"{self._thing} a {self._iri(self._start.iri)} ."]
        columns: list[str] = []
        label = name_of(self._start)
        if count is None and label is not None:
            columns += [self._thing, f"{self._thing}Name"]
            lines += self._label(self._thing, label)
        for path, tests in _by_path(conditions, count):
            shown, patterns = self._pattern(path)
            filters = [self._filter(path, test.test, shown, test.value) for test in tests if test.test in _TESTED]
            if any(test.test == "missing" for test in tests):
                lines += ["FILTER NOT EXISTS {", *_indented(self._pattern(path)[1][: 2 if path.through else 1]), "}"]
                continue
            columns.append(shown)
            if filters or path == count:
                lines += [*patterns, *filters]
            else:
                lines += ["OPTIONAL {", *_indented(patterns), "}"]
        body = "\n".join(_indented(lines))
        if count is None:
            order = f"ORDER BY {self._thing}Name"
            text = (
                f"SELECT DISTINCT {' '.join(dict.fromkeys(columns))}\nWHERE {{\n{body}\n}}\n{order}\nLIMIT {_LIMIT}\n"
            )
        else:
            by, _ = self._pattern(count)
            text = (
                f"SELECT {by} (COUNT(DISTINCT {self._thing}) AS ?count)\nWHERE {{\n{body}\n}}\n"
                f"GROUP BY {by}\nORDER BY DESC(?count)\nLIMIT {_LIMIT}\n"
            )
        return "".join(f"PREFIX {name}: <{self._prefixes[name]}>\n" for name in sorted(self._used)) + text

    def _pattern(self, path: Path) -> tuple[str, list[str]]:
        """The variable to show for a path, and the patterns that bind it. The same path gives the same variables, and
        so does the same link: an amount and a year of a funding line are those of one line."""
        subject, lines = self._thing, []
        if path.through:
            subject = self._variable(path.through.local_name, path.through.local_name)
            lines.append(f"{self._thing} {self._iri(path.through.path)} {subject} .")
        value = self._variable(path.key, path.field.local_name)
        lines.append(f"{subject} {self._iri(path.field.path)} {value} .")
        if path.label is None:
            return value, lines
        return f"{value}Name", [*lines, *self._label(value, path.label)]

    def _label(self, thing: str, label: Field) -> list[str]:
        """The name of a thing: in the reader's language or, where it has none, in the other."""
        name, named, language = f"{thing}Name", self._iri(label.path), Literal(self._language)
        lines = [f"{thing} {named} {name} ."]
        if len(label.languages) > 1:
            other = f"{thing} {named} {thing}Other . FILTER(LANG({thing}Other) = {language})"
            lines.append(f"FILTER(LANG({name}) = {language} || NOT EXISTS {{ {other} }})")
        return lines

    def _filter(self, path: Path, test: Test, shown: str, value: str) -> str:
        check(path, test, value)
        if path.kind in _TYPED:
            term = _term(path, value)
            return f'FILTER({shown} {_OPERATORS[test]} "{term.value}"^^{self._iri(term.datatype.value)})'
        text = Literal(value.strip())
        if test == "contains":
            return f"FILTER(CONTAINS(LCASE(STR({shown})), LCASE({text})))"
        if path.kind == "concept":  # a broader theme stands for the narrower ones too
            concept, above = shown.removesuffix("Name"), shown.replace("Name", "Above")
            upwards = f"{concept} {self._iri(str(SKOS.broader))}*/{self._iri(str(SKOS.prefLabel))} {above}"
            return f"FILTER EXISTS {{ {upwards} . FILTER(LCASE(STR({above})) = LCASE({text})) }}"
        return f"FILTER(LCASE(STR({shown})) = LCASE({text}))"

    def _variable(self, key: str, name: str) -> str:
        """The variable of a path, named after its field; with a number where the name is taken."""
        if key not in self._variables:
            base = f"?{name[0].lower()}{name[1:]}"
            taken, number, found = set(self._variables.values()), 2, base
            while found in taken:
                found, number = f"{base}{number}", number + 1
            self._variables[key] = found
        return self._variables[key]

    def _iri(self, iri: str) -> str:
        if (short := shorten(iri, self._prefixes)) == iri:
            return str(node(iri))
        self._used.add(short.partition(":")[0])
        return short


def _by_path(conditions: Sequence[Condition], count: Path | None) -> list[tuple[Path, list[Condition]]]:
    grouped: dict[Path, list[Condition]] = {}
    for condition in conditions:
        grouped.setdefault(condition.path, []).append(condition)
    if count is not None:
        grouped.setdefault(count, [])
    return list(grouped.items())


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _term(path: Path, value: str) -> Literal:
    """The value as a literal of the field's datatype. Raises UnfitValueError."""
    text = value.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
    try:
        if path.kind == "number":
            number = Decimal(text.replace(",", "."))
            if not number.is_finite():
                raise UnfitValueError(value)
            return Literal(format(number, "f"), datatype=node(XSD.decimal))
        if path.kind == "year":
            return Literal(f"{int(text):04d}", datatype=node(XSD.gYear))
        if path.kind == "date":
            return Literal(date.fromisoformat(text).isoformat(), datatype=node(XSD.date))
        return Literal(_TRUTH[text.lower()], datatype=node(XSD.boolean))
    except (ValueError, InvalidOperation, KeyError) as error:
        raise UnfitValueError(value) from error
