"""Every territory of the reference data, in every form in which lists write it: what matching makes of it.

    python -m bench.matching              the table of docs/matching.md, written into the page
    python -m bench.matching --show 20    and some of what was wrong, or not found

A form gives the territory itself, a list of candidates that has it, or nothing; anything else is wrong. Leaving one out
takes a territory from the data and asks for it: any answer but none is wrong, unless another has that very name.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from atlas_ld.iris import fold, words
from atlas_ld.reference import foreign, french
from atlas_ld.reference.decision import Decision
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.places import Place

PAGE = Path(__file__).resolve().parents[1] / "docs" / "matching.md"
BEGIN, END = "<!-- python -m bench.matching -->", "<!-- end -->"
SEED = 20261128
_ARTICLE = re.compile(r"(?P<article>(?:Les?|La)(?= )|L(?=['’]))['’ ](?P<rest>.+)")
Forms = Iterator[tuple[str, str]]
"""What a form is called, and the name in it."""


@dataclass
class Count:
    """What came of one kind of forms."""

    tried: int = 0
    right: int = 0
    candidates: int = 0
    none: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, form: str, key: str, decision: Decision) -> None:
        self.tried += 1
        if decision.match and decision.match.place == key:
            self.right += 1
        elif decision.match or (decision.candidates and key not in decision.candidates):
            got = decision.match.place if decision.match else " ".join(decision.candidates)
            self.wrong.append(f"{form} ({key}) -> {got}")
        elif decision.candidates:
            self.candidates += 1
        else:
            self.none += 1
            self.missed.append(f"{form} ({key})")


def spellings(name: str) -> Iterator[str]:
    """A name as lists and keyboards write it."""
    plain = "".join(c for c in fold(name)).title()
    yield from (name, name.upper(), plain.upper(), plain, name.replace("-", " "), name.replace("'", "’"))
    yield name.replace("-", " ").replace("'", " ").upper()
    short = re.sub(r"\bSainte\b", "Ste", re.sub(r"\bSaint\b", "St", name))
    if short != name:
        yield from (short, short.replace("-", " "), re.sub(r"\b(Ste?)[- ]", r"\1. ", short), fold(short).upper())
    over = re.sub(r"[- ]sur[- ]", " s/ ", name)
    if over != name:
        yield from (over, re.sub(r"[- ]sur[- ]", " s/", name), re.sub(r"[- ]sur[- ]", "/", name))
        yield re.sub(r"[- ]sur[- ]", "-s-", name)
    under = re.sub(r"[- ]sous[- ]", " s/s ", name)
    if under != name:
        yield under


def moved_article(name: str) -> Iterator[str]:
    """The article behind, as indexes have it: `Mans (Le)`, `Mans, Le`, `ROCHELLE (LA)`."""
    found = _ARTICLE.fullmatch(name)
    if found:
        rest, article = found["rest"], found["article"]
        yield from (f"{rest} ({article})", f"{rest}, {article}", f"{rest.upper()} ({article.upper()})")
        yield fold(f"{rest} ({article})").upper()


def commune_forms(place: Place, gazetteer: Gazetteer) -> Forms:
    parent = gazetteer.place(place.within[0])
    code, name = parent.insee or "", place.name
    told = gazetteer.authority_name(place.key).removeprefix("Commune ").removeprefix("Ville ")
    yield from (("as written", form) for form in spellings(name))
    yield from (("article moved", form) for form in moved_article(name))
    yield from (("announced", f"{word} {told}") for word in ("Commune", "Ville", "Mairie", "VILLE", "Municipalité"))
    yield from (("announced", f"{word} de {name}") for word in ("Ville", "Commune"))
    for form in (f"{name} ({code})", f"{name} ({parent.name})", f"{name}, {parent.name}", f"{name} - {code}",
                 f"{code} - {name}", f"{name} {code}", f"{fold(name).upper()} ({code})", f"{name} [{code}]",
                 f"{name} (Dép. {code})", f"Ville {told} ({parent.name})",
                 f"{name} ({parent.name.upper()})"):  # fmt: skip
        yield "with département", form
    yield from (("with département", f"{form} ({code})") for form in moved_article(name))


def departement_forms(place: Place, gazetteer: Gazetteer) -> Forms:
    told = gazetteer.authority_name(place.key).removeprefix("Département ")
    if not told[0].islower():  # a collectivity of its own kind has one name
        yield "as written", told
        return
    for form in spellings(place.name):
        yield "as written", f"Département {form}"
    for word in ("Département", "Conseil départemental", "Conseil général", "CONSEIL GENERAL"):
        yield "announced", f"{word} {told}"
    for word in (
        "CD",
        "CG",
        "CD ",
        "CG ",
        "Conseil départemental du ",
        "Département ",
        "Département du ",
        "Département n° ",
    ):
        yield "by number", f"{word}{place.insee}"
    yield "by number", f"Conseil départemental {told} ({place.insee})"
    yield "by number", f"{place.insee} - Conseil départemental {told}"


def region_forms(place: Place, gazetteer: Gazetteer) -> Forms:
    name = place.name.removesuffix(" (région jusqu’en 2015)")
    for form in spellings(name):
        yield from (("as written", f"{word} {form}") for word in ("Région", "Conseil régional", "Conseil régional de"))


def epci_forms(place: Place, gazetteer: Gazetteer) -> Forms:
    name = place.name
    yield from (("as written", form) for form in spellings(name))
    for long, short in (
        ("Communauté de communes", "CC"),
        ("Communauté d'agglomération", "CA"),
        ("Communauté urbaine", "CU"),
    ):
        if name.startswith(long):
            yield from (
                ("abbreviated", f"{word}{name.removeprefix(long)}") for word in (short, short.lower(), long.upper())
            )


FORMS: dict[str, tuple[str | None, Callable[[Place, Gazetteer], Forms]]] = {
    "commune": ("commune", commune_forms),
    "departement": ("departement", departement_forms),
    "region": ("region", region_forms),
    "epci": ("epci", epci_forms),
}


def abroad_forms(place: Place, gazetteer: Gazetteer) -> Forms:
    name, plain = place.own_name or place.name, fold(place.own_name or place.name)
    yield from (
        ("as written", form) for form in (name, name.upper(), plain.upper(), plain.title(), name.replace("-", " "))
    )
    yield from (("announced", f"{word} {name}") for word in ("Ville de", "Commune de", "Municipalité de", "Mairie de"))
    country = gazetteer.place(f"country-{place.country.lower()}").name
    yield from (("with country", form) for form in (f"{name} ({country})", f"{name}, {country}"))


_OF_DIVISIONS = {
    "region": ("Région de", "Conseil régional de"),
    "province": ("Province de", "Conseil provincial de"),
    "department": ("Département de", "Conseil départemental de"),
    "prefecture": ("Préfecture de",),
    "cercle": ("Cercle de", "Conseil de cercle de"),
    "district": ("District de",),
    "governorate": ("Gouvernorat de",),
    "state": ("État de",),
    "canton": ("Canton de",),
}


def division_forms(name: str, type_: str) -> Forms:
    for word in _OF_DIVISIONS.get(type_, ()):
        yield from (("announced", f"{word} {form}") for form in (name, fold(name).upper()))


def sweep(gazetteer: Gazetteer, one_in: int = 1) -> dict[tuple[str, str], Count]:
    """What came of the territories, by kind and form; with `one_in`, of every so many of what there are thousands of.
    Forms of communes and EPCI are tried with the kind declared and without, those of towns abroad as partners of towns
    and of others."""
    counts = _sweep_france(gazetteer, one_in)
    for number, key in enumerate(gazetteer.keys("geonames")):
        if number % one_in:
            continue
        place = gazetteer.place(key)
        if gazetteer.place_alias(place.country, words(place.own_name or place.name)):
            continue  # decided by hand, in data/reference/aliases-places.csv
        division = next((d for d in gazetteer.divisions(place.country) if d.key == key), None)
        kind = "division abroad" if division else "place abroad"
        forms = division_forms(division.names[0], division.type) if division else abroad_forms(place, gazetteer)
        for name, form in dict.fromkeys(forms):
            count = counts.setdefault((kind, name), Count())
            for towns in (True, False):
                decision = foreign.decide(form, None, place.country, gazetteer, towns=towns)
                count.add(f"{form} [{place.country}]", key, decision)
    for key in gazetteer.keys("country"):
        place = gazetteer.place(key)
        count = counts.setdefault(("country", "every name"), Count())
        for form in sorted(gazetteer.names_of_country(place.country)):
            found = gazetteer.country(form)
            count.add(form, key, Decision(found))
    return counts


def _sweep_france(gazetteer: Gazetteer, one_in: int) -> dict[tuple[str, str], Count]:
    counts: dict[tuple[str, str], Count] = {}
    for kind, (declared, forms) in FORMS.items():
        keys = gazetteer.keys(kind)
        for key in keys[:: one_in if len(keys) > 1000 else 1]:
            place = gazetteer.place(key)
            for name, form in dict.fromkeys(forms(place, gazetteer)):
                count = counts.setdefault((kind, name), Count())
                for kind_told in (declared, None) if kind in {"commune", "epci"} else (None,):
                    count.add(f"{form} [{kind_told}]", key, french.decide(form, kind_told, gazetteer))
    return counts


class Without(Gazetteer):
    """The gazetteer without one place: what is not in the data must not be taken for its neighbours."""

    def __init__(self, whole: Gazetteer) -> None:
        self.__dict__.update(whole.__dict__)
        self.left_out = ""

    def _rest(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if key != self.left_out)

    def french(self, level: str, name: str) -> tuple[str, ...]:
        return self._rest(super().french(level, name))

    def french_alike(self, level: str, name: str) -> tuple[str, ...]:
        return self._rest(super().french_alike(level, name))

    def places_named(self, country: str, name: str) -> tuple[str, ...]:
        return self._rest(super().places_named(country, name))

    def places_also_named(self, country: str, name: str) -> tuple[str, ...]:
        return self._rest(super().places_also_named(country, name))

    def places_alike(self, country: str, name: str) -> tuple[str, ...]:
        return self._rest(super().places_alike(country, name))


def left_out(gazetteer: Gazetteer, one_in: int = 1) -> dict[tuple[str, str], Count]:
    """What came of communes, and of places abroad, whose own name was asked for when they were not in the data."""
    without = Without(gazetteer)
    counts: dict[tuple[str, str], Count] = {}
    for kind, keys in (("commune", gazetteer.keys("commune")), ("place abroad", gazetteer.keys("geonames"))):
        count = counts[kind, "left out"] = Count()
        for key in keys[::one_in]:
            place, without.left_out = gazetteer.place(key), key
            name = place.own_name or place.name
            if gazetteer.place_alias(place.country, words(name)) or gazetteer.french_alias(words(name), kind):
                continue
            if kind == "commune":
                decision = french.decide(name, "commune", without)
                same = [one for level in _LEVELS for one in without.french(level, words(name))]
            else:
                decision = foreign.decide(name, None, place.country, without, towns=True)
                same = [
                    *without.places_named(place.country, words(name)),
                    *without.places_also_named(place.country, words(name)),
                ]
            count.tried += 1
            if decision.match and decision.match.place not in same:
                count.wrong.append(
                    f"{name} ({key}) -> {decision.match.place} {gazetteer.place(decision.match.place).name}"
                )
            elif decision.match or decision.candidates:
                count.candidates += 1
            else:
                count.none += 1
    return counts


_LEVELS = ("commune", "former-commune", "renamed-commune")


def table(counts: dict[tuple[str, str], Count]) -> str:
    """The counts as a table of Markdown."""
    lines = ["| kind | forms | tried | right | candidates | none | wrong |", "|---|---|---|---|---|---|---|"]
    for (kind, form), count in counts.items():
        figures = (count.tried, count.right, count.candidates, count.none, len(count.wrong))
        lines.append(f"| {kind} | {form} | " + " | ".join(f"{figure:,}".replace(",", " ") for figure in figures) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print N of what was wrong, and of what was missed"
    )
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help="try one territory in N, and write no page")
    options = parser.parse_args()
    gazetteer = Gazetteer.load()
    counts = sweep(gazetteer, options.one_in) | left_out(gazetteer, options.one_in)
    written = table(counts)
    print(written)
    for case, count in counts.items():
        for what, forms in (("wrong", count.wrong), ("none", count.missed)):
            for form in random.Random(SEED).sample(forms, min(options.show, len(forms))):
                print(f"{' '.join(case)}: {what}: {form}")
    if options.one_in == 1:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{written}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
