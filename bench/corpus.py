"""A corpus of invented partnerships, as many and as uneven as those of the Atlas: `python -m bench.corpus --into DIR`.

Each record depends on the seed and its number alone, so the first 12,700 records of a corpus of 38,100 are the corpus
of 12,700. Places, authorities and countries come from data/reference; what is told of them is made up. Distributions
follow the sizes that the Atlas states (some 4,800 French authorities, 9,900 partners, 146 countries) and its known
hubs: two countries with about 2,000 partnerships each, a few cities that everybody works with.

`--faults N` plants N faults, spread over the corpus, and writes what was planted to `faults.json` beside the records'
folder: `[{"record", "fault", "code"}]`, `code` being that of the finding that must follow.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from atlas_ld.iris import short_hash
from atlas_ld.records import Funding, GoalChoice, Origin, Participant, PartnershipRecord, ThemeChoice
from atlas_ld.resources import root
from atlas_ld.themes import known_themes
from bench import phrases
from bench.faults import FAULTS

SIZE = 12_700
SEED = 20_261_123
_PER_FOLDER = 1000
_RETRIEVED = date(2026, 11, 2)
_HUBS = {
    "ML": 200, "SN": 195, "DE": 90, "BF": 85, "MA": 60, "MG": 55, "TN": 45, "BJ": 45, "IT": 35, "GB": 30, "ES": 30,
    "PL": 25, "VN": 25, "RO": 20, "CA": 20, "PS": 15, "TG": 15, "NE": 15, "LB": 12, "HT": 12, "US": 10, "CN": 10,
}  # fmt: skip
"""Weight of a country; all others share `_OTHERS`, falling with their rank."""
_OTHERS = 210.0
_AGGREGATES = ("Collectivités et partenaires étrangers", "Ministère de l'Europe et des Affaires étrangères",
               "Agence de l'eau Loire-Bretagne", "Autres partenaires")  # fmt: skip


@dataclass(frozen=True)
class World:
    """What records choose from: names as sources write them, the likeliest first."""

    authorities: list[str]
    countries: list[tuple[str, str]]
    weights: list[float]
    towns: dict[str, list[str]]
    posts: dict[str, str]
    themes: list[tuple[str, ...]]


def load_world() -> World:
    """The names of data/reference and the themes of the ontology."""
    communes = sorted(_rows("communes"), key=lambda row: (-int(row["population"] or 0), row["insee"]))
    named = [f"{row['name']} ({row['departement']})" for row in communes[:4200]]
    epci = sorted(_rows("epci"), key=lambda row: (-int(row["population"] or 0), row["siren"]))[:700]
    wide = [f"Région {row['name']}" for row in _rows("regions")]
    wide += [f"Département {row['name']}" for row in _rows("departements")]
    towns: dict[str, list[tuple[int, str]]] = {}
    for row in _rows("places"):
        towns.setdefault(row["country"], []).append((-int(row["population"] or 0), row["name"]))
    ranked = {country: [name for _, name in sorted(found)] for country, found in towns.items()}
    names = {row["alpha2"]: row["name_fr"] for row in _rows("countries") if row["alpha2"] in ranked}
    others = sorted((code for code in names if code not in _HUBS and code != "FR"), key=lambda c: (-len(ranked[c]), c))
    harmonic = sum(1 / rank for rank in range(1, len(others[:124]) + 1))
    weights = dict(_HUBS) | {code: _OTHERS / rank / harmonic for rank, code in enumerate(others[:124], start=1)}
    return World(
        authorities=_interleaved(wide, named, [row["name"] for row in epci]),
        countries=[(code, names[code]) for code in weights],
        weights=[float(weight) for weight in weights.values()],
        towns=ranked,
        posts={row["country"]: f"Ambassade de France à {row['city']}" for row in reversed(list(_rows("posts")))},
        themes=sorted(known_themes()),
    )


def record(number: int, world: World, seed: int = SEED) -> PartnershipRecord:
    """The record with this number, the first being 1."""
    random = Random(f"{seed}-{number}")
    code, country = random.choices(world.countries, world.weights)[0]
    french = [
        _popular(random, world.authorities) for _ in range(1 + (random.random() < 0.25) + (random.random() < 0.1))
    ]
    abroad = [_popular(random, world.towns[code]) for _ in range(1 + (random.random() < 0.3) + (random.random() < 0.1))]
    start = random.randint(1975, 2024)
    end = start + random.randint(1, 8) if random.random() < 0.6 else None
    documented = random.random() < 0.8
    told = partial(_maybe, random)
    return PartnershipRecord(
        identifier=str(10_000 + number),
        title=phrases.title(random, french[0], abroad[0])[:235],
        form=random.choices(("decentralised-cooperation-project", "twinning", "framework-agreement", "humanitarian",
                             "other-action"), (60, 25, 8, 4, 3))[0],
        first_signature_year=told(0.8, lambda: start - random.choice((0, 0, 0, 1, 5))),
        start_year=start,
        end_date=date(end, random.choice((6, 12)), 30) if end and random.random() < 0.7 else None,
        end_year=end,
        status=random.choices(("under-way", "ended", "dormant"), (50, 42, 8))[0],
        main_theme=random.choice(world.themes),
        other_themes=_other_themes(random, world),
        keywords=tuple(random.sample(phrases.KEYWORDS, random.randint(0, 4))),
        goals=tuple(GoalChoice(number=n, relevance=random.randint(1, 2))
                    for n in random.sample(range(1, 18), random.choice((0, 0, 1, 2, 3)))),
        context=told(0.7, lambda: phrases.paragraph(random, 2, 8)),
        history=told(0.3, lambda: phrases.paragraph(random, 2, 6)),
        objectives=told(0.8, lambda: phrases.paragraph(random, 1, 6)),
        local_objectives=told(0.5, lambda: phrases.paragraph(random, 1, 4)),
        french_objectives=told(0.4, lambda: phrases.paragraph(random, 1, 4)),
        description=told(0.8, lambda: phrases.paragraph(random, 3, 12)),
        beneficiaries=told(0.5, lambda: phrases.sentence(random)),
        participants=_participants(random, french, abroad, country),
        funding=_funding(random, french, start, end) if documented else (),
        posts=told(0.6, lambda: (world.posts[code],)) or () if code in world.posts else (),
        triennial=random.choice(("yes", "no", "unknown")),
        communication_in_france=random.choice(("yes", "unknown")),
        communication_abroad=random.choice(("yes", "unknown")),
        evaluation=random.choice(("yes", "no", "unknown")),
        volunteer_count=told(0.1, lambda: random.randint(1, 12)),
        volunteer_missions=tuple(random.sample(phrases.MISSIONS, 2)) if random.random() < 0.1 else (),
        undocumented=() if documented else ("funding",),
        origins=(_origin(number, seed),),
    )  # fmt: skip


def write(into: Path, size: int = SIZE, seed: int = SEED, faults: int = 0) -> list[dict[str, str]]:
    """`size` records as JSON files under `into`/records, a thousand a folder; what was planted is given and written."""
    world = load_world()
    step = max(size // faults, 1) if faults else 0
    planted: list[dict[str, str]] = []
    for number in range(1, size + 1):
        one = record(number, world, seed)
        if step and number % step == 0 and len(planted) < faults:
            fault = FAULTS[len(planted) % len(FAULTS)]
            one = fault.planted(one)
            planted.append({"record": one.key, "fault": fault.name, "code": fault.code})
        folder = into / "records" / f"{(number - 1) // _PER_FOLDER:03d}"
        if (number - 1) % _PER_FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{one.key}.json").write_text(one.model_dump_json(exclude_defaults=True), encoding="utf-8")
    (into / "faults.json").write_text(json.dumps(planted, indent=1) + "\n", encoding="utf-8")
    return planted


def _rows(table: str) -> list[dict[str, str]]:
    with (root() / "data" / "reference" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _interleaved(*lists: list[str]) -> list[str]:
    """One list, each of `lists` spread evenly over it, so that every kind has some of the likely ones."""
    placed = [
        ((place + 0.5) / len(one), order, name) for order, one in enumerate(lists) for place, name in enumerate(one)
    ]
    return [name for _, _, name in sorted(placed)]


def _popular(random: Random, names: list[str]) -> str:
    """A name: any of them half of the time, else one the likelier the nearer it is to the front."""
    return random.choice(names) if random.random() < 0.5 else names[int(len(names) ** random.random()) - 1]


def _maybe(random: Random, share: float, value: Callable[[], Any]) -> Any:
    return value() if random.random() < share else None


def _other_themes(random: Random, world: World) -> tuple[ThemeChoice, ...]:
    paths = random.sample(world.themes, random.choice((0, 0, 1, 2)))
    return tuple(ThemeChoice(path=path, priority=rank) for rank, path in enumerate(paths, start=1))


def _participants(random: Random, french: list[str], abroad: list[str], country: str) -> tuple[Participant, ...]:
    def functions() -> tuple[str, ...]:
        return (random.choice(phrases.FUNCTIONS),) if random.random() < 0.5 else ()

    taking_part = [Participant(name=name, role="french-authority", contact_functions=functions())
                   for name in dict.fromkeys(french)]  # fmt: skip
    taking_part += [Participant(name=f"Ville de {name}", role="foreign-partner", country=country,
                                contact_functions=functions()) for name in dict.fromkeys(abroad)]  # fmt: skip
    if random.random() < 0.5:
        taking_part.append(Participant(name=french[0], role="contracting-authority"))
    if random.random() < 0.3:
        taking_part.append(Participant(name=f"Association {french[0]} Solidarité", role="implementer"))
    return tuple(taking_part)


def _funding(random: Random, french: list[str], start: int, end: int | None) -> tuple[Funding, ...]:
    lines = []
    for _ in range(min(int(random.expovariate(0.35)), 12)):
        amount = Decimal(int(random.lognormvariate(9, 1.2)))
        water = Decimal(int(amount * Decimal("0.3"))) if random.random() < 0.1 else None
        year = random.randint(start, min(end or start + 5, 2026))
        lines.append(Funding(funder=random.choice((french[0], *_AGGREGATES)), amount=amount, year=year, oudin=water))
    return tuple(lines)


def _origin(number: int, seed: int) -> Origin:
    address = f"https://atlas.example/detailProjet.html?criteres.prjId={10_000 + number}"
    return Origin(title="Corpus d’essai", address=address, sha256=short_hash(address + str(seed), 64),
                  retrieved=_RETRIEVED)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.corpus", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--into", type=Path, required=True, help="folder to write to")
    parser.add_argument("--size", type=int, default=SIZE, help="number of partnerships (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--faults", type=int, default=0, help="number of faults to plant (default: none)")
    given = parser.parse_args()
    planted = write(given.into, given.size, given.seed, given.faults)
    print(f"{given.size} records in {given.into / 'records'}, {len(planted)} faults planted (faults.json).")


if __name__ == "__main__":
    main()
