"""Names as they are compared: words without accents, and the kind of body that the words announce."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapidfuzz import process

from atlas_ld.iris import words

_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*")
_ARTICLE = re.compile(r"(?:la|le|les|l) ")
_CONNECTOR = re.compile(r"(?P<connector>de la|de l|des|du|de|d) (?P<rest>.+)")
_CONNECTOR_ARTICLE = {"de la": "la", "de l": "l", "des": "les", "du": "le"}

_FRENCH_KINDS: tuple[tuple[str, str], ...] = (
    ("region", r"conseil regional|collectivite regionale|region"),
    ("departement", r"conseil departemental|conseil general|departement|de?pt|dep(?= )|c ?[dg](?= ?\d| d[ue]? | des )"),
    ("ca", r"communaute d agglomeration|communaute agglomeration|agglomeration|agglo|c ?a"),
    ("cc", r"communaute de communes|communaute des communes|c ?c"),
    ("cu", r"communaute urbaine|c ?u"),
    ("epci", r"intercommunalite|communaute"),
    ("ept", r"etablissement public territorial|ept"),
    ("metropole", r"eurometropole|metropole"),
    ("syndicat", r"syndicats?"),
    ("com", r"collectivite d outre mer|collectivite territoriale|collectivite|territoire(?! de belfort)"),
    ("commune", r"ville et commune|ville|commune nouvelle|commune|mairie|municipalite"),
)
_FRENCH_PREFIX = re.compile("|".join(f"(?P<{kind}>(?:{pattern}))" for kind, pattern in _FRENCH_KINDS))
_METROPOLE_SUFFIX = re.compile(r"(?P<rest>.+) (?:euro)?metropole")

FRENCH_KIND_CODES = {
    "commune": "commune",
    "ville": "commune",
    "departement": "departement",
    "region": "region",
    "epci": "epci",
    "metropole": "metropole",
    "ept": "ept",
    "syndicat": "syndicat",
    "com": "com",
    "collectivite d outre mer": "com",
}
"""What a source may declare as the kind of a French authority, in words, and the kind that it stands for."""

_OTHER_KINDS = {
    "town": "commune", "city": "commune", "municipality": "commune", "municipalite": "commune", "mairie": "commune",
    "county": "comte", "comte": "comte", "province": "province", "prefecture": "prefecture", "cercle": "cercle",
    "district": "district", "governorate": "gouvernorat", "gouvernorat": "gouvernorat", "wilaya": "wilaya",
    "oblast": "oblast", "etat": "etat", "state": "etat", "land": "land", "canton": "canton", "voivodie": "voivodie",
    "pays": "pays", "country": "pays", "association": "association", "ong": "association",
    "etablissement": "etablissement", "universite": "etablissement", "hopital": "etablissement",
    "communaute de communes": "epci", "communaute d agglomeration": "epci", "communaute urbaine": "epci",
    "intercommunalite": "epci",
}  # fmt: skip
"""Other kinds of bodies that sources declare; matching does not go by them in France."""


def body_kind(written: str) -> str | None:
    """The code (ontology/codes/kind.ttl) of a kind that a source declares, None where no list knows it."""
    plain = words(written)
    return FRENCH_KIND_CODES.get(plain) or _OTHER_KINDS.get(plain)


def nearest_kind(written: str) -> str | None:
    """The known word for a kind that is written most like an unknown one."""
    found = process.extractOne(words(written), [*FRENCH_KIND_CODES, *_OTHER_KINDS], score_cutoff=60)
    return found[0] if found else None


EPCI_KINDS = frozenset({"epci", "ca", "cc", "cu", "ept", "metropole"})


def luhn(siren: str) -> bool:
    """Whether nine digits are a SIREN (Luhn's check: https://www.insee.fr/fr/metadonnees/definition/c2047)."""
    if not re.fullmatch(r"[0-9]{9}", siren):
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(siren)))
    return sum(sum(divmod(value, 10)) for value in doubled) % 10 == 0


def without_article(text: str) -> str:
    """`la reunion` -> `reunion`. `text` is in words."""
    return _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text


def split_brackets(text: str) -> tuple[str, str | None]:
    """A name and what it has in brackets: `Saint-Denis (93)` -> `Saint-Denis`, `93`."""
    found = _BRACKETS.search(text)
    if not found:
        return text.strip(), None
    return _BRACKETS.sub(" ", text).strip(), found.group(1).strip() or None


