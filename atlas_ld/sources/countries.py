"""Names of countries at the end of a line, where a page joins a partner's name and its country by a space.

Names are those of CLDR in French (through Babel, Unicode licence) and the further ones that sources use. Which
country a name means is for `reference` to say; here it is only cut off.
"""

from __future__ import annotations

from functools import cache

from babel import Locale

from atlas_ld.iris import fold

_ALIASES = (
    "Autorité palestinienne", "Birmanie", "Biélorussie", "Burkina", "Cap Vert", "Cap-Vert", "Centrafrique",
    "Chine populaire", "Congo", "Congo Brazzaville", "Congo (Brazzaville)", "Congo Kinshasa", "Corée",
    "Corée du Nord", "Corée du Sud", "Cote d'Ivoire", "Ex-République yougoslave de Macédoine",
    "Fédération de Russie", "Grande-Bretagne", "Guinée Bissau", "Guinée Conakry", "Guinée équatoriale",
    "Hollande", "Irlande du Nord", "Kosovo", "Macédoine", "Macédoine du Nord", "Moldova", "Myanmar",
    "Palestine", "RDC", "République de Guinée", "République de Moldavie", "République démocratique du Congo",
    "République du Congo", "République populaire de Chine", "République tchèque", "Royaume-Uni", "Salvador",
    "Swaziland", "Syrie", "Taïwan", "Tchéquie", "Territoires palestiniens", "Territoires palestiniens occupés",
    "Timor oriental", "Turquie", "USA", "Vatican", "Viet Nam", "Viêt Nam", "Vietnam", "Équateur", "États-Unis",
    "États-Unis d'Amérique", "Île Maurice", "Îles Comores",
)  # fmt: skip
_NOT_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of CLDR that are no countries: unions, the outlying Oceania, test entries, the unknown."""

_MOST_WORDS = 7


@cache
def _names() -> frozenset[str]:
    territories = Locale("fr").territories
    countries = [name for code, name in territories.items() if len(code) == 2 and code not in _NOT_COUNTRIES]
    return frozenset(_folded(name) for name in (*countries, *_ALIASES))


def split_country(text: str) -> tuple[str, str | None]:
    """Name and country, both as written: `Technopole Canada` -> `Technopole`, `Canada`.

    The country is the longest known name at the end that leaves a name before it; None where there is none.
    """
    words = text.split()
    for start in range(max(1, len(words) - _MOST_WORDS), len(words)):
        if _folded(" ".join(words[start:])) in _names():
            return " ".join(words[:start]), " ".join(words[start:])
    return " ".join(words), None


def _folded(name: str) -> str:
    return fold(name.replace("’", "'").replace("-", " "))
