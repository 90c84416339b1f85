"""What the full-text index holds of a thing: its label, other names, and longer texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas_ld.rdf import LABELS
from atlas_ld.release.kinds import SEARCHED
from atlas_ld.release.stemming import stems
from atlas_ld.release.writing.entity_graph import EntityGraph
from atlas_ld.vocabulary import ATLAS, SKOS

_OTHER_NAMES = frozenset(map(str, (SKOS.altLabel, ATLAS.inseeCode, ATLAS.sirenCode)))
"""Properties that say what people look a thing up by besides its label."""


@dataclass(frozen=True)
class Entry:
    """What is indexed of one entity: its label, other names (people search by them), and longer texts.

    `names` and `texts` have one name or text a line. The stems are those of the label, and of all else.
    """

    iri: str
    kind: str
    label: str
    names: str
    texts: str
    label_stems: str
    stems: str


def entry(iri: str, kind: str, label: str, names: str = "", texts: str = "") -> Entry:
    """An entry with its stems."""
    return Entry(iri, kind, label, names, texts, stems(label), stems(f"{names}\n{texts}"))


def entry_of(things: EntityGraph, iri: str, written: Sequence[str] = ()) -> Entry | None:
    """What to index of an entity: its label, its other names, the labels of what it links to, and its texts; None
    where it has no label or is of a kind that nobody looks for.

    Other names are the alternative labels, its codes, and those that are `written` for it where it takes part.
    """
    kind = things.kind(iri)
    label, *more = things.names(iri) or [""]
    if not label or kind not in SEARCHED:
        return None
    others, texts, links = list(written), [], []
    for subject, thing in things.subjects(iri).items():  # parts too: they are found through the whole
        for property_, values in thing.items():
            links += [value for value, language in values if language is None]
            if property_ in _OTHER_NAMES:
                others += [value for value, language in values if language is not None]
            elif not (property_ in LABELS and subject == iri):
                texts += [value for value, language in values if language]
    linked = {name for link in dict.fromkeys(links) if _names(things, link, iri) for name in things.names(link)}
    names = dict.fromkeys(name for name in (*more, *sorted(others), *sorted(linked)) if name != label)
    return entry(iri, kind, label, "\n".join(names), "\n".join(texts))


def _names(things: EntityGraph, link: str, iri: str) -> bool:
    """Whether people look for a thing by what it links to. Not by its source: that is the same for thousands."""
    return link != iri and "#" not in link and things.kind(link) != "source"
