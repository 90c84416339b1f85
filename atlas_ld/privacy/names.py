"""Where names of persons stand in a text: those that something announces, since places and bodies bear people's names.

A name is announced by a title (`M.`, `Mme`, `Dr`), a label (`Contact :`), an office before it (`le maire Prénom Nom`),
what was done (`suivi par Prénom Nom`), or by what follows it: a function (`Prénom Nom, chargée de mission`), an
address, a telephone number. Runs of capitalised words with a word for a body (`Ville`, `Agence`) are no names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atlas_ld.iris import fold

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

_BODIES_AND_PLACES_WORDS = """
    action africain africaine afrique agglomeration agglo agriculture agronomes aide alliance amis amitie assainissement
    assemblee atlantique autorite banque bassin bretagne burkina caisse canton cap catholique cercle climat club
    communautaire compagnie conservatoire cote coree costa croix culture dechets decentralisee developpement education
    electriciens eleves emmaus energie enfants entreprise entreprises environnement est etudiants femmes forets fort
    francophonie frontieres grand grande grands haut haute hauts havre humanitaire humanite ile iles ingenieurs
    jeunes jumelage loire lions los medecins mediterranee mont montagne new nord nouveau nouvelle ouest patrimoine
    partage partenaires partenariat plaine plan populaire port porto presidence quartier rhone rotary rouge saint sainte
    san sans santa sao saone secours seine sierra solidaire solidaires solidarite solidarites sport sri st ste sud
    terre terres tourisme unicef val vallee village villages volontariat
"""
_BODIES_AND_PLACES = _NOT_NAMES | frozenset(_BODIES_AND_PLACES_WORDS.split())
"""Further words of that kind, which may be a family's name after a title, and are none where less announces one."""

