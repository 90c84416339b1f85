"""/api/v1: the lists and what is in them as plain JSON, which the site's JSON-LD context turns into RDF.

resources   an entity as JSON, and how much of a selection is documented
cursors     where a page of a list begins, as an opaque text
schemas     what the answers look like, as JSON Schema, from the model
views       /api/v1
"""
