"""The generated pages of docs/ say what the project says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from atlas_ld.records import PartnershipRecord

ROOT = Path(__file__).parents[1]
PAGES: dict[Path, str] = runpy.run_path(str(ROOT / "scripts" / "write_docs.py"))["pages"]()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_generated_page_is_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == PAGES[page], "run `make docs`"


def test_the_schema_describes_every_field_of_a_record() -> None:
    schema = PAGES[ROOT / "docs" / "record.schema.json"]
    assert all(f'"{name}": {{' in schema for name in PartnershipRecord.model_fields)
