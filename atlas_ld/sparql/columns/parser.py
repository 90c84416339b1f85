"""From the text of a SELECT query to nodes, in a time that grows with its length.

Only what this engine answers is read: anything else raises `Uncovered` where it stands, so that what is left to
Oxigraph costs no more than its tokens. Oxigraph's parser has the last word on what is SPARQL: `engine` asks it
afterwards whether it takes the query too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.constants import iri
from atlas_ld.sparql.columns.nodes import (
    Basic,
    Call,
    Distinct,
    Exists,
    Expression,
    Extend,
    Filter,
    Group,
    Join,
    LeftJoin,
    Order,
    Pattern,
    Project,
    Slice,
    Term,
    Triple,
    Union,
    Values,
    Variable,
    visible,
)
from atlas_ld.sparql.columns.phrases import FUNCTIONS, Phrases

_PAGE = re.compile(r"[0-9]{1,18}")


def parse(query: str, prefixes: Mapping[str, str]) -> Project | Distinct | Slice:
    """The algebra of a query, over prefixes that need no declaration. Raises Uncovered."""
    return _Parser(query, prefixes).query()


class _Parser(Phrases):
    # Queries

    def query(self) -> Project | Distinct | Slice:
        while self._accept("PREFIX"):
            name = self._next() if self._kind == "name" else ""
            if not name.endswith(":") or self._kind != "iri":
                raise Uncovered("A prefix is declared in another way.")
            self._prefixes[name[:-1]] = iri(self._next()[1:-1]).text
        found = self._select()
        if self._kind != "end":
            raise Uncovered("Something follows the query.")
        return found

    def _select(self) -> Project | Distinct | Slice:
        outer = self._aggregates, self._arguments
        self._aggregates, self._arguments = [], []
        self._expect("SELECT")
        is_distinct = bool(self._accept("DISTINCT"))
        names, made = self._selected()
        aggregates, arguments = self._aggregates, self._arguments
        self._accept("WHERE")
        self._aggregates = None
        part = self._nested(self._group)
        self._aggregates, self._arguments = aggregates, arguments
        keys = self._group_keys() if self._accept("GROUP") else None
        having = self._having() if self._accept("HAVING") else []
        order = self._order() if self._accept("ORDER") else []
        page = self._page()
        data = self._values() if self._accept("VALUES") else None
        self._aggregates, self._arguments = outer

        is_grouped = bool(keys or aggregates or having)
        if page and not (order or is_grouped):
            raise Uncovered("The order does not say which rows are on the page.")
        if data:
            part = _joined(part, data)
        if is_grouped:
            if data or names is None:
                raise Uncovered("Groups with VALUES, or of all variables.")
            for name, expression in [*(keys or ()), *arguments]:
                part = _extended(part, name, expression)
            part = Group(part, None if keys is None else tuple(name for name, _ in keys), tuple(aggregates))
        for condition in having:
            part = Filter(part, condition)
        for name, expression in made:
            part = Extend(part, name, expression)
        names = list(visible(part)) if names is None else names
        if order:
            for name, expression, _ in order:
                part = _extended(part, name, expression)
            part = Order(part, tuple((name, descends) for name, _, descends in order))
        found: Project | Distinct | Slice = Project(part, tuple(names))
        if is_distinct:
            found = Distinct(found)
        return Slice(found, *page) if page else found

    def _selected(self) -> tuple[list[str] | None, list[tuple[str, Expression]]]:
        """The names after SELECT, None for all, and the expressions among them."""
        if self._accept("*"):
            return None, []
        names: list[str] = []
        made: list[tuple[str, Expression]] = []
        while True:
            if self._kind == "variable":
                names.append(self._next()[1:])
            elif self._accept("("):
                expression, name = self._named()
                made.append((name, expression))
                names.append(name)
            elif names:
                return names, made
            else:
                raise Uncovered("Nothing is selected.")

    def _named(self) -> tuple[Expression, str]:
        """What stands in `(expression AS ?name)`, after the bracket."""
        expression = self._nested(self._expression)
        self._expect("AS")
        name = self._variable()
        self._expect(")")
        return expression, name

    def _group_keys(self) -> list[tuple[str, Expression]]:
        """Variables, and what each stands for."""
        self._expect("BY")
        keys: list[tuple[str, Expression]] = []
        while True:
            if self._kind == "variable":
                name = self._next()[1:]
                keys.append((name, Variable(name)))
            elif self._accept("("):
                expression = self._nested(self._expression)
                name = self._variable() if self._accept("AS") else self._fresh()
                self._expect(")")
                keys.append((name, expression))
            elif self._word in FUNCTIONS or self._kind in ("name", "iri"):
                keys.append((self._fresh(), self._primary()))
            else:
                return keys

    def _having(self) -> list[Expression]:
        found = [self._constraint()]
        while self._word == "(" or self._word in FUNCTIONS:
            found.append(self._constraint())
        return found

    def _constraint(self) -> Expression:
        """What stands after FILTER and HAVING: brackets or a call."""
        if self._word != "(" and self._word not in FUNCTIONS and self._word != "BOUND":
            raise Uncovered("A condition is no brackets and no call.")
        return self._primary()

    def _order(self) -> list[tuple[str, Expression, bool]]:
        """Variables, what each stands for, and whether it descends."""
        self._expect("BY")
        found: list[tuple[str, Expression, bool]] = []
        while True:
            direction = self._accept("ASC", "DESC")
            if self._kind == "variable" and not direction:
                expression: Expression = Variable(self._next()[1:])
            elif self._word == "(" or (not direction and self._word in FUNCTIONS):
                expression = self._primary()
            elif direction:
                raise Uncovered("An order of what?")
            else:
                return found
            name = expression.name if isinstance(expression, Variable) else self._fresh()
            found.append((name, expression, direction == "DESC"))

    def _page(self) -> tuple[int, int | None] | None:
        offset, limit = None, None
        while word := self._accept("LIMIT", "OFFSET"):
            if self._kind != "number" or not _PAGE.fullmatch(self._texts[self._place]):
                raise Uncovered("A page without a number.")
            if word == "LIMIT":
                limit = int(self._next())
            else:
                offset = int(self._next())
        return None if offset is limit is None else (offset or 0, limit)

    # Patterns

    def _group(self) -> Pattern:
        part, condition = self._group_apart()
        return part if condition is None else Filter(part, condition)

    def _group_apart(self) -> tuple[Pattern, Expression | None]:
        """A group in braces, and its own conditions: those of an OPTIONAL see what the pattern before it binds."""
        self._expect("{")
        if self._word == "SELECT":
            found = self._nested(self._select)
            self._expect("}")
            return found, None
        part: Pattern = Basic()
        triples: list[Triple] = []
        conditions: list[Expression] = []
        exists: list[tuple[Basic, bool]] = []
        while not self._accept("}"):
            if self._accept("FILTER"):
                self._count()
                if self._word in ("NOT", "EXISTS"):
                    exists.append(self._exists())
                else:
                    conditions.append(self._constraint())
            elif self._word in ("OPTIONAL", "BIND", "VALUES", "{"):
                self._count()
                part, triples = _joined(part, Basic(tuple(triples))), []
                part = self._next_part(part)
            elif self._word in ("MINUS", "GRAPH", "SERVICE", "LATERAL"):
                raise Uncovered(f"The operator {self._word}.")
            else:
                self._same_subject(triples)
                if self._word not in (".", "}", "FILTER", "OPTIONAL", "BIND", "VALUES", "{"):
                    raise Uncovered("Something follows a triple pattern.")
            self._accept(".")
        part = _joined(part, Basic(tuple(triples)))
        condition = reduce(lambda one, other: Call("&&", (one, other)), conditions) if conditions else None
        if exists and condition is not None:
            part, condition = Filter(part, condition), None
        for pattern, negated in exists:
            part = Exists(part, pattern, negated)
        return part, condition

    def _next_part(self, part: Pattern) -> Pattern:
        if self._accept("OPTIONAL"):
            other, condition = self._nested(self._group_apart)
            if isinstance(other, Exists):
                raise Uncovered("An optional part depends on what exists.")
            return LeftJoin(part, other, condition)
        if self._accept("BIND"):
            self._expect("(")
            expression, name = self._named()
            return Extend(part, name, expression)
        if self._accept("VALUES"):
            return _joined(part, self._values())
        found = self._nested(self._group)
        while self._accept("UNION"):
            self._count()
            found = Union(found, self._nested(self._group))
        return _joined(part, found)

    def _exists(self) -> tuple[Basic, bool]:
        negated = bool(self._accept("NOT"))
        self._expect("EXISTS")
        pattern = self._nested(self._group)
        if not isinstance(pattern, Basic):
            raise Uncovered("What exists is more than a basic graph pattern.")
        return pattern, negated

    def _values(self) -> Values:
        several = self._kind != "variable"
        names: list[str] = []
        if several:
            self._expect("(")
        while self._kind == "variable" and (several or not names):
            names.append(self._next()[1:])
        if several:
            self._expect(")")
        self._expect("{")
        rows = []
        while not self._accept("}"):
            if several:
                self._expect("(")
            rows.append(tuple(self._datum() for _ in names))
            if several:
                self._expect(")")
        return Values(tuple(names), tuple(rows))

    def _datum(self) -> Term | None:
        return None if self._accept("UNDEF") else self._term()

    def _same_subject(self, triples: list[Triple]) -> None:
        subject: Variable | Term
        if self._accept("["):
            subject = self._blank(triples)
            if self._word in (".", "}"):
                return
        else:
            subject = self._variable_or_term()
        self._properties(subject, triples)

    def _properties(self, subject: Variable | Term, triples: list[Triple]) -> None:
        while True:
            path = Variable(self._next()[1:]) if self._kind == "variable" else self._path()
            while True:
                object_ = self._object(triples)
                if not isinstance(subject, Variable) and not isinstance(object_, Variable):
                    raise Uncovered("A pattern has no variable.")
                triples.append(Triple(subject, path, object_))
                if not self._accept(","):
                    break
            if not self._accept(";"):
                return
            while self._accept(";"):
                pass
            if self._word in (".", "}", "]"):
                return

    def _object(self, triples: list[Triple]) -> Variable | Term:
        return self._blank(triples) if self._accept("[") else self._variable_or_term()

    def _blank(self, triples: list[Triple]) -> Variable:
        node = Variable(f"_:{self._fresh()}")
        if not self._accept("]"):
            self._nested(lambda: self._properties(node, triples))
            self._expect("]")
        return node

    def _variable_or_term(self) -> Variable | Term:
        if self._kind == "variable":
            return Variable(self._next()[1:])
        if self._kind == "node":
            return Variable(self._next())
        return self._term()


def _joined(one: Pattern, other: Pattern) -> Pattern:
    if isinstance(one, Basic) and not one.triples:
        return other
    return one if isinstance(other, Basic) and not other.triples else Join(one, other)


def _extended(part: Pattern, name: str, expression: Expression) -> Pattern:
    return part if expression == Variable(name) else Extend(part, name, expression)
