"""From the text of a SELECT query to nodes, in a time that grows with its length.

Only what this engine answers is read: anything else raises `Uncovered` where it stands, so that what is left to
Oxigraph costs no more than its tokens. Oxigraph's parser has the last word on what is SPARQL: `engine` asks it
afterwards whether it takes the query too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import TypeVar

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.constants import iri, literal
from atlas_ld.sparql.columns.kinds import BOOLEAN, DECIMAL, INTEGER, STRING, Kind
from atlas_ld.sparql.columns.nodes import (
    Aggregate,
    Alternative,
    Basic,
    Call,
    Distinct,
    Exists,
    Expression,
    Extend,
    Filter,
    Group,
    Inverse,
    Join,
    LeftJoin,
    Order,
    Path,
    Pattern,
    Project,
    Repeat,
    Sequence,
    Slice,
    Term,
    Triple,
    Union,
    Values,
    Variable,
    visible,
)
from atlas_ld.sparql.tokens import Text
from atlas_ld.vocabulary import RDF

_DEEPEST = 40
"""Brackets within brackets."""

_LONGEST = 200
"""Parts of patterns and expressions in a row, which are nodes within nodes too."""

_CODEPOINT = re.compile(r"\\[uU]")
_STRING_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_UNESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_QUOTES = re.compile(r"\"\"\"|'''|\"|'")
_TAG = re.compile(r"@[A-Za-z]+(?:-[A-Za-z0-9]{1,8})*")
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT")

_Read = TypeVar("_Read")

FUNCTIONS = {
    "STR": (1, 1), "LANG": (1, 1), "DATATYPE": (1, 1), "LCASE": (1, 1), "UCASE": (1, 1), "STRLEN": (1, 1),
    "CONCAT": (0, 99), "CONTAINS": (2, 2), "STRSTARTS": (2, 2), "STRENDS": (2, 2), "STRBEFORE": (2, 2),
    "STRAFTER": (2, 2), "SUBSTR": (2, 3), "REGEX": (2, 3), "ABS": (1, 1), "ROUND": (1, 1), "CEIL": (1, 1),
    "FLOOR": (1, 1), "IF": (3, 3), "COALESCE": (1, 99), "SAMETERM": (2, 2), "ISIRI": (1, 1), "ISURI": (1, 1),
    "ISLITERAL": (1, 1), "ISNUMERIC": (1, 1),
}  # fmt: skip
"""Functions that are covered, with how many arguments each may have."""

CASTS = (STRING, INTEGER, DECIMAL)


def parse(query: str, prefixes: Mapping[str, str]) -> Project | Distinct | Slice:
    """The algebra of a query, over prefixes that need no declaration. Raises Uncovered."""
    return _Parser(query, prefixes).query()


class _Parser:
    def __init__(self, query: str, prefixes: Mapping[str, str]) -> None:
        if _CODEPOINT.search(query):
            raise Uncovered("Characters are written by their numbers.")
        self._tokens = list(Text(query).tokens())
        self._texts = [query[token.start : token.end] for token in self._tokens]
        self._words = [v.upper() if t.kind == "word" else v for t, v in zip(self._tokens, self._texts, strict=True)]
        self._place = 0
        self._prefixes = dict(prefixes)
        self._depth = self._parts = 0
        self._names = 0
        self._aggregates: list[Aggregate] | None = None
        """Those of the SELECT that is read, where aggregates may stand."""
        self._arguments: list[tuple[str, Expression]] = []
        """Expressions that aggregates are over, each under a name."""

    # Tokens

    @property
    def _kind(self) -> str:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else "end"

    @property
    def _word(self) -> str:
        """The token, in capitals if it is a word; empty at the end. Strings, IRIs and names are never equal to one."""
        return self._words[self._place] if self._place < len(self._tokens) else ""

    def _next(self) -> str:
        value = self._texts[self._place]
        self._place += 1
        return value

    def _accept(self, *words: str) -> str:
        """The next token, taken, if it is one of these."""
        found = self._word
        if found in words:
            self._place += 1
            return found
        return ""

    def _expect(self, word: str) -> None:
        if not self._accept(word):
            raise Uncovered(f"{word} is missing.")

    def _is_glued(self) -> bool:
        """Whether the next token begins where the last one ended."""
        return self._tokens[self._place].start == self._tokens[self._place - 1].end

    def _nested(self, read: Callable[[], _Read]) -> _Read:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Uncovered("The query nests deep.")
        found = read()
        self._depth -= 1
        return found

    def _count(self) -> None:
        self._parts += 1
        if self._parts > _LONGEST:
            raise Uncovered("The query has many parts.")

    def _fresh(self) -> str:
        self._names += 1
        return f" {self._names}"

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

    def _variable(self) -> str:
        if self._kind != "variable":
            raise Uncovered("A variable is missing.")
        return self._next()[1:]

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
            if self._kind != "number" or not self._texts[self._place].isdecimal():
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

    # Paths

    def _path(self) -> Path:
        parts = [self._sequence()]
        while self._accept("|"):
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Alternative(tuple(parts))

    def _sequence(self) -> Path:
        parts = [self._step()]
        while self._accept("/"):
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _step(self) -> Path:
        if self._accept("^"):
            return Inverse(self._repeated())
        return self._repeated()

    def _repeated(self) -> Path:
        found: Path
        if self._accept("("):
            found = self._nested(self._path)
            self._expect(")")
        elif self._word == "A" and self._accept_a():
            found = iri(str(RDF.type))
        elif self._kind in ("iri", "name"):
            found = self._iri()
        else:
            raise Uncovered("A path of another kind.")
        if sign := self._accept("?", "+", "*"):
            if sign == "+" and self._kind == "number" and self._is_glued():
                raise Uncovered("A plus stands before a number.")
            return Repeat(found, zero=sign in "?*", more=sign in "+*")
        return found

    def _accept_a(self) -> bool:
        """The word `a`, unlike other words, is in small letters alone."""
        return self._next() == "a"

    # Terms

    def _iri(self) -> Term:
        kind, value = self._kind, self._next()
        if kind == "iri":
            return iri(value[1:-1])
        prefix, _, local = value.partition(":")
        if prefix not in self._prefixes:
            raise Uncovered("A prefix is not declared.")
        return iri(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))

    def _term(self) -> Term:
        if self._kind in ("iri", "name"):
            return self._iri()
        if self._kind == "string":
            return self._literal()
        if sign := self._accept("+", "-"):
            if self._kind != "number" or not self._is_glued():
                raise Uncovered("A sign without a number.")
            return _number(sign + self._next())
        if self._kind == "number":
            return _number(self._next())
        return self._boolean()

    def _boolean(self) -> Term:
        if self._kind == "word" and self._texts[self._place] in ("true", "false"):
            return Term(Kind(BOOLEAN), self._next())
        raise Uncovered("A term of another kind.")

    def _literal(self) -> Term:
        value = self._next()
        quotes = _QUOTES.match(value)
        assert quotes is not None
        text = _STRING_ESCAPE.sub(lambda match: _UNESCAPED[match[1]], value[quotes.end() : -quotes.end()])
        if self._kind == "tag":
            tag = self._next()
            if not _TAG.fullmatch(tag) or self._word == "-":
                raise Uncovered("A language tag of another kind.")
            return literal(text, language=tag[1:])
        if self._accept("^^"):
            if self._kind not in ("iri", "name"):
                raise Uncovered("A datatype of another kind.")
            return literal(text, self._iri().text)
        return literal(text)

    # Expressions

    def _expression(self) -> Expression:
        return self._chain(lambda: self._chain(self._relation, "&&"), "||")

    def _chain(self, part: Callable[[], Expression], *signs: str) -> Expression:
        found = part()
        while sign := self._accept(*signs):
            self._count()
            found = Call(sign, (found, part()))
        return found

    def _relation(self) -> Expression:
        left = self._sum()
        if sign := self._accept(*_COMPARISONS):
            return Call(sign, (left, self._sum()))
        negated = bool(self._accept("NOT"))
        if negated or self._word == "IN":
            self._expect("IN")
            found = Call("IN", (left, *self._arguments_in_brackets()))
            if len(found.arguments) < 2:  # one is the left side
                raise Uncovered("IN an empty list.")
            return Call("!", (found,)) if negated else found
        return left

    def _sum(self) -> Expression:
        return self._chain(lambda: self._chain(self._unary, "*", "/"), "+", "-")

    def _unary(self) -> Expression:
        if self._accept("!"):
            return Call("!", (self._primary(),))
        if self._word in ("+", "-"):
            return self._term()
        return self._primary()

    def _primary(self) -> Expression:
        if self._accept("("):
            found = self._nested(self._expression)
            self._expect(")")
            return found
        if self._kind == "variable":
            return Variable(self._next()[1:])
        word = self._word
        if self._kind == "word" and word in _AGGREGATES:
            return self._aggregate()
        if self._accept("BOUND"):
            self._expect("(")
            name = self._variable()
            self._expect(")")
            return Call("BOUND", (Variable(name),))
        if self._kind == "word" and word in FUNCTIONS:
            self._place += 1
            arguments = self._arguments_in_brackets()
            least, most = FUNCTIONS[word]
            if not least <= len(arguments) <= most:
                raise Uncovered(f"{word} with other arguments.")
            return Call(word, arguments)
        term = self._term()
        if self._word == "(" and term.kind.is_iri:
            if term.text not in CASTS:
                raise Uncovered("A function of another kind.")
            arguments = self._arguments_in_brackets()
            if len(arguments) != 1:
                raise Uncovered("A cast of other arguments.")
            return Call(term.text, arguments)
        return term

    def _arguments_in_brackets(self) -> tuple[Expression, ...]:
        self._expect("(")
        found: list[Expression] = []
        while not self._accept(")"):
            if found:
                self._expect(",")
            found.append(self._nested(self._expression))
        return tuple(found)

    def _aggregate(self) -> Variable:
        aggregates, self._aggregates = self._aggregates, None  # none within another
        if aggregates is None:
            raise Uncovered("An aggregate stands where none can.")
        name = self._accept(*_AGGREGATES)
        self._expect("(")
        is_distinct = bool(self._accept("DISTINCT"))
        argument: Variable | None = None
        if not (name == "COUNT" and self._accept("*")):
            expression = self._nested(self._expression)
            argument = expression if isinstance(expression, Variable) else Variable(self._fresh())
            if argument is not expression:
                self._arguments.append((argument.name, expression))
        separator = " "
        if name == "GROUP_CONCAT" and self._accept(";"):
            self._expect("SEPARATOR")
            self._expect("=")
            if self._kind != "string":
                raise Uncovered("A separator of another kind.")
            separator = self._literal().text
        self._expect(")")
        self._aggregates = aggregates
        found = Aggregate(name, argument, is_distinct, separator, self._fresh())
        aggregates.append(found)
        return Variable(found.result)


def _joined(one: Pattern, other: Pattern) -> Pattern:
    if isinstance(one, Basic) and not one.triples:
        return other
    return one if isinstance(other, Basic) and not other.triples else Join(one, other)


def _extended(part: Pattern, name: str, expression: Expression) -> Pattern:
    return part if expression == Variable(name) else Extend(part, name, expression)


def _number(text: str) -> Term:
    if "e" in text.lower():
        raise Uncovered("A double.")
    return literal(text, DECIMAL if "." in text else INTEGER)
