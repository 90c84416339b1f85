"""SPARQL 1.1 engines elsewhere: a release is put into one, and checked there. The only door to SPARQLWrapper.

engine       one engine: queries, updates, the Graph Store Protocol, and what its failures mean
publishing   a release into a graph of its own, checked by pages, then served by one update
pages        the triples of a release in portions, and the comparison of a portion with what the engine holds
"""

from atlas_ld.remote.engine import Addresses, Engine
from atlas_ld.remote.publishing import Outcome, Published, publish, published, release_graph

__all__ = ["Addresses", "Engine", "Outcome", "Published", "publish", "published", "release_graph"]
