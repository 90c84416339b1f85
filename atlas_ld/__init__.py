"""atlas-ld: from the pages of the French atlas of decentralised cooperation to a published knowledge graph."""

__version__ = "0.1.0"
