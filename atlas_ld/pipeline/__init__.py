"""The steps in order: sources -> records -> graph -> validation -> release. Nothing else calls them all.

building    the steps
reading     files -> records under their keys
importing   files -> a folder of records and its manifest: which files (import_files), what it does with the records
            that are there (import_changes)
checking    records -> graphs, matched, mapped and validated
gathering   what passed -> the content of a release
entities    the published graph, entity by entity
quality     what was found, for the quality page
reviewing   the doubtful names, for the review page and the command
clock       the day of a release
redaction   something taken out of releases that are kept
cache       what the steps gave before; texts and results are how it is kept
"""

from atlas_ld.pipeline.building import Outcome, build, register
from atlas_ld.pipeline.checking import check_sources
from atlas_ld.pipeline.importing import Imported, import_sources
from atlas_ld.pipeline.reading import read_records
from atlas_ld.processes import Workers

__all__ = ["Imported", "Outcome", "Workers", "build", "check_sources", "import_sources", "read_records", "register"]
