"""A graph of difficult terms and random queries over it, the same for the same seed."""

from __future__ import annotations

from random import Random

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {"e": "http://example.org/", "xsd": XSD}

_TEXTS = [
    "", " ", "a", "A", "b", "Eau", "eau", "EAU potable", "Ville d’eau", "eau\nville", "tab\tici", 'guillemets " et \\',
    "é", "e\u0301", "École", "ÉCOLE", "ß", "ẞ", "ı", "İstanbul", "ſ", "K", "Å", "Σίσυφος", "ΟΔΟΣ", "Ж", "ж",
    "日本", "🌍", "10", "9", "2", "01", "<b>&amp;", "a,b", "x;y", "]]>", "\r",
    "\r\n", "zz", "\u00a0", "\ufffd", "é" * 40,
]  # fmt: skip
_LANGUAGES = ["fr", "en", "FR", "fr-be"]
_NUMBERS = [
    ("integer", text) for text in ("0", "1", "2", "10", "-1", "-0", "+3", "007", "9223372036854775807", "abc", "")
] + [
    ("decimal", text)
    for text in ("0", "0.0", "1", "1.0", "1.5", "-1.50", ".5", "5.", "120000.50", "0.000001", "0.0000001", "x",
                 "170141183460469231731", "99999999999999.99")
]  # fmt: skip
_YEARS = ["2012", "2013", "1999", "0001", "-0044", "12012", "2012Z", "2012+01:00", "year", "0000"]
_DATES = ["2012-01-01", "2012-02-29", "2013-02-29", "2012-12-31Z", "2013-01-01", "2012-01-01+02:00", "date"]
_OTHERS = [
    ("double", "1e0"), ("double", "NaN"), ("double", "INF"), ("float", "1.5"), ("boolean", "true"), ("boolean", "1"),
    ("boolean", "maybe"), ("dateTime", "2012-01-01T00:00:00Z"), ("dateTime", "2012-01-01T00:00:00.000Z"),
    ("int", "5"), ("string", "typed"), ("anyURI", "http://example.org/"), ("duration", "P1Y"), ("duration", "P12M"),
]  # fmt: skip
_OWN_TYPES = ["string", "integer", "decimal", "gYear", "langString"]
"""Datatypes of somebody's own, whose names end as the known ones do."""
_THINGS = 24


