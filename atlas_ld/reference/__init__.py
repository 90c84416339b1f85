"""Reference data (data/reference) and matching: which body, territory and country a name stands for.

tables, places   the tables of data/reference, and what their rows hold
gazetteer        territories, countries, places and divisions, looked up by key and by name
names            names as they are compared
written          French names as lists write them, taken apart
french, foreign  French authorities and foreign partners: from a name to a territory
funders          who pays a funding line, and of which kind they are
decision         what is decided about one name
generic          words of names that tell no body from another
curation         what a steward decided about names
matching         every participant and funder of a record
bodies           from a decision to an organisation with its key and label
remarks          findings of matching
"""
