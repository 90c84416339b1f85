"""What an import does with the files of records that are there: written, left as somebody changed them, or replaced by
those that a corrected source gives under another key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.pipeline.cache import Cache
from atlas_ld.pipeline.import_files import SourceFile
from atlas_ld.pipeline.reading import SourceRow, record_of
from atlas_ld.records import PartnershipRecord
from atlas_ld.sources.reading import remark
from atlas_ld.sources.record_folder import Manifest, RecordEntry

_ALIKE, _ALIKE_OF_THE_SAME = 80, 50
"""Of 100, how alike two titles are of which one is the other corrected, and where the same bodies take part."""


@dataclass
class Verdict:
    """Keys of the records to write, those of files that were changed by hand and are set aside first, and findings."""

    write: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def verdict(final: Mapping[str, SourceRow], there: Mapping[str, str], manifest: Manifest) -> Verdict:
    """A file that somebody changed by hand stays while its source does not change, and is set aside when it does."""
    found = Verdict()
    for key, row in final.items():
        known = manifest.records.get(key)
        same_source = known is not None and known.content == (row.record or b"").hex()
        by_hand = key in there and known is not None and there[key] != known.sha256
        if same_source and by_hand:
            found.findings.append(_changed_by_hand(key, stays=True))
        elif not (same_source and key in there):  # new, changed, or deleted by hand
            found.write.append(key)
            if by_hand:
                found.set_aside.append(key)
                found.findings.append(_changed_by_hand(key, stays=False))
    return found


def _changed_by_hand(key: str, *, stays: bool) -> Finding:
    if stays:
        return remark(
            "changed-by-hand",
            Severity.INFO,
            f"{key}.json a été modifié à la main et reste tel quel. Supprimez-le pour reprendre ce que dit la source.",
            f"{key}.json was changed by hand and stays as it is. Delete it to take what the source says.",
        ).at(record=key)
    return remark(
        "changed-by-hand",
        Severity.WARNING,
        f"{key}.json a été modifié à la main, et sa source a changé : ce qu'il disait est dans {key}.json.bak.",
        f"{key}.json was changed by hand, and its source has changed: what it said is in {key}.json.bak.",
    ).at(record=key)


def replaced_records(
    files: Sequence[SourceFile],
    of_file: Mapping[tuple[str, str], tuple[str, ...]],
    final: Mapping[str, SourceRow],
    gone: Mapping[str, RecordEntry],
    into: Path,
    cache: Cache,
) -> dict[str, str]:
    """Records that a corrected file gives under another key, since their title or year was corrected. Of a file with
    one record before and after it is that one, of a table the one that is most alike."""
    replaced: dict[str, str] = {}
    for file in files:
        if not (file.before and file.path):
            continue
        given = of_file[file.source, file.name]
        lost = [key for key in file.before.records if key in gone and key not in replaced]
        new = [key for key in given if key not in file.before.records]
        if not lost or not new:
            continue
        if len(file.before.records) == len(given) == 1:
            replaced[lost[0]] = new[0]
            continue
        candidates = {key: record_of(cache, final[key]) for key in new}
        for key in lost:
            before = _record_in(into, key)
            alike = [(score, other) for other, record in candidates.items() if (score := _alike(before, record))]
            if alike:
                replaced[key] = max(alike)[1]
                del candidates[replaced[key]]
    return replaced


def _record_in(into: Path, key: str) -> PartnershipRecord | None:
    try:
        return PartnershipRecord.model_validate_json((into / f"{key}.json").read_bytes())
    except (OSError, ValueError):
        return None


def _alike(before: PartnershipRecord | None, after: PartnershipRecord) -> float:
    """How alike, of 100, an old record is to what may be the same corrected; 0 for another one. Two with numbers of
    their own are two."""
    if before is None or (before.identifier and after.identifier):
        return 0
    first, second = ({fold(participant.name) for participant in record.participants} for record in (before, after))
    if first and second and first.isdisjoint(second):
        return 0
    score = fuzz.ratio(fold(before.title or ""), fold(after.title or ""))
    return score if score >= (_ALIKE_OF_THE_SAME if first and first == second else _ALIKE) else 0