_MONEY = r"(?:Euros?|EUR|Francs?|FF|F?CFA|XOF|USD|Dollars?)\b"
"""What makes `2 M` millions."""
_CIVILITY = re.compile(
    r"(?<![^\W_])(?:(?P<plural>MM|Mmes|mmes|Mlles|Messieurs|Mesdames|Mesdemoiselles|MESSIEURS|MESDAMES)"
    rf"|(?<!\d )M|(?<=\d )M(?=\.?\s(?!{_MONEY})[^\Wa-z\d_][^\W\d_]*(?:\s|$|-))|(?<!\d )m(?=\.\s)"
    r"|Mr|Mrs|Ms|Mx|(?P<short>Mme|MME|mme|Mlle|MLLE|mlle)|Mgr|Monsieur|MONSIEUR|monsieur|Madame|MADAME"
    r"|madame|Mademoiselle|Monseigneur|Dr|DR|Dre|(?:le\s|la\s)?(?:[Dd]octeure?|[Pp]rofesseure?)|DOCTEUR|Pr|Pre|Prof|(?<!-)Me"
    r"|Ma[îi]tre|MA[ÎI]TRE|(?<!-)[Ll]['’][Aa]bbé(?!-)|[Ll]e\s(?:[Pp]ère|[Ff]rère)|[Ll]a\s[Ss](?:œ|oe)ur|S(?:œ|oe)ur|Excellence|Sra?|Señora?|Herr|Frau)"
    r"(?:\.|(?=[\s_,-]))(?:\s?\((?:Dr|Pr|Me)\.?\))?"
    r"(?P<office>[\s_-]{1,3}(?:(?i:le|la|les)[\s_-]|(?i:l)['’])[\s_-]{0,2}[^\W\d_][\w'’-]*\.?"
    r"(?:\s(?:municipal|départemental|régional|général|communautaire|délégué|adjoint|honoraire)e?(?=\s)){0,3}"
    r"(?:[^.;:\n()]{0,60}?,(?=\s[^\W\d_]))?)?"
)
"""A title before a name, with the office that may stand between: `Mme la Présidente`, `M. le Maire de Clairval,`."""
_AND_TITLE = re.compile(r"\s?(?:et|&|/|ou)\s(?:M\.?|Mme\.?|Mlle|Mr|Monsieur|Madame)\s")
"""A second title before one name: `M. et Mme`."""
_NAMED_PLACE = re.compile(
    r"(?:rue|avenue|boulevard|place|square|quai|allée|impasse|chemin|cours|rond-point|école|collège|lycée|université|hôpital"
    r"|clinique|chu?|dispensaire|centre|stade|gymnase|complexe|fondation|fonds|maison|salle|espace|pont|parc|jardin|prix"
    r"|m[ée]diathèque|bibliothèque|théâtre|musée|cinéma|résidence|foyer|orphelinat|groupe scolaire|institut|aéroport"
    r"|cité|campus|crèche|barrage|quartier)"
    r"\s(?:(?:primaire|maternelle|élémentaire|professionnel|privée?|publique?|municipale?|de\squartier|de\ssanté)\s){0,2}"
    r"(?:du\s|de\s|de la\s|des\s)?$",
    re.IGNORECASE,
)
"""What makes `Dr Schweitzer` the name of a street or a school."""
_LABELLED_NAME = re.compile(
    r"(?<![^\W_])(?:(?P<contact>contacts?|r[ée]f[ée]rent(?:\(e\)|e)?s?|interlocut(?:eur|rice)s?|correspondant(?:\(e\)|e)?s?"
    r"|coordonnées|personnes?\s(?:à\scontacter|contacts?|r[ée]f[ée]rentes?|ressources?)|noms?\set\spr[ée]noms?|pr[ée]noms?"
    r"|nom|names?|(?:vice-)?pr[ée]sidente?|direct(?:eur|rice)|maire)"
    r"|responsables?|coordinat(?:eur|rice)s?|coordonnat(?:eur|rice)s?|cheff?e?s?\sde\s(?:projets?|service|mission)"
    r"|charg[ée](?:\(e\)|e)?s?\sde\s(?:projet|mission)s?|signataires?|auteure?s?|r[ée]dact(?:eur|rice)s?|volontaires?"
    r"|adjoint(?:\(e\)|e)?s?|conseill(?:er|ère)s?|secrétaires?|élue?s?|tut(?:eur|rice)s?|techniciene?n?e?s?|ambassad(?:eur|rice)"
    r"|consule?|préf[eè]te?)"
    r"(?P<further>\s(?:du|de|des|en|pour|aux?|à|général|générale|délégué|déléguée|technique|presse|local|administratif)\b"
    r"[^:\n.;–—]{0,60}?)?(?P<sign>[\s\u00a0]{0,3}[:：=][\s\u00a0]{0,3}|\s[-–—]\s)",
    re.IGNORECASE,
)
_OF_A_PERSON = re.compile(
    r"\s(?:du|de\sla|de\sl['’]|des)\s?(?:contact|personne|référent|responsable|volontaire|interlocut)"
)
_SIGN = re.compile("[:：=]| [-–—] ")
_OFFICE_NAME = re.compile(
    r"(?<![^\W_])(?:[Mm]aire|(?:[Vv]ice-)?[Pp]résidente?|[Dd]irect(?:eur|rice)|[Aa]mbassad(?:eur|rice)|[Cc]onsule?"
    r"|[Pp]réf[eè]te?|[Dd]éputée?|[Ss]énat(?:eur|rice)|[Gg]ouverneure?|[Mm]inistre|[Cc]onseill(?:er|ère)|[Aa]djointe?|[Éé]lue?"
    r"|[Cc]oordinat(?:eur|rice)|[Vv]olontaire|[Cc]hef(?:fe)? de (?:village|projet|service|mission)|[Rr]oi|[Rr]eine"
    r"|chargée? de (?:mission|projets?))"
    r"(?:\s(?:général|adjoint|honoraire|municipal|départemental|régional|communautaire|délégué)e?)?"
    r"(?:\s(?:de|du|des|d['’]|en|à|au|aux)[^.;:\n()]{1,60}?,|,)?(?=\s)"
)
_DONE_BY = (
    "suivi animé piloté coordonné porté rédigé signé représenté géré encadré dirigé conduit mené accompagné assuré"
    " présenté fondé initié présidé parrainé accueilli reçu établi élaboré".replace(" ", "|")
)
_ANNOUNCED = re.compile(
    rf"(?<![^\W_])(?i:(?:{_DONE_BY})e?s?\s(?:[a-zà-ü-]+\s){{0,2}}?par|à\sl['’]attention\sde|c/o|a/s|en\sla\spersonne\sde"
    r"|sous\sla\s(?:direction|responsabilité|présidence|conduite)\sde|(?:écrire|s['’]adresser)\sà"
    r"|(?:prendre\scontact|contact)\savec|contacts?)(?:\s(?:son|sa|le|la)\s[a-zà-ü-]+,?|\sl['’][a-zà-ü-]+,?)?"
    r"\s(?=[^\W\d_a-zß-ÿ])"
)
"""What leaves no doubt that somebody is meant, where no body is: two words, none of them a body's or a place's."""
_CAPITALISED = r"(?:[dD]['’])?(?=[^\W\d_])[^\Wa-zß-öø-ÿœ\d_](?:[^\W_]|['’.-])*"
_RUN = re.compile(
    rf"(?<![\w'’.-]){_CAPITALISED}(?:[ \u00a0]+(?:(?:de|du|la|le|van|von|ben|el|al|ould|ag)[ \u00a0]+){{0,2}}"
    rf"{_CAPITALISED}){{1,5}}"
)
"""Capitalised words in a row."""
_REACHED = re.compile(
    r"[\"»”]?\s{0,2}[<(\[:,;–—/-]?\s{0,2}(?:(?:t[ée]l(?:[ée]phone)?|courriel|e-?mail|mail|mobile|portable)\b[.\s:]{0,4})?"
    r"\[(?:adresse électronique|numéro de téléphone) retirée?\]",
    re.IGNORECASE,
)
"""The address or number of whom the words before name."""
_HAS_FUNCTION = re.compile(
    r"\s?[,(–—/-]\s?(?:(?:alors|ancien|ancienne|notre|actuel|actuelle|le|la)\s|l['’])?(?:(?P<person>adjointe?|ambassad(?:eur|rice)"
    r"|attachée?|chargée?\sde\s(?:mission|projet|communication)s?|chef(?:fe)?\sde\s(?:mission|projet|service|village)|conseill(?:er|ère)"
    r"|consule?|déléguée?|députée?|direct(?:eur|rice)|élue?|gouverneure?|ingénieure?|maire|médecin|ministre|préf[eè]te?"
    r"|(?:vice-)?présidente?|professeure?|secrétaire|sénat(?:eur|rice)|technicien(?:ne)?|trésori(?:er|ère)|volontaire)"
    r"|(?P<anybody>animat(?:eur|rice)|assistante?|coordinat(?:eur|rice)|coordonnat(?:eur|rice)|correspondante?|experte?"
    r"|fondat(?:eur|rice)|référente?|représentante?|responsable))\b",
    re.IGNORECASE,
)
"""A function after a name. With those that bodies have too (`responsable`), a person has a NOM in capitals."""
_BODY_BEFORE = re.compile(r"([\w-]+)\s(?:(?:de|du|des|de la|d['’]|de l['’])\s?)?$")
_NAME_PART = re.compile(
    r"(?P<gap>[\s_\u00a0\u202f-]{0,3}[«\"“]?\s?)"
    r"(?P<word>[^\W\d_]\.(?:[ -]?[^\W\d_]\.){0,5}|(?:[dD]['’])?[^\W\d_](?:[^\W_]|['’-])*)"
    r"(?P<close>\s?[»\"”](?=\s))?"
)
_PARTICLE_WORDS = """
    de du des la le van von der den ben bin ibn el al da di dos del ould mint ag abd aït san dit dite nee née epouse
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_LOWER_NAME = re.compile(r"\.?[\s_-]{1,3}([^\W\d_]{3,}(?:-[^\W\d_]+)?)")
_NO_NAME_WORDS = """
    aussi avait avec avons chargee dans dont elle est etait les mais nous pour puis que qui sans ses son sont sur tous
    toutes une votre vous
