"""Names that are no name (`fonds propres`), and names that many bodies share (`comité de jumelage`).

data/reference/generic-words.csv has the words that partnerships use: those between others, those of sums, groups and
blanks (`label`), those for kinds of bodies and what such bodies do everywhere (`kind`). What is left of a name without
them is what tells one body from another.
"""

from __future__ import annotations

from functools import cache

from atlas_ld.reference.tables import read
from atlas_ld.resources import root

_ONE_OF_A_STATE = ("ministere ", "gouvernement", "presidence", "parlement", "senat", "assemblee nationale", "etat ")
"""What a country has once: with a country, such a name says which body it is."""


def is_label(plain: str) -> bool:
    """Whether a name, in words, names a sum, a group or a blank instead of a body: `fonds propres`, `total`, `-`."""
    told = plain.split()
    return not told or (
        len(plain) > 1
        and any(_kind(word) == "label" for word in told)
        and all(_kind(word) in {"label", "between"} for word in told)
    )


def distinctive(plain: str) -> str:
    """What in a name, in words, tells its body from others of its kind; empty where nothing does."""
    told = [word for word in plain.split() if _kind(word) in {None, "between"} and not word.isdigit()]
    return " ".join(told) if any(_kind(word) is None and len(word) > 1 for word in told) else ""


def without_between(plain: str) -> str:
    """A name, in words, without the words that stand between others: `les amis de kita` -> `amis kita`."""
    return " ".join(word for word in plain.split() if _kind(word) != "between")


def told_apart(plain: str) -> list[str]:
    """What a name may be of, in words: `comite de jumelage de la rochelle` -> `la rochelle`, `rochelle`."""
    rest = distinctive(plain).split()
    forms = [rest]
    while rest and _kind(rest[0]) == "between":
        rest = rest[1:]
        forms.append(rest)
    return [" ".join(form) for form in forms]


def is_generic(plain: str, country: str | None) -> bool:
    """Whether a name, in words, is one that many bodies have. A country has one ministry of a name."""
    return not (distinctive(plain) or (country and plain.startswith(_ONE_OF_A_STATE)))


def _kind(word: str) -> str | None:
    return _words().get(word)


@cache
def _words() -> dict[str, str]:
    table = read(root() / "data" / "reference" / "generic-words.csv")
    return dict(zip(table.column("word"), table.column("of"), strict=True))
