"""What the gazetteer holds, and how a row of its tables becomes it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from atlas_ld.reference.tables import Row
from atlas_ld.vocabulary import EU_COUNTRY, GEONAMES

Level = Literal["commune", "epci", "departement", "region", "com", "country", "foreign-place"]
LEVELS: tuple[Level, ...] = get_args(Level)

FRANCE = "country-fr"
ALSACE = "6ae"
"""The Collectivité européenne d'Alsace (INSEE code 6AE), which took over from the authorities of the départements 67
and 68, while these remain as districts of the State (law no. 2019-816)."""


_TYPES_IN_FRENCH = {
    "administrative region": "région",
    "arrondissement": "arrondissement",
    "autonomous community": "communauté autonome",
    "autonomous district": "district autonome",
    "autonomous province": "province autonome",
    "autonomous region": "région autonome",
    "autonomous republic": "république autonome",
    "canton": "canton",
    "capital city": "ville",
    "cercle": "cercle",
    "city": "ville",
    "commune": "commune",
    "county": "comté",
    "department": "département",
    "district": "district",
    "emirate": "émirat",
    "governorate": "gouvernorat",
    "island": "île",
    "land": "Land",
    "metropolitan city": "ville",
    "municipality": "municipalité",
    "oblast": "oblast",
    "parish": "paroisse",
    "popularate": "chabiyah",
    "prefecture": "préfecture",
    "province": "province",
    "raion": "raïon",
    "rayon": "raïon",
    "region": "région",
    "regional state": "État régional",
    "republic": "république",
    "state": "État",
    "territory": "territoire",
    "union territory": "territoire de l’Union",
    "voivodship": "voïvodie",
}
"""Types of divisions as ISO 3166-2 calls them in English, and in French; others are just divisions."""


_ENGLISH = re.compile(
    r"\b(?:upper|lower|western|eastern|northern|southern|north|south|east|west|middle|new|city|state|county|region|island|"
    r"islands|river|valley|hill|hills|town|park|beach|lake|fort|port of|saint john's)\b",
    re.IGNORECASE,
)
_FRENCH_SPEAKING = frozenset(
    ("BE", "BF", "BI", "BJ", "CD", "CF", "CG", "CH", "CI", "CM", "DJ", "DZ", "GA", "GN", "HT", "KM", "LB", "LU", "MA",
     "MC", "MG", "ML", "MR", "MU", "NE", "RW", "SC", "SN", "TD", "TG", "TN", "VU")
)  # fmt: skip
"""Countries where French is official or the language of the administration, so that places are called so in it."""


@dataclass(frozen=True)
class Place:
    """A territory. `key` as in docs/iri-policy.md; `country` is an ISO 3166-1 alpha-2 code; `within` are the keys of
    the territories that hold it, next level first; `overlaps` are those that hold a part of it; `lat` and `long` are
    WGS 84 degrees; `matches` are IRIs of the same place in GeoNames and in the EU's country authority table."""

    key: str
    level: Level
    name: str
    name_en: str | None
    country: str
    insee: str | None = None
    siren: str | None = None
    within: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()
    population: int | None = None
    population_year: int | None = None
    population_source: str | None = None
    lat: Decimal | None = None
    long: Decimal | None = None
    geonames: int | None = None
    matches: tuple[str, ...] = ()
    own_name: str | None = None
    """The name from which keys are made, where it is another than `name`: names may be corrected, keys stay."""
    language: str = "fr"
    """Of `name`: `fr`, `en`, or empty where it is not known to be of either."""
    other_names: tuple[str, ...] = ()
    exists_from: date | None = None
    exists_until: date | None = None
    replaced_by: tuple[str, ...] = ()
    """Keys of what succeeded it."""
    not_before: int | None = None
    """A year before which it was not there, where its first day is not known."""


@dataclass(frozen=True)
class Match:
    """What a name was taken for: the key of a place, by which method (docs/matching.md), how surely (0 to 1)."""

    place: str
    method: str
    score: Decimal


@dataclass(frozen=True)
class Alias:
    """A name that we decided about by hand. `place` is None where the decision is that no place of today fits;
    `siren` and `label` are those of the authority, where it is not the one that governs the place today."""

    place: str | None
    siren: str | None = None
    label: str | None = None


@dataclass(frozen=True)
class Division:
    """A division of a foreign country, of level 1 or 2: its `type` in English, as ISO 3166-2 calls it, empty where it
    is not known; its `names` in words, without the word for the type."""

    key: str
    level: int
    type: str
    names: tuple[str, ...]


def place(
    row: Row,
    key: str,
    level: Level,
    within: tuple[str, ...],
    *,
    overlaps: tuple[str, ...] = (),
    insee: str | None = None,
    eu: tuple[str, ...] = (),
) -> Place:
    """A row of any table as a place. Columns that the table does not have are values that the place does not have."""
    geonames = int(row["geonames"]) if row.get("geonames") else None
    matches = (f"{GEONAMES}{geonames}/",) if geonames else ()
    population = int(row["population"]) if row.get("population") else None
    year, source = _counted(row, level)
    return Place(
        key=key,
        level=level,
        name=row.get("name_fr") or row["name"],
        name_en=row.get("name_en"),
        country=row.get("alpha2") or row.get("country") or "FR",
        insee=insee,
        siren=row.get("siren") or None,
        within=within,
        overlaps=overlaps,
        population=population,
        population_year=year if population is not None else None,
        population_source=source if population is not None else None,
        lat=Decimal(row["lat"]) if row.get("lat") else None,
        long=Decimal(row["long"]) if row.get("long") else None,
        geonames=geonames,
        matches=matches + eu,
    )


