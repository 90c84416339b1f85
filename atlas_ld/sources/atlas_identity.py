"""Which page of the Atlas a file is: the `prjId` of its address."""

from __future__ import annotations

import re
from collections.abc import Sequence

from atlas_ld.findings import Finding, Severity
from atlas_ld.sources.atlas_cut import Line
from atlas_ld.sources.reading import remark

ATLAS = "Atlas français de la coopération décentralisée"
ADDRESS = "https://pastel.diplomatie.gouv.fr/cncdext/dyn/public/atlas/detailProjet.html?criteres.prjId={}"

_ID = r"prjId(?:=|%3D|&#61;)(?P<id>[0-9]{1,9})(?![0-9])"
_IN_TEXT = re.compile(_ID, re.IGNORECASE)
_OWN_IN_HTML = (
    re.compile(rf"<link[^>]{{0,300}}rel=[\"']?canonical[^>]{{0,600}}{_ID}", re.IGNORECASE),
    re.compile(rf"\A[^\s<]{{0,600}}{_ID}", re.IGNORECASE),
    re.compile(rf"<meta[^>]{{0,300}}og:url[^>]{{0,600}}{_ID}", re.IGNORECASE),
    re.compile(rf"<!--\s{{0,9}}saved from url=[^>]{{0,600}}{_ID}", re.IGNORECASE),
    re.compile(rf"<base[^>]{{0,600}}{_ID}", re.IGNORECASE),
    re.compile(r"<input[^>]{0,300}prjId[\"'][^>]{0,300}value=[\"']?(?P<id>[0-9]{1,9})", re.IGNORECASE),
    re.compile(rf"<form[^>]{{0,600}}{_ID}", re.IGNORECASE),
)
_IN_NAME = re.compile(r"(?:.*prjId[=_-])?(?P<id>[0-9]{1,9})(?:\.[a-z]+)?", re.IGNORECASE)


def page_id(name: str, text: str, head: Sequence[Line], is_html: bool, findings: list[Finding]) -> str | None:
    """The page's number: from its own address in the HTML or above the first label, else from the file's name.

    A file may be called `2833.txt` or `detailProjet.html?criteres.prjId=2833`. Any other number that the text of a
    page mentions is another page's.
    """
    told = _told(text, head, is_html)
    match = _IN_NAME.fullmatch(name.rpartition("/")[2])
    named = match["id"] if match else None
    if told and named and told != named:
        findings.append(
            remark(
                "two-identifiers",
                Severity.WARNING,
                f"La page dit prjId={told}, le nom du fichier {named} ; le numéro de la page a été retenu.",
                f"The page says prjId={told}, the file's name {named}; the page's own number was taken.",
                field="identifier",
            )
        )
    return told or named


def _told(text: str, head: Sequence[Line], is_html: bool) -> str | None:
    if is_html:
        for pattern in _OWN_IN_HTML:
            found = pattern.search(text)
            if found:
                return found["id"]
        mentioned = {match["id"] for match in _IN_TEXT.finditer(text)}
        return mentioned.pop() if len(mentioned) == 1 else None
    found = next((match for line in head if (match := _IN_TEXT.search(line.text))), None)
    return found["id"] if found else None
