"""Personal data in texts: e-mail addresses, telephone numbers and names that a title, a label or an office announces
are taken out before anything is cut, quoted, keyed or kept.

A name that nothing announces is not found here: readers do not read the blocks in which such names stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import unquote

from phonenumbers import Leniency, PhoneNumberMatcher
from pydantic import BaseModel

from atlas_ld.findings import Finding, Severity
from atlas_ld.iris import fold
from atlas_ld.records import PartnershipRecord

Kind = Literal["e-mail", "name", "telephone"]

EMAIL_PLACEHOLDER = "[adresse électronique retirée]"
PHONE_PLACEHOLDER = "[numéro de téléphone retiré]"
NAME_PLACEHOLDER = "[nom retiré]"

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

_FUNCTIONS_WORDS = """
    adjoint adjointe administrateur administratrice agent ambassadeur ambassadrice animateur animatrice assistant
    assistante attache attachee charge chargee chef cheffe commissaire conseiller conseillere consul consule
    consultant consultante coordinateur coordinatrice coordonnateur coordonnatrice correspondant correspondante
    delegue deleguee depute deputee directeur directrice dirigeant elu elue expert experte fondateur fondatrice
    gestionnaire gouverneur gouverneure ingenieur ingenieure maire prefet prefete premier premiere president
    presidente referent referente representant representante responsable secretaire senateur senatrice technicien
    technicienne tresorier tresoriere vice-president vice-presidente
"""
FUNCTIONS = frozenset(_FUNCTIONS_WORDS.split())
"""Words with which a function begins, folded."""

_NOT_NAMES_WORDS = """
    academie agence ambassade amicale antenne apd association atelier bureau cabinet cellule centre chambre cite
    cites collectif college comite commission commune communaute communes conseil consulat consortium cooperation
    cooperative delegation departement direction district ecole eau epci etat etablissement europe federation
    fondation fonds france general generale gouvernement groupe groupement hopital hotel institut international
    internationale internationales jeunesse la le les lycee mairie maison metropole ministere mission monde
    municipal municipale municipalite national nationale observatoire office ong ouvrage oeuvre parc pays pole
    prefecture programme projet province regie region regional regionale regions relations reseau sante secretariat
    service services siege societe syndicat technopole territoire territoires union unite universite ville villes
    volontaires voir
"""
_NOT_NAMES = FUNCTIONS | frozenset(_NOT_NAMES_WORDS.split())
"""Words, folded, that stand in the names of bodies and offices: a run of capitalised words with one of them is no
person's name."""

_CIVILITY = re.compile(
    r"(?<![^\W_])(?<!\d )(?:(?P<plural>MM|Mmes|Mlles|Messieurs|Mesdames|Mesdemoiselles|MESSIEURS|MESDAMES)"
    r"|M|Mr|Mrs|Ms|Mme|MME|Mlle|MLLE|Mgr|Monsieur|MONSIEUR|Madame|MADAME|Mademoiselle|Monseigneur"
    r"|Dr|DR|Dre|Docteure?|DOCTEUR|Pr|Pre|Prof|Professeure?|Me|Ma[îi]tre|MA[ÎI]TRE|Sra?|Señora?|Herr|Frau)"
    r"(?:\.|(?=[\s_,-]))"
    r"(?P<office>[\s_-]{1,3}(?:(?i:le|la|les)[\s_-]|(?i:l)['’])[\s_-]{0,2}[^\W\d_][\w'’-]*"
    r"(?:[^.;:\n()]{0,60}?,(?=\s[^\W\d_]))?)?"
)
"""A title before a name, with the office that may stand between: `Mme la Présidente`, `M. le Maire de Clairval,`."""
_NAMED_PLACE = re.compile(
    r"(?:rue|avenue|boulevard|place|square|quai|allée|impasse|école|collège|lycée|hôpital|clinique|centre|stade|fondation"
    r"|maison|salle|espace|pont|parc|prix)\s(?:du\s|de\s|de la\s)?$",
    re.IGNORECASE,
)
"""What makes `Dr Schweitzer` the name of a street or a school."""
_LABELLED_NAME = re.compile(
    r"(?<![^\W_])(?:(?P<contact>contacts?|r[ée]f[ée]rent(?:\(e\)|e)?s?|interlocut(?:eur|rice)s?|correspondant(?:\(e\)|e)?s?"
    r"|personnes?\s(?:à\scontacter|contacts?|r[ée]f[ée]rentes?|ressources?)|noms?|pr[ée]noms?|noms?\set\spr[ée]noms?)"
    r"|responsables?|coordinat(?:eur|rice)s?|coordonnat(?:eur|rice)s?|pr[ée]sidente?|direct(?:eur|rice)"
    r"|cheff?e?\sde\s(?:projet|service|mission)|charg[ée]e?\sde\s(?:projet|mission)s?|signataires?|auteure?s?"
    r"|r[ée]dact(?:eur|rice)s?|volontaires?|maire)"
    r"(?:\s(?:du|de|des|en|pour|technique|presse|local|administratif)\b[^:\n.;]{0,40})?[\s\u00a0]{0,3}[:：=][\s\u00a0]{0,3}",
    re.IGNORECASE,
)
_COLON = re.compile("[:：=]")
_OFFICE_NAME = re.compile(
    r"(?<![^\W_])(?:maire|président|présidente|vice-présidente?|directeur|directrice|ambassadeur|ambassadrice|consul|préfet"
    r"|préfète|député|députée|sénateur|sénatrice|gouverneur|gouverneure|ministre|conseiller|conseillère|volontaire)"
    r"(?:\s(?:général|générale|adjoint|adjointe|honoraire|municipal|municipale|régional|régionale))?,?(?=\s)"
)
_NAME_PART = re.compile(
    r"(?P<gap>[\s_\u00a0\u202f-]{0,3})(?P<word>[^\W\d_]\.(?:[ -]?[^\W\d_]\.)*|(?:[dD]['’])?[^\W\d_](?:[^\W_]|['’-])*)"
)
_PARTICLE_WORDS = """
    de du des la le van von der den ben bin ibn el al da di dos del ould mint ag abd aït san
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_MOST_NAMES = 5
_LIST = re.compile(r"\s{0,2}(?:,|;|/|&|\bet\b|\band\b)\s{0,2}")


def redact(text: str) -> tuple[str, frozenset[Kind]]:
    """The text without e-mail addresses, telephone numbers and announced names, and which kinds of them there were.

    Addresses with `@`, `[at]`, `(at)`, ` at `, `arobase`; numbers in the French form, in the international form, and
    after a label such as `Tél.`; names after a title (`M.`, `Mme`, `Dr`, `Maître`), a label (`Contact :`) or an office
    (`le maire Prénom Nom`). Redacting twice changes nothing more.
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
    names = _name_spans(text)
    if names:
        found.add("name")
        text = _replace(text, names, NAME_PLACEHOLDER)
    return text, frozenset(found)


