"""Measure matching on the demonstration data, and draw the sample of matches to check by hand.

    python scripts/measure_matching.py             counts, by role and method
    python scripts/measure_matching.py --sample 50 a seeded sample of matches, one line each
    python scripts/measure_matching.py --unmatched what was not matched, and what was ambiguous

docs/matching.md holds the figures and what the checking by hand found.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from atlas_ld.records import Participant, PartnershipRecord
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.matching import Body, Resolution, resolve
from atlas_ld.sources.json_record import read_json
from atlas_ld.sources.table import read_table

DATA = Path(__file__).resolve().parents[1] / "data"
SEED = 20261123


def records(folder: Path) -> Iterator[PartnershipRecord]:
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        table = path.suffix == ".csv"
        for reading in read_table(path.name, content) if table else [read_json(path.name, content)]:
            if reading.record:
                yield reading.record


def matched(record: PartnershipRecord, resolution: Resolution) -> Iterator[tuple[Participant, Body, str]]:
    """Each participant with its body and what became of it: matched, ambiguous or none."""
    doubtful = " ".join(finding.en for finding in resolution.findings if finding.code == "ambiguous-match")
    for participant, body in zip(record.participants, resolution.participants, strict=True):
        ambiguous = f"“{participant.name}” may be" in doubtful
        yield participant, body, "matched" if body.territory else "ambiguous" if ambiguous else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, metavar="N", help="draw N matches, French and foreign in turn")
    parser.add_argument("--unmatched", action="store_true", help="list what has no match")
    options = parser.parse_args()

    gazetteer = Gazetteer.load(DATA / "reference")
    found = [
        (record, participant, body, outcome)
        for record in records(DATA / "demonstration")
        for participant, body, outcome in matched(record, resolve(record, gazetteer))
    ]
    if options.sample:
        generator = random.Random(SEED)
        for role in ("french-authority", "foreign-partner"):
            of_role = [row for row in found if row[1].role == role and row[3] == "matched"]
            for record, participant, body, _ in generator.sample(of_role, options.sample // 2):
                place = gazetteer.place(body.territory or "")
                described = f"{place.name} ({place.population}) {place.key} in {' '.join(place.within[:1])}"
                print(f"{record.title} | {participant.name} | {body.method} {body.score} | {described}")
        return
    if options.unmatched:
        for record, participant, body, outcome in found:
            if outcome != "matched" and participant.role in {"french-authority", "foreign-partner"}:
                print(f"{participant.role} | {outcome} | {participant.name} | {body.country} | {record.title}")
        return
    for role in ("french-authority", "foreign-partner", "contracting-authority", "implementer"):
        outcomes = Counter(outcome for _, participant, _, outcome in found if participant.role == role)
        methods = Counter(body.method for _, participant, body, _ in found if participant.role == role and body.method)
        print(f"{role}: {sum(outcomes.values())} {dict(outcomes.most_common())}")
        print(f"    methods: {dict(methods.most_common())}")
    abroad = [(participant, body) for _, participant, body, _ in found if participant.role == "foreign-partner"]
    print(f"countries of foreign partners: {sum(1 for _, body in abroad if body.country)} of {len(abroad)}")
    posts = [country for record in records(DATA / "demonstration") for country in resolve(record, gazetteer).posts]
    print(f"countries of posts: {sum(1 for country in posts if country)} of {len(posts)}")


if __name__ == "__main__":
    main()
