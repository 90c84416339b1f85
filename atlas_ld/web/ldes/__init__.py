"""/ldes: everything that changed from one kept release to the next, as a Linked Data Event Stream (LDES 1.0).

stream   the stream, its pages and their members, as quads
views    /ldes and its pages
"""
