"""How a release is read.

dump          what is said of one thing, from the canonical dump
store         bounded reads of our own on the open store
description   the document of an entity
facets        which rows of a list have which values
search        the full-text index
history       the releases that are kept, and what changed from one to the next
"""
