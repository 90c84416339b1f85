"""What a file is by its first bytes, whatever it is called."""

from __future__ import annotations

_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "un PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "un document ou un classeur d'un ancien Office, ou protégé par un mot de passe",
     "a document or workbook of an old Office, or one that a password protects"),
    (b"\x89PNG", "une image", "a picture"),
    (b"\xff\xd8\xff", "une image", "a picture"),
    (b"GIF8", "une image", "a picture"),
    (b"{\\rtf", "un document RTF", "an RTF document"),
    (b"bplist00", "une archive web de Safari", "a web archive of Safari"),
    (b"SQLite format 3", "une base SQLite", "an SQLite database"),
    (b"\x1f\x8b", "une archive gzip", "a gzip archive"),
    (b"7z\xbc\xaf", "une archive 7-Zip", "a 7-Zip archive"),
    (b"Rar!", "une archive RAR", "a RAR archive"),
)  # fmt: skip
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def kind_of(content: bytes) -> tuple[str, str] | None:
    """What a file is that is neither text nor an XLSX workbook, in French and English; None for any other."""
    if content.startswith(_ZIP):
        if b"opendocument" in content[:200]:
            return "un document ou un classeur OpenDocument", "an OpenDocument document or workbook"
        if b"word/" in content:
            return "un document Word", "a Word document"
        if b"Index/" in content[:4000] and b".iwa" in content:
            return "un classeur Numbers", "a Numbers workbook"
        return (
            None
            if b"xl/workbook" in content
            else ("une archive ZIP ou un classeur abîmé", "a ZIP archive or a damaged workbook")
        )
    return next(((fr, en) for sign, fr, en in _SIGNS if content.startswith(sign)), None)