def _counted(row: Row, level: Level) -> tuple[int | None, str]:
    """The year of a population and where it is from (data/reference/README.md). GeoNames tells no year, and overseas
    collectivities were counted in different ones."""
    if level in {"country", "foreign-place"}:
        return None, "https://www.geonames.org/"
    if level == "com":
        return None, "https://www.insee.fr/fr/statistiques/8680702"
    parts = row.get("departement") or row.get("departements") or row.get("code", "")
    if parts == "976" or (level == "region" and parts == "06"):
        return 2017, "https://www.insee.fr/fr/statistiques/3291775"
    return 2023, "https://www.insee.fr/fr/statistiques/8680726"


def past_commune(row: Row) -> Place:
    """A commune that ended by merging. It lies in the commune of today, so that counts roll up to today's map."""
    until = date.fromisoformat(row["until"])
    now = f"commune-{row['now'].lower()}"
    named = row | {"name": f"{row['name']} (commune jusqu’en {until.year})", "siren": "", "population": ""}
    found = place(named, f"commune-{row['insee'].lower()}", "commune", (now,), insee=row["code"])
    first = date.fromisoformat(row["from"]) if row["from"] else None
    return replace(found, exists_from=first, exists_until=until, replaced_by=(now,))


def past_epci(row: Row, departements: tuple[str, ...]) -> Place:
    """An EPCI that ended. It lies in the EPCI of today that has all its communes, else it overlaps those that share
    them, so that counts roll up to today's map."""
    until = date.fromisoformat(row["until"])
    now = tuple(f"epci-{siren}" for siren in row["now"].split("|") if siren)
    named = row | {"name": f"{row['name']} (jusqu’en {until.year})", "siren": row["code"]}
    within = (*(now if len(now) == 1 else ()), *(departements if len(departements) == 1 else ()))
    overlaps = (*(now if len(now) > 1 else ()), *(departements if len(departements) > 1 else ()))
    found = place(named, f"epci-{row['siren']}", "epci", within, overlaps=overlaps)
    first = date.fromisoformat(row["from"]) if row["from"] else None
    return replace(found, exists_from=first, exists_until=until, replaced_by=now)


def country(row: Row) -> Place:
    eu = (str(EU_COUNTRY[row["alpha3"]]),) if row["alpha3"] else ()
    return place(row, f"country-{row['alpha2'].lower()}", "country", (), eu=eu)


def abroad(row: Row, french: str | None) -> Place:
    """A place or a division abroad. `french` is its name in French, where a source has one; GeoNames' own is taken for
    French where French is spoken, for English by its words, else its language is not known.

    A division bears the name of its capital more often than not, so its type stands beside its name."""
    own, kind = row["name"], ""
    if "level" in row:
        kind = f" ({_TYPES_IN_FRENCH.get(row['type'], 'division')})"
    parents = (f"country-{row['country'].lower()}",)
    named = row | {"name": f"{french or own}{kind}"}
    spoken = "en" if _ENGLISH.search(own) else "fr" if row["country"] in _FRENCH_SPEAKING else ""
    others = (own if french else "", *row["other_names"].split("|"))
    return replace(
        place(named, f"geonames-{row['geonames']}", "foreign-place", parents),
        own_name=f"{own}{kind}",
        language="fr" if french else spoken,
        other_names=tuple(dict.fromkeys(other for other in others if other and other != french)),
    )


def alsace() -> Place:
    name = "Collectivité européenne d'Alsace"
    return Place(f"departement-{ALSACE}", "departement", name, None, "FR", insee="6AE", within=("region-44",))


def authority_name(kind: str, row: Row) -> str | None:
    """What the authority of a French territory is called: `Commune du Havre`, `Département du Finistère`."""
    if kind == "commune":
        until = f" (jusqu’en {row['until'][:4]})" if "until" in row else ""
        return f"Commune {_linked(row['name'], row['link'], keep_article=True)}{until}"
    if kind == "departement" and row:
        return f"Département {_linked(row['name'], row['link'], keep_article=False)}"
    return f"Région {row['name']}" if kind == "region" else None


def _linked(name: str, link: str, *, keep_article: bool) -> str:
    """A name after `de`, by INSEE's code for its article (TNCC): `Le Havre`, 2 -> `du Havre`. A commune's name has its
    article and keeps it where French does (`de La Rochelle`); a département's has none (`de la Gironde`)."""
    if link == "1":
        return f"d'{name}"
    for code, article, contracted in (("2", "Le ", "du "), ("4", "Les ", "des ")):
        if link == code:
            return contracted + name.removeprefix(article)
    if keep_article or link not in {"3", "5"}:
        return f"de {name}"
    return f"de la {name}" if link == "3" else f"de l'{name}"
