"""Releases: immutable folders `<UTC date>-<hash8>/`, written whole or not at all (docs/decisions/0001).

layout     the folder of releases: list, find, make current
manifest   what a release holds: files with size and SHA-256, counts, inputs, software
verify     a release against its manifest
moved      keys of partnerships, and those that name nothing any more
diff       what changed between two releases
kinds      the one table of lists, their facets, and kinds of entities
tables     tables for spreadsheets, one per kind of thing
workbook   tables as XLSX
stemming   words of the full-text index and their stems
writing    the only code that makes a release
reading    what reads one
"""
