"""A client of /api/v1 in one file, with the standard library alone.

    python examples/atlas_client.py http://localhost:8000/ --country country-sn

prints the partnerships with a country, and of how many of them funding is documented.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Partnership(TypedDict, total=False):
    """The fields that this program asks for; one that is not documented is absent."""

    id: str
    type: Sequence[str]
    title: str
    startYear: str


@dataclass(frozen=True)
class Page:
    """One page of a list: how many rows the selection has in all, of how many of them a facet is documented."""

    total: int
    coverage: Mapping[str, int]
    items: Sequence[Partnership]
    next: str | None


@dataclass(frozen=True)
class Atlas:
    """The API of a site, such as http://localhost:8000/."""

    base: str

    def page(self, address: str) -> Page:
        """Raises urllib.error.HTTPError, whose body says what was wrong."""
        request = Request(address, headers={"Accept": "application/json"})
        with urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return Page(found["total"], found["coverage"], found["items"], found["next"])

    def partnerships(self, **filters: str) -> Iterator[Page]:
        """Every page of a selection: follow `next` as it is, until there is none."""
        query = urlencode({"fields": "title,startYear", **filters})
        address: str | None = f"{self.base}api/v1/partnerships?{query}"
        while address:
            page = self.page(address)
            yield page
            address = page.next


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Partnerships of an Atlas-LD site, by its API.")
    parser.add_argument("base", help="address of the site, with a slash at its end")
    parser.add_argument("--country", default="country-sn", help="key of a country, such as country-sn")
    options = parser.parse_args(arguments)
    pages = list(Atlas(options.base).partnerships(country=options.country))
    for partnership in (item for page in pages for item in page.items):
        print(partnership.get("startYear", "????"), partnership.get("title", partnership["id"]))
    documented = pages[0].coverage.get("funder", 0)
    print(f"{pages[0].total} partnerships; the funder of {documented} is documented, which says nothing of the others.")


if __name__ == "__main__":
    main(sys.argv[1:])
