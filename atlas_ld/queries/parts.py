"""Queries with parts: the lines between `#if ?country` and `#end` stand only where `?country` is bound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from atlas_ld.queries import Binding, Query

_PART = re.compile(r"^[ \t]*#if \?(\w+)[ \t]*\n(.*?)^[ \t]*#end[ \t]*\n", re.MULTILINE | re.DOTALL)


def selecting(query: Query, bindings: Mapping[str, Binding]) -> str:
    """SPARQL of a query with the parts of what is bound, and with these terms. It relies on the usual prefixes."""
    kept = _PART.sub(lambda match: match[2] if match[1] in bindings else "", query.text)
    return replace(query, text=kept).bound(bindings)
