"""Keys and IRIs of entities: the one place where they are minted. The policy is docs/iri-policy.md."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args
from urllib.parse import quote

from atlas_ld.errors import InvalidSetting
from atlas_ld.vocabulary import PREFIXES

Kind = Literal["partnership", "territory", "organisation", "funding", "theme", "code", "source", "agreement", "post"]
KINDS: tuple[Kind, ...] = get_args(Kind)

KEY = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
"""What a key looks like: lower-case ASCII letters and digits, joined by `-`, `_` or `.`."""

_LOCAL_NAME = re.compile(r"(?:\w|%[0-9A-Fa-f]{2})(?:(?:[\w.-]|%[0-9A-Fa-f]{2})*(?:[\w-]|%[0-9A-Fa-f]{2}))?", re.ASCII)
"""What PN_LOCAL of Turtle and SPARQL allows in ASCII, colons and escapes left out."""

_SLUG_LIMIT = 80
_OTHER_WORD = re.compile(r"[^\W_]+")
_WORD = re.compile(r"[a-z0-9]+")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "’": " "})
_FIRST_COMBINING = "\u0300"
_BASE_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`?#]+/")


def fold(text: str) -> str:
    """Lower case without accents or ligatures, for comparing names: `Évry-Courcouronnes` -> `evry-courcouronnes`."""
    if text.isascii():  # which has nothing else to fold
        return text.lower()
    lowered = unicodedata.normalize("NFKC", text).lower().translate(_LIGATURES)
    apart = unicodedata.normalize("NFKD", lowered)
    return "".join([c for c in apart if c < _FIRST_COMBINING or not unicodedata.combining(c)])


def words(text: str) -> str:
    """Lower-case ASCII words joined by single spaces: `Saint-Étienne` and `St Etienne` -> `saint etienne`. Words of
    another script where the text has no others, so that two names in it are two."""
    folded = text.lower() if text.isascii() else fold(text)  # ASCII has nothing else to fold
    found = _WORD.findall(folded) or _OTHER_WORD.findall(folded)
    return " ".join([_ABBREVIATIONS.get(word, word) for word in found])


def short_hash(text: str, length: int = 8) -> str:
    """The first `length` hexadecimal digits of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def slug(text: str) -> str:
    """A readable key part of at most 80 characters. Where words are left out, a hash of the whole text stands for
    them, so that long names that begin alike stay apart; a hash alone where no Latin letter is left."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    if not words:
        return f"x{short_hash(text)}"
    key: str = "-".join(words)
    if len(key) <= _SLUG_LIMIT:
        return key
    cut = key[: _SLUG_LIMIT - 7]
    return f"{cut.rpartition('-')[0] or cut}-{short_hash(fold(text), 6)}"


def local_name(iri: str) -> str:
    """What stands after the last `#` or `/`."""
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def shorten(iri: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """`atlas:startYear` for an IRI below a prefix (name -> namespace), else the IRI itself.

    What comes back is a prefixed name wherever there are such: in Turtle, SPARQL and JSON-LD. So it stays whole where
    its local name would have to be escaped: `http://purl.org/dc/terms/`, `{base}id/partnership/2833#funding-1`.
    """
    name = local_name(iri)
    if not _LOCAL_NAME.fullmatch(name):
        return iri
    namespace = iri[: -len(name)]
    return next((f"{prefix}:{name}" for prefix, known in prefixes.items() if known == namespace), iri)


def theme_key(path: tuple[str, ...]) -> str:
    """The key of a theme from its labels, top level first. The whole path, since labels repeat across branches."""
    return "--".join(slug(label) for label in path)


@dataclass(frozen=True)
class Iris:
    """IRIs under one base, such as `https://example.org/`. Raises InvalidSetting for a base that cannot be one."""

    base: str

    def __post_init__(self) -> None:
        if not _BASE_IRI.fullmatch(self.base):
            raise InvalidSetting(
                f"The base IRI {self.base!r} must be an http or https address that ends with a slash, "
                "without query or fragment, such as https://example.org/."
            )

    def entity(self, kind: Kind, key: str) -> str:
        return f"{self.base}id/{kind}/{key if KEY.fullmatch(key) else quote(key, safe='-._~')}"

    def document(self, kind: Kind, key: str, extension: str | None = None) -> str:
        suffix = f".{extension}" if extension else ""
        return f"{self.base}doc/{kind}/{quote(key, safe='-._~')}{suffix}"

    def code(self, scheme: str, value: str) -> str:
        """A code of a code list: `code("role", "implementer")`."""
        return self.entity("code", f"{scheme}-{value}")

    def part(self, partnership: str, name: str) -> str:
        """A part that lives and dies with its partnership, as a fragment of its IRI: `#participation-1`."""
        return f"{self.entity('partnership', partnership)}#{name}"

    def activity(self, name: str) -> str:
        """An activity that makes the dataset, or the software that does, as the catalogue describes them."""
        return f"{self.base}about#{name}"

    def split(self, iri: str) -> tuple[Kind, str] | None:
        """Kind and key of an entity IRI (its fragment left aside), or None for any other IRI."""
        path = iri.removeprefix(f"{self.base}id/").partition("#")[0]
        kind, _, key = path.partition("/")
        if iri.startswith(f"{self.base}id/") and kind in KINDS and key and "/" not in key:
            return kind, key
        return None

    def kind(self, iri: str) -> Kind | None:
        """The kind of an entity IRI, or None for any other IRI."""
        parts = self.split(iri)
        return parts[0] if parts else None

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes of the entities: `partnership:crea-ocean-2010`."""
        return {kind: f"{self.base}id/{kind}/" for kind in KINDS if kind != "agreement"}

    @property
    def quality_graph(self) -> str:
        """The named graph of a release that holds its SHACL report."""
        return f"{self.base}quality"
