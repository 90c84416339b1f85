"""Files as people have them, in all styles, 3 % of them with planted faults, and what an import makes of them:
`python -m bench.faulty_sources --size N [--write]`.

The records are those of `bench.corpus`; each depends on the seed and its number alone. Good ones are compared value by
value with what was meant, faults with the findings of the import's report, and everything that is written is searched
for the person who was planted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from atlas_ld.records import PartnershipRecord
from atlas_ld.release.layout import Release, open_release
from atlas_ld.resources import root
from bench.corpus import SIZE, load_world
from bench.corpus import record as record_of
from bench.harness import Run, command
from bench.source_faults import FAULTS, LEAKS, PERSON, SourceFault
from bench.source_styles import PAGES, TABLES, in_a_table

PAGE = root() / "docs" / "reading.md"
SHARE = 0.03
BEGIN, END = "<!-- faulty sources: begin -->", "<!-- faulty sources: end -->"
_IN_TABLES = 0.3
_MOST_ROWS = 60
_NOT_COMPARED = {"origins", "findings"}


@dataclass(frozen=True)
class Fault:
    """A fault of a file: its kind, and the finding that must tell it. `file` is a part of its name and of no other."""

    kind: str
    code: str
    file: str
    line: int | None


@dataclass
class Expected:
    """What a folder of sources means: each good record by key, and each fault with the finding that tells it."""

    good: dict[str, PartnershipRecord] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    styles: Counter[str] = field(default_factory=Counter)

    def add(self, style: str, records: Sequence[PartnershipRecord]) -> None:
        self.good |= {record.key: record for record in records}
        self.styles[style] += len(records)


@dataclass(frozen=True)
class Outcome:
    """What came of it. `lost` are faults without their finding, `wrong` good records that do not say what was meant,
    `leaks` the files and streams that name the planted person."""

    planted: Counter[str]
    found: Counter[str]
    lost: list[Fault]
    good: int
    wrong: list[str]
    unpublished: list[str]
    leaks: list[str]
    styles: Counter[str]
    seconds: float
    megabytes: float


def generate(into: Path, size: int = SIZE) -> Expected:
    """Files of `size` records under `into`, in all styles. Each kind of fault is there as often, once at least."""
    world = load_world()
    expected = Expected()
    numbers = iter(range(1, size + 1))

    def take(count: int) -> list[PartnershipRecord]:
        return [record_of(number, world) for number in islice(numbers, count)]

    for place in range(max(round(size * SHARE), len(FAULTS))):
        fault = FAULTS[place % len(FAULTS)]
        _plant(into, place, fault, take(1)[0], take(fault.beside), expected)
    tables = len(TABLES) * max(round(size * _IN_TABLES / len(TABLES) / _MOST_ROWS), 1)
    rows = round(size * _IN_TABLES / tables)
    for place, style in zip(range(tables), cycle(TABLES), strict=False):
        records = [in_a_table(record) for record in take(rows)]
        _written(into / "tables" / f"suivi-{place}{style.extension}", style.content(records))
        expected.add(style.name, records)
    for page in cycle(PAGES):
        records = [page.told(record) for record in take(1)]
        if not records:
            break
        folder = into / "pages" / page.name.replace(" ", "-").replace(",", "")
        _written(folder / f"{records[0].identifier}{page.extension}", page.content(records[0]))
        expected.add(page.name, records)
    return expected


def _plant(
    into: Path,
    place: int,
    fault: SourceFault,
    one: PartnershipRecord,
    others: Sequence[PartnershipRecord],
    expected: Expected,
) -> None:
    planted = fault.plant(one, [in_a_table(record) for record in others])
    named = f"{place:05d} M. {PERSON}" if place % 7 == 0 else f"{place:05d}-fiche"
    folder = into / (f"fautes de Mme {PERSON}" if place % 10 == 0 else "fautes")
    _written(folder / f"{named}{planted.extension}", planted.content)
    expected.faults.append(Fault(fault.name, fault.code, f"{place:05d}", planted.line))
    expected.add("beside a fault", planted.good)


def _written(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def measure(folder: Path, size: int = SIZE) -> Outcome:
    """Generates the files, imports them, builds a release of what was imported, and compares."""
    data, records, releases = folder / "data", folder / "records", folder / "releases"
    expected = generate(data, size)
    report = folder / "report.json"
    run = _atlas_ld(folder / "import.log", "import", data, "--into", records, "--report", report)
    _atlas_ld(folder / "build.log", "build", "--data", records, "--releases", releases, "--date", "2026-11-23")
    told = json.loads(report.read_text("utf-8"))["findings"]
    found = [fault for fault in expected.faults if any(_tells(finding, fault) for finding in told)]
    titles = _published(open_release(releases))
    wrong = [key for key, meant in expected.good.items() if _read(records / f"{key}.json") != _values(meant)]
    return Outcome(
        planted=Counter(fault.kind for fault in expected.faults),
        found=Counter(fault.kind for fault in found),
        lost=[fault for fault in expected.faults if fault not in found],
        good=len(expected.good),
        wrong=wrong,
        unpublished=[key for key, meant in expected.good.items() if titles.get(key) != meant.title],
        leaks=[str(path.relative_to(folder)) for path in _outputs(folder) if _names_somebody(path)],
        styles=expected.styles,
        seconds=run.seconds,
        megabytes=run.peak,
    )


def _atlas_ld(log: Path, *arguments: str | Path) -> Run:
    """Runs a command of atlas-ld; what it prints goes to a file, since that is searched too."""
    script = 'exec "$0" -c "from atlas_ld.cli import main; main()" "$@" >"$LOG" 2>&1'
    return command(["sh", "-c", script, sys.executable, *arguments], codes=(0, 2), LOG=str(log))


def _tells(finding: Mapping[str, object], fault: Fault) -> bool:
    there = fault.file in str(finding["source"]) and finding["code"] == fault.code
    return there and fault.line in (None, finding["line"])


def _read(path: Path) -> object:
    return _values(PartnershipRecord.model_validate_json(path.read_bytes())) if path.exists() else None


def _values(record: PartnershipRecord) -> object:
    return record.model_dump(exclude=_NOT_COMPARED)


def _published(release: Release) -> dict[str, str]:
    """The title of each partnership of the published graph, by key."""
    is_title = re.compile(r'<[^>]*/id/partnership/([^>#]*)> <http://purl.org/dc/terms/title> (".*")@fr \.')
    lines = (release.path / "download" / "atlas.nt").read_text("utf-8").splitlines()
    return {match[1]: json.loads(match[2]) for line in lines if (match := is_title.fullmatch(line))}


def _outputs(folder: Path) -> Iterator[Path]:
    """Everything that was written, but for the sources."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_relative_to(folder / "data"))


