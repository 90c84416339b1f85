"""The steps in order: sources -> records -> graph -> validation -> release. Nothing else calls them all.

building    the steps
reading     files -> records under their keys
checking    records -> graphs, matched, mapped and validated
gathering   what passed -> the content of a release
cache       what reading and checking gave before, by the hash of everything that it came from
"""

from atlas_ld.pipeline.building import Outcome, build
from atlas_ld.pipeline.checking import Checked, check
from atlas_ld.pipeline.clock import Clock
from atlas_ld.pipeline.reading import Readings, read_all

__all__ = ["Checked", "Clock", "Outcome", "Readings", "build", "check", "read_all"]
