"""The names of every entity that can be matched, read once for a release and held in memory."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from atlas_ld.iris import Iris, words
from atlas_ld.queries import load
from atlas_ld.rdf import Literal, NamedNode
from atlas_ld.reference.names import french, split_brackets
from atlas_ld.release.reading.store import Reader
from atlas_ld.resources import root

TYPES: Mapping[str, tuple[str, str]] = {
    "territory": ("Territoire", "Territory"),
    "country": ("Pays", "Country"),
    "organisation": ("Organisation", "Organisation"),
    "theme": ("Thème", "Theme"),
    "post": ("Poste diplomatique", "Diplomatic post"),
}
"""What can be matched: the identifier of each type, with its name in French and English."""
_COUNTRY = "country-"


@dataclass
class Named:
    """An entity with its names: `id` is its IRI after `{base}id/`. `labels` has its name by language, `whole` its names
    in words, `forms` what these may be without brackets and without the words that announce a kind, `kinds` those kinds
    (`reference.names`)."""

    id: str
    types: tuple[str, ...]
    labels: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)
    country: str | None = None

    @property
    def is_commune(self) -> bool:
        """Whether it is a commune of France, or its municipality."""
        return self.id.startswith("territory/commune-") or (
            self.country == "territory/country-fr" and "commune" in self.kinds
        )

    def label(self, language: str) -> str:
        """Its name in a language, else in any."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.id)


class Names:
    """Every entity that can be matched, by id and by its names in words."""

    def __init__(self, reader: Reader, iris: Iris) -> None:
        self._entities = f"{iris.base}id/"
        self.by_id: dict[str, Named] = {}
        self.by_whole: dict[str, list[Named]] = defaultdict(list)
        self.by_form: dict[str, list[Named]] = defaultdict(list)
        for row in reader.select(load("reconciliation/names")):
            self._name(row["thing"], row["name"], row["preferred"])
        for row in reader.select(load("reconciliation/countries")):
            thing, country = self._id(row["thing"]), self._id(row["country"])
            if thing in self.by_id:
                self.by_id[thing].country = country
        for named in self.by_id.values():
            named.labels = named.labels or {"": min(named.whole)}
            for name in named.whole:
                self.by_whole[name].append(named)
            for form in named.forms - named.whole:
                self.by_form[form].append(named)
        self.spelt: Mapping[str, Sequence[str]] = {
            type_: sorted({name for n in self.by_id.values() if type_ in n.types for name in n.whole})
            for type_ in TYPES
        }

    @cached_property
    def homonyms(self) -> frozenset[str]:
        """Names, in words, that several communes of France bear, whether the release has them or not."""
        with (root() / "data" / "reference" / "communes.csv").open(encoding="utf-8", newline="") as file:
            counted = Counter(words(row["name"]) for row in csv.DictReader(file))
        return frozenset(name for name, count in counted.items() if count > 1)

    def _id(self, term: object) -> str:
        if not isinstance(term, NamedNode) or not term.value.startswith(self._entities):
            return ""
        return term.value.removeprefix(self._entities)

    def _name(self, thing: object, name: object, preferred: object) -> None:
        id_ = self._id(thing)
        kind, _, key = id_.partition("/")
        if kind not in TYPES or "#" in id_ or not isinstance(name, Literal) or not (whole := words(name.value)):
            return
        types = ("country", kind) if kind == "territory" and key.startswith(_COUNTRY) else (kind,)
        named = self.by_id.setdefault(id_, Named(id_, types))
        named.whole.add(whole)
        named.forms |= forms(name.value)
        if kind_told := french(name.value).kind:
            named.kinds.add(kind_told)
        if isinstance(preferred, Literal) and preferred.value == "true":
            named.labels[name.language or ""] = name.value


def forms(name: str) -> set[str]:
    """What a name may be in words, without brackets and without the words that announce a kind: `Ville du Havre` ->
    `ville du havre`, `le havre`, `havre`."""
    bare, _ = split_brackets(name)
    return {form for one in (name, bare) for form in (words(one), *french(one).forms) if form}
