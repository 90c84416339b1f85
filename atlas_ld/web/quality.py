"""What was found in the data, for people: the release's quality.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from atlas_ld.errors import ReleaseError
from atlas_ld.web.publication import Publication


@lru_cache(maxsize=4)
def report(opened: Publication) -> Mapping[str, Any]:
    """quality.json, as `pipeline` writes it: counts, by_code, quarantined, published, unreadable."""
    path = opened.release.path / "quality.json"
    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path} is missing or damaged; build the release again.") from error
    return found


def remarks_on(opened: Publication, key: str) -> list[Mapping[str, Any]]:
    """Findings on one published partnership, worst first."""
    rank = {"violation": 0, "warning": 1, "info": 2}
    found: list[Mapping[str, Any]] = report(opened).get("published", {}).get(key, [])
    return sorted(found, key=lambda finding: rank.get(finding["severity"], 3))
