"""French typography on screen: spaces that must not break. The data itself keeps its spaces as the source has them."""

from __future__ import annotations

import re

NO_BREAK = "\u00a0"
NARROW_NO_BREAK = "\u202f"

_BEFORE_COLON = re.compile(r" (?=[:»])")
_BEFORE_HIGH_PUNCTUATION = re.compile(r" (?=[;?!])")
_AFTER_OPENING = re.compile(r"« ")


def french(text: str) -> str:
    """The same text with its spaces around « » : ; ? ! made unbreakable (narrow before ; ? !)."""
    text = _BEFORE_COLON.sub(NO_BREAK, text)
    text = _BEFORE_HIGH_PUNCTUATION.sub(NARROW_NO_BREAK, text)
    return _AFTER_OPENING.sub(f"«{NO_BREAK}", text)


def paragraphs(text: str) -> list[list[str]]:
    """Paragraphs of a plain text, each a list of its lines. Blank lines part them; none is empty."""
    blocks = re.split(r"\n\s*\n", text.strip())
    split = ([line.strip() for line in block.splitlines() if line.strip()] for block in blocks)
    return [lines for lines in split if lines]
