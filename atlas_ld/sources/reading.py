"""What every reader gives back, and the decoding of bytes that all of them share."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from atlas_ld.findings import Finding, Severity
from atlas_ld.records import PartnershipRecord

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that neither XML 1.0 nor a text of ours may hold."""


@dataclass(frozen=True)
class Reading:
    """One partnership as one source tells it, with what was found on the way.

    `record` is None only where the source yields no record at all. Otherwise `findings` stand in
    `record.findings` as well, so that they travel with the record; a violation among them means quarantine.
    """

    record: PartnershipRecord | None
    findings: tuple[Finding, ...] = ()


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
    return Reading(None, (remark(code, Severity.VIOLATION, fr, en, line=line, source=source),))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def excerpt(text: str, limit: int = 80) -> str:
    """The beginning of a text on one line, for quoting in a finding."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def decode(content: bytes) -> tuple[str, tuple[Finding, ...]] | None:
    """Text of UTF-8 bytes, with or without a byte order mark, else of Windows-1252, which is said in a finding.

    None where the bytes are no text in either. Control characters are taken out, which is said as well.
    """
    findings: list[Finding] = []
    if b"\x00" in content:
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError:
            return None
        findings.append(
            remark(
                "not-utf-8",
                Severity.WARNING,
                "Le fichier n'est pas en UTF-8 ; il a été lu comme du Windows-1252. Enregistrez-le en UTF-8.",
                "The file is not UTF-8; it was read as Windows-1252. Save it as UTF-8.",
            )
        )
    text, removed = _CONTROL.subn("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if removed:
        findings.append(
            remark(
                "control-characters",
                Severity.INFO,
                f"{removed} caractère(s) de commande ont été retirés du fichier.",
                f"{removed} control character(s) were taken out of the file.",
            )
        )
    return text, tuple(findings)


NOT_TEXT = (
    "not-text",
    "Le fichier n'est pas un texte lisible. Enregistrez-le en UTF-8.",
    "The file is no readable text. Save it as UTF-8.",
)
