"""/fragments: the triples that match one pattern, by pages, for clients that join by themselves (Triple Pattern
Fragments, https://linkeddatafragments.org/specification/triple-pattern-fragments/).

patterns   terms as they stand in addresses; how many triples match
views      /fragments
"""
