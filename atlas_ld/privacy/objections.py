"""What somebody asked to have removed: `objections.txt` among the data, which counts from the next build on.

One line each: `record: 2833` leaves out a partnership, whose address then says that it was removed; any other line,
with `phrase:` or `address:` before it or without, is taken out of every text. Case, accents, punctuation and spaces
make no difference. Lines that begin with `#` are for the steward (who asked, when). No line is ever quoted.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import BaseModel

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold, slug
from atlas_ld.records import PartnershipRecord

PLACEHOLDER = "[retiré sur demande]"

M = TypeVar("M", bound=BaseModel)

_MOST_BYTES = 1_000_000
_FEWEST_LETTERS = 4
"""Of a phrase: a shorter one would empty every text."""
_FEWEST_DIGITS = 8
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_INVISIBLE}])*")
_GAP = re.compile(rf"(?:[\W_]|[{_INVISIBLE}]){{0,6}}")
"""What may stand between the words of a phrase."""
_LABEL = re.compile(
    r"(?P<label>record|fiche|phrase|texte|text|address|adresse)\s*:(?!//)\s*(?P<rest>.*)", re.IGNORECASE
)
_NUMBER = re.compile(r"[+()\d\s.\-/]+")


@dataclass(frozen=True)
class Objections:
    """Phrases as words, numbers as digits, keys of records, findings on lines that are none, and the SHA-256 of all
    that was read, empty where there is nothing."""

    phrases: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    records: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    digest: str = ""

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(self.phrases, key=len, reverse=True):
            found.setdefault(phrase[0], []).append(phrase)
        return found

    @cached_property
    def _digits(self) -> re.Pattern[str] | None:
        spaced = [r"[\s.()/\-]{0,3}".join(number) for number in self.numbers]
        return re.compile(rf"(?<!\d)\+?(?:{'|'.join(spaced)})(?!\d)") if spaced else None

    def removed(self, text: str) -> str:
        """The text without what was objected to."""
        if not self.digest:
            return text
        whole = unicodedata.normalize("NFC", text)
        tokens = [(match.start(), match.end(), _plain(match[0])) for match in _WORD.finditer(whole)]
        spans: list[tuple[int, int]] = []
        for place, (start, _, word) in enumerate(tokens):
            if spans and start < spans[-1][1]:
                continue
            for phrase in self._by_first.get(word, ()):
                part = tokens[place : place + len(phrase)]
                if tuple(token[2] for token in part) == phrase and all(
                    _GAP.fullmatch(whole, one[1], other[0]) for one, other in pairwise(part)
                ):
                    spans.append((start, part[-1][1]))
                    break
        for start, end in reversed(spans):
            whole = whole[:start] + PLACEHOLDER + whole[end:]
        if self._digits:
            whole, found = self._digits.subn(PLACEHOLDER, whole)
            return whole if spans or found else text
        return whole if spans else text

    def protect(self, record: PartnershipRecord) -> PartnershipRecord:
        """The record without what was objected to, in whatever field it stands."""
        return self._walk(record) if self.digest else record

    def protect_finding(self, finding: Finding) -> Finding:
        """The same of a finding."""
        return self._walk(finding) if self.digest else finding

    def protect_table(self, content: bytes) -> bytes:
        """The same of a steward's table, cell by cell. One that is no CSV is as it was: its reader says so."""
        text = content.decode("utf-8-sig", errors="replace")
        if not self.digest or self.removed(text) == text:
            return content
        output = io.StringIO(newline="")
        try:
            rows = [[self.removed(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
        except csv.Error:
            return self.removed(text).encode()
        csv.writer(output, lineterminator="\n").writerows(rows)
        return output.getvalue().encode()

    def _walk(self, model: M) -> M:
        fields = {name: self._clean(name, getattr(model, name)) for name in type(model).model_fields}
        if all(fields[name] is getattr(model, name) for name in fields):
            return model
        return type(model)(**fields)

    def _clean(self, name: str, value: Any) -> Any:
        if isinstance(value, Severity):
            return value
        if isinstance(value, str):
            clean = self.removed(value)
            if clean == value:
                return value
            if name == "address":  # of which a part would lead elsewhere
                return None
            return slug(clean) if name in ("continues", "record") else clean
        if isinstance(value, tuple):
            items = tuple(self._clean(name, item) for item in value)
            return value if all(one is other for one, other in zip(items, value, strict=True)) else items
        return self._walk(value) if isinstance(value, BaseModel) else value


def read_objections(files: Iterable[tuple[str, bytes]]) -> Objections:
    """The objections of files, each with its name. A line that is none is a finding with its number."""
    digest = hashlib.sha256()
    phrases: dict[tuple[str, ...], None] = {}
    numbers: dict[str, None] = {}
    records: dict[str, int] = {}
    findings: list[Finding] = []
    for source, content in files:
        if len(content) > _MOST_BYTES:
            findings.append(_broken(source, None, "dépasse 1 Mo", "is over 1 MB"))
            continue
        for number, line in enumerate(content.decode("utf-8-sig", errors="replace").splitlines(), start=1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            labelled = _LABEL.fullmatch(text)
            label, rest = (labelled["label"].lower(), labelled["rest"]) if labelled else ("", text)
            words = tuple(_plain(match[0]) for match in _WORD.finditer(unicodedata.normalize("NFC", rest)))
            digits = re.sub(r"\D", "", rest)
            if label in ("record", "fiche"):
                key = rest.rstrip("/").rpartition("/")[2].strip()
                if key:
                    records[slug(key)] = number
                    digest.update(f"record {slug(key)}\n".encode())
                    continue
            elif _NUMBER.fullmatch(rest) and len(digits) >= _FEWEST_DIGITS:
                # A French number is written with 0 or with +33.
                for one in {digits, *_other_forms(digits)}:
                    numbers[one] = None
                digest.update(f"number {digits}\n".encode())
                continue
            elif sum(map(len, words)) >= _FEWEST_LETTERS:
                phrases[words] = None
                digest.update(f"phrase {' '.join(words)}\n".encode())
                continue
            findings.append(_broken(source, number, "est trop courte", "is too short"))
    anything = phrases or numbers or records
    return Objections(
        tuple(phrases), tuple(sorted(numbers, key=len, reverse=True)), records, tuple(findings),
        digest.hexdigest() if anything else "",
    )  # fmt: skip


def _plain(word: str) -> str:
    return fold(re.sub(rf"[{_INVISIBLE}]", "", word))


def _other_forms(digits: str) -> tuple[str, ...]:
    if digits.startswith("0") and len(digits) == 10:
        return f"33{digits[1:]}", f"0033{digits[1:]}", f"330{digits[1:]}"
    if digits.startswith("33") and len(digits) == 11:
        return (f"0{digits[2:]}",)
    return ()


def _broken(source: str, line: int | None, fr: str, en: str) -> Finding:
    """Never with what the line says: it is what nobody shall read."""
    what = ("La ligne", "The line") if line else ("Le fichier", "The file")
    return Finding(
        code="broken-objection",
        severity=Severity.VIOLATION,
        fr=f"{what[0]} {fr} et ne s’applique pas. Écrivez au moins {_FEWEST_LETTERS} lettres, ou record: et une clé.",
        en=f"{what[1]} {en} and is not applied. Write at least {_FEWEST_LETTERS} letters, or record: and a key.",
        source=source,
        line=line,
        field="objections",
    )
