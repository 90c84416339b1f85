"""A publication of extremes, built once: hostile texts, crowds, nothing at all, long lists, a record held back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from atlas_ld import pipeline
from atlas_ld.config import Settings
from atlas_ld.records import Funding, Origin, Participant, PartnershipRecord, ThemeChoice
from atlas_ld.release.layout import Release
from atlas_ld.web import create_app
from atlas_ld.web.publication import open_publication
from tests.web.serving import Server, serving

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \" ' & «"
LONG_WORD = "Anticonstitutionnellement" * 8
ORIGIN = Origin(title="Registre inventé", address="https://registre.example/1", retrieved=date(2026, 1, 2))
BREST = Participant(name="Brest métropole", role="french-authority", kind="metropole")
RIMOUSKI = Participant(name="Ville de Rimouski", role="foreign-partner", country="Canada")
PAGE_SIZE = 10


def records() -> dict[str, PartnershipRecord]:
    """The records of the extremes, by a short name."""
    crowd = tuple(
        Participant(name=f"Association {n} {LONG_WORD}", role="foreign-partner", country="Sénégal") for n in range(40)
    )
    return {
        "hostile": PartnershipRecord(
            identifier="hostile",
            title=SCRIPT,
            start_year=2020,
            context=f"{SCRIPT}\n\nhttps://exemple.example/{LONG_WORD}",
            keywords=(SCRIPT,),
            participants=(
                Participant(name=SCRIPT, role="french-authority"),
                Participant(name=SCRIPT, role="foreign-partner", country=SCRIPT),
            ),
            funding=(Funding(funder=SCRIPT, year=2020), Funding(funder="Ville sans montant")),
            posts=(SCRIPT,),
            origins=(Origin(title=SCRIPT, address="https://registre.example/%22onload=%22x"),),
        ),
        "crowd": PartnershipRecord(
            identifier="crowd",
            title=("Un titre de deux cent cinquante caractères " * 6)[:250],
            start_year=1999,
            end_date=date(2001, 1, 1),
            status="under-way",
            main_theme=("Economie durable", "Attractivité des territoires", "Entreprises"),
            other_themes=(ThemeChoice(path=("Un thème inconnu",), priority=2),),
            participants=(BREST, *crowd),
            funding=tuple(
                Funding(funder="Région Bretagne", amount=Decimal("1000.5"), year=year) for year in range(2000, 2012)
            ),
            origins=(ORIGIN,),
        ),
        "bare": PartnershipRecord(
            identifier="bare",
            title="Presque rien",
            undocumented=("partners", "funding", "texts", "follow-up"),
            origins=(ORIGIN,),
        ),
        "unfunded": PartnershipRecord(
            identifier="unfunded",
            title="Sans argent",
            start_year=2010,
            participants=(BREST, RIMOUSKI),
            origins=(ORIGIN,),
        ),
        "untitled": PartnershipRecord(
            identifier="untitled", start_year=2010, participants=(BREST, RIMOUSKI), origins=(ORIGIN,)
        ),
        **{
            f"twin-{n:02}": PartnershipRecord(
                identifier=f"twin-{n:02}",
                title=f"Jumelage numéro {n}",
                start_year=1950 + n,
                participants=(BREST, RIMOUSKI),
                origins=(ORIGIN,),
            )
            for n in range(1, 26)
        },
    }


@pytest.fixture(scope="session")
def extremes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The site of the extremes, ten rows a page."""
    folder = tmp_path_factory.mktemp("extremes")
    data = folder / "records"
    data.mkdir()
    for name, record in records().items():
        (data / f"{name}.json").write_text(record.to_json(), encoding="utf-8")
    settings = Settings(releases=folder / "releases", page_size=PAGE_SIZE)
    pipeline.build([data], settings, day=date(2026, 11, 23))
    yield from _served(settings)


@pytest.fixture(scope="session")
def demonstration_site(demonstration: Release) -> Iterator[Flask]:
    """The site of the demonstration data."""
    yield from _served(Settings(releases=demonstration.path.parent))


class _Client(FlaskClient):
    """Reads each response to its end and closes it, as a server does: else the files of downloads stay open."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"buffered": True, **kwargs})


@pytest.fixture(scope="session")
def history_site(history: list[Release]) -> Iterator[Flask]:
    """The site of the newest release of `history`, which keeps the two before it."""
    yield from _served(Settings(releases=history[0].path.parent))


@pytest.fixture
def history_client(history_site: Flask) -> FlaskClient:
    return history_site.test_client()


def _served(settings: Settings) -> Iterator[Flask]:
    publication = open_publication(settings)
    app = create_app(publication)
    app.testing = True
    app.test_client_class = _Client
    yield app
    publication.service.close()


@pytest.fixture
def client(extremes: Flask) -> FlaskClient:
    """A client of the site of the extremes that, like curl, accepts anything."""
    return extremes.test_client()


@pytest.fixture
def demonstration_client(demonstration_site: Flask) -> FlaskClient:
    return demonstration_site.test_client()


@pytest.fixture(scope="session")
def live(demonstration: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration data behind a real server, as one behind a proxy that it trusts."""
    settings = Settings(releases=demonstration.path.parent, trusted_proxies=1, workers=2)
    with serving(settings, tmp_path_factory.mktemp("live") / "log") as server:
        yield server
