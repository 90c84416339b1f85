"""What a candidate changes, told before it is published: by record and field, with values.

records   the changes of each record, key changes and removals first
wording   values, fields and kinds in words, in one language
text      the changes for a terminal
files     the changes as CSV and RDF
notes     release notes drafted from them, as Markdown
"""

from __future__ import annotations

from atlas_ld.comparison.records import Comparison, compare_records

__all__ = ["Comparison", "compare_records"]
