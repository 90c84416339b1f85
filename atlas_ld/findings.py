"""Problems in the data are values: where, what, how bad, and from which source."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """The three severities of SHACL (https://www.w3.org/TR/shacl/#severity), worst first."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


class Finding(BaseModel):
    """One remark on one place of one source.

    `code` is stable and short (`impossible-date`), for counting and for tests; `fr` and `en` are one sentence
    each that says what is wrong and how to mend it. `line` starts at 1. `record` is the key of the partnership
    concerned, once it is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Severity
    fr: str
    en: str
    source: str | None = None
    line: int | None = None
    field: str | None = None
    record: str | None = None

    def at(self, *, source: str | None = None, record: str | None = None) -> Self:
        """The same finding with its source or record filled in where it had none."""
        return self.model_copy(
            update={"source": self.source or source, "record": self.record or record},
        )

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line) if part is not None)
        return ": ".join(part for part in (place, self.severity.value, self.en) if part) + f" [{self.code}]"
