"""How long the site takes for each kind of page: `python -m bench.pages --releases DIR` on a release of any size.

In this process, without network: from the request to the last byte of the page, the median of several, the first
request (which fills what is kept) apart. Pages are those that cost most of their kind: the country, region and theme
with most partnerships, the longest list.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from flask.testing import FlaskClient

from atlas_ld.config import Settings
from atlas_ld.web import create_app
from atlas_ld.web.publication import Publication, open_publication

_HEADERS = {"Accept": "text/html", "Accept-Language": "fr"}


def addresses(opened: Publication) -> Iterator[str]:
    """An address of each kind of page."""
    facets = opened.facets
    most = {
        name: max(values, key=lambda key: values[key].bit_count())
        for name in ("country", "region", "departement", "theme")
        if (values := facets.facet("partnerships", name))
    }
    partnership = facets.iris(
        "partnerships", facets.ordered("partnerships", facets.everything("partnerships"), "-amount")
    )
    organisation = facets.iris("organisations", facets.ordered("organisations", facets.everything("organisations"),
                                                               "-partnerships"))  # fmt: skip
    last = -(-facets.everything("partnerships").bit_count() // opened.settings.page_size)
    yield from ("/", "/partnerships", f"/partnerships?page={last}&sort=-amount", "/partnerships?q=eau")
    yield f"/partnerships?country={most['country']}&theme={most['theme']}"
    yield f"/partnerships?q=eau&country={most['country']}&decade=2010&status=under-way"
    yield from ("/territories", "/organisations", "/themes", "/funding", f"/funding?country={most['country']}")
    yield from ("/map", f"/map?country={most['country']}")
    yield from (f"/doc/territory/{most[name]}" for name in ("country", "region", "departement"))
    yield f"/doc/theme/{most['theme']}"
    yield f"/doc/{'/'.join(opened.iris.split(partnership[0]) or ())}"
    yield f"/doc/{'/'.join(opened.iris.split(organisation[0]) or ())}"
    yield from ("/doc/code/status-under-way", "/quality", "/releases")


def timed(client: FlaskClient, address: str) -> float:
    """Milliseconds of one request. Raises SystemExit for an answer that is no page."""
    start = perf_counter()
    response = client.get(address, headers=_HEADERS)
    if response.status_code != 200 or not response.data:
        raise SystemExit(f"{address} answers {response.status_code}")
    return 1000 * (perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--releases", type=Path, default=Path("releases"))
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args()
    opened = open_publication(Settings(releases=given.releases))
    client = create_app(opened).test_client()
    print(f"{'median':>8} {'min':>8} {'max':>8} {'first':>8}  ms")
    for address in addresses(opened):
        first, *later = (timed(client, address) for _ in range(given.repeats + 1))
        print(f"{statistics.median(later):8.0f} {min(later):8.0f} {max(later):8.0f} {first:8.0f}  {address}")
    opened.service.close()


if __name__ == "__main__":
    main()
