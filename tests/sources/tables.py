"""Any record written as a row of our own columns, for the tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from openpyxl import Workbook

from atlas_ld.records import Funding, Participant, PartnershipRecord
from atlas_ld.sources.table_columns import COLUMNS

_PLAIN = ("identifier", "title", "form", "first_signature_year", "start_year", "end_date", "end_year", "status",
          "continues", "context", "history", "objectives", "local_objectives", "french_objectives", "description",
          "beneficiaries", "triennial", "communication_in_france", "communication_abroad", "evaluation",
          "volunteer_count")  # fmt: skip


def row_of(record: PartnershipRecord) -> dict[str, str]:
    """The cells of a record whose values have no bar and no sign of the little notations, and one origin."""
    french, foreign = _having(record, "french-authority"), _having(record, "foreign-partner")
    (origin,) = record.origins
    cells = {name: _text(getattr(record, name)) for name in _PLAIN}
    cells["end_date"] = _text(record.end_date or record.end_month)
    cells |= {
        "main_theme": " > ".join(record.main_theme),
        "other_themes": "|".join(f"{' > '.join(choice.path)} ({choice.priority})" for choice in record.other_themes),
        "keywords": ";".join(record.keywords),
        "goals": "|".join(f"{goal.number}:{goal.relevance}" for goal in record.goals),
        "french_authorities": "|".join(p.name for p in french),
        "french_kinds": _paired(p.kind for p in french),
        "french_sirens": _paired(p.siren for p in french),
        "french_contacts": _paired(";".join(p.contact_functions) for p in french),
        "foreign_partners": "|".join(p.name for p in foreign),
        "foreign_countries": _paired(p.country for p in foreign),
        "foreign_contacts": _paired(";".join(p.contact_functions) for p in foreign),
        "contracting_authorities": "|".join(p.name for p in _having(record, "contracting-authority")),
        "implementers": "|".join(p.name for p in _having(record, "implementer")),
        "posts": "|".join(record.posts),
        "post_functions": "|".join(record.post_functions),
        "funding": "|".join(map(_money, record.funding)),
        "volunteer_missions": "|".join(record.volunteer_missions),
        "undocumented": "|".join(record.undocumented),
        "source_title": origin.title,
        "source_address": _text(origin.address),
        "source_sha256": _text(origin.sha256),
        "retrieved": _text(origin.retrieved),
    }
    assert cells.keys() == {column.name for column in COLUMNS}
    return cells


def as_csv(records: Iterable[PartnershipRecord]) -> bytes:
    """A table of records, in CSV."""
    output = io.StringIO(newline="")
    writer = csv.DictWriter(output, [column.name for column in COLUMNS])
    writer.writeheader()
    writer.writerows(map(row_of, records))
    return output.getvalue().encode()


def as_xlsx(records: Iterable[PartnershipRecord]) -> bytes:
    """The same as a workbook, under the French headers."""
    book = Workbook()
    book.active.append([column.header_fr for column in COLUMNS])
    for record in records:
        book.active.append([row_of(record)[column.name] or None for column in COLUMNS])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _having(record: PartnershipRecord, role: str) -> list[Participant]:
    return [participant for participant in record.participants if participant.role == role]


def _paired(values: Iterable[str | None]) -> str:
    told = [value or "" for value in values]
    return "|".join(told) if any(told) else ""


def _text(value: object) -> str:
    return "" if value in (None, "unknown") else str(value)


def _money(line: Funding) -> str:
    when = f"@{line.when}" if line.when else ""
    share = f"#oudin={line.oudin}" if line.oudin is not None else ""
    return f"{line.funder}={_text(line.amount)}{when}{share}"
