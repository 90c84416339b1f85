"""What was found in the data, for people: the release's quality.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from atlas_ld.web.publication import Publication


def remarks_on(publication: Publication, key: str, language: str) -> Mapping[str, int]:
    """What was found on one published partnership, worst first: each remark, and how many times it was made."""
    rank = {"violation": 0, "warning": 1, "info": 2}
    found: list[Mapping[str, Any]] = publication.quality.get("published", {}).get(key, [])
    return Counter(finding[language] for finding in sorted(found, key=lambda f: rank.get(f["severity"], 3)))