def _literal(text: str, tag: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(plain, escaped)
    return f'"{text}"{tag}'


def _typed(text: str, name: str) -> str:
    return _literal(text, f"^^<{XSD}{name}>")


def _thing(random: Random) -> str:
    return random.choice(
        [f"<http://example.org/t{random.randrange(_THINGS)}>"] * 12
        + ["<http://example.org/é>", "<urn:x:(a),b'c>", "<http://example.org/%C3%A9?q=1&r#f>"]
    )


def _any_text(random: Random) -> str:
    return _literal(random.choice(_TEXTS), random.choice(["", "", *(f"@{name}" for name in _LANGUAGES)]))


def graph(random: Random) -> str:
    """N-Triples. `type`, `link`, `up` (with cycles) lead to things; `name` has plain texts, `title` French ones,
    `label` those of all languages; `amount` exact numbers, `year` and `day` valid values, `whole` integers; the `odd`
    ones have anything."""
    lines = []
    for place in range(_THINGS):
        subject = f"<http://example.org/t{place}>"

        def say(name: str, value: str, subject: str = subject) -> None:
            lines.append(f"{subject} <http://example.org/{name}> {value} .")

        say("type", f"<http://example.org/C{random.randrange(3)}>")
        for _ in range(random.randrange(4)):
            say("link", _thing(random))
        for _ in range(random.randrange(3)):
            say("up", f"<http://example.org/t{random.randrange(_THINGS)}>")
        for _ in range(random.randrange(3)):
            say("name", _literal(random.choice(_TEXTS), ""))
            say("title", _literal(random.choice(_TEXTS), "@fr"))
            say("label", _any_text(random))
            say("whole", _typed(str(random.randrange(-5, 12)), "integer"))
            say(
                "amount",
                _typed(
                    *random.choice(
                        [
                            ("1.5", "decimal"),
                            ("2", "integer"),
                            ("2.0", "decimal"),
                            ("-3.25", "decimal"),
                            ("10", "integer"),
                            ("1200.50", "decimal"),
                        ]
                    )
                ),
            )
            say("year", _typed(random.choice(_YEARS[:4]), "gYear"))
            say("day", _typed(random.choice(_DATES[:2]), "date"))
        if random.random() < 0.6:
            name, text = random.choice(_NUMBERS)
            say("odd-amount", _typed(text, name))
            say("odd-year", _typed(random.choice(_YEARS), "gYear"))
            say("odd-day", _typed(random.choice(_DATES), "date"))
        for _ in range(random.randrange(3)):
            name, text = random.choice([*_OTHERS, *_NUMBERS])
            own = _literal(text, f"^^<http://example.org/own#{random.choice(_OWN_TYPES)}>")
            say("odd", random.choice([_typed(text, name), own, _any_text(random), _thing(random)]))
    return "\n".join(lines) + "\n"


_TO_VALUES = ["name", "title", "label", "whole", "amount", "year", "day", "odd-amount", "odd-year", "odd-day", "odd"]
_TO_THINGS = ["type", "link", "up"]
_PATHS = [
    "e:up+", "^e:link", "e:link/e:up", "e:link|e:up", "e:name|e:title|e:label", "(e:link|^e:up)+", "e:up/e:type",
    "e:link/e:name", "^e:up/e:title", "(e:up/e:link)+", "e:link/e:link", "e:up*", "!e:up", "(e:link|e:link)",
    "e:up?", "e:link?/e:up*", "^e:up*/e:type", "(e:up|^e:link)*", "e:link/e:up?", "(e:up*)?",
    "e:up/(e:link|e:up)?/e:title",
]  # fmt: skip


class Writer:
    """Writes one query: which variables hold things, and which hold values, is kept."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.things = ["s"]
        self.values: list[str] = []
        self.made = 0
        self.keys: list[str] = []
        """The variables of ORDER BY."""
        self.unordered = self.key_rows = ""
        """The query without ORDER BY and what follows it, and one whose rows have the keys."""
        self.is_paged = self.descends = False
        self.concatenated: list[str] = []
        """The variables of GROUP_CONCAT, whose parts may stand in any order."""

    def query(self) -> str:
        random = self.random
        where = self.group(random.randrange(1, 4))
        return self.grouped(where) if random.random() < 0.4 else self.listed(where)

    def listed(self, where: str) -> str:
        random = self.random
        names = sorted({*self.things, *self.values})
        chosen = random.sample(names, random.randrange(1, len(names) + 1)) + (
            ["never"] if random.random() < 0.1 else []
        )
        head = "SELECT " + random.choice(["", "", "DISTINCT ", "REDUCED "])
        selected = [f"?{name}" for name in chosen]
        if random.random() < 0.2:
            selected.append(f"({self.expression(2)} AS ?computed)")
            chosen = [*chosen, "computed"]
        if random.random() < 0.05:
            selected, chosen = ["*"], names
        self.unordered = f"{head}{' '.join(selected)} WHERE {{ {where} }}"
        keys = random.choice([chosen, names])
        text = self.unordered + self.modifiers(keys)
        computed = [part for part in selected if part.startswith("(")]
        self.key_rows = f"SELECT {' '.join(f'?{name}' for name in names)} {' '.join(computed)} WHERE {{ {where} }}"
        return text

    def grouped(self, where: str) -> str:
        random = self.random
        names = sorted({*self.things, *self.values})
        keys = random.sample(names, random.randrange(0, min(3, len(names)) + 1))
        found = [f"?{key}" for key in keys]
        made = []
        for place in range(random.randrange(1, 3)):
            function = random.choice(["COUNT", "COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"])
            over = random.choice(names if function not in ("SUM", "AVG") else self.values or names)
            if function == "GROUP_CONCAT":
                self.concatenated.append(f"made{place}")
            inner = "*" if function == "COUNT" and random.random() < 0.4 else f"?{over}"
            if random.random() < 0.1:
                inner = self.expression(1)
            found.append(f"({function}({random.choice(['', '', 'DISTINCT '])}{inner}) AS ?made{place})")
            made.append(f"made{place}")
        group = " GROUP BY " + " ".join(f"?{key}" for key in keys) if keys else ""
        if keys and random.random() < 0.3:
            group += f" HAVING (COUNT(*) {random.choice(['>', '>=', '=', '<'])} {random.randrange(4)})"
        if made and random.random() < 0.2:
            group += ""
            found.append(f"(?{keys[0]} AS ?again)" if keys else "(1 + 1 AS ?again)")
        self.unordered = self.key_rows = f"SELECT {' '.join(found)} WHERE {{ {where} }}{group}"
        return self.unordered + self.modifiers([*keys, *made])

    def modifiers(self, names: list[str]) -> str:
        random = self.random
        text = ""
        if names and random.random() < 0.6:
            keys = self.keys = random.sample(names, random.randrange(1, len(names) + 1))
            written = [random.choice([f"?{key}", f"DESC(?{key})", f"ASC(?{key})"]) for key in keys]
            self.descends = written[0].startswith("DESC")
            text = " ORDER BY " + " ".join(written)
        page = ""
        if random.random() < (0.4 if text else 0.1):
            page += f" LIMIT {random.randrange(8)}"
        if random.random() < (0.2 if text else 0.05):
            page += f" OFFSET {random.randrange(6)}"
        self.is_paged = bool(page)
        return text + page

    def group(self, patterns: int) -> str:
        random = self.random
        parts = [self.pattern() for _ in range(patterns)]
        for _ in range(random.choice([0, 0, 1, 2])):
            parts.append(
                random.choice(
                    [
                        self.optional,
                        self.filter,
                        self.filter,
                        self.union,
                        self.data,
                        self.sub,
                        self.bind,
                        self.bind,
                        self.exists,
                        self.properties,
                    ]
                )()
            )
        return " ".join(parts)

    def pattern(self) -> str:
        random = self.random
        subject = random.choice(self.things)
        if random.random() < 0.25:
            new = f"t{len(self.things)}"
            path = random.choice(_PATHS)
            (self.values if path.endswith(("name", "title", "label")) else self.things).append(new)
            return f"?{subject} {path} ?{new} ."
        if random.random() < 0.5:
            name = random.choice(_TO_THINGS)
            if random.random() < 0.3:
                end = f"e:C{random.randrange(3)}" if name == "type" else f"e:t{random.randrange(_THINGS)}"
                return f"?{subject} e:{name} {end} ."
            if random.random() < 0.2:
                return f"?{subject} e:{name} ?{random.choice(self.things)} ."
            new = f"t{len(self.things)}"
            self.things.append(new)
            return random.choice([f"?{subject} e:{name} ?{new} .", f"?{new} e:{name} ?{subject} ."])
        if random.random() < 0.03:
            self.things += ["p"]
            return f"?{subject} ?p ?{random.choice(self.things)} ."
        name = random.choice(_TO_VALUES)
        if random.random() < 0.15:
            return f"?{subject} e:{name} {self.constant()} ."
        new = random.choice([f"v{len(self.values)}", *self.values[-1:]])
        if new not in self.values:
            self.values.append(new)
        return f"?{subject} e:{name} ?{new} ."

    def optional(self) -> str:
        inner = self.pattern()
        if self.random.random() < 0.3:
            inner += " " + self.filter()
        return f"OPTIONAL {{ {inner} }}"

    def union(self) -> str:
        return f"{{ {self.pattern()} }} UNION {{ {self.pattern()} }}"

    def data(self) -> str:
        random = self.random
        name = random.choice([*self.things, *self.values])
        terms = [random.choice([f"e:t{random.randrange(_THINGS + 2)}", self.constant(), "UNDEF"]) for _ in range(3)]
        return f"VALUES ?{name} {{ {' '.join(terms)} }}"

    def bind(self) -> str:
        expression = self.expression(2)
        self.made += 1
        self.values.append(f"made_{self.made}")
        return f"BIND({expression} AS ?{self.values[-1]})"

    def exists(self) -> str:
        random = self.random
        name, what = random.choice(self.things), random.choice(_TO_THINGS + _TO_VALUES)
        end = random.choice(["[]", "?inner", "e:t1"])
        return f"FILTER {random.choice(['', 'NOT '])}EXISTS {{ ?{name} e:{what} {end} }}"

    def properties(self) -> str:
        random = self.random
        names = " ".join(f"e:{name}" for name in random.sample(_TO_VALUES + _TO_THINGS, 2))
        self.made += 1
        new = f"any{self.made}"
        self.values.append(new)
        return f"VALUES ?prop{self.made} {{ {names} }} ?{random.choice(self.things)} ?prop{self.made} ?{new} ."

    def expression(self, depth: int) -> str:
        """A value of any kind."""
        random = self.random
        name = random.choice([*self.things, *self.values, *self.values])
        if not depth or random.random() < 0.2:
            return random.choice(
                [f"?{name}", f"?{name}", self.constant(), str(random.randrange(-3, 9)), '"eau"', "2.5"]
            )
        one, other = self.expression(depth - 1), self.expression(depth - 1)
        return random.choice(
            [
                f"({one} {random.choice('+-*/')} {other})", f"({one} {random.choice('+-*/')} {other})",
                f"ROUND({one})", f"FLOOR({one})", f"CEIL({one})", f"ABS({one})", f"STR({one})", f"LANG({one})",
                f"DATATYPE({one})", f"STRLEN({one})", f"STRLEN(STR({one}))", f"UCASE({one})", f"LCASE(STR({one}))",
                f"CONCAT({one}, {other})", f"CONCAT(STR({one}), \"-\", STR({other}))", f"COALESCE({one}, {other})",
                f"IF({self.condition(0)}, {one}, {other})", f"SUBSTR({one}, {random.randrange(4)})",
                f"SUBSTR(STR({one}), 1, {random.randrange(4)})", f"STRBEFORE({one}, {other})",
                f'STRAFTER(STR({one}), "a")', f'STRBEFORE({one}, "")', f"xsd:integer({one})",
                f"xsd:integer(STR({one}))",
                f"xsd:decimal(STR({one}))", f"xsd:string({one})", f"BOUND(?{name})", f"isNumeric({one})",
                f"isIRI({one})", f"isLiteral({one})", f"sameTerm({one}, {other})",
                f"({one} {random.choice(['=', '!=', '<', '<=', '>', '>='])} {other})", f"({one} IN ({other}, 2))",
            ]
        )  # fmt: skip

    def sub(self) -> str:
        name = self.random.choice(self.things)
        return f"{{ SELECT ?{name} {{ ?{name} e:{self.random.choice(_TO_THINGS)} ?hidden }} }}"

    def constant(self) -> str:
        random = self.random
        name, text = random.choice(_NUMBERS + [("gYear", year) for year in _YEARS] + [("date", _DATES[0])] + _OTHERS)
        plain = random.choice(_TEXTS)
        return random.choice(
            [
                f'"{plain}"' if plain.isalnum() else '"a"', f'"{plain}"@fr' if plain.isalnum() else '"a"@FR',
                _literal(text, f"^^xsd:{name}"), str(random.randrange(4)), "1.5", "2.0", "true", '"2012"^^xsd:gYear',
            ]
        )  # fmt: skip

    def filter(self) -> str:
        return f"FILTER({self.condition(2)})"

    def condition(self, depth: int) -> str:
        random = self.random
        if depth and random.random() < 0.35:
            one, other = self.condition(depth - 1), self.condition(depth - 1)
            return random.choice([f"({one}) && ({other})", f"({one}) || ({other})", f"!({one})"])
        name = random.choice([*self.things, *self.values, *self.values])
        text = random.choice([f"?{name}", f"STR(?{name})", f"LCASE(STR(?{name}))", f"UCASE(?{name})", f"LANG(?{name})"])
        part = random.choice(["eau", "a", "é", "É", "", "fr", "E", "http", "2", "i", "K", "s", "Å", "σ"])
        sign = random.choice(["=", "!=", "<", "<=", ">", ">="])
        pattern = random.choice(
            [
                part,
                "^" + part,
                part + "$",
                "e.*v",
                "a|" + part,
                "e?a+",
                ".",
                "e.*.*u",
                "^e.*",
                "a.*e$",
                "^.*$",
                "^e.*u$",
            ]
        )
        one, other = (self.expression(1), self.expression(1)) if depth else ("1", "2")
        return random.choice(
            [
                f'CONTAINS({text}, "{part}")', f'STRSTARTS({text}, "{part}")', f'STRENDS({text}, "{part}")',
                f'REGEX({text}, "{pattern}"'
                + random.choice([")", ', "i")']),
                f"BOUND(?{name})", f"?{name} {sign} {self.constant()}", f"{self.constant()} {sign} ?{name}",
                f'{text} {sign} "{part}"', f"?{name} {random.choice(['=', '!='])} e:t{random.randrange(_THINGS)}",
                f"?{name} IN (e:t1, e:t2, {self.constant()})", f"?{name} NOT IN (e:t3, e:t4)",
                f'?{name} {sign} "{part}"@fr', f"{one} {sign} {other}",
            ]
        )  # fmt: skip
