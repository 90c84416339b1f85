"""Bytes -> text. The byte order mark decides, then what the file declares of itself, then what its bytes can be.

What was doubtful, lost or taken out is told with its lines, so that one bad byte costs one character.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence

from atlas_ld.findings import Finding, Severity
from atlas_ld.sources.reading import remark

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}(?P<meta>[\w.:-]{1,40})"
    rb"|<\?xml[^>]{0,200}?encoding\s{0,9}=\s{0,9}[\"'](?P<xml>[\w.:-]{1,40})",
    re.IGNORECASE,
)
_WITHIN = 4096
"""A declaration stands in the first bytes; HTML asks for the first 1024, saved pages are later."""
_LATIN_1 = frozenset({"iso8859-1", "ascii"})
"""What calls itself so is Windows-1252 (https://encoding.spec.whatwg.org/#names-and-labels)."""
_SINGLE_BYTE = ("cp1252", "iso8859-15", "mac-roman", "cp850")
_NAMES = {"cp1252": "Windows-1252", "iso8859-15": "ISO 8859-15", "mac-roman": "Mac Roman", "cp850": "DOS (850)"}
_IN_WORDS = re.compile(r"(?<=[a-z])[àâäçéèêëîïíóôöùûüúñœæß’]|[àâäçéèêëîïíóôöùûüúñœæÉÈÀÊÔÎŒ](?=[a-z])|(?<=[0-9 ])€")
_ODD = re.compile(
    r"(?<=[a-z])[^\W\d_a-zß-öø-ÿœ](?=[a-z\s])|(?<=\w)[^\w\s’'./,;:()\[\]&@#*+=?!%°\"«»_–—…|<>-](?=\w)|[¤\x80-\x9f]"
)
_FEWEST_PER_BAD = 4
"""Among bytes of UTF-8, one bad byte for four good characters at most; beyond, the file is of another encoding."""

CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
) + "]")  # fmt: skip
"""Controls, noncharacters and lone surrogates: no text holds them, and XML cannot."""
_BREAKS = re.compile("\r\n|[\r\u2028\u2029\x85]")
_SPACES = re.compile("[\x0b\x0c]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""Soft hyphens and spaces of no width, which part words and names that are one."""
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ\u009d˜“”¦¢]|Â[\u00a0-\u00bf]|Å“")


def decode(content: bytes) -> tuple[str, tuple[Finding, ...]] | None:
    """The text of a file, its lines ended by LF, and what is to be said of it; None where the bytes are no text.

    Control characters and characters without width are taken out, which is said as well.
    """
    encoding, marked = _marked(content)
    findings: list[Finding] = []
    if marked:
        text, lost = _forgiving(content, encoding)
    elif (wide := _wide(content)) is not None:
        text, lost = _forgiving(content, wide)
        findings.append(_read_as(wide.upper(), "UTF-16"))
    elif content.count(b"\0") * 10 > len(content):
        return None
    else:
        found = _narrow(content)
        if found is None:
            return None
        text, lost, findings = found
    text = _BREAKS.sub("\n", text.lstrip("\ufeff"))
    if lost:
        findings.append(_bad_bytes(text))
    elif "\ufffd" in text:
        findings.append(_lost_before(text))
    if _MOJIBAKE.search(text):
        findings.append(_mojibake(text))
    text, told = without_controls(text)
    return text, (*findings, *told)


def without_controls(text: str) -> tuple[str, tuple[Finding, ...]]:
    """The text in composed letters (NFC), without control and invisible characters, and how many were taken out on
    which lines. Letters with accents of their own, as macOS writes them, are the same text: nothing is told of it."""
    text = unicodedata.normalize("NFC", text)
    findings = []
    if CONTROL.search(text):
        findings.append(
            _told_lines(
                "control-characters",
                Severity.WARNING,
                _lines(CONTROL, text),
                "{} caractère(s) de commande ont été retirés",
                "{} control character(s) were taken out",
            )
        )
        text = CONTROL.sub("", text)
    if _INVISIBLE.search(text):
        findings.append(
            _told_lines(
                "invisible-characters",
                Severity.INFO,
                _lines(_INVISIBLE, text),
                "{} caractère(s) invisibles (traits d'union conditionnels, espaces sans chasse) ont été retirés",
                "{} invisible character(s) (soft hyphens, spaces of no width) were taken out",
            )
        )
        text = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", text), tuple(findings)


def _marked(content: bytes) -> tuple[str, bool]:
    return next(((encoding, True) for mark, encoding in _MARKS if content.startswith(mark)), ("utf-8", False))


