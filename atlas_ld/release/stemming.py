"""Words of the full-text index: how they are read, their stems, where a text holds them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from Stemmer import Stemmer

from atlas_ld.iris import fold

_WORD = re.compile(r"\w+")
_ELIDED = re.compile(r"\b(?:[cdjlmnst]|qu)[’']", re.IGNORECASE)
# Words that say nothing of what is looked for; they count only where nothing else is typed.
_EMPTY = frozenset(
    "a and au aux avec d dans de des du en et in l la le les of ou par pour sur the with".split()  # noqa: SIM905
)
_SHORT = {
    "st": ("saint",),
    "ste": ("sainte",),
    "sts": ("saints",),
    "stes": ("saintes",),
    "saint": ("st",),
    "sainte": ("ste",),
}
_ON = re.compile(r"\bs/(?=\s*\w)", re.IGNORECASE)
"""`Chalon s/ Saône`, as lists write it."""
_MOST_WORDS = 12
_SNIPPET_WORDS = 24


def words_of(query: str) -> list[str]:
    """The words to look for, in lower case, at most 12 of them. Accents may be typed as characters of their own."""
    composed = unicodedata.normalize("NFC", query)
    words = _WORD.findall(_ELIDED.sub(" ", _ON.sub(" sur ", composed)).lower())
    return ([word for word in words if word not in _EMPTY] or words)[:_MOST_WORDS]


def spellings(word: str) -> tuple[str, ...]:
    """The ways in which a word is written: as it is, and abbreviated or in full (`st`, `saint`)."""
    return (word, *_SHORT.get(word, ()))


def marked(text: str, query: str) -> str:
    """The text with U+0002 and U+0003 around each word that `query` finds in it."""
    return mark(text, words_of(query))


@lru_cache(maxsize=100_000)
def roots(word: str) -> tuple[str, ...]:
    """The stem of a word as it is written, and without its accents, as many people type; one where they agree."""
    stem = Stemmer("french").stemWord  # a new one each time: a stemmer serves one thread
    return tuple(dict.fromkeys((stem(word), stem(fold(word)))))


def stems(text: str) -> str:
    """The stems of a text, each once: every word is read once, however often it occurs."""
    return " ".join(sorted({root for word in set(_WORD.findall(text.lower())) for root in roots(word)}))


def _found(text: str, words: list[str]) -> Iterator[re.Match[str]]:
    """Each word of the text that one of `words` finds."""
    whole = {fold(spelling) for word in words for spelling in spellings(word)}
    stemmed = {root for word in words for root in roots(word)}
    beginning = fold(words[-1])
    for match in _WORD.finditer(text):
        word = fold(match[0])
        if word in whole or word.startswith(beginning) or not stemmed.isdisjoint(roots(match[0].lower())):
            yield match


def mark(text: str, words: list[str]) -> str:
    """As `marked`, for words that are read already."""
    parts, position = [], 0
    for match in _found(text, words) if words else ():
        parts += [text[position : match.start()], "\x02", match[0], "\x03"]
        position = match.end()
    return "".join((*parts, text[position:]))


def snippet(words: list[str], *texts: str) -> str:
    """The line that holds the most of `words`, cut to some words around the first of them, which are marked."""
    best, most = "", 0
    for line in "\n".join(texts).splitlines():
        kinds = {fold(match[0]) for match in _found(line, words)}
        if len(kinds) > most:
            best, most = line, len(kinds)
    if not most:
        return ""
    spans = [match.span() for match in re.finditer(r"\S+", best)]
    first = next(_found(best, words)).start()
    at = next(number for number, (_, end) in enumerate(spans) if end > first)
    start = max(0, min(at - _SNIPPET_WORDS // 3, len(spans) - _SNIPPET_WORDS))
    end = min(len(spans), start + _SNIPPET_WORDS)
    cut = best[spans[start][0] : spans[end - 1][1]]
    return f"{'… ' if start else ''}{mark(cut, words)}{' …' if end < len(spans) else ''}"
