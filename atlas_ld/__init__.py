"""atlas-ld: from the pages of the French atlas of decentralised cooperation to a published knowledge graph.

errors, findings     problems in the program (exceptions) and in the data (values)
vocabulary, media    terms and prefixes; formats and their negotiation
iris, rdf            keys and IRIs of entities; RDF terms and their writing
config, processes    settings, as one table; work shared between processes
records, countries   the record: one partnership as one source tells it; names of countries
resources, hierarchy  the files that ship with atlas-ld; the classes above and below a class, from these
themes               the tree of themes, from these
privacy              personal data found and taken out
jsonld, catalogue    JSON-LD by our own context; DCAT and VoID
quality              how good the data are, in figures that can be checked
comparison, review   what a candidate changes, record by record; what is doubtful, for a steward to decide
cli, tabular         the command line; results as a table in a terminal

sources, reference, mapping, model, validation, queries, release, sparql, remote, web, pipeline   the steps in order
"""

__version__ = "0.1.0"