def redact_address(address: str) -> tuple[str, frozenset[Kind]]:
    """A web address without the e-mail addresses, user names, names after a title and telephone numbers that it holds.

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
    for number, piece in enumerate(pieces):
        plain = unquote(piece)
        kind: Kind | None = "e-mail" if any(_email_spans(plain)) else "name" if _name_spans(plain) else None
        if kind:
            found.add(kind)
            pieces[number] = "redacted"
    rest, phones = _PHONE_PARAMETER.subn(r"\1redacted", "".join(pieces))
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


def _name_spans(text: str) -> list[tuple[int, int]]:
    """Places of names after a title, a label or an office, in order, none within another."""
    spans: list[tuple[int, int]] = []
    for title in _CIVILITY.finditer(text):
        if _NAMED_PLACE.search(text, max(0, title.start() - 30), title.start()):
            continue
        office = title["office"]
        if office is None:
            spans += _names(text, title.end(), least=1, many=bool(title["plural"]))
        else:
            spans += _names(text, title.end(), least=2 if office.endswith(",") else 1, particle=False)
    for label in _LABELLED_NAME.finditer(text) if _COLON.search(text) else ():
        spans += _names(text, label.end(), least=1 if label["contact"] else 2, many=True, whole=True)
    for office in _OFFICE_NAME.finditer(text):
        spans += _names(text, office.end(), least=2, particle=False, whole=True)
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _names(
    text: str, start: int, *, least: int, many: bool = False, particle: bool = True, whole: bool = False
) -> Iterator[tuple[int, int]]:
    """The name that stands at `start`, with `many` the list of names. `least` words make a name; with `whole` a run of
    capitalised words that goes on with a word for a body is none at all."""
    for _ in range(50):
        found = _name(text, start, particle, whole)
        if found is None or found[2] < least:
            return
        yield found[0], found[1]
        further = _LIST.match(text, found[1]) if many else None
        if further is None:
            return
        start = further.end()


def _name(text: str, start: int, particle: bool, whole: bool) -> tuple[int, int, int] | None:
    """Where a name begins and ends, and how many capitalised words it has. Particles count where a word follows."""
    begin, end, count, position = -1, -1, 0, start
    pending = -1
    while count < _MOST_NAMES and (part := _NAME_PART.match(text, position)):
        word = part["word"]
        if (begin >= 0 and "\n" in part["gap"]) or (part["gap"] == "" and position != start):
            break
        if word[0].islower() and fold(word) in _PARTICLES and (particle or begin >= 0):
            pending = part.start("word") if pending < 0 and begin < 0 else pending
            position = part.end()
            continue
        bare = word[2:] if word[:2] in ("d'", "d’", "D'", "D’") else word
        pieces = set(re.split("[-'’]", fold(bare)))
        if not bare[:1].isupper():
            if whole and pieces & (_NOT_NAMES - FUNCTIONS):
                return None  # `Clairval métropole`
            break
        if pieces & _NOT_NAMES and not (pending >= 0 and pieces <= _PARTICLES):
            return None if whole or count == 0 else (begin, end, count)
        begin = (pending if pending >= 0 else part.start("word")) if begin < 0 else begin
        end, count, position = part.end(), count + 1, part.end()
    return (begin, end, count) if count and re.search(r"[^\W\d_]{2}", text[begin:end]) else None


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
