"""Where e-mail addresses and telephone numbers stand in a text, however they are written or disguised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

PHONE_PLACEHOLDER = "[numéro de téléphone retiré]"

_AT = re.compile(
    r"\s{0,3}(?:[@＠﹫]|%40|&#0*64;|&#x0*40;|&commat;|[\[({<]\s{0,3}(?:at|arobase|arrobase|chez|à|@)\s{0,3}[\])}>])\s{0,3}"
    r"|\s{1,3}(?:at|arobase|arrobase)\s{1,3}|[_-](?:at|arobase)[_-]",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"[\w.%+'’-]*[^\s@＠﹫<>()\[\],;:\"«»]$")
_DOT = (
    r"(?:\s{0,3}[\[({]\s{0,3}(?:dot|point|\.)\s{0,3}[\])}]\s{0,3}|\s{1,3}(?:dot|point)\s{1,3}|[_-](?:dot|point)[_-]"
    r"|\s?\.)"
)
_DOMAIN = re.compile(
    rf"[\w-]{{1,63}}?(?:{_DOT}[\w-]{{1,63}}){{0,126}}{_DOT}(?:xn--[\w-]{{1,59}}|[^\W\d_]{{2,24}})", re.IGNORECASE
)
_SPELT_DOT = re.compile(r"\s(?:dot|point)\s", re.IGNORECASE)
_HOST = re.compile(r"[^\W\d_][\w-]{2,62}(?![\w.-])")
"""A host without a domain, after a sign that touches both: `jeanne@mairie`."""
_QUERY = re.compile(r"\?[^\s<>\"»)]*")
_MAILTO = "mailto:"
_WINDOW = 128
"""How far before and after the sign an address is looked for: the local part has 64 characters at most (RFC 5321)."""

_LABELLED_PHONE = re.compile(
    r"\b(?P<label>(?:t[ée]l(?:[ée]phone)?|fax|mobile|portable|gsm|whats?app)\b\.?\s?(?:n°\s?)?:?\s{0,3})"
    r"(?P<number>[+(]?\d(?:[\s().-]{0,2}\d){5,14})(?!\d)",
    re.IGNORECASE,
)
_SHAPED_PHONE = re.compile(
    r"(?<![\w/.,-])(?:\(?0[1-9]\)?(?:[ \u00a0\u202f./-]?\d\d){4}"
    r"|(?:\+|00)33[ \u00a0\u202f.-]?(?:\(0\)[ \u00a0\u202f.-]?)?[1-9](?:[ \u00a0\u202f.-]?\d\d){4})(?!\w)"
)
"""Numbers as the French write them, assigned or not: ranges are assigned as time goes, which a library cannot know."""
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 6
"""No telephone number has fewer, country code included; most texts have none, and looking for numbers takes long."""


def email_spans(text: str) -> Iterator[tuple[int, int]]:
    """Places of e-mail addresses. The sign is sought first, then what stands around it: linear in the text."""
    end = 0
    for sign in _AT.finditer(text):
        start = max(end, sign.start() - _WINDOW)
        local = _LOCAL.search(text, start, sign.start())
        after = text[sign.end() : sign.end() + 2 * _WINDOW]
        domain = _DOMAIN.match(after)
        if domain and sign[0].strip(" \t\n_-").isalpha() and not _is_bare_domain(domain[0], sign[0]):
            continue
        if domain is None and sign[0] == "@":
            domain = _HOST.match(after)
        if local is None or domain is None:
            continue
        end = sign.end() + domain.end()
        begin = local.start()
        if text[:begin].lower().endswith(_MAILTO) and (query := _QUERY.match(text, end)):
            end = query.end()  # the subject of a letter may name somebody
        yield begin, end


def _is_bare_domain(domain: str, sign: str) -> bool:
    """After the mere word `at`: a domain in one case. `la visite at Brest.Puis` is a missing space, no address."""
    plain = _SPELT_DOT.sub(".", domain)
    return plain.islower() or (plain.isupper() and "_" not in sign and "-" not in sign)


def without_phones(text: str) -> tuple[str, bool]:
    """The text without telephone numbers: in the French form, in the international form, and after a label such as
    `Tél.`; and whether there were any."""
    if len(_DIGIT.findall(text)) < _FEWEST_DIGITS:
        return text, False
    text, shaped = _SHAPED_PHONE.subn(PHONE_PLACEHOLDER, text)
    text, labelled = _LABELLED_PHONE.subn(rf"\g<label>{PHONE_PLACEHOLDER}", text)
    phones = [(match.start, match.end) for match in PhoneNumberMatcher(text, "FR", leniency=Leniency.VALID)]
    return replaced(text, phones, PHONE_PLACEHOLDER), bool(shaped or labelled or phones)


def replaced(text: str, spans: list[tuple[int, int]], placeholder: str) -> str:
    """The text with each span, in order and none within another, replaced."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], placeholder]
        position = end
    return "".join([*pieces, text[position:]])
