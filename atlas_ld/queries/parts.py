"""Queries with parts: the lines between `#if ?country` and `#end` stand only where `?country` is bound, those between
`#unless ?country` and `#end` only where things without a country are asked for.

Other parts come from the caller, and stand at the line `#properties`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from atlas_ld.queries import Binding, Query

_PART = re.compile(r"^[ \t]*#(if|unless) \?(\w+)[ \t]*\n(.*?)^[ \t]*#end[ \t]*\n", re.MULTILINE | re.DOTALL)
_PROPERTIES = re.compile(r"^([ \t]*)#properties[ \t]*\n", re.MULTILINE)


def selecting(
    query: Query, bindings: Mapping[str, Binding], patterns: Mapping[str, str], missing: Collection[str] = ()
) -> str:
    """SPARQL of a query with the parts of what is bound, and with these terms. It relies on the usual prefixes.

    `patterns` are triple patterns by the variable that they are for; `missing` are the variables that the rows must
    have no value for. Raises ValueError for a variable of no part.
    """
    stands = {"if": bindings, "unless": missing}
    wanted = [pattern for name, pattern in patterns.items() if name in bindings]
    wanted += [f"FILTER NOT EXISTS {{ {pattern} }}" for name, pattern in patterns.items() if name in missing]
    kept = _PART.sub(lambda match: match[3] if match[2] in stands[match[1]] else "", query.text)
    kept = _PROPERTIES.sub(lambda match: "".join(f"{match[1]}{pattern}\n" for pattern in wanted), kept)
    known = {**dict.fromkeys(patterns, ""), **query.bindings}
    return replace(query, text=kept, bindings=known).bound(bindings)
