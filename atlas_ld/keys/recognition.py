"""Which records are those of the register: a record that was corrected is found again by what has not changed.

The evidence is looked at in steps, the surest first. A step looks at records and keys that no step before it has
brought together; where several could be one, only those are brought together that are each other's closest. What is
left of a key says whether its partnership was merged into another, split into several, or is gone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from atlas_ld.keys.description import (
    Compared,
    Description,
    are_compatible,
    closeness,
    contradict,
    have_similar_titles,
    is_one_page,
    share_partner,
)

_MOST_ALIKE = 200
"""A mark that more records have than these tells nothing, and comparing them all would take long."""


@dataclass
class Recognition:
    """What became of each key: `kept` leads from a record to its key, `merged` from a key to the record that took it
    up, `split` from a key to the records that share what it named, `beside` from a key that was kept to new records
    that could have had it as well."""

    kept: dict[str, str] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    split: dict[str, tuple[str, ...]] = field(default_factory=dict)
    beside: dict[str, tuple[str, ...]] = field(default_factory=dict)


class _Step(NamedTuple):
    """One kind of evidence: marks that a record and a key have in common, and what else must hold of the two."""

    marks: Callable[[Compared], Iterable[Hashable]]
    fits: Callable[[Compared, Compared], bool]
    merges: Callable[[Compared, Compared], bool] = lambda _key, _record: True
    """Whether a key that another keeps the record from was merged into it; else nothing is known of it."""


def _identifier(one: Compared) -> Iterator[Hashable]:
    if one.identifier:
        yield one.identifier


def _whole(one: Compared) -> Iterator[Hashable]:
    if one.title or one.partners:
        yield one.title, one.year, one.partners


def _title_and_partners(one: Compared) -> Iterator[Hashable]:
    if one.title and one.partners:
        yield one.title, one.partners


def _title_and_year(one: Compared) -> Iterator[Hashable]:
    if one.title:
        yield one.title, one.year


def _partners_and_year(one: Compared) -> Iterator[Hashable]:
    if one.partners:
        yield one.partners, one.year


def _title(one: Compared) -> Iterator[Hashable]:
    if one.title:
        yield one.title


def _partners(one: Compared) -> Iterator[Hashable]:
    if one.partners:
        yield one.partners


def _a_partner_and_year(one: Compared) -> Iterator[Hashable]:
    if one.year:
        yield from ((word, one.year) for word in one.distinctive)


def _always(_key: Compared, _record: Compared) -> bool:
    return True


def _has_all_partners(key: Compared, record: Compared) -> bool:
    return bool(key.partners) and key.partners <= record.partners


def _share_partner_and_title(key: Compared, record: Compared) -> bool:
    return share_partner(key, record) and have_similar_titles(key, record)


def recognise(keys: Mapping[str, Description], records: Mapping[str, Description]) -> Recognition:
    """What became of the keys, which are told by key; the records by any name. The order of neither matters."""
    found = Recognition()
    if not keys:
        return found
    known, told = dict(keys), dict(records)
    of_same = {description: key for key, description in sorted(known.items(), reverse=True)}
    twice = {description for description, number in Counter(told.values()).items() if number > 1}
    for record, description in records.items():  # what has not changed, which is nearly all
        key = of_same.get(description)
        if key and description not in twice:
            found.kept[record] = key
            del known[key], told[record]
    if not known:
        return found
    compared_keys = {key: Compared(description) for key, description in sorted(known.items())}
    compared_records = {record: Compared(description) for record, description in sorted(told.items())}
    for step in _steps(keys, records):
        _take(step, compared_keys, compared_records, found)
    _take_pages(compared_keys, keys, records, found)
    return found


def _steps(keys: Mapping[str, Description], records: Mapping[str, Description]) -> tuple[_Step, ...]:
    own_page = _own_pages(keys.values()) & (_own_pages(records.values()))

    def page(one: Compared) -> Iterator[Hashable]:
        return (address for address in one.description.addresses if address in own_page)

    return (
        _Step(_identifier, _always),
        _Step(_whole, _always),
        _Step(page, is_one_page),
        _Step(_title_and_partners, _always),
        _Step(_title_and_year, _has_all_partners),
        _Step(_title_and_year, are_compatible),
        _Step(_partners_and_year, _always, have_similar_titles),
        _Step(_title, share_partner),
        _Step(_a_partner_and_year, _share_partner_and_title),
        _Step(_partners, have_similar_titles),
    )


def _own_pages(descriptions: Iterable[Description]) -> set[str]:
    """Addresses that one partnership alone has: a page that tells of several recognises none."""
    numbers = Counter(address for description in descriptions for address in description.addresses)
    return {address for address, number in numbers.items() if number == 1}


def _take(step: _Step, keys: dict[str, Compared], records: dict[str, Compared], found: Recognition) -> None:
    """Bring together what a step finds, and take it out of `keys` and `records`."""
    of_key, of_record = _candidates(step, keys, records)
    kept: dict[str, str] = {}
    for key, some in of_key.items():
        record = _closest(keys[key], {name: records[name] for name in some})
        if record and key == _closest(records[record], {name: keys[name] for name in of_record[record]}, first=True):
            kept[record] = key
    taken = set(kept.values())
    for key, some in of_key.items():
        if key in taken:
            continue
        into = [record for record in some if record in kept]
        if len(some) == 1 and into and step.merges(keys[key], records[into[0]]):
            found.merged[key] = into[0]
            taken.add(key)
        elif len(some) > 1 and not into and all(of_record[record] == {key} for record in some):
            found.split[key] = tuple(sorted(some))
            taken.add(key)
    found.kept |= kept
    for key in kept.values():
        others = (other for other in of_key[key] - kept.keys() if of_record[other] == {key})
        if beside := tuple(sorted(others)):
            found.beside[key] = beside
    for key in taken:
        del keys[key]
    for record in kept:
        del records[record]
    for record in {record for key in taken & found.split.keys() for record in found.split[key]}:
        del records[record]


def _take_pages(
    left: Mapping[str, Compared],
    keys: Mapping[str, Description],
    records: Mapping[str, Description],
    found: Recognition,
) -> None:
    """A key that is left, and of which a page of its own has become one of another record's, was merged into that."""
    own_page = _own_pages(keys.values()) & _own_pages(records.values())
    has_page = {address: record for record, told in records.items() for address in told.addresses}
    for key, compared in left.items():
        into = {has_page[address] for address in compared.description.addresses if address in own_page}
        if len(into) == 1 and into <= found.kept.keys():
            found.merged[key] = next(iter(into))


def _candidates(
    step: _Step, keys: Mapping[str, Compared], records: Mapping[str, Compared]
) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Which records a key may have by a step, and which keys a record."""
    marked: defaultdict[Hashable, list[str]] = defaultdict(list)
    for record, compared in records.items():
        for mark in set(step.marks(compared)):
            marked[mark].append(record)
    of_key: defaultdict[str, set[str]] = defaultdict(set)
    of_record: defaultdict[str, set[str]] = defaultdict(set)
    for key, compared in keys.items():
        for mark in set(step.marks(compared)):
            some = marked.get(mark, ())
            for record in some if len(some) <= _MOST_ALIKE else ():
                if not contradict(compared, records[record]) and step.fits(compared, records[record]):
                    of_key[key].add(record)
                    of_record[record].add(key)
    return of_key, of_record


def _closest(one: Compared, others: Mapping[str, Compared], *, first: bool = False) -> str | None:
    """The closest of others; where two are equally close none, or the first by name."""
    ranked = sorted(((closeness(one, other), name) for name, other in others.items()), key=lambda pair: pair[1])
    best = max((score for score, _ in ranked), default=None)
    names = [name for score, name in ranked if score == best]
    return names[0] if names and (first or len(names) == 1) else None
