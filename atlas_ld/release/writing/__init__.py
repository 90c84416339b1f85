"""How a release is written, and what it takes over from the release before.

writer          the steps of writing, the check and the switch
entities        the unit of a release: a subject with its parts
entity_graph    what is said of things, for the rows of lists and search
chunks, pieces  entities cut into chunks, and what is made of each
concatenation   files that are joined from pieces
dumps           RDF dumps
downloads       dumps and tables, joined from new and old pieces
rows            what one entity gives to the indexes: its entries and facet_rows
indexes         search_file and facet_file, whole or with what has changed
store           Oxigraph, whole or with what has changed
following       what a release takes over from the one before; nothing else here knows of it
ledger          what a release notes for the next one
"""
