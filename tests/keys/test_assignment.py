"""Keys that last: what a partnership is recognised by, and what becomes of a key."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest

from atlas_ld.iris import short_hash, slug
from atlas_ld.keys import Assignment, Description, Entry, Register, Unnamed, assign, describe, read_register
from atlas_ld.resources import root
from atlas_ld.sources import merge, read

PAGE = "https://region.example/projets/12"


def told(
    title: str = "Puits partagés",
    year: str = "2010",
    partners: Iterable[str] = ("Clairval", "Sfax"),
    identifier: str = "",
    addresses: Iterable[str] = (),
) -> Description:
    return Description(identifier, tuple(addresses), title, year, tuple(sorted(partners)))


def unnamed(description: Description) -> Unnamed:
    stem = slug(description.identifier) if description.identifier else f"{slug(description.title)}-{description.year}"
    return Unnamed(stem, short_hash("|".join(description.partners)), description)


def given(*descriptions: Description, remembered: Sequence[Description] = ()) -> Assignment:
    """Keys of these, by a register that has the others as `k1`, `k2` and so on."""
    entries = {
        f"k{number}": Entry(f"k{number}", one, source="keys.csv", line=number + 1)
        for number, one in enumerate(remembered, start=1)
    }
    return assign(map(unnamed, descriptions), Register(entries))


def codes(assignment: Assignment) -> list[str]:
    return [finding.code for finding in assignment.findings]


@pytest.mark.parametrize(
    "now",
    [
        told(title="Puits partagés à Sfax"),
        told(title="Puit partagés"),
        told(title="PUITS PARTAGES"),
        told(title="De l’eau pour tous"),
        told(year="2011"),
        told(year=""),
        told(partners=("Clairval", "Sfax", "Montfleury")),
        told(partners=("Clairval",)),
        told(partners=("Ville de Clairval", "Sfax")),
        told(partners=()),
        told(title="Puits partagés (phase 2)", partners=("Clairval", "Sfax", "Montfleury")),
        told(title="Puits partagés de Sfax", year="2012"),
        told(year="2012", partners=("Clairval", "Sfax", "Montfleury")),
        told(identifier="2833"),
        told(addresses=(PAGE,)),
    ],
)
def test_what_was_corrected_keeps_its_key(now: Description) -> None:
    other = told("Jumelage", "1990", ("Montfleury", "Kiel"))
    assignment = given(other, now, remembered=(told(), other))
    assert assignment.keys == ("k2", "k1")
    assert set(codes(assignment)) <= {"key-kept"}


def test_a_page_keeps_its_key_whatever_else_was_corrected() -> None:
    before, now = told(addresses=(PAGE,)), told("Eau et climat", "2012", ("Ville de Clairval",), addresses=(PAGE,))
    assert given(now, remembered=(before,)).keys == ("k1",)


def test_the_sources_own_number_decides_before_all_else() -> None:
    first, second = told(identifier="1"), told(identifier="2")
    assert given(told("Autre", "1999", ("Kiel",), "1"), told(identifier="3"), remembered=(first, second)).keys == (
        "k1",
        "3",
    )


@pytest.mark.parametrize(
    "other",
    [
        told(partners=("Montfleury", "Bari")),
        told("Jumelage scolaire", "2011"),
        told("Jumelage", "2010", ("Clairval", "Kiel")),
        told("Jumelage", "2010", ("Montfleury", "Kiel")),
        told("Jumelage", "", ()),
    ],
)
def test_another_partnership_does_not_get_the_key_of_one_that_is_gone(other: Description) -> None:
    assignment = given(other, remembered=(told(),))
    assert "k1" not in assignment.keys
    assert assignment.entries["k1"].status == "withdrawn"
    (finding,) = assignment.findings
    assert (finding.code, finding.source, finding.line) == ("key-without-record", "keys.csv", 2)
    assert "Puits partagés" in finding.fr


def test_a_list_that_is_the_page_of_many_recognises_none_of_them() -> None:
    before = [told("Un", "2001", ("Kiel",), addresses=(PAGE,)), told("Deux", "2002", ("Bari",), addresses=(PAGE,))]
    now = told("Trois", "2003", ("Sfax",), addresses=(PAGE,))
    assert given(before[0], now, remembered=before).keys == ("k1", "trois-2003")


def test_a_second_partnership_of_the_same_title_leaves_the_first_its_key() -> None:
    first, second = told("Jumelage", "1990", ("Clairval", "Kiel")), told("Jumelage", "1990", ("Clairval", "Bari"))
    alone = assign([unnamed(first)], Register())
    assert alone.keys == ("jumelage-1990",)
    both = assign([unnamed(second), unnamed(first)], Register(alone.entries))
    assert both.keys[1] == "jumelage-1990"
    assert both.keys[0] == f"jumelage-1990-{unnamed(second).who}"
    assert not both.findings


def test_a_key_that_was_given_is_given_to_nobody_else() -> None:
    gone = Entry("jumelage-1990", told("Jumelage", "1990", ("Clairval", "Kiel")), "withdrawn")
    other = told("Jumelage", "1990", ("Montfleury", "Bari"))
    assert assign([unnamed(other)], Register({gone.key: gone})).keys != (gone.key,)


def test_what_was_withdrawn_and_comes_back_has_its_key_again() -> None:
    gone = Entry("k1", told(), "withdrawn")
    assignment = assign([unnamed(told())], Register({"k1": gone}))
    assert assignment.keys == ("k1",)
    assert assignment.entries["k1"].status == "kept"
    quiet = assign([], Register({"k1": gone}))
    assert (quiet.findings, quiet.entries["k1"].status) == ((), "withdrawn")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (  # two pages, one of which takes up the other
            (told("Eau", "2001", addresses=("https://a.example/1",)), told("Sols", "2002", addresses=("https://a.example/2",))),
            told("Eau et sols", "2001", addresses=("https://a.example/1", "https://a.example/2")),
        ),
        (  # and whose title stays
            (told("Eau", "2001", addresses=("https://a.example/1",)), told("Sols", "2002", ("Bari",), addresses=("https://a.example/2",))),
            told("Eau", "2001", addresses=("https://a.example/1", "https://a.example/2")),
        ),
        (
            (told(partners=("Clairval", "Sfax")), told(partners=("Clairval", "Bari"))),
            told(partners=("Clairval", "Sfax", "Bari")),
        ),
        ((told("Puits partagés (phase 1)"), told("Puits partagés (phase 2)")), told()),
    ],
)  # fmt: skip
def test_of_two_that_became_one_one_key_leads_to_the_other(
    before: tuple[Description, Description], now: Description
) -> None:
    assignment = given(now, remembered=before)
    (kept,) = assignment.keys
    (gone,) = {"k1", "k2"} - {kept}
    assert (assignment.entries[gone].status, assignment.entries[gone].successors) == ("merged", (kept,))
    assert "records-merged" in codes(assignment)


def test_a_partnership_that_is_gone_was_not_merged_into_its_neighbour() -> None:
    before = (told("Eau", "2001"), told("Écoles jumelles", "2001"))
    assert given(told("Écoles jumelles de Sfax", "2001"), remembered=before).entries["k1"].status == "withdrawn"
    assert given(before[1], remembered=before).entries["k1"].status == "withdrawn"


def test_of_one_that_became_two_the_closest_keeps_the_key_and_both_are_told() -> None:
    parts = (told(partners=("Clairval", "Sfax")), told(partners=("Clairval", "Bari")))
    assignment = given(*parts, remembered=(told(partners=("Clairval", "Sfax", "Montfleury")),))
    assert assignment.keys[0] == "k1"
    (finding,) = assignment.findings
    assert finding.code == "record-split"
    assert assignment.keys[1] in finding.en


def test_of_one_that_became_two_that_are_equally_close_none_has_the_key() -> None:
    parts = (told(partners=("Clairval", "Sfax")), told(partners=("Clairval", "Bari")))
    assignment = given(*parts, remembered=(told(partners=("Clairval", "Sfax", "Bari")),))
    entry = assignment.entries["k1"]
    assert (entry.status, entry.successors) == ("split", tuple(sorted(assignment.keys)))
    assert codes(assignment) == ["record-split"]


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_records_and_lines_decides_nothing(seed: int) -> None:
    random_ = random.Random(seed)
    towns = ["Clairval", "Sfax", "Kiel", "Bari", "Montfleury"]

    def some() -> Description:
        partners = random_.sample(towns, random_.randint(0, 3))
        return told(random_.choice(["Eau", "Eau potable", "Jumelage"]), random_.choice(["1990", "2001"]), partners)

    before = list({some() for _ in range(8)})
    now = list({some() for _ in range(8)})
    entries = {f"k{number}": Entry(f"k{number}", one) for number, one in enumerate(before)}
    expected = dict(zip(now, assign(map(unnamed, now), Register(entries)).keys, strict=True))
    assert len(set(expected.values())) == len(now)
    random_.shuffle(now)
    shuffled = dict(random_.sample(sorted(entries.items()), len(entries)))
    assert dict(zip(now, assign(map(unnamed, now), Register(shuffled)).keys, strict=True)) == expected


def demonstration() -> list[Description]:
    records = [reading.record for reading in read(root() / "data" / "demonstration") if reading.record]
    return [describe(record) for record in merge(records)[0]]


def test_the_register_of_the_demonstration_knows_each_of_its_records() -> None:
    register = read_register([("keys.csv", (root() / "data" / "demonstration" / "keys.csv").read_bytes())])
    assignment = assign(map(unnamed, demonstration()), register)
    assert register.findings == assignment.findings == ()
    assert (assignment.new, assignment.entries) == (frozenset(), register.entries)


@pytest.mark.parametrize("seed", range(3))
def test_corrections_of_the_demonstration_move_no_key_and_give_none_to_another(seed: int) -> None:
    random_ = random.Random(seed)
    before = demonstration()
    entries = assign(map(unnamed, before), Register()).entries
    key_of = {entry.description: key for key, entry in entries.items()}
    now, expected = [], []
    for one in before:
        change = random_.random()
        if change < 0.1:
            continue
        expected.append(key_of[one])
        if change < 0.2:
            one = one._replace(title=f"{one.title} (programme corrigé)")
        elif change < 0.3 and one.partners:
            one = one._replace(partners=tuple(sorted({*one.partners, "Montfleury-sur-Clairval"})))
        elif change < 0.4 and one.year:
            one = one._replace(year=str(int(one.year) + 1))
        now.append(one)
    keys = assign(map(unnamed, now), Register(entries)).keys
    wrong = [(has, key) for has, key in zip(keys, expected, strict=True) if has != key]
    assert wrong == []
