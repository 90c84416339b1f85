"""The check of records against the shapes. The only door to pyshacl.

report   what a check found: results, counts, and their writing as text, JSON and RDF
shacl    the check itself, of one graph or of many records
"""

from atlas_ld.validation.report import Report, Result, report_triples
from atlas_ld.validation.shacl import Shapes, load_shapes, validate, validate_records

__all__ = ["Report", "Result", "Shapes", "load_shapes", "report_triples", "validate", "validate_records"]
