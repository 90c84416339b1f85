"""What the sites of the tests serve."""

from __future__ import annotations

import pytest
from flask import Flask

from atlas_ld.web.publication import Publication


@pytest.fixture
def publication(extremes: Flask) -> Publication:
    """That of the extremes."""
    found: Publication = extremes.extensions["atlas"]
    return found


@pytest.fixture
def demonstration_publication(demonstration_site: Flask) -> Publication:
    """That of the demonstration."""
    found: Publication = demonstration_site.extensions["atlas"]
    return found
