"""How good the data of a release are, in figures that can be checked.

remarks    what was found: by constraint, source and record
figures    how many things tell each field; how many bodies, places and sources are linked
dqv        the figures in RDF, by the Data Quality Vocabulary
"""
