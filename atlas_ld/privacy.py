"""Personal data in texts: e-mail addresses and telephone numbers are found and taken out before anything is kept.

Names of persons are not looked for here: readers do not read the blocks in which they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import unquote

from phonenumbers import Leniency, PhoneNumberMatcher
from pydantic import BaseModel

from atlas_ld.findings import Finding, Severity
from atlas_ld.records import PartnershipRecord

Kind = Literal["e-mail", "telephone"]

EMAIL_PLACEHOLDER = "[adresse électronique retirée]"
PHONE_PLACEHOLDER = "[numéro de téléphone retiré]"

_AT = re.compile(
    r"\s{0,3}(?:[@＠﹫]|%40|&#0*64;|&commat;|[\[({<]\s{0,3}(?:at|arobase|arrobase|chez|à)\s{0,3}[\])}>])\s{0,3}"
    r"|\s{1,3}(?:at|arobase|arrobase)\s{1,3}",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[\w.%+'’-]*[^\s@＠﹫<>()\[\],;:\"«»]$")
_DOT = r"(?:\s{0,3}[\[({]\s{0,3}(?:dot|point|\.)\s{0,3}[\])}]\s{0,3}|\s{1,3}(?:dot|point)\s{1,3}|\s?\.)"
_DOMAIN = re.compile(rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,126}}{_DOT}(?:xn--[\w-]{{1,59}}|[^\W\d_]{{2,24}})")
_WINDOW = 128
"""How far before and after the sign an address is looked for: the local part has 64 characters at most (RFC 5321)."""

_LABELLED_PHONE = re.compile(
    r"\b(?P<label>(?:t[ée]l(?:[ée]phone)?|fax|mobile|portable|gsm|whats?app)\b\.?\s?(?:n°\s?)?:?\s{0,3})"
    r"(?P<number>[+(]?\d(?:[\s().-]{0,2}\d){5,14})(?!\d)",
    re.IGNORECASE,
)
_SHAPED_PHONE = re.compile(
    r"(?<![\w/.,-])(?:0[1-9](?:[ \u00a0\u202f.-]?\d\d){4}"
    r"|(?:\+|00)33[ \u00a0\u202f.-]?(?:\(0\)[ \u00a0\u202f.-]?)?[1-9](?:[ \u00a0\u202f.-]?\d\d){4})(?!\w)"
)
"""Numbers as the French write them, assigned or not: ranges are assigned as time goes, which a library cannot know."""
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 6
"""No telephone number has fewer, country code included; most texts have none, and looking for numbers takes long."""
_URL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_PHONE_PARAMETER = re.compile(r"([?&](?:tel|telephone|phone|mobile|fax)=)[^&#]+", re.IGNORECASE)


def redact(text: str) -> tuple[str, frozenset[Kind]]:
    """The text without e-mail addresses and telephone numbers, and which kinds of them there were.

    Addresses with `@`, `[at]`, `(at)`, ` at `, `arobase`; numbers in the French form, in the international form, and
    after a label such as `Tél.`. Redacting twice changes nothing more.
    """
    found: set[Kind] = set()
    emails = list(_email_spans(text))
    if emails:
        found.add("e-mail")
        text = _replace(text, emails, EMAIL_PLACEHOLDER)
    text, shaped = _SHAPED_PHONE.subn(PHONE_PLACEHOLDER, text)
    text, labelled = _LABELLED_PHONE.subn(rf"\g<label>{PHONE_PLACEHOLDER}", text)
    phones = list(_phone_spans(text))
    if phones:
        text = _replace(text, phones, PHONE_PLACEHOLDER)
    if shaped or labelled or phones:
        found.add("telephone")
    return text, frozenset(found)


def redact_address(address: str) -> tuple[str, frozenset[Kind]]:
    """A web address without the e-mail addresses, user names and telephone numbers that it holds.

    Digits in a path are left alone: they are numbers of articles far more often than of telephones.
    """
    found: set[Kind] = set()
    scheme, slashes, rest = address.partition("://")
    authority = re.match(r"[^/?#]*", rest)
    host = authority[0] if authority else ""
    if slashes and "@" in host:
        found.add("e-mail")
        rest = host.rpartition("@")[2] + rest[len(host) :]
    pieces = re.split(r"([/?&#=;])", rest)
    clean = ["redacted" if any(_email_spans(unquote(piece))) else piece for piece in pieces]
    if clean != pieces:
        found.add("e-mail")
    rest, phones = _PHONE_PARAMETER.subn(r"\1redacted", "".join(clean))
    if phones:
        found.add("telephone")
    return f"{scheme}{slashes}{rest}", frozenset(found)


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
        is_address = path.rpartition(".")[2] == "address" or ("://" in value and _URL.match(value) and " " not in value)
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
    fr = " et ".join(
        {"e-mail": "une adresse électronique", "telephone": "un numéro de téléphone"}[k] for k in sorted(kinds)
    )
    en = " and ".join({"e-mail": "an e-mail address", "telephone": "a telephone number"}[k] for k in sorted(kinds))
    return Finding(
        code="personal-data",
        severity=Severity.WARNING,
        fr=f"Le champ {path} contenait {fr}, qui a été retiré\u00a0; retirez-le aussi de la source.",
        en=f"The field {path} held {en}, which was taken out; take it out of the source as well.",
        field=path,
    )


def _email_spans(text: str) -> Iterator[tuple[int, int]]:
    """Places of e-mail addresses. The sign is sought first, then what stands around it: linear in the text."""
    end = 0
    for sign in _AT.finditer(text):
        start = max(end, sign.start() - _WINDOW)
        local = _LOCAL.search(text, start, sign.start())
        after = text[sign.end() : sign.end() + 2 * _WINDOW]
        domain = _DOMAIN.match(after)
        if local is None or domain is None:
            continue
        if sign[0].strip().isalpha() and not _is_bare_domain(domain[0]):
            continue
        end = sign.end() + domain.end()
        yield local.start(), end


def _is_bare_domain(domain: str) -> bool:
    """After the mere word `at`: a domain in one case. `la visite at Brest.Puis` is a missing space, no address."""
    return domain.islower() or domain.isupper()


def _phone_spans(text: str) -> Iterator[tuple[int, int]]:
    if len(_DIGIT.findall(text)) < _FEWEST_DIGITS:
        return
    for match in PhoneNumberMatcher(text, "FR", leniency=Leniency.VALID):
        yield match.start, match.end


def _replace(text: str, spans: list[tuple[int, int]], placeholder: str) -> str:
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], placeholder]
        position = end
    return "".join([*pieces, text[position:]])