_NUMERAL = re.compile(r"\d+|[ivx]+")
_SILENT = re.compile(r"[esx]+$")
_DOUBLED = re.compile(r"(.)\1")
_ALIKE = (("ph", "f"), ("th", "t"), ("y", "i"), ("qu", "k"), ("ck", "k"))


def skeleton(plain: str) -> str:
    """What stays of a name, in words, when what people misspell is left out: silent endings, doubled letters, letters
    that sound alike, and where words part: `conflans saint honorine` and `conflans sainte honorine` are one."""
    kept = []
    for word in plain.split():
        if _NUMERAL.fullmatch(word):
            kept.append(f"{word} ")
            continue
        for written, said in _ALIKE:
            word = word.replace(written, said)
        word = _DOUBLED.sub(r"\1", word)
        kept.append(_SILENT.sub("", word) if len(word) > 3 else word)
    return "".join(kept)


def expanded(plain: str) -> tuple[str, ...]:
    """A name, in words, and the same with its abbreviations written out: `lissac s couze` -> `lissac sur couze`."""
    told = _UNDER.sub(" sous ", plain)
    told = _OVER.sub(" sur ", told)
    told = _ABBREVIATED.sub(lambda found: _IN_FULL[found[0]], told)
    return (plain,) if told == plain else (plain, told)


_UNDER, _OVER = re.compile(r" s s "), re.compile(r" s ")
_IN_FULL = {"nd": "notre dame", "n d": "notre dame", "mt": "mont", "mts": "monts", "vx": "vieux", "gd": "grand",
            "gde": "grande", "gds": "grands", "pt": "petit", "pte": "petite", "ht": "haut", "hte": "haute"}  # fmt: skip
_ABBREVIATED = re.compile(r"\b(?:nd|n d|mts?|vx|gde?|gds|pte?|hte?)\b")


@dataclass(frozen=True)
class Named:
    """A name taken apart: the `kind` that its words announce (None when they announce none) and the `forms`, in
    words, that the place's own name may have, likeliest first."""

    kind: str | None
    forms: tuple[str, ...]


def french(name: str) -> Named:
    """A French authority's name taken apart: `Ville du Havre` -> commune, (`le havre`, `havre`)."""
    plain = words(name)
    prefix = _FRENCH_PREFIX.match(plain)
    rest = plain[prefix.end() :] if prefix else ""
    if prefix and (rest.startswith(" ") or rest[:1].isdigit()):
        # Ville-d'Avray is a commune, and so is La Ville-du-Bois: the announcing word may be part of the name.
        whole = (plain, f"la {plain}") if prefix.lastgroup == "commune" else ()
        return Named(prefix.lastgroup, (*whole, *forms(rest.strip())))
    suffix = _METROPOLE_SUFFIX.fullmatch(plain)
    if suffix:
        return Named("metropole", (plain, suffix["rest"]))
    return Named(None, (plain,))


def forms(rest: str) -> tuple[str, ...]:
    """What may follow a kind, likeliest first: `du havre` -> `le havre`, `havre`; `de brest` -> `brest`."""
    found = _CONNECTOR.fullmatch(rest)
    if not found:
        return (rest,)
    bare = found["rest"]
    article = _CONNECTOR_ARTICLE.get(found["connector"])
    return (f"{article} {bare}", bare) if article else (bare,)


_LEGAL_FORMS = {
    "cc": "communaute de communes ",
    "ca": "communaute d agglomeration ",
    "cu": "communaute urbaine ",
}


def epci_names(name: str, kind: str) -> set[str]:
    """Forms of an EPCI's name, in words: whole, without its legal form, and a métropole's without that word too."""
    unbracketed, brackets = split_brackets(name)
    if brackets:
        plain = epci_names(unbracketed, kind)
        return {words(name), *plain, *(f"{one} {words(brackets)}" for one in plain)}
    whole = words(name)
    bare = whole.removeprefix(_LEGAL_FORMS.get(kind, ""))
    if kind == "metropole":
        core = whole.removeprefix("eurometropole ").removeprefix("metropole ").removesuffix(" metropole")
        return {whole, *forms(core)}
    return {whole, bare, *forms(bare)}
