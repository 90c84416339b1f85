"""Other ways to write the same query: case, prefixes, quotes, escapes, blanks, comments, names of variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from atlas_ld.sparql.tokens import Text, Token
from tests.sparql.columns.questions import PREFIXES

_BLANKS = [" ", "  ", "\t", "\n", "\r\n", "\r", " # it's { \"a\n", "#<\r", "#'''\r\n", "\n\n\t"]
_NAMES = ["__agg_1__", "é", "_", "1", "a", "SELECT", "x·1", "ÉÈ", "日本", "count", "s", "t1", "v0", "p0"]
_GLUE = set("(){}.;,|^/*=!")
_WRONG = ["e:", "<relative>", "<#a:b>", "<x?>", "<>", "<zz/..//a>", "<http://example.org/./t1>", '"x"@ar--rtl']
"""Terms that engines read in different ways, or that no prefix is declared for."""


_ATLAS, _DCT = "https://w3id.org/atlas-ld/ontology#", "http://purl.org/dc/terms/"
_RDFS, _SKOS = "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/core#"
DEMONSTRATION = {
    "type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "link": f"{_ATLAS}frenchAuthority",
    "up": f"{_SKOS}broader", "name": f"{_DCT}title", "title": f"{_RDFS}label", "label": f"{_SKOS}prefLabel",
    "whole": f"{_ATLAS}population", "amount": f"{_ATLAS}amount", "year": f"{_ATLAS}year", "day": f"{_ATLAS}endDate",
    "odd-amount": f"{_ATLAS}oudinAmount", "odd-year": f"{_ATLAS}firstSignatureYear", "odd-day": f"{_ATLAS}startYear",
    "odd": f"{_DCT}type", "C0": f"{_ATLAS}Partnership", "C1": f"{_ATLAS}FundingLine", "C2": f"{_ATLAS}Territory",
}  # fmt: skip
"""What names of the random graphs stand for in the demonstration data."""


class Speller:
    def __init__(self, random: Random, names: Mapping[str, str] | None = None) -> None:
        """`names` are the IRIs of some names of the prefix e."""
        self.random, self._iris = random, names or {}
        self._wild = random.random() < 0.6
        replaced = random.choice(["e:t1", "e:t2", "e:C0", "e:up", "e:name", "e:link", "1"])
        self._wrong = {replaced: random.choice(_WRONG)} if random.random() < 0.05 else {}
        self._prologue = self._written_prologue()
        names = random.sample(_NAMES, len(_NAMES)) if random.random() < 0.3 else []
        self._names = dict(zip(["s", "t1", "v0", "t2", "made0", "v1", "made1", "hidden", "p"], names, strict=False))

    def name(self, variable: str) -> str:
        """What a variable is called now."""
        name = self._names.get(variable, variable)
        return name if variable in self._names or name not in self._names.values() else f"{name}_"

    def spelt(self, body: str) -> str:
        """The query with this body, after a prologue of its own."""
        tokens = list(Text(body).tokens())
        parts = [self._token(token, body[token.start : token.end]) for token in tokens]
        text, before = self._prologue, ""
        for token, part in zip(tokens, parts, strict=True):
            text += self._blank(before, part, token) + part
            before = part
        return text + self.random.choice(["", "\n", " #", "# end"])

    def _blank(self, before: str, after: str, token: Token) -> str:
        if after == "(" and before.upper() in ("CONCAT", "COALESCE"):
            return ""  # Oxigraph takes no blank there
        if (before, after) == ("[", "]"):
            return self.random.choice(["", " ", "\n"])  # one token, in which no comment can be
        is_free = not before or before[-1] in _GLUE or after[0] in "(){};,"
        if self._wild and is_free and self.random.random() < 0.4 and token.kind != "number":
            return ""
        return self.random.choice(_BLANKS) if self._wild and self.random.random() < 0.3 else " "

    def _written_prologue(self) -> str:
        random = self.random
        lines = [f"{self._case('PREFIX')} {name}: <{iri}>" for name, iri in PREFIXES.items()]
        if self._wild:
            lines += random.sample(
                ["PREFIX ex: <http://example.org/>", "PREFIX a: <http://example.org/>", "PREFIX unused: <x:>"], 3
            )
            random.shuffle(lines)
            if random.random() < 0.3:
                lines.insert(0, "PREFIX e: <http://example.com/other#>")
            if random.random() < 0.1:
                lines.insert(random.randrange(len(lines)), "BASE <http://example.org/base#x>")
            if random.random() < 0.05:
                lines.append("PREFIX e: <http://example.org/../example.org/>")
        return "".join(line + random.choice(["\n", " ", "\r", " # prefix\n"]) for line in lines)

    def _token(self, token: Token, text: str) -> str:
        random = self.random
        if token.kind == "variable":
            return random.choice("?$" if self._wild else "?") + self.name(text[1:])
        if token.prefix == "e" and (named := self._iris.get(text[2:])):
            return f"<{named}>"
        if not self._wild:
            return text
        if text in self._wrong:
            return self._wrong[text]
        match token.kind:
            case "word":
                return text if text in ("a", "true", "false") else self._case(text)
            case "string":
                return self._string(text)
            case "name" if token.prefix == "e":
                local = text.partition(":")[2]
                return random.choice(
                    [text, text, f"<http://example.org/{local}>", f"ex:{local}", f"a:{local}",
                     f"e:{re.sub('-', lambda _: chr(92) + '-', local)}"]
                )  # fmt: skip
            case "number":
                return random.choice([text, text, text, "0" + text, f"{text}0" if "." in text else text])
            case "tag":
                return random.choice([text, text.upper(), text.lower()])
        return text

    def _case(self, word: str) -> str:
        return self.random.choice([word, word.lower(), word.capitalize(), word.swapcase()])

    def _string(self, text: str) -> str:
        random = self.random
        inner = text[1:-1]
        quotes = random.choice(['"', "'", '"""', "'''"])
        if any(quote in inner for quote in "\"'"):
            return text
        inner = "".join(
            random.choice(_ESCAPED.get(letter, [letter])) if random.random() < 0.1 else letter for letter in inner
        )
        if len(quotes) == 3 and "\\" in inner:
            inner = inner.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r")
        return quotes + inner + quotes


_ESCAPED = {"a": ["a"] * 9 + ["\\u0061"], "e": ["e"] * 9 + ["\\U00000065"]}
