"""Random queries over random graphs of difficult terms.
`python -m tests.sparql.columns.differences 100000` asks more."""

from __future__ import annotations

import pytest

from tests.sparql.columns.differences import Tally, differences

QUERIES = 1500


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_columns_answer_is_what_oxigraph_answers(seed: int) -> None:
    tally = Tally()
    assert list(differences(QUERIES, seed, tally)) == []
    assert tally.answered > QUERIES / 5
    assert tally.rows > QUERIES
