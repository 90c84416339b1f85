"""Records to RDF and back.

fields        the table of plain fields: record attribute <-> property, written and read from one row
types         the classes of a thing: its own and all above it, from the ontology
entities      what partnerships share: organisations, territories, posts, themes, sources
partnership   one record and its resolution -> triples
reading       triples -> the record
"""

from atlas_ld.mapping.partnership import Mapped, elapsed, map_partnership
from atlas_ld.mapping.reading import read_partnership

__all__ = ["Mapped", "elapsed", "map_partnership", "read_partnership"]
