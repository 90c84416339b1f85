"""The check of records against the shapes. The only door to pyshacl.

report       what a check found: results, counts, and their writing as text, JSON and RDF
shacl        the shapes, and the check of one graph by pyshacl, the reference
records      the check of many records by compiled shapes
compiled     the shapes as functions over triples, made by compiling; what is not understood is left to pyshacl
constraints  the constraint components of SHACL Core, one function each
sparql       SPARQL constraints, asked once for many records; algebra tells which may be
terms        terms of pyoxigraph as rdflib's and back
"""

from atlas_ld.validation.records import Group, validate_records
from atlas_ld.validation.report import Report, Result, SerializedResult, report_turtle, tell
from atlas_ld.validation.shacl import Shapes, load_shapes, validate
from atlas_ld.validation.sparql import Query

__all__ = [
    "Group",
    "Query",
    "Report",
    "Result",
    "SerializedResult",
    "Shapes",
    "load_shapes",
    "report_turtle",
    "tell",
    "validate",
    "validate_records",
]
