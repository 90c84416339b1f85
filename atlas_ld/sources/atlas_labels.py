"""The labels of an Atlas page, in the order in which a page prints them, and the wordings seen for each.

The order is part of the table: a line is a label only where the page's order allows it (see `atlas_cut`).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from atlas_ld.iris import fold

Kind = Literal["line", "text", "table", "heading"]
"""What stands below a label: one value, a narrative, rows, or nothing of its own."""


@dataclass(frozen=True)
class Label:
    """A label. `field` names what it holds; `header` begins the header row of a table."""

    field: str
    kind: Kind
    wordings: tuple[str, ...]
    header: str = ""


MERGED_CONTEXT = "Contexte et historique"
NOT_TRIENNIAL, TRIENNIAL = "Le partenariat n'est pas triennal", "Le partenariat est triennal"

LABELS: tuple[Label, ...] = (
    Label("title", "line", ("Titre",)),
    Label(
        "first_signature_year",
        "line",
        (
            "Année de première signature de la convention",
            "Année de signature de la convention",
            "Année de signature de la convention ou de la lettre d'intention",
        ),
    ),
    Label("theme", "line", ("Thématique d'intervention",)),
    Label("subtheme", "line", ("Sous-thématique d'intervention",)),
    Label("subsubtheme", "line", ("Sous-sous-thématique d'intervention",)),
    Label("other_themes", "table", ("Autres thématiques mises en œuvre pour le partenariat",), "Thématique éligible"),
    Label("goals", "table", ("Objectifs de développement durable - ODD",), "Thématique éligible"),
    Label("start_year", "line", ("Année de début du partenariat",)),
    Label("status", "line", ("Le partenariat est",)),
    Label("end_date", "line", ("Date de fin du partenariat",)),
    Label("context", "text", ("Contexte", MERGED_CONTEXT)),
    Label("history", "text", ("Historique",)),
    Label("objectives", "text", ("Objectif du partenariat", "Objectifs du partenariat")),
    Label("description", "text", ("Description détaillée du partenariat",)),
    Label("form", "line", ("Votre partenariat prend la forme d'un(e)",)),
    Label("implementation", "heading", ("Mise en œuvre du partenariat",)),
    Label("implementers", "line", ("Maître(s) d'œuvre", "Maître d'œuvre", "Maîtres d'œuvre")),
    Label("contracting_authorities", "line", ("Maître(s) d'ouvrage", "Maître d'ouvrage", "Maîtres d'ouvrage")),
    Label("beneficiaries", "text", ("Bénéficiaire(s)", "Bénéficiaires")),
    Label("foreign_partners", "table", ("Partenaires étrangers du partenariat",), "Nom de la collectivité étrangère"),
    Label(
        "contacts",
        "table",
        ("Contacts dans les partenaires étrangers du partenariat",),
        "Nom de la collectivité étrangère",
    ),
    Label(
        "french_authorities",
        "table",
        ("Collectivités territoriales partenaires du partenariat",),
        "Nom de la collectivité territoriale",
    ),
    Label("triennial", "heading", (NOT_TRIENNIAL, TRIENNIAL)),
    Label("funding", "table", ("Financement du partenariat",), "Nom du financeur"),
    Label("follow_up", "heading", ("Évaluations, communication et perspectives",)),
    Label("communication_in_france", "line", ("Une communication a été engagée en France",)),
    Label("communication_abroad", "line", ("Une communication a été engagée dans les pays partenaires",)),
    Label("evaluation", "line", ("Une politique d'évaluation a été engagée",)),
    Label(
        "volunteers",
        "table",
        (
            "Volontaires impliqués dans le partenariat (VSI, service civique, etc.) d'Échange et de Solidarité",
            "Volontaires impliqués dans le partenariat",
        ),
        "Nom Prénom",
    ),
    Label("end", "heading", ("PIED DE PAGE", "Tous droits réservés")),
)

_LONGEST = 200
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "\u00a0": " ", "\u202f": " "} | dict.fromkeys("’‘ʼ`′＇\u00b4", "'"))
TICKED, UNTICKED = "☑", "☐"
"""How a box or a button of a form stands in a line of ours."""
_TICKS = {"☑": True, "☒": True, "✔": True, "✓": True, "◉": True, "●": True, "☐": False, "□": False, "○": False}
_TICK = re.compile(r"\s*(?:(?P<sign>[☑☒✔✓◉●☐□○])|[\[(](?P<letter>[xX✓✔ ]?)[\])])\s*")
_MARKS = ' «»“”"•*#–-'
"""Signs that may stand around a label: guillemets, bullets, marks of Markdown."""
# Pages of actions and projects print the same labels with their own noun.
_NOUNS = (
    (re.compile(r"\b(?:de l'action|du projet|de projet)\b"), "du partenariat"),
    (re.compile(r"^(?:L'action|Le projet)\b"), "Le partenariat"),
    (re.compile(r"\b(?:l'action|le projet)\b"), "le partenariat"),
    (re.compile(r"^Votre (?:action|projet)\b"), "Votre partenariat"),
)


def plain(text: str) -> str:
    """A line for comparing with labels: no accents, one kind of space and apostrophe, no colon at its end.

    The case stays: `CONTEXTE` and `contexte` are headings that a narrative writes, never a label of the page.
    """
    spaced = " ".join(text.translate(_LIGATURES).split()).removesuffix(":").rstrip()
    decomposed = unicodedata.normalize("NFKD", spaced)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _wording(text: str) -> str:
    line = plain(text)
    for pattern, noun in _NOUNS:
        line = pattern.sub(noun, line)
    return line


_RANKS = {plain(wording): rank for rank, label in enumerate(LABELS) for wording in label.wordings}


@lru_cache(maxsize=4096)
def rank_of(text: str) -> int | None:
    """The place in LABELS of the label that a line prints, or None for any other line."""
    if not text or len(text) > _LONGEST:
        return None
    wording = _wording(_unmarked(text))
    if wording.startswith("Tous droits reserves"):
        return _RANKS["Tous droits reserves"]
    return _RANKS.get(wording)


def may_begin(text: str) -> bool:
    """Whether a line begins with the first word of a label: a quick no for nearly all."""
    return fold(text[:_LONGEST].strip(_MARKS).split(" ", 1)[0]).strip("'’") in _FIRST_WORDS


@lru_cache(maxsize=4096)
def loose_rank_of(text: str) -> int | None:
    """The same whatever the case of the letters and the number of the words. Of one word alone, which authors write as
    headings of their own, the page must show other labels in other letters: that is for `atlas_cut` to say."""
    if not text or len(text) > _LONGEST:
        return None
    return _LOOSE_RANKS.get(_loose(_unmarked(text)))


def is_distinctive(text: str) -> bool:
    """Whether a label is too long to be a heading that an author would write, or `Titre`, which stands first."""
    return len(text.split()) >= 3 or _loose(text) == "titre"


def _loose(text: str) -> str:
    words = re.sub(r"\((?:s|e|es)\)", "", _wording(text[:1] + text[1:].lower())).lower().split()
    return " ".join(word.rstrip("sx") for word in words)


_FIRST_WORDS = {fold(wording.split(" ", 1)[0]) for label in LABELS for wording in label.wordings} | {
    "l'action",
    "le",
    "votre",
    "d'un(e)",
}
_LOOSE_RANKS = {_loose(wording): rank for rank, label in enumerate(LABELS) for wording in label.wordings}


def _unmarked(text: str) -> str:
    """A line without ticks and signs around it."""
    return _TICK.sub(" ", text).strip(_MARKS) if _TICK.search(text) or text[0] in _MARKS else text


def ticked(text: str) -> bool | None:
    """Whether the line's one tick says yes; None where there is none."""
    ticks = [
        _TICKS[found["sign"]] if found["sign"] else bool(found["letter"].strip()) for found in _TICK.finditer(text)
    ]
    return ticks[0] if len(ticks) == 1 else None


