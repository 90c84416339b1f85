"""The blocks of an Atlas page in which persons stand. Posts, functions and missions are taken out; names and
addresses never are, and no finding of this module quotes a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.privacy import FUNCTIONS
from atlas_ld.records import Participant
from atlas_ld.sources.atlas_cut import Line, cells_of
from atlas_ld.sources.atlas_labels import plain
from atlas_ld.sources.atlas_ledger import Ledger
from atlas_ld.sources.reading import remark

_POST = re.compile(
    r"""Contacts? dans (?:les?|l'un des|un des) postes? diplomatiques? ?:? ?["«“']? ?(?P<post>.*?) ?["»”']?""",
    re.IGNORECASE,
)
_BETWEEN_POSTS = re.compile(r"""["»”] ?(?:[,;/]|et)? ?["«“]""")
"""What stands between two posts that one line names."""
_POST_FUNCTION = re.compile(
    r"(?:Pas de )?(?:Correspondante?|Conseill(?:er|ère)|Attachée?|Ambassad(?:eur|rice)|Consule?|Chargée?)\b",
    re.IGNORECASE,
)
_ADDRESS_LINE = re.compile(r"^(?:Courriel|E-?mail|T[ée]l(?:[ée]phone)?|Fax)\b|@|\[at\]", re.IGNORECASE)
_CHROME = re.compile(
    r"Accueil\b.*|Atlas|Atlas (?:français|et Bourse)\b.*|Détail projet|Imprimer.*|Retour.*|https?://\S+|\?{3}\S+\?{3}"
)

_FURTHER_WORDS = """
    affaires bureau cabinet centre communal communale communaute commune conseil cooperation culture cellule
    decentralisee departement departemental departementale developpement district division eau education
    environnement etat etudes executif executive exterieures financier financiere finances general generale
    generaux gestion international internationale internationales jeunesse local locale mairie mission missions
    municipal municipale municipalite national nationale partenariat partenariats pole programme programmes projet
    projets province provincial provinciale rectorat region regional regionale relations sante service services
    social technique techniques tourisme urbain urbanisme ville
"""
_FUNCTION_WORDS = FUNCTIONS | frozenset(_FURTHER_WORDS.split())
"""Words that may stand in a function with a capital; any other capitalised word may be a name."""


def posts(head: Sequence[Line], ledger: Ledger) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Diplomatic posts named above the first label, and the functions of their contacts. Names and addresses, which
    follow a function, are known and not read; what is not claimed here is told."""
    found: list[str] = []
    functions: list[str] = []
    names = 0
    for line in head:
        text = " ".join(line.text.split())
        post = _POST.fullmatch(text)
        if post and post["post"]:
            found += [name.strip() for name in _BETWEEN_POSTS.split(post["post"])]
            ledger.mark(line, "read")
        elif not text or _CHROME.fullmatch(text):
            ledger.mark(line, "furniture")
        elif found and _POST_FUNCTION.match(text):
            names = 2
            told = _function(text.split()) if not text.startswith("Pas de") else None
            if told:
                functions.append(told)
            ledger.mark(line, "read" if told else "furniture")
        elif found and _ADDRESS_LINE.search(text):
            ledger.mark(line, "furniture")
        elif found and names and len(text) <= 60 and not re.search("[0-9:.;!?]", text):
            names -= 1
            ledger.mark(line, "furniture")
    return tuple(found), tuple(functions)


def contact_functions(
    rows: Iterable[Line], partners: Sequence[Participant], findings: list[Finding]
) -> tuple[Participant, ...]:
    """The partners with the functions of their contacts.

    A row is partner, family name, given name, function, e-mail. Without cells, the partner is known from the table
    above, the e-mail is the last word, and the function begins at a known word after two names at least. Where any of
    it is unsure the whole row is dropped, since a name must not pass for a function.
    """
    functions: dict[str, list[str]] = {}
    by_length = sorted((partner.name for partner in partners), key=len, reverse=True)
    for line in rows:
        partner, function = _contact(line, by_length)
        if partner is None or function is None:
            findings.append(
                _unquoted("dropped-contact", "un contact de partenaire", "a partner's contact", line, Severity.INFO)
            )
        else:
            functions.setdefault(partner, []).append(function)
    return tuple(
        partner.model_copy(update={"contact_functions": tuple(sorted(set(functions[partner.name])))})
        if partner.name in functions
        else partner
        for partner in partners
    )


def _contact(line: Line, partners: Sequence[str]) -> tuple[str | None, str | None]:
    cells = cells_of(line)
    if cells:
        partner = next((name for name in partners if fold(name) == fold(cells[0])), None)
        fitting = (_function(cell.split()) for cell in cells[1:])
        return partner, next((function for function in fitting if function), None)
    words = line.text.split()
    if words and "@" not in words[-1] and "[at]" not in words[-1]:
        return None, None
    for name in partners:
        length = len(name.split())
        if [fold(word) for word in words[:length]] == [fold(word) for word in name.split()]:
            rest = words[length:-1]
            start = next((place for place, word in enumerate(rest) if fold(word) in FUNCTIONS), 0)
            # A family name `Maire` or `Chef` stands first or second: then nothing tells where the function begins.
            return name, _function(rest[start:]) if start >= 2 else None
    return None, None


def _function(words: Sequence[str]) -> str | None:
    """The words as a function, where they begin as one and hold no capitalised word that could be a name."""
    if not words or fold(words[0]).partition("(")[0] not in FUNCTIONS:
        return None
    for word in words:
        bare = re.sub(r"^[ldLD]['’]|[(),.;]", "", word)
        if bare[:1].isupper() and not all(part in _FUNCTION_WORDS for part in re.split("[-/]", fold(bare))):
            return None
        if "@" in word or any(char.isdigit() for char in word):
            return None
    return " ".join(words)


def volunteers(rows: Sequence[Line], is_html: bool, findings: list[Finding]) -> tuple[int | None, tuple[str, ...]]:
    """How many volunteers, None where a table was not understood, and their missions where all five cells of the row
    are filled.

    With an empty cell the others may have moved (bars collapse), and a given name could pass for a mission.
    """
    missions: list[str] = []
    count: int | None = 0
    for line in rows:
        cells = cells_of(line)
        if is_html and not cells:
            findings.append(_unquoted("unknown-line", "un tableau de volontaires", "the volunteers' table", line))
            count = None
            continue
        count = None if count is None else count + 1
        if len(cells) >= 5 and all(cells[:5]):
            missions.append(cells[2])
        else:
            findings.append(
                _unquoted("dropped-mission", "la mission d'un volontaire", "a volunteer's mission", line, Severity.INFO)
            )
    return count, tuple(missions)


def is_header(line: Line, header: str) -> bool:
    """Whether a row is the header of its table, which begins with `header`."""
    cells = cells_of(line)
    text = " ".join(filter(None, cells)) if cells else line.text
    return plain(text).casefold().startswith(plain(header).casefold())


def _unquoted(code: str, fr: str, en: str, line: Line, severity: Severity = Severity.WARNING) -> Finding:
    """A finding on a line that may name a person, and is therefore not quoted."""
    if severity is Severity.INFO:
        fr_sentence, en_sentence = f"Non repris, faute de certitude : {fr}.", f"Left out, not being sure: {en}."
    else:
        fr_sentence, en_sentence = f"Ligne non comprise, {fr}.", f"A line that is not understood, {en}."
    return remark(code, severity, fr_sentence, en_sentence, line=line.number)
