"""Reads tokens, one after the other: terms, paths and expressions. `parser` reads patterns and queries with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from atlas_ld.sparql.columns import Uncovered
from atlas_ld.sparql.columns.constants import iri, literal
from atlas_ld.sparql.columns.kinds import BOOLEAN, DECIMAL, INTEGER, STRING, Kind
from atlas_ld.sparql.columns.nodes import (
    Aggregate,
    Alternative,
    Call,
    Expression,
    Inverse,
    Path,
    Repeat,
    Sequence,
    Term,
    Variable,
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


class Phrases:
    """What is left of the tokens of a query, and the prefixes that hold. Methods raise Uncovered."""

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

    def _variable(self) -> str:
        if self._kind != "variable":
            raise Uncovered("A variable is missing.")
        return self._next()[1:]

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


def _number(text: str) -> Term:
    if "e" in text.lower():
        raise Uncovered("A double.")
    return literal(text, DECIMAL if "." in text else INTEGER)
