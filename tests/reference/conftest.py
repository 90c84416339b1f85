from __future__ import annotations

import pytest

from atlas_ld.reference.gazetteer import Gazetteer


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()