"""
_NO_NAME = frozenset(_NO_NAME_WORDS.split())
_IN_BRACKETS = re.compile(r"[\s\u00a0]{0,2}\((?=[^\W\d_]+\)\s[^\W\d_])")
_MOST_NAMES = 5
_LIST = re.compile(r"\s{0,2}(?:,|;|/|&|\bet\b|\band\b)\s{0,2}")


def is_word_of_bodies(word: str) -> bool:
    """Whether a word, folded, stands in names of bodies, offices and places."""
    return word in _BODIES_AND_PLACES


def name_spans(text: str) -> list[tuple[int, int]]:
    """Places of announced names, in order, none within another. Linear in the text."""
    spans: list[tuple[int, int]] = []
    for title in _CIVILITY.finditer(text):
        if not _NAMED_PLACE.search(text, max(0, title.start() - 40), title.start()):
            spans += _after_title(text, title)
    for label in _LABELLED_NAME.finditer(text) if _SIGN.search(text) else ():
        # `Nom du projet :` is no person's; `Nom du contact :` is.
        if label[0][:3].lower() == "nom" and label["further"] and not _OF_A_PERSON.match(label["further"]):
            continue
        least = 1 if label["contact"] and _SIGN.match(label["sign"].strip()) else 2
        spans += _names(text, label.end(), least=least, many=True, whole=True)
    for office in _OFFICE_NAME.finditer(text):
        spans += _names(text, office.end(), least=2, particle=False, whole=True)
    for verb in _ANNOUNCED.finditer(text):
        spans += _names(text, verb.end() - 1, least=2, many=True, particle=False, whole=True, places=True)
    spans += _before(text)
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def _after_title(text: str, title: re.Match[str]) -> Iterator[tuple[int, int]]:
    if both := _AND_TITLE.match(text, title.end()):
        yield from _names(text, both.end() - 1, least=1)
        return
    office = title["office"]
    if office is None:
        found = list(_names(text, title.end(), least=1, many=bool(title["plural"])))
        lower = _LOWER_NAME.match(text, title.end()) if title["short"] and not found else None
        if lower and fold(lower[1]) not in FUNCTIONS | _NO_NAME and lower[1].islower():
            found = [lower.span(1)]
        yield from found
        return
    found = list(_names(text, title.end(), least=2 if office.endswith(",") else 1, particle=False))
    if not found and (of := _OF_PLACE.match(text, title.end())):
        found = list(_names(text, of.end(), least=2, particle=False, whole=True))
    yield from found


_OF_PLACE = re.compile(
    rf"\s(?:de\sla\s|de\s|du\s|des\s|d['’])(?:ville de\s|commune de\s|région\s)?{_CAPITALISED}(?=\s)"
)


def _before(text: str) -> Iterator[tuple[int, int]]:
    """Names that what follows them announces: a function, an address, a telephone number."""
    for run in _RUN.finditer(text):
        function = _HAS_FUNCTION.match(text, run.end())
        if not function and not _REACHED.match(text, run.end()):
            continue
        words = list(re.finditer(r"[^\s\u00a0]+", run[0]))
        folded = [set(re.split("[-'’]", fold(word[0]))) for word in words]
        first = max((place + 1 for place, parts in enumerate(folded) if parts & FUNCTIONS), default=0)
        name = words[first:]
        if len(name) < 2 or any(parts & (_BODIES_AND_PLACES - FUNCTIONS - _PARTICLES) for parts in folded):
            continue
        if fold(words[0][0]) in ("le", "la", "les"):
            continue
        if function and function["anybody"] and not any(len(w[0]) > 2 and w[0].isupper() for w in name):
            continue
        before = _BODY_BEFORE.search(text, max(0, run.start() - 40), run.start())
        if before and fold(before[1]) in _BODIES_AND_PLACES - FUNCTIONS and not first:
            continue
        yield run.start() + name[0].start(), run.end()


def _names(
    text: str,
    start: int,
    *,
    least: int,
    many: bool = False,
    particle: bool = True,
    whole: bool = False,
    places: bool = False,
) -> Iterator[tuple[int, int]]:
    """The name that stands at `start`, with `many` the list of names. `least` words make a name; with `whole` a run of
    capitalised words that goes on with a word for a body is none at all, with `places` neither one with a place's."""
    for _ in range(50):
        found = _name(text, start, particle, whole, _BODIES_AND_PLACES if places else _NOT_NAMES)
        if found is None or found[2] < least:
            return
        yield found[0], found[1]
        further = _LIST.match(text, found[1]) if many else None
        if further is None:
            return
        start = further.end()


def _name(text: str, start: int, particle: bool, whole: bool, no_names: frozenset[str]) -> tuple[int, int, int] | None:
    """Where a name begins and ends, and how many capitalised words it has. Particles count where a word follows."""
    begin, end, count, position = -1, -1, 0, start
    pending = -1
    opened = _IN_BRACKETS.match(text, start)
    while count < _MOST_NAMES and (part := _NAME_PART.match(text, opened.end() if opened and not count else position)):
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
            if whole and pieces & (no_names - FUNCTIONS):
                return None  # `Clairval métropole`
            break
        if pieces & no_names and not (pending >= 0 and pieces <= _PARTICLES):
            return None if whole or count == 0 else (begin, end, count)
        begin = (pending if pending >= 0 else part.start("word")) if begin < 0 else begin
        end, count, position = part.end(), count + 1, part.end()
        if opened and count == 1:
            position = text.index(")", end) + 1
    return (begin, end, count) if count and re.search(r"[^\W\d_]{2}", text[begin:end]) else None