def _forgiving(content: bytes, encoding: str) -> tuple[str, bool]:
    try:
        return content.decode(encoding), False
    except UnicodeDecodeError:
        return content.decode(encoding, "replace"), True


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: nearly every second byte is null, in a text of Latin letters."""
    sample = content[:4000]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.7 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _narrow(content: bytes) -> tuple[str, bool, list[Finding]] | None:
    """A text without mark: UTF-8, or what it declares, or what its letters make likeliest."""
    try:
        return content.decode("utf-8"), False, []  # bytes of another encoding are hardly ever UTF-8 by chance
    except UnicodeDecodeError:
        forgiving = content.decode("utf-8", "replace")
    declared = _declaration(content)
    if declared and declared != "utf-8":
        try:
            return content.decode(declared), False, [_read_as(declared, None)]
        except UnicodeDecodeError:
            return content.decode(declared, "replace"), True, [_read_as(declared, None)]
    bad = forgiving.count("\ufffd")
    good = sum(char >= "\x80" for char in forgiving) - bad
    if good >= _FEWEST_PER_BAD * bad or (declared == "utf-8" and good > bad):
        return forgiving, True, []
    encoding = _likeliest(content)
    return (content.decode(encoding), False, [_read_as(encoding, None)]) if encoding else None


def _declaration(content: bytes) -> str | None:
    match = _DECLARED.search(content[:_WITHIN])
    if match is None:
        return None
    try:
        name = codecs.lookup((match["meta"] or match["xml"]).decode("ascii")).name
    except LookupError:
        return None
    if name in _LATIN_1:
        return "cp1252"
    try:
        b"a".decode(name)  # also codecs that are no encodings of text (`hex`), which raise LookupError
    except (LookupError, UnicodeDecodeError):
        return "utf-8"
    return "utf-8" if name.startswith(("utf-16", "utf-32")) else name  # whose ASCII could not have been read


def _likeliest(content: bytes) -> str | None:
    """The encoding in which most letters stand in words as French and its neighbours have them."""
    best: tuple[int, str] | None = None
    for encoding in _SINGLE_BYTE:
        try:
            text = content[:200_000].decode(encoding)
        except UnicodeDecodeError:
            continue
        score = len(_IN_WORDS.findall(text)) - 2 * len(_ODD.findall(text))
        if best is None or score > best[0]:
            best = (score, encoding)
    if best is None:
        return None
    try:
        content.decode(best[1])
    except UnicodeDecodeError:
        return None
    return best[1]


def _read_as(encoding: str, declared: str | None) -> Finding:
    name = _NAMES.get(encoding, declared or encoding)
    return remark(
        "not-utf-8",
        Severity.WARNING,
        f"Le fichier n'est pas en UTF-8 ; il a été lu comme du {name}. Enregistrez-le en UTF-8.",
        f"The file is not UTF-8; it was read as {name}. Save it as UTF-8.",
    )


def _bad_bytes(text: str) -> Finding:
    return _told_lines(
        "bad-bytes", Severity.WARNING, _lines(re.compile("\ufffd"), text),
        "{} octet(s) ne sont pas de l'encodage du fichier et ont été remplacés par « \ufffd »",
        "{} byte(s) are not of the file's encoding and were replaced by “\ufffd”",
        " Corrigez-les dans la source.", " Mend them in the source.",
    )  # fmt: skip


def _lost_before(text: str) -> Finding:
    return _told_lines(
        "lost-characters", Severity.WARNING, _lines(re.compile("\ufffd"), text),
        "{} caractère(s) étaient déjà perdus dans le fichier (« \ufffd »)",
        "{} character(s) were lost before in the file (“\ufffd”)",
        " Corrigez-les dans la source.", " Mend them in the source.",
    )  # fmt: skip


def _mojibake(text: str) -> Finding:
    return _told_lines(
        "mojibake", Severity.WARNING, _lines(_MOJIBAKE, text),
        "{} suite(s) de signes semblent du texte UTF-8 lu une fois comme du Windows-1252 (« Ã© » pour « é »)",
        "{} run(s) of signs look like UTF-8 once read as Windows-1252 (“Ã©” for “é”)",
        " Exportez de nouveau la source en UTF-8.", " Export the source again as UTF-8.",
    )  # fmt: skip


def _lines(pattern: re.Pattern[str], text: str) -> list[int]:
    """The line of each match. Lines are counted up from the match before, so that many cost no more than one pass."""
    lines, number, position = [], 1, 0
    for match in pattern.finditer(text):
        number += text.count("\n", position, match.start())
        position = match.start()
        lines.append(number)
    return lines


def _told_lines(
    code: str, severity: Severity, lines: Sequence[int], fr: str, en: str, mend_fr: str = "", mend_en: str = ""
) -> Finding:
    """A finding on signs of the file, with the lines on which they stand, the first five of them by number."""
    distinct = sorted(set(lines))
    some = ", ".join(map(str, distinct[:5])) + (", …" if len(distinct) > 5 else "")
    return remark(
        code, severity, f"{fr.format(len(lines))} (ligne {some}).{mend_fr}",
        f"{en.format(len(lines))} (line {some}).{mend_en}", line=distinct[0],
    )  # fmt: skip


def file_name(name: str) -> str:
    """A file's name as text: bytes that the system gave and that are no UTF-8 (archives made elsewhere) are read like
    any text, so that the name can be printed and kept."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "surrogateescape")
        encoding = _likeliest(raw) or "cp850"
        name = raw.decode(encoding, "replace")
    return CONTROL.sub("\ufffd", name)