def _names_somebody(path: Path) -> bool:
    """Whether a file, or a part of it where it is packed, names the planted person."""
    texts = [str(path).encode(), path.read_bytes()]
    if path.suffix == ".gz":
        texts[1] = gzip.decompress(texts[1])
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            texts += [archive.read(name) for name in archive.namelist()]
    return any(word in text.decode("utf-8", "ignore").lower() for text in texts for word in LEAKS)


def markdown(outcome: Outcome, size: int) -> str:
    """The table of kinds, and what the rest came to."""
    good = outcome.good - len({*outcome.wrong, *outcome.unpublished})
    share = round(100 * good / outcome.good, 2)
    lines = [
        f"{size:,} records in {len(outcome.styles) - 1} styles, and {sum(outcome.planted.values())} faults of "
        f"{len(outcome.planted)} kinds. Of {outcome.good:,} good records {good:,} were published as meant, "
        f"value by value ({share:g} %). Faults lost in silence: {len(outcome.lost)}. Files and streams that name the "
        f"planted person: {len(outcome.leaks)}. The import took {outcome.seconds:.1f} s "
        f"({size / outcome.seconds:,.0f} records a second) and {outcome.megabytes:.0f} MB.",
        "",
        "| fault | finding | planted | found | lost in silence |",
        "|---|---|---|---|---|",
    ]
    codes = {fault.name: fault.code for fault in FAULTS}
    for kind, planted in outcome.planted.items():
        found = outcome.found[kind]
        lines.append(f"| {kind} | `{codes[kind]}` | {planted} | {found} | {planted - found} |")
    lines += ["", "| style | good records |", "|---|---|"]
    lines += [f"| {style} | {count} |" for style, count in outcome.styles.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.faulty_sources", description=(__doc__ or "").partition(":")[0]
    )
    parser.add_argument("--size", type=int, default=SIZE, help="number of records (default: %(default)s)")
    parser.add_argument("--into", type=Path, help="a new folder that is kept  [default: one that is not]")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        outcome = measure(given.into or Path(temporary), given.size)
    written = markdown(outcome, given.size)
    print(written)
    for name in ("lost", "wrong", "unpublished", "leaks"):
        for item in getattr(outcome, name)[:20]:
            print(f"{name}: {item}", file=sys.stderr)
    if given.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{written}{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
