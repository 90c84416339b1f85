"""What a partnership is recognised by where its source gives no number: address, title, year and partners."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from atlas_ld.iris import words
from atlas_ld.records import PartnershipRecord
from atlas_ld.reference.generic import distinctive

_ALIKE = 75.0
"""From which score of `fuzz.token_set_ratio` two titles may be one that was corrected."""


class Description(NamedTuple):
    """A partnership as its record tells of it; what is not told is empty.

    identifier   the source's own number for it
    addresses    web addresses of the pages that tell of it
    title        its title, as written
    year         the year of its first signature, else of its start, else of its end
    partners     the names of all that take part, as written, each once
    """

    identifier: str = ""
    addresses: tuple[str, ...] = ()
    title: str = ""
    year: str = ""
    partners: tuple[str, ...] = ()


def describe(record: PartnershipRecord) -> Description:
    """The description of a record."""
    year = record.first_signature_year or record.start_year or record.end_year
    return Description(
        identifier=record.identifier or "",
        addresses=tuple(sorted({o.address for o in record.origins if o.address})),
        title=_plain(record.title or ""),
        year=str(year) if year else "",
        partners=tuple(sorted({_plain(participant.name) for participant in record.participants})),
    )


def _plain(text: str) -> str:
    """On one line, without the bar that parts names in a cell."""
    return " ".join(text.replace("|", " ").split())


class Compared:
    """A description, ready to be compared with others."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self.identifier = words(description.identifier)
        self.title = words(description.title)
        self.year = description.year
        self.partners = frozenset(filter(None, map(words, description.partners)))

    @cached_property
    def distinctive(self) -> frozenset[str]:
        """Words of the partners' names that tell them from others of their kind: `ville de brest` -> `brest`."""
        return frozenset(word for name in self.partners for word in _distinctive(name))


@lru_cache(maxsize=65536)
def _distinctive(name: str) -> tuple[str, ...]:
    return tuple(word for word in distinctive(name).split() if len(word) > 2)


def contradict(one: Compared, other: Compared) -> bool:
    """Whether the source gives them two numbers."""
    return bool(one.identifier and other.identifier and one.identifier != other.identifier)


def share_partner(one: Compared, other: Compared) -> bool:
    return not one.distinctive.isdisjoint(other.distinctive) or not one.partners.isdisjoint(other.partners)


def are_compatible(one: Compared, other: Compared) -> bool:
    """Whether nothing that both tell of partners speaks against their being one."""
    return not one.partners or not other.partners or share_partner(one, other)


def have_similar_titles(one: Compared, other: Compared) -> bool:
    """Whether one title may be the other, corrected, lengthened or cut."""
    return bool(one.title and other.title) and fuzz.token_set_ratio(one.title, other.title) >= _ALIKE


def is_one_page(one: Compared, other: Compared) -> bool:
    """Whether what a page said at two times may be one partnership: it has not been given to another meanwhile."""
    return are_compatible(one, other) or have_similar_titles(one, other)


def closeness(one: Compared, other: Compared) -> tuple[float, float, bool]:
    """How much two have in common: of partners, of the title, the year. More is greater."""
    every = one.partners | other.partners
    common = len(one.partners & other.partners) / len(every) if every else 0.0
    return round(common, 6), round(fuzz.token_sort_ratio(one.title, other.title), 3), one.year == other.year
