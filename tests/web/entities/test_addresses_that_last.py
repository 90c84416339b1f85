"""Addresses that were published once answer still: tests/data/iris-of-version-1.txt has those of every entity of the
demonstration as the first version built it."""

from __future__ import annotations

from collections import Counter

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
