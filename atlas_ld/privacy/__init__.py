"""Personal data in texts: e-mail addresses, telephone numbers and announced names are taken out before anything is cut,
quoted, keyed or kept.

contacts   where e-mail addresses and telephone numbers stand in a text
names      where names stand that something announces
objections what somebody asked to have removed

A name that nothing announces is not found here: readers do not read the blocks in which such names stand.
"""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import unquote_plus

from pydantic import BaseModel

from atlas_ld.findings import Finding, Severity
from atlas_ld.privacy.contacts import email_spans, replaced, without_phones
from atlas_ld.privacy.names import FUNCTIONS, name_spans
from atlas_ld.records import PartnershipRecord

__all__ = ["FUNCTIONS", "Kind", "protect", "protect_finding", "redact", "redact_address"]

Kind = Literal["e-mail", "name", "telephone"]

EMAIL_PLACEHOLDER = "[adresse électronique retirée]"
NAME_PLACEHOLDER = "[nom retiré]"

_URL = re.compile(r"[a-z][a-z0-9+.-]*://|mailto:|tel:", re.IGNORECASE)
_PERSONAL_SCHEME = re.compile(r"(mailto|tel|sms|callto):", re.IGNORECASE)
_PARAMETERS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"([?&](?:tel|telephone|phone|mobile|fax)=)(?!redacted)[^&#]+", re.IGNORECASE), "telephone"),
    (re.compile(r"([?&](?:nom|prenom|contact|auteur|user|username|login)=)(?!redacted)[^&#]+", re.IGNORECASE), "name"),
)
"""Parameters of an address that hold a person's number or name."""


def redact(text: str) -> tuple[str, frozenset[Kind]]:
    """The text without e-mail addresses, telephone numbers and announced names, and which kinds of them there were: see
    `contacts` and `names`. Redacting twice changes nothing more.

    >>> redact("Suivi par Jeanne Exemple (tél. 06 39 98 01 23).")[0]
    'Suivi par [nom retiré] (tél. [numéro de téléphone retiré]).'
    """
    found: set[Kind] = set()
    if emails := list(email_spans(text)):
        found.add("e-mail")
        text = replaced(text, emails, EMAIL_PLACEHOLDER)
    text, phones = without_phones(text)
    if phones:
        found.add("telephone")
    if names := name_spans(text):
        found.add("name")
        text = replaced(text, names, NAME_PLACEHOLDER)
    return text, frozenset(found)


def redact_address(address: str) -> tuple[str, frozenset[Kind]]:
    """A web address without the e-mail addresses, user names, announced names and telephone numbers that it holds.

    Digits in a path are left alone: they are numbers of articles far more often than of telephones. Of `mailto:` and
    `tel:` only the scheme is left.
    """
    if personal := _PERSONAL_SCHEME.match(address):
        kind: Kind = "e-mail" if personal[1].lower() == "mailto" else "telephone"
        return f"{personal[1]}:redacted", frozenset({kind})
    found: set[Kind] = set()
    scheme, slashes, rest = address.partition("://")
    authority = re.match(r"[^/?#]*", rest)
    host = authority[0] if authority else ""
    if slashes and "@" in host:
        found.add("e-mail")
        rest = host.rpartition("@")[2] + rest[len(host) :]
    pieces = re.split(r"([/?&#=;])", rest)
    for number, piece in enumerate(pieces):
        plain = unquote_plus(piece)
        if _said_personal(plain):
            found |= _said_personal(plain)
            pieces[number] = "redacted"
    rest = "".join(pieces)
    for parameter, kind in _PARAMETERS:
        rest, count = parameter.subn(r"\1redacted", rest)
        found |= {kind} if count else set()
    return f"{scheme}{slashes}{rest}", frozenset(found)


def _said_personal(text: str) -> frozenset[Kind]:
    """What a part of an address says of persons."""
    if any(email_spans(text)):
        return frozenset({"e-mail"})
    if name_spans(text):
        return frozenset({"name"})
    return frozenset()


def protect(record: PartnershipRecord) -> PartnershipRecord:
    """The record with every text of it redacted, whatever field it stands in, and a warning per field that changed.

    The fields are found by walking the model, so that a new one is covered on the day it is added.
    """
    changed: list[tuple[str, frozenset[Kind]]] = []
    clean: PartnershipRecord = _walk(record, "", changed)
    if not changed:
        return record
    # What was taken out of a finding has had its warning where the value itself stood.
    warnings = tuple(_warning(path, kinds) for path, kinds in changed if not path.startswith("findings."))
    fields = {name: getattr(clean, name) for name in type(clean).model_fields}
    return type(record)(**{**fields, "findings": (*clean.findings, *warnings)})


def protect_finding(finding: Finding) -> Finding:
    """The finding with every text of it redacted."""
    clean: Finding = _walk(finding, "", [])
    return clean


def _walk(value: Any, path: str, changed: list[tuple[str, frozenset[Kind]]]) -> Any:
    if isinstance(value, Severity):
        return value
    if isinstance(value, str):
        is_address = path.rpartition(".")[2] == "address" or (_URL.match(value) and " " not in value)
        clean, kinds = redact_address(value) if is_address else redact(value)
        if kinds:
            changed.append((path, kinds))
        return clean
    if isinstance(value, tuple):
        return tuple(_walk(item, f"{path}.{index}", changed) for index, item in enumerate(value))
    if isinstance(value, BaseModel):
        before = len(changed)
        prefix = f"{path}." if path else ""
        names = type(value).model_fields
        fields = {name: _walk(getattr(value, name), f"{prefix}{name}", changed) for name in names}
        return type(value)(**fields) if len(changed) > before else value
    return value


def _warning(path: str, kinds: frozenset[Kind]) -> Finding:
    fr, en = (" et ".join(_KINDS[kind][0] for kind in sorted(kinds)), " and ".join(_KINDS[k][1] for k in sorted(kinds)))
    return Finding(
        code="personal-data",
        severity=Severity.WARNING,
        fr=f"Le champ {path} contenait {fr}, qui a été retiré\u00a0; retirez-le aussi de la source.",
        en=f"The field {path} held {en}, which was taken out; take it out of the source as well.",
        field=path,
    )


_KINDS: dict[Kind, tuple[str, str]] = {
    "e-mail": ("une adresse électronique", "an e-mail address"),
    "name": ("un nom de personne", "a person's name"),
    "telephone": ("un numéro de téléphone", "a telephone number"),
}
