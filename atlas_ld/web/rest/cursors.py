"""Cursors: where a page of a list begins. A cursor belongs to one selection in one order of one release, in which rows
keep their places, so that no row is told twice or left out."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Self

_LONGEST = 200


@dataclass(frozen=True)
class Cursor:
    """The rows from `offset` on, of what was `asked` (any text that stands for the selection and its order) of a
    release."""

    release: str
    asked: str
    offset: int

    @classmethod
    def of(cls, release: str, asked: str, offset: int) -> Self:
        """`asked` is kept as a digest, so that a cursor is short."""
        return cls(release, hashlib.sha256(asked.encode()).hexdigest()[:12], offset)

    def __str__(self) -> str:
        text = f"{self.release} {self.asked} {self.offset}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The cursor that was written as this text; None for any other."""
        padded = text[:_LONGEST] + "=" * (-len(text[:_LONGEST]) % 4)
        try:
            release, asked, offset = base64.b64decode(padded.encode("ascii"), b"-_", validate=True).decode().split(" ")
        except ValueError:  # no base64, no UTF-8, no three words
            return None
        is_number = offset.isascii() and offset.isdecimal() and len(offset) < 12
        return cls(release, asked, int(offset)) if is_number else None
