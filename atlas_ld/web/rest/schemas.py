"""What the answers of /api/v1 look like (JSON Schema 2020-12), from the fields that the shapes give."""

from __future__ import annotations

from typing import Any

from atlas_ld.model import Field, Model
from atlas_ld.release.kinds import LISTS
from atlas_ld.vocabulary import RDF, XSD
from atlas_ld.web.rest.resources import ALWAYS

_LANG_STRING = str(RDF.langString)
_JSON_TYPES = {str(XSD.integer): "integer", str(XSD.boolean): "boolean"}
_IRI = {"type": "string", "format": "iri"}


def item_name(name: str) -> str:
    """The schema of an item of a list: `partnerships` -> `PartnershipsItem`."""
    return f"{name.capitalize()}Item"


def list_name(name: str) -> str:
    return f"{name.capitalize()}Page"


def schemas(model: Model) -> dict[str, dict[str, Any]]:
    """Every schema by its name."""
    found = {"Lists": _LISTS}
    for name in LISTS:
        found[item_name(name)] = _item(model, name)
        found[list_name(name)] = _page(name)
    return found


def _item(model: Model, name: str) -> dict[str, Any]:
    classes = [class_ for class_ in model.classes if class_.iri in LISTS[name].classes]
    fields: dict[str, Any] = {"id": _IRI, "type": {"type": "array", "items": {"type": "string"}, "minItems": 1}}
    for field in (field for class_ in classes for field in class_.fields):
        fields.setdefault(model.terms[field.path], _field(field, many=_many(model, field)))
    return {"type": "object", "required": list(ALWAYS), "properties": fields}


def _many(model: Model, field: Field) -> bool:
    """Whether the context makes it an array: where it may repeat in any class."""
    return any(other.many for other in model.fields_by_path[field.path])


def _field(field: Field, *, many: bool) -> dict[str, Any]:
    value: dict[str, Any]
    if field.datatype is None:
        value = {"anyOf": [_IRI, {"type": "object"}]}
    elif field.datatype == _LANG_STRING:
        tagged = {"type": "object", "required": ["@value"]}
        value = {"anyOf": [{"type": "string"}, tagged]}
    else:
        plain = {"type": _JSON_TYPES.get(field.datatype, "string")}
        value = {"anyOf": [plain, {"type": "object", "required": ["@value"]}]}
    described = {"title": field.name.en, "description": field.description.en}
    return {"type": "array", "items": value, **described} if many else {**value, **described}


def _page(name: str) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": ["list", "release", "dataLicense", "total", "coverage", "next", "items"],
        "properties": {
            "list": {"const": name},
            "release": {"type": "string"},
            "dataLicense": _IRI,
            "total": {**count, "description": "Rows of the selection, on all pages"},
            "coverage": {
                "type": "object",
                "additionalProperties": count,
                "description": "Of how many of them a value is documented, by facet",
            },
            "next": {"type": ["string", "null"], "description": "Address of the next page"},
            "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{item_name(name)}"}},
        },
    }


_LISTS: dict[str, Any] = {
    "type": "object",
    "required": ["release", "dataLicense", "lists"],
    "properties": {
        "release": {"type": "string"},
        "dataLicense": _IRI,
        "lists": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "href", "total", "filters", "sorts", "fields"],
                "properties": {
                    "name": {"enum": list(LISTS)},
                    "href": _IRI,
                    "total": {"type": "integer", "minimum": 0},
                    "filters": {"type": "array", "items": {"type": "string"}},
                    "sorts": {"type": "array", "items": {"type": "string"}},
                    "fields": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}
