"""A class and those around it, laid out for an SVG: what links to it on the left, what it links to on the right."""

from __future__ import annotations

from dataclasses import dataclass

from atlas_ld.model import ClassModel, Field, Model
from atlas_ld.vocabulary import SKOS

_WIDTH, _BOX, _HEIGHT, _GAP = 900, 230, 34, 12


@dataclass(frozen=True)
class Box:
    """A class at (x, y), the upper left corner, in the diagram's own units."""

    class_: ClassModel
    x: float
    y: float
    width: float = _BOX
    height: float = _HEIGHT


@dataclass(frozen=True)
class Arrow:
    """A line from a box's edge to another's, and the fields that it stands for."""

    x1: float
    y1: float
    x2: float
    y2: float
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Diagram:
    """Boxes and arrows; `width` and `height` are those of the view box."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def links(model: Model, class_: ClassModel) -> dict[str, list[Field]]:
    """IRI of each class that a class links to, itself left out -> the fields that do."""
    found: dict[str, list[Field]] = {}
    for field in class_.fields:
        target = model.of([str(SKOS.Concept)] if field.scheme else field.classes)
        if target is not None and target is not class_:
            found.setdefault(target.iri, []).append(field)
    return found


def diagram(model: Model, centre: ClassModel) -> Diagram:
    """The diagram of one class."""
    outgoing = links(model, centre)
    incoming = {
        class_.iri: found[centre.iri]
        for class_ in model.classes
        if class_ is not centre and centre.iri in (found := links(model, class_))
    }
    by_iri = {class_.iri: class_ for class_ in model.classes}
    rows = max(len(outgoing), len(incoming), 1)
    height = rows * (_HEIGHT + _GAP) + _GAP
    middle = Box(centre, (_WIDTH - _BOX) / 2, (height - _HEIGHT) / 2)
    left = _column([by_iri[iri] for iri in incoming], 2, height)
    right = _column([by_iri[iri] for iri in outgoing], _WIDTH - _BOX - 2, height)
    at = middle.y + _HEIGHT / 2
    arrows = [
        Arrow(box.x + _BOX, box.y + _HEIGHT / 2, middle.x, at, tuple(incoming[box.class_.iri])) for box in left
    ] + [Arrow(middle.x + _BOX, at, box.x, box.y + _HEIGHT / 2, tuple(outgoing[box.class_.iri])) for box in right]
    return Diagram(_WIDTH, height, (middle, *left, *right), tuple(arrows))


def _column(classes: list[ClassModel], x: float, height: float) -> list[Box]:
    top = (height - len(classes) * (_HEIGHT + _GAP) + _GAP) / 2
    return [Box(class_, x, top + number * (_HEIGHT + _GAP)) for number, class_ in enumerate(classes)]