def chosen(text: str) -> str:
    """Of a line of choices, the text of those that are ticked: `☐ Oui ☑ Non` -> `Non`. Without ticks, the line."""
    pieces = [*_TICK.finditer(text)]
    if not pieces:
        return text
    kept = [text[: pieces[0].start()]]
    for place, found in enumerate(pieces):
        stop = pieces[place + 1].start() if place + 1 < len(pieces) else len(text)
        if _TICKS[found["sign"]] if found["sign"] else bool(found["letter"].strip()):
            kept.append(text[found.end() : stop])
    return " ".join(" ".join(kept).split())


def inline(text: str) -> tuple[str, str] | None:
    """A label and the value that stands on its line: `Titre : Puits`, `Année de début du partenariat 2015`. Without a
    colon the value must be what such a label has."""
    before, colon, after = text.partition(":")
    if colon and after.strip() and (_known(before) is not None):
        return before.strip(), after.strip()
    if len(text) > _LONGEST:
        return None
    for field, pattern in _VALUES.items():
        value = pattern.search(text)
        rank = _known(text[: value.start()]) if value else None
        if value and rank is not None and field in (LABELS[rank].field, "year") and LABELS[rank].kind == "line":
            return text[: value.start()].strip(), value[0].strip()
    return None


def _known(text: str) -> int | None:
    rank = rank_of(text.strip())
    return loose_rank_of(text.strip()) if rank is None and is_distinctive(text.strip()) else rank


_VALUES = {
    "year": re.compile(r"(?<=\s)[0-9]{4}\s*$"),
    "end_date": re.compile(r"(?<=\s)[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}\s*$"),
    "status": re.compile(r"(?<=\s)(?:En cours|Terminée?|En sommeil)\s*$", re.IGNORECASE),
    "form": re.compile(
        r"(?<=\s)(?:Projet de coopération décentralisée|Jumelage|(?:Accord|Convention)[ -]cadre|Aide humanitaire"
        r"|Autre action)\s*$",
        re.IGNORECASE,
    ),
}


def says_not(text: str) -> bool:
    """Whether a label is a sentence that denies: `Le partenariat n'est pas triennal`, in any letters."""
    return " n'est pas " in f" {plain(text).lower()} "


def is_wording(text: str, wording: str) -> bool:
    """Whether a line is this wording, whatever noun the page uses."""
    return _wording(text) == plain(wording)
