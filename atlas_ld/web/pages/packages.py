"""What the tables hold, for programs: CSV on the Web (https://www.w3.org/TR/tabular-metadata/) beside each file in CSV,
a Frictionless Data Package (https://specs.frictionlessdata.io/) of all files, and an RO-Crate of the release."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from flask import Response

from atlas_ld.media import CSV, CSVM, JSON, JSONLD, XLSX
from atlas_ld.release.tables import JOIN, Column, columns, tabled
from atlas_ld.vocabulary import XSD
from atlas_ld.web.http.responses import Link, answer
from atlas_ld.web.http.routes import Routes
from atlas_ld.web.pages.downloads import Download, downloads
from atlas_ld.web.publication import Publication, current_publication
from atlas_ld.web.rendering.display import list_title
from atlas_ld.web.text.i18n import LANGUAGES, t, translate

_CSVW_TYPES = {
    str(XSD.decimal): "decimal",
    str(XSD.integer): "integer",
    str(XSD.gYear): "gYear",
    str(XSD.gYearMonth): "gYearMonth",
    str(XSD.date): "date",
    str(XSD.boolean): "boolean",
}
_FRICTIONLESS_TYPES = {"decimal": "number", "gYear": "year", "gYearMonth": "yearmonth"}


def blueprint() -> Routes:
    """The metadata of each table, and the package."""
    made = Routes("packages", __name__)
    made.get(
        f"/download/<any({', '.join(tabled())}):name>.csv-metadata.json",
        fr="Colonnes d’un tableau CSV : types, sens, liens (CSV on the Web)",
        en="Columns of a CSV table: types, meaning, links (CSV on the Web)",
        formats=(CSVM,),
        memento=True,
    )(table)
    made.get(
        "/download/datapackage.json",
        fr="Tous les fichiers et les colonnes des tableaux (Frictionless Data Package)",
        en="All files, and the columns of the tables (Frictionless Data Package)",
        formats=(JSON,),
        memento=True,
    )(package)
    made.get(
        "/download/ro-crate-metadata.json",
        fr="La version et ses fichiers comme objet de recherche (RO-Crate 1.1)",
        en="The release and its files as a research object (RO-Crate 1.1)",
        formats=(JSONLD,),
        memento=True,
    )(crate)
    return made


def table(name: str) -> Response:
    """Where CSVW's clients look: the address of the file and `-metadata.json`."""
    publication = current_publication()
    describes = Link(f"{publication.iris.base}download/{name}.csv", "describes", CSV.media_type)
    return answer(partial(_dump, _csvw(publication, name)), CSVM, links=[describes], vary=())


def package() -> Response:
    """The graph in each format and the tables as CSV: the other files hold the same, compressed or as workbooks."""
    publication = current_publication()
    return answer(partial(_dump, _package(publication)), JSON, vary=())


def crate() -> Response:
    """The same files in schema.org's words: a folder with them and this file is an RO-Crate."""
    publication = current_publication()
    return answer(partial(_dump, _crate(publication)), JSONLD, vary=())


def _dump(described: dict[str, Any]) -> str:
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _csvw(publication: Publication, name: str) -> dict[str, Any]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{name}.csv",
        "dc:title": {language: f"{translate('base.site', language)}: {name}" for language in LANGUAGES},
        "dc:description": {language: translate("packages.table", language) for language in LANGUAGES},
        "dc:license": {"@id": publication.settings.license},
        "dc:isPartOf": {"@id": publication.iris.base},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ","},
        "tableSchema": {
            "columns": [_csvw_column(column) for column in columns(name, publication.model)],
            "primaryKey": "iri",
            "aboutUrl": "{+iri}",
        },
    }


