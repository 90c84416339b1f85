"""What every reader gives back: records, findings, and the account of what became of each line or cell."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.privacy import redact
from atlas_ld.records import PartnershipRecord

_MOST_QUOTED = 40
_NEUTRAL_WORDS = """
    a ambassade an annee annees ans apres au autre aucun aucune avant avril aout beaucoup c ca chf cooperation cours
    courant d de debut decembre definir demi depuis des determiner deux dix dollars dont du e en entre environ env
    et etranger eur euro euros fevrier fin fois form francs fcfa fre h ht id indetermine inconnu inconnue janvier
    jour juillet juin k keur l la le les m mai mars me mds meur mille milliers million millions mois montant n na nc
    neant no non novembre o octobre oui ou par pas periode peut etre plus precise premier projet quatre renseigne s
    semestre septembre six status sur suspendu abandonne annule gele termine theme total trimestre trois ttc un une
    usd vers x xof year yes janv fevr avr juil sept oct nov dec er ere
"""
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())
"""Words, folded, of values that name nobody: months, numbers, currencies, what stands for nothing."""


@dataclass(frozen=True)
class Account:
    """What became of the units of a file: `read` into a record, `furniture` that says nothing of a partnership (labels,
    headers, pagers), or `found`, told in a finding. Units are lines of a page that are not blank, filled cells of a
    table, and whole files or sheets that were not read."""

    read: int = 0
    furniture: int = 0
    found: int = 0

    def __add__(self, other: Account) -> Account:
        return Account(self.read + other.read, self.furniture + other.furniture, self.found + other.found)

    @property
    def total(self) -> int:
        return self.read + self.furniture + self.found


@dataclass(frozen=True)
class Reading:
    """One partnership as one source tells it, with what was found on the way.

    `record` is None only where the source yields no record at all. Otherwise `findings` stand in
    `record.findings` as well, so that they travel with the record; a violation among them means quarantine. `line` is
    where the record stands in a file of several.
    """

    record: PartnershipRecord | None
    findings: tuple[Finding, ...] = ()
    account: Account = Account()
    line: int | None = None


def remark(
    code: str,
    severity: Severity,
    fr: str,
    en: str,
    *,
    line: int | None = None,
    field: str | None = None,
    source: str | None = None,
) -> Finding:
    """A finding whose French sentence, written with plain spaces and straight apostrophes, is set properly."""
    return Finding(code=code, severity=severity, fr=french(fr), en=en, line=line, field=field, source=source)


def french(sentence: str) -> str:
    """No-break spaces before : ; ? ! » and after «, and curly apostrophes."""
    spaced = re.sub(r" (?=[:;?!»](?:\s|$))", "\u00a0", sentence.replace("'", "’"))
    return spaced.replace("« ", "«\u00a0").replace(" »", "\u00a0»")


def unreadable(code: str, fr: str, en: str, *, line: int | None = None, source: str | None = None) -> Reading:
    """No record, and the reason."""
    return Reading(None, (remark(code, Severity.VIOLATION, fr, en, line=line, source=source),), Account(found=1))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def excerpt(text: str, limit: int = 80) -> str:
    """The beginning of a text on one line, for quoting in a finding. Redacted first: half an address is no address."""
    line = " ".join(redact(text)[0].split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def quoted(value: str) -> tuple[str, str]:
    """A value that was not understood, for a French and an English sentence: as it is written where it names nobody for
    certain (figures, and words of dates and amounts), else its length, since a name can stand anywhere."""
    line = " ".join(value.split())
    words = re.findall(r"[^\W\d_]+", line)
    if len(line) <= _MOST_QUOTED and redact(line)[0] == line and all(fold(w) in _NEUTRAL or len(w) == 1 for w in words):
        return f"« {line} »", f"“{line}”"
    kind = ("Un texte", "A text") if len(words) > 1 else ("Un mot", "A word") if words else ("Une valeur", "A value")
    return f"{kind[0]} de {len(line)} signes", f"{kind[1]} of {len(line)} characters"


NOT_TEXT = (
    "not-text",
    "Le fichier n'est pas un texte lisible. Enregistrez-le en UTF-8.",
    "The file is no readable text. Save it as UTF-8.",
)
