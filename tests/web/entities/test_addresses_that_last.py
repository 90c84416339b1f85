"""Addresses that were published once answer still: tests/data/iris-of-version-1.txt has those of every entity of the
demonstration as the first version built it."""

from __future__ import annotations

from collections import Counter

import pytest
from flask.testing import FlaskClient

from atlas_ld.resources import root


def test_every_address_of_the_first_version_answers_leads_on_or_says_why_not(demonstration_client: FlaskClient) -> None:
    old = (root() / "tests" / "data" / "iris-of-version-1.txt").read_text("utf-8").split()
    assert len(old) > 2000
    answers: Counter[str] = Counter()
    for address in old:
        answer = demonstration_client.get(f"/id/{address}", headers={"Accept": "text/turtle"})
        if answer.status_code == 308:
            there = demonstration_client.get(answer.headers["Location"], headers={"Accept": "text/turtle"})
            assert there.status_code == 303, f"{address} leads to nothing"
            answers["leads on"] += 1
        elif answer.status_code == 410:
            assert answer.get_json(force=True)["detail"], address
            answers["says why not"] += 1
        else:
            assert answer.status_code == 303, f"{address} answers {answer.status_code}"
            answers["answers"] += 1
    assert answers["answers"] > 2000
    assert answers["leads on"] > 0


SAID = "This address does not change: cite it."


@pytest.mark.parametrize(
    ("kind", "is_said"), [("partnership", True), ("funding", True), ("organisation", True), ("source", False)]
)
def test_a_page_says_that_its_address_does_not_change_where_it_does_not(
    demonstration_client: FlaskClient, kind: str, is_said: bool
) -> None:
    """tests/keys and test_histories.py hold that it is true."""
    old = (root() / "tests" / "data" / "iris-of-version-1.txt").read_text("utf-8").split()
    key = next(one for one in old if one.startswith(f"{kind}/")).partition("/")[2]
    page = demonstration_client.get(f"/doc/{kind}/{key}.html?lang=en").text
    assert (SAID in page) == is_said


def test_without_a_register_no_page_of_a_partnership_says_so(client: FlaskClient) -> None:
    assert SAID not in client.get("/doc/partnership/crowd.html?lang=en").text