def _csvw_column(column: Column) -> dict[str, Any]:
    """`titles` is the head of the column in the file, by which validators know it."""
    described: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:title": {"fr": column.title.fr, "en": column.title.en},
        "datatype": _datatype(column),
    }
    if column.name == "iri":
        return described | {"required": True, "suppressOutput": True}
    if column.field is None:
        return described
    described["dc:description"] = {"fr": column.field.description.fr, "en": column.field.description.en}
    if column.field.many:
        described["separator"] = JOIN
    if column.field.datatype is None and not column.iris:  # a label for people; the IRI beside it is the value
        return described | {"suppressOutput": True}
    described["propertyUrl"] = column.field.path
    if column.iris:
        described["valueUrl"] = f"{{+{column.name}}}"
    if column.field.languages:
        described["lang"] = "fr"
    return described


def _datatype(column: Column) -> str:
    if column.iris or column.name == "iri":
        return "anyURI"
    return _CSVW_TYPES.get((column.field.datatype if column.field else "") or "", "string")


def _package(publication: Publication) -> dict[str, Any]:
    settings, release = publication.settings, publication.release.manifest
    return {
        "profile": "data-package",
        "name": "atlas-ld",
        "id": publication.iris.base,
        "title": t("base.tagline"),
        "homepage": publication.iris.base,
        "version": release.id,
        "created": f"{release.issued.isoformat()}T00:00:00Z",
        "licenses": [{"path": settings.license, "title": t("base.licence")}],
        "contributors": [{"title": settings.publisher, "role": "publisher"}],
        "resources": [_resource(publication, file) for file in _files(publication)],
    }


def _crate(publication: Publication) -> dict[str, Any]:
    """https://www.researchobject.org/ro-crate/specification/1.1/"""
    settings, release, base = publication.settings, publication.release.manifest, publication.iris.base
    files = [_file(file) for file in _files(publication)]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{t('base.tagline')} ({release.id})",
        "description": t("home.lead"),
        "identifier": f"{base}releases/{release.id}/",
        "url": base,
        "version": release.id,
        "datePublished": release.issued.isoformat(),
        "license": {"@id": settings.license},
        "publisher": {"@id": f"{base}about#publisher"},
        "hasPart": [{"@id": file["@id"]} for file in files],
    }
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    licence = {"@id": settings.license, "@type": "CreativeWork", "name": t("base.licence"), "url": settings.license}
    contact = {"@id": f"mailto:{settings.contact}", "@type": "ContactPoint", "email": settings.contact}
    publisher = {
        "@id": f"{base}about#publisher",
        "@type": "Organization",
        "name": settings.publisher,
        "url": base,
        "contactPoint": {"@id": contact["@id"]},
    }
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [about, root, licence, publisher, contact, *files],
    }


def _file(file: Download) -> dict[str, Any]:
    described = {"@id": file.name, "@type": "File", "name": file.name, "contentSize": str(file.bytes)}
    if file.format:
        described["encodingFormat"] = file.format.media_type
    return described | {"identifier": f"sha256:{file.sha256}"}


def _files(publication: Publication) -> list[Download]:
    return [file for file in downloads(publication) if not file.gzipped and file.format is not XLSX]


def _resource(publication: Publication, file: Download) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": file.name.lower(),
        "path": file.name,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "format": file.name.rpartition(".")[2],
    }
    if file.format:
        described["mediatype"] = file.format.media_type
    if file.format is not CSV or file.stem not in tabled():
        return described
    return described | {
        "profile": "tabular-data-resource",
        "title": list_title(file.stem),
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in columns(file.stem, publication.model)],
            "primaryKey": "iri",
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    """Several values in one cell are a text."""
    datatype = _datatype(column)
    many = column.field is not None and column.field.many
    field: dict[str, Any] = {"name": column.name, "title": column.title.fr, "type": "string"}
    if column.field is not None:
        field |= {"description": column.field.description.fr, "rdfType": column.field.path}
    if datatype == "anyURI":
        return field if many else field | {"format": "uri"}
    return field if many else field | {"type": _FRICTIONLESS_TYPES.get(datatype, datatype)}
