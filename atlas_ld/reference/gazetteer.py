"""The gazetteer: territories of France, countries, places and divisions abroad, looked up by key and by name.

It reads data/reference (origins and licences in its README.md). Reading is quick because nothing is indexed before
it is asked for: French names on the first French name, foreign names country by country.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Self

from atlas_ld.countries import Countries, countries
from atlas_ld.iris import slug, words
from atlas_ld.reference import places
from atlas_ld.reference.names import epci_names, skeleton, without_article
from atlas_ld.reference.places import ALSACE, FRANCE, LEVELS, Alias, Division, Level, Match, Place
from atlas_ld.reference.tables import Index, Row, Table, index, read
from atlas_ld.resources import root

__all__ = ["FRANCE", "LEVELS", "Alias", "Division", "Gazetteer", "Level", "Match", "Place"]

_TABLES = (
    "communes", "past-communes", "former-communes", "former-authorities", "region-names", "departement-names",
    "french-names", "short-names", "epci", "past-epci", "ended-epci", "epci-names", "siren-years",
    "departements", "regions", "former-regions", "overseas",
    "countries", "places", "divisions", "posts",
    "aliases-france", "aliases-organisations", "aliases-places",
)  # fmt: skip

_CODES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "commune": ("insee", ("communes", "past-communes")),
    "epci": ("siren", ("epci", "past-epci", "ended-epci")),
    "departement": ("code", ("departements",)),
    "region": ("code", ("regions", "former-regions")),
    "com": ("code", ("overseas",)),
    "country": ("alpha2", ("countries",)),
    "geonames": ("geonames", ("places", "divisions")),
}
"""The kinds of places: the column that has their codes, and the tables that have it, those of today first."""
_WITH_A_PAST = ("commune", "epci")


class Gazetteer:
    """The reference data of one folder. Lookups take names in `words` (atlas_ld.reference.names)."""

    def __init__(self, tables: dict[str, Table], folder: Path, more: Iterable[tuple[str, str]] = ()) -> None:
        """`more` are other names of places, in words, each with the key of its place."""
        self._folder = folder
        self._tables = tables
        self._more = tuple(more)
        self._places: dict[str, Place] = {}
        self._indexed: dict[str, list[tuple[Table, dict[str, list[str]]]]] = {}
        self._indexed_abroad: dict[str, tuple[Index, Index]] = {}
        self._french_by_level: dict[str, Index] = {}
        self._alike: dict[str, Index] = {}

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """Read the tables of `folder`, by default data/reference. Raises BrokenResource where one is missing."""
        folder = folder or root() / "data" / "reference"
        return cls({name: read(folder / f"{name}.csv") for name in _TABLES}, folder)

    def with_names(self, more: Iterable[tuple[str, str]]) -> Gazetteer:
        """The same gazetteer where places have other names (in words), too."""
        return Gazetteer(self._tables, self._folder, (*self._more, *more))

    def place(self, key: str) -> Place:
        """The place with this key. Raises KeyError for a key that the gazetteer does not have."""
        if key not in self._places:
            kind, _, code = key.partition("-")
            self._places[key] = self._build(kind, self._row(kind, code))
        return self._places[key]

    def __contains__(self, key: str) -> bool:
        kind, _, code = key.partition("-")
        return kind in _CODES and any(code in lines for _, lines in self._by_code(kind))

    def keys(self, kind: str) -> tuple[str, ...]:
        """The keys of every place of a kind: commune, epci, departement, region, com, country, geonames; of communes
        and EPCI, of those of today."""
        tables = self._by_code(kind)[:1] if kind in _WITH_A_PAST else self._by_code(kind)
        return tuple(f"{kind}-{code}" for _, lines in tables for code in lines)

    def country(self, text: str) -> Match | None:
        """A country by its French or English name, an alias of ours, or its ISO code of two or three letters."""
        found = self._countries.find(text)
        if not found:
            return None
        method = "exact-name" if words(text) in self._countries.names else "code"
        return Match(f"country-{found.lower()}", method, Decimal(1))

    def state(self, name: str) -> str | None:
        """The key of the country whose name this is: no code, and no name of a part of it, such as Écosse."""
        found = self._countries.names.get(name)
        return f"country-{found.lower()}" if found and name not in self._countries.parts else None

    def names_of_country(self, country: str) -> set[str]:
        """Every name of a country (alpha-2), in words, but those of a part of it."""
        names = self._countries.names.items()
        return {name for name, code in names if code == country and name not in self._countries.parts}

    def told_country(self, name: str) -> str | None:
        """The country (alpha-2) that the name of a body tells: `Ministère malien de la Santé`."""
        return self._countries.told_in(name)

    def siren(self, siren: str) -> str | None:
        """The key of the commune or EPCI whose authority has this SIREN."""
        return self._sirens.get(siren)

    def french(self, level: str, name: str) -> tuple[str, ...]:
        """Keys of the French territories of one level with this name; level `former-commune` gives the communes of
        today that took it in, `renamed-commune` the one that bore it, `former-region` the régions of before 2016."""
        return self._french(level).get(name, ())

    def french_alike(self, level: str, name: str) -> tuple[str, ...]:
        """Keys of the French territories of one level whose name is this one but for what people misspell."""
        if level not in self._alike:
            names = self._french(level)
            self._alike[level] = index((skeleton(known), key) for known, keys in names.items() for key in keys)
        return self._alike[level].get(skeleton(name), ())

    def epci_kinds(self, key: str) -> frozenset[str]:
        """The legal forms that an EPCI had since 2019, today's among them: metropole, cu, ca, cc or ept."""
        kind, _, code = key.partition("-")
        then = (row["kind"] for row in self._tables["epci-names"].rows() if row["siren"] == code)
        return frozenset({self._row(kind, code)["kind"], *then})

    def authority_name(self, key: str) -> str:
        """What the authority of a French territory is called: `Commune du Havre`, `Département du Finistère`."""
        kind, _, code = key.partition("-")
        given = self._authority_names.get(key)
        return given or places.authority_name(kind, self._row(kind, code)) or self.place(key).name

    def former_authority(self, key: str, name: str, year: int | None) -> Row | None:
        """The legal person that governed a French territory in a year, or that the name (in words) is, where today's is
        another: the Région Martinique until 2015."""
        for row in self._former_authorities.get(key, ()):
            its_own = any(name.startswith(words(one)) for one in row["names"].split("|"))
            others = any(name.startswith(words(one)) for one in row["not"].split("|") if one)
            if (its_own or (year is not None and year <= int(row["until"][:4]))) and not others:
                return row
        return None

    def authority_since(self, key: str) -> date | None:
        """The first day of the authority of today of a French territory, where it took over from others."""
        rows = (row for row in self._tables["former-authorities"].rows() if row["now"] == key)
        last = max((row["until"] for row in rows), default=None)
        return date.fromisoformat(last) + timedelta(days=1) if last else None

    def departement(self, hint: str) -> str | None:
        """The key of the département (or overseas collectivity) that a number or name stands for."""
        plain = words(hint)
        if plain.isdigit() or plain in {"2a", "2b"}:
            plain = plain.zfill(2)
            return next((f"{kind}-{plain}" for kind in ("departement", "com") if f"{kind}-{plain}" in self), None)
        named = self.french("departement", without_article(plain)) or self.french("com", plain)
        return named[0] if len(named) == 1 else None

    def french_alias(self, name: str, kind: str | None) -> Alias | None:
        """Our decision about this French name, if there is one for the kind of body (None: not told)."""
        rows = self._french_aliases.get(name, [])
        fitting = [row for row in rows if not row["kind"] or kind is None or row["kind"] == kind]
        if len(fitting) != 1:
            return None
        row = fitting[0]
        return Alias(row["place"] or None, row["siren"] or None, row["label"] or None if row["siren"] else None)

    def organisation(self, name: str) -> Row | None:
        """A body without territory that we know by several names: its `kind`, `key` and `label`."""
        return self._organisations.get(name)

    def places_named(self, country: str, name: str) -> tuple[str, ...]:
        """Keys of the places abroad whose own name this is."""
        return self._names_abroad(country)[0].get(name, ())

    def places_also_named(self, country: str, name: str) -> tuple[str, ...]:
        """Keys of the places abroad that have this name among their other names."""
        return self._names_abroad(country)[1].get(name, ())

    def places_alike(self, country: str, name: str) -> tuple[str, ...]:
        """Keys of the places abroad one of whose names is this one but for what people misspell."""
        if country not in self._alike:
            pairs = (
                (known, key) for names in self._names_abroad(country) for known, keys in names.items() for key in keys
            )
            self._alike[country] = index((skeleton(known), key) for known, key in pairs)
        return self._alike[country].get(skeleton(name), ())

    def place_alias(self, country: str, name: str) -> Alias | None:
        """Our decision about this name of a place abroad."""
        return self._place_aliases.get((country, name))

    def names_in(self, country: str) -> Iterator[tuple[str, str]]:
        """Every name, in words, of every place and division of a country, with its key."""
        if country == "FR":
            for level in ("commune", "renamed-commune", "past-commune", "epci", "departement", "region", "com"):
                yield from ((name, key) for name, keys in self._french(level).items() for key in keys)
        for names in self._names_abroad(country):
            yield from ((name, key) for name, keys in names.items() for key in keys)
        for division in self.divisions(country):
            yield from ((name, division.key) for name in division.names)

    def key_abroad(self, place: Place) -> str:
        """The key of whoever governs a place abroad: its name and country, with its GeoNames number where several
        places of the country have the name."""
        name = f"{place.name} (État)" if place.level == "country" else place.own_name or place.name
        namesakes = self.places_named(place.country, words(place.own_name or place.name))
        numbered = f"-{place.geonames}" if len(namesakes) > 1 else ""
        return f"{slug(name)}{numbered}-{place.country.lower()}"

    def has_key_abroad(self, country: str, name: str) -> bool:
        """Whether the key that a name (in words) gives is that of whoever governs a place of the country."""
        if self.places_named(country, name):
            return True
        state = f"country-{country.lower()}"
        near = [division.key for division in self.divisions(country) if name.startswith(division.names[0])]
        keys = [*near, *([state] if state in self else [])]
        return f"{slug(name)}-{country.lower()}" in {self.key_abroad(self.place(key)) for key in keys}

    def divisions(self, country: str) -> tuple[Division, ...]:
        """The divisions of a country, first level first."""
        return self._divisions.get(country, ())

    def post_city(self, city: str) -> str | None:
        """The country (alpha-2) that the French post in this city answers for."""
        return self._posts.get(city)

    # Tables by code

    def _by_code(self, kind: str) -> list[tuple[Table, dict[str, list[str]]]]:
        """The tables that have places of a kind, and the lines of each by code; indexed when first asked for."""
        if kind not in self._indexed:
            column, names = _CODES[kind]
            tables = [self._tables[name] for name in names]
            self._indexed[kind] = [
                (table, dict(zip(map(str.lower, table.column(column)), table.lines, strict=True))) for table in tables
            ]
            if kind == "departement":
                self._indexed[kind].append((Table([], []), {ALSACE: []}))
        return self._indexed[kind]

    def _row(self, kind: str, code: str) -> Row:
        for table, lines in self._by_code(kind) if kind in _CODES else ():
            if code in lines:
                return table.row(lines[code])
        raise KeyError(f"the gazetteer has no place {kind}-{code}")

    @cached_property
    def _sirens(self) -> dict[str, str]:
        communes, groups, past = (self._tables[name] for name in ("communes", "epci", "past-epci"))
        of_communes = zip(communes.column("siren"), communes.column("insee"), strict=True)
        known = {siren: f"commune-{insee.lower()}" for siren, insee in of_communes if siren}
        known |= {row["code"]: f"epci-{row['siren']}" for row in past.rows()}
        return known | {siren: f"epci-{siren}" for siren in groups.column("siren")}

    def _build(self, kind: str, row: Row) -> Place:
        match kind:
            case "commune" if "until" in row:
                return places.past_commune(row)
            case "commune":
                groups = tuple(f"epci-{siren}" for siren in row["epci"].split("|") if siren)
                parents = (self._departement_key(row["departement"]), *groups)
                found = places.place(row, f"commune-{row['insee'].lower()}", "commune", parents, insee=row["insee"])
                return replace(found, exists_from=self._founded.get(row["insee"]))
            case "epci" if "until" in row:
                held_by = tuple(self._departement_key(code) for code in row["departements"].split("|"))
                return places.past_epci(row, held_by)
            case "epci":
                parts = tuple(self._departement_key(code) for code in row["departements"].split("|"))
                regions = sorted({key for part in parts for key in self.place(part).within if key != FRANCE})
                # What it spans, it does not lie in: 89 span several départements, 26 of them several régions.
                within = [*(parts if len(parts) == 1 else ()), *(regions if len(regions) == 1 else ())]
                overlaps = [*(parts if len(parts) > 1 else ()), *(regions if len(regions) > 1 else ())]
                found = places.place(row, f"epci-{row['siren']}", "epci", tuple(within), overlaps=tuple(overlaps))
                first = date.fromisoformat(row["from"]) if row["from"] else None
                return replace(found, exists_from=first, not_before=self._not_before(row["siren"]))
            case "departement" if not row:
                return places.alsace()
            case "departement":
                key = f"departement-{row['code'].lower()}"
                found = places.place(row, key, "departement", (f"region-{row['region']}",), insee=row["code"])
                then = (old for old in self._tables["departement-names"].rows() if old["code"] == row["code"])
                return replace(found, other_names=tuple(f"{old['name']} (nom jusqu’en {old['until']})" for old in then))
            case "region" if "now" in row:
                named = row | {"name": f"{row['name']} (région jusqu’en 2015)"}
                parents = (f"region-{row['now']}",)
                found = places.place(named, f"region-{row['code']}", "region", parents, insee=row["code"])
                return replace(found, exists_until=date.fromisoformat(row["until"]), replaced_by=parents)
            case "region" | "com":
                found = places.place(row, f"{kind}-{row['code']}", kind, (FRANCE,), insee=row["code"])
                merged = kind == "region" and row["code"] in self._tables["former-regions"].column("now")
                return replace(found, exists_from=date(2016, 1, 1) if merged else None)
            case "country":
                return places.country(row)
            case _:
                return places.abroad(row, self._french_names.get(row["geonames"]))

    def _not_before(self, siren: str) -> int | None:
        """The year before which an EPCI cannot have been founded: SIREN of the series 200 are given in order. None
        where another authority governed the same territory before."""
        if f"epci-{siren}" in self._former_authorities:
            return None
        given = (row for row in self._tables["siren-years"].rows() if row["siren"] <= siren)
        return max((int(row["year"]) for row in given), default=None) if siren.startswith("200") else None

    @cached_property
    def _founded(self) -> dict[str, date]:
        """The first days of communes of today that took over the code of one that ended in them."""
        table = self._tables["past-communes"]
        ends = zip(table.column("code"), table.column("until"), table.column("now"), strict=True)
        return {code: date.fromisoformat(until) + timedelta(days=1) for code, until, now in sorted(ends) if code == now}

    @cached_property
    def _french_names(self) -> dict[str, str]:
        table = self._tables["french-names"]
        return dict(zip(table.column("geonames"), table.column("name"), strict=True))

    def _departement_key(self, code: str) -> str:
        return f"com-{code}" if f"com-{code}" in self else f"departement-{code.lower()}"

    # Names

    @cached_property
    def _countries(self) -> Countries:
        return countries(self._folder)

    def _french(self, level: str) -> Index:
        """The names of a level, indexed when first asked for: there are 35,000 communes."""
        if level not in self._french_by_level:
            more = ((name, key) for name, key in self._more if key.startswith(f"{level}-"))
            self._french_by_level[level] = index([*self._french_pairs(level), *more])
        return self._french_by_level[level]

    def _french_pairs(self, level: str) -> Iterable[tuple[str, str]]:
        """Names with the keys that have them."""

        def communes(name: str, column: str) -> Iterable[tuple[str, str]]:
            table = self._tables[name]
            pairs = zip(table.column("name"), table.column(column), strict=True)
            return ((words(commune), f"commune-{insee.lower()}") for commune, insee in pairs)

        def former(how: str) -> Iterable[tuple[str, str]]:
            rows = (row for row in self._tables["former-communes"].rows() if row["how"] == how)
            return ((words(row["name"]), f"commune-{row['now'].lower()}") for row in rows)

        def coded(name: str, kind: str) -> Iterable[tuple[str, str]]:
            rows = self._tables[name].rows()
            return ((without_article(words(row["name"])), f"{kind}-{row['code'].lower()}") for row in rows)

        def groups(name: str) -> Iterable[tuple[str, str]]:
            rows = self._tables[name].rows()
            return ((form, f"epci-{row['siren']}") for row in rows for form in epci_names(row["name"], row["kind"]))

        match level:
            case "commune":
                return communes("communes", "insee")
            case "longer-commune":  # under everything that a name of several words begins with
                named = ((name.split(), key) for name, key in communes("communes", "insee"))
                return ((" ".join(told[:end]), key) for told, key in named for end in range(1, len(told)))
            case "past-commune":
                return communes("past-communes", "insee")
            case "former-commune":
                return former("merged")
            case "renamed-commune":
                return [*former("renamed"), *communes("short-names", "insee")]
            case "departement":
                return coded("departements", "departement")
            case "former-departement":
                return coded("departement-names", "departement")
            case "region":
                return [*coded("regions", "region"), *coded("region-names", "region")]
            case "former-region":
                return coded("former-regions", "region")
            case "com":
                return coded("overseas", "com")
            case "epci":
                return [pair for name in ("epci", "epci-names", "past-epci", "ended-epci") for pair in groups(name)]
        return ()

    @cached_property
    def _french_aliases(self) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in self._tables["aliases-france"].rows():
            rows[words(row["name"])].append(row)
        return rows

    @cached_property
    def _authority_names(self) -> dict[str, str]:
        """Names of authorities that are not called after their kind: `Ville de Paris`, `Collectivité de Corse`."""
        rows = self._tables["aliases-france"].rows()
        return {row["place"]: row["label"] for row in rows if row["label"] and not row["siren"]}

    @cached_property
    def _former_authorities(self) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = defaultdict(list)
        for row in self._tables["former-authorities"].rows():
            rows[row["place"]].append(row)
        return rows

    @cached_property
    def _organisations(self) -> dict[str, Row]:
        return {words(row["name"]): row for row in self._tables["aliases-organisations"].rows()}

    @cached_property
    def _place_aliases(self) -> dict[tuple[str, str], Alias]:
        return {
            (row["country"], words(row["name"])): Alias(f"geonames-{row['geonames']}" if row["geonames"] else None)
            for row in self._tables["aliases-places"].rows()
        }

    @cached_property
    def _posts(self) -> dict[str, str]:
        return {words(row["city"]): row["country"] for row in self._tables["posts"].rows()}

    @cached_property
    def _lines_abroad(self) -> dict[str, list[list[str]]]:
        table = self._tables["places"]
        lines: dict[str, list[list[str]]] = defaultdict(list)
        for country, line in zip(table.column("country"), table.lines, strict=True):
            lines[country].append(line)
        return lines

    def _names_abroad(self, country: str) -> tuple[Index, Index]:
        """Names of the places of a country, their own and the others, indexed when first asked for."""
        if country not in self._indexed_abroad:
            rows = [self._tables["places"].row(line) for line in self._lines_abroad.get(country, [])]
            own = ((words(row["name"]), f"geonames-{row['geonames']}") for row in rows)
            other = (
                (words(name), f"geonames-{row['geonames']}")
                for row in rows
                for name in (*row["other_names"].split("|"), self._french_names.get(row["geonames"], ""))
                if name
            )
            divisions = {division.key for division in self.divisions(country)}
            more = [(n, k) for n, k in self._more if k not in divisions and self.place(k).country == country]
            self._indexed_abroad[country] = index(own), index([*other, *more])
        return self._indexed_abroad[country]

    @cached_property
    def _divisions(self) -> dict[str, tuple[Division, ...]]:
        grouped: dict[str, list[Division]] = defaultdict(list)
        for row in self._tables["divisions"].rows():
            french = self._french_names.get(row["geonames"], "")
            names = [row["name"], *filter(None, (*row["other_names"].split("|"), french))]
            key = f"geonames-{row['geonames']}"
            plain = (*(words(name) for name in names), *(name for name, place in self._more if place == key))
            grouped[row["country"]].append(Division(key, int(row["level"]), row["type"], plain))
        return {country: tuple(sorted(found, key=lambda d: (d.level, d.key))) for country, found in grouped.items()}
