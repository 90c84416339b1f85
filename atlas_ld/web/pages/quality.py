"""What was found in the data, for people: the release's quality.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from atlas_ld.errors import ReleaseError
from atlas_ld.web.publication import Publication


@lru_cache(maxsize=4)
def report(publication: Publication) -> Mapping[str, Any]:
    """quality.json, as `pipeline` writes it: counts, by_code, quarantined, published, unreadable."""
    path = publication.release.path / "quality.json"
    try:
        found: Mapping[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{path} is missing or damaged; build the release again.") from error
    return found


def remarks_on(publication: Publication, key: str, language: str) -> Mapping[str, int]:
    """What was found on one published partnership, worst first: each remark, and how many times it was made."""
    rank = {"violation": 0, "warning": 1, "info": 2}
    found: list[Mapping[str, Any]] = report(publication).get("published", {}).get(key, [])
    return Counter(finding[language] for finding in sorted(found, key=lambda f: rank.get(f["severity"], 3)))
