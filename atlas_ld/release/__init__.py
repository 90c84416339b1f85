"""Releases: immutable folders `<UTC date>-<hash8>/`, written whole or not at all (docs/decisions/0001).

manifest    what a release holds: files with size and SHA-256, counts, inputs, software
folder      the folder of releases: list, find, make current
dumps       RDF dumps
tables      CSV and XLSX, one per kind of thing
search      the full-text index
writer      the only code that makes a release
verifier    checks a release against its manifest
"""
