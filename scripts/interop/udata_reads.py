"""What udata, the software of data.gouv.fr, makes of a catalogue: its own parser, on a database in memory.

Runs in an environment of its own, which has `udata` and `mongomock` (`run.py` makes it). Takes a file in Turtle,
RDF/XML or JSON-LD and prints one JSON object. What is not in the file is not fetched.
"""

from __future__ import annotations

import json
import logging
import socket
import sys

import mongomock
from rdflib import Graph
from udata import settings
from udata.app import create_app
from udata.core.dataset.models import Dataset
from udata.core.dataset.rdf import dataset_from_rdf
from udata.core.organization.models import Organization
from udata.models import License


class Settings(settings.Defaults, settings.Testing):
    MONGODB_SETTINGS = {  # noqa: RUF012  # as udata's own settings are written
        "host": "mongodb://localhost/udata",
        "mongo_client_class": mongomock.MongoClient,
        "uuidRepresentation": "standard",
    }
    SECRET_KEY = API_TOKEN_SECRET = SECURITY_PASSWORD_SALT = "of this run alone, and secret from nobody"


def refuse(*_: object) -> None:
    raise OSError("a harvester that has the catalogue has to fetch nothing more")


def main(path: str, licence: str) -> None:
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    with create_app(Settings).app_context():
        License(id="lov2", title="Licence Ouverte", url=licence).save()
        owner = Organization(name="Moissonneur", description="Une organisation inventée").save()
        socket.socket.connect = refuse  # type: ignore[method-assign, assignment]
        dataset = dataset_from_rdf(Graph().parse(path), Dataset(organization=owner))
        period = dataset.temporal_coverage
        found = {
            "identifier": dataset.harvest.dct_identifier,
            "title": dataset.title,
            "tags": list(dataset.tags),
            "frequency": dataset.frequency and dataset.frequency.id,
            "licence": dataset.license and dataset.license.id,
            "modified": str(dataset.harvest.modified_at),
            "spatial": dataset.spatial and dataset.spatial.geom["type"],
            "temporal": period and [str(period.start), str(period.end)],
            "contacts": [[one.name, one.email, one.role] for one in dataset.contact_points],
            "resources": [
                [one.title, one.format, one.mime, one.filesize, one.checksum and one.checksum.type]
                for one in dataset.resources
            ],
        }
        print(json.dumps(found, ensure_ascii=False))


main(*sys.argv[1:])
