"""The columns of a table of partnerships, once: their names, their French headers and what they hold.

docs/sources.md shows the same list, and a test holds the two equal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atlas_ld.iris import fold


@dataclass(frozen=True)
class Column:
    """A column: its name, the French header accepted for it, and its meaning in both languages."""

    name: str
    header_fr: str
    fr: str
    en: str


COLUMNS: tuple[Column, ...] = (
    Column("identifier", "identifiant", "Numéro de la source, comme 2833.", "The source's own number, such as 2833."),
    Column("title", "titre", "Titre du partenariat.", "Title of the partnership."),
    Column("form", "forme",
           "Jumelage, Projet de coopération décentralisée, Accord-cadre, Aide humanitaire, Autre action.",
           "twinning, decentralised-cooperation-project, framework-agreement, humanitarian, other-action."),
    Column("first_signature_year", "année de première signature", "Année, quatre chiffres.", "Year, four digits."),
    Column("start_year", "année de début", "Année, quatre chiffres.", "Year, four digits."),
    Column("end_date", "date de fin", "31/12/2020, 12/2020 ou 2020.", "31/12/2020, 12/2020 or 2020."),
    Column("end_year", "année de fin", "Année, quand la date n'est pas connue.", "Year, where the date is not known."),
    Column("status", "statut", "En cours, Terminé, En sommeil.", "under-way, ended, dormant."),
    Column("continues", "suite de", "Identifiant du partenariat que celui-ci poursuit.",
           "Identifier of the partnership that this one continues."),
    Column("main_theme", "thématique", "« A > B > C », un à trois niveaux.", "“A > B > C”, one to three levels."),
    Column("other_themes", "autres thématiques", "« A > B (1)|C (2) » : la priorité entre parenthèses.",
           "“A > B (1)|C (2)”: the priority in brackets."),
    Column("keywords", "mots-clés", "Thèmes libres, séparés par des points-virgules.",
           "Free themes, separated by semicolons."),
    Column("goals", "odd", "« 8:2|13:1 » : objectif de développement durable et pertinence, 2 ou 1.",
           "“8:2|13:1”: Sustainable Development Goal and relevance, 2 or 1."),
    Column("french_authorities", "collectivités françaises", "« Brest|Quimper ».", "“Brest|Quimper”."),
    Column("french_kinds", "types des collectivités",
           "Un par collectivité ou un pour toutes : commune, departement, region, epci, metropole, syndicat, com.",
           "One per authority or one for all: commune, departement, region, epci, metropole, syndicat, com."),
    Column("french_sirens", "siren des collectivités", "Un par collectivité.", "One per authority."),
    Column("french_contacts", "fonctions des contacts des collectivités",
           "Une case par collectivité, séparées par « | » ; plusieurs fonctions par des points-virgules ; pas de nom.",
           "One place per authority, separated by “|”; several functions by semicolons; never a name."),
    Column("foreign_partners", "partenaires étrangers", "« Rimouski|Québec ».", "“Rimouski|Québec”."),
    Column("foreign_countries", "pays", "Un par partenaire ou un pour tous : code ISO à deux lettres ou nom.",
           "One per partner or one for all: ISO alpha-2 code or name."),
    Column("foreign_contacts", "fonctions des contacts des partenaires", "De même, une case par partenaire.",
           "Likewise, one place per partner."),
    Column("contracting_authorities", "maîtres d'ouvrage", "Séparés par « | ».", "Separated by “|”."),
    Column("implementers", "maîtres d'œuvre", "Séparés par « | ».", "Separated by “|”."),
    Column("posts", "postes diplomatiques", "Séparés par « | ».", "Separated by “|”."),
    Column("post_functions", "fonctions au poste diplomatique", "Séparées par « | », sans nom.",
           "Separated by “|”, without names."),
    Column("funding", "financement",
           "« Financeur=10500@2019|Financeur=3000@2020#oudin » : montant, année, part de la loi Oudin ; "
           "#oudin seul la dit égale au montant, #oudin=500 la donne.",
           "“Funder=10500@2019|Funder=3000@2020#oudin”: amount, year, share under the Oudin law; "
           "#oudin alone means the whole amount, #oudin=500 gives it."),
    Column("context", "contexte", "Texte.", "Text."),
    Column("history", "historique", "Texte.", "Text."),
    Column("objectives", "objectifs", "Texte.", "Text."),
    Column("local_objectives", "objectifs locaux", "Texte.", "Text."),
    Column("french_objectives", "objectifs en France", "Texte.", "Text."),
    Column("description", "description détaillée", "Texte.", "Text."),
    Column("beneficiaries", "bénéficiaires", "Texte.", "Text."),
    Column("triennial", "triennal", "oui, non ou vide.", "yes, no or empty."),
    Column("communication_in_france", "communication en France", "oui, non ou vide.", "yes, no or empty."),
    Column("communication_abroad", "communication à l'étranger", "oui, non ou vide.", "yes, no or empty."),
    Column("evaluation", "évaluation", "oui, non ou vide.", "yes, no or empty."),
    Column("volunteer_count", "nombre de volontaires", "Nombre entier.", "Whole number."),
    Column("volunteer_missions", "missions des volontaires", "Séparées par « | ».", "Separated by “|”."),
    Column("undocumented", "non documenté",
           "Parties que la source ne montre pas : partners|funding|texts|follow-up.",
           "Parts that the source does not show: partners|funding|texts|follow-up."),
    Column("source_address", "adresse de la source", "Adresse de la page.", "Address of the page."),
    Column("source_title", "titre de la source", "Titre de la page ; sinon le nom du fichier.",
           "Title of the page; else the file's name."),
    Column("source_sha256", "empreinte de la source", "SHA-256 de ce qui a été lu ; sinon celui de la ligne.",
           "SHA-256 of what was read; else that of the row."),
    Column("retrieved", "consulté le", "Date de consultation.", "Date of retrieval."),
)  # fmt: skip

OTHER_WORDS: dict[str, str] = {
    "identifier": "id|numéro|n°|code|référence|ref|reference number|dossier|n° dossier|numéro de dossier",
    "title": "intitulé|nom du projet|nom du partenariat|libellé|projet|partenariat|name|project|objet",
    "form": "type de partenariat|nature|forme du partenariat|kind",
    "first_signature_year": "signature|date de signature|année de signature|signed|since",
    "start_year": "début|date de début|année|start|from|depuis",
    "end_date": "fin|échéance|date d'échéance|end|until",
    "status": "état|état d'avancement|avancement|situation",
    "main_theme": "thème|domaine|secteur|axe|thématique principale|theme|topic",
    "other_themes": "thèmes secondaires|autres domaines|secondary themes",
    "goals": "objectif de développement durable|sdg|sdgs|agenda 2030",
    "french_authorities": "collectivité|ville|commune|collectivité porteuse|porteur|région|département|local authority"
    "|city|town",
    "foreign_partners": "partenaire|partenaires|collectivité étrangère|ville partenaire|commune partenaire|partner"
    "|collectivité partenaire|ville jumelle|twin town|sister city",
    "foreign_countries": "pays partenaire|pays partenaires|country|twin country|état partenaire",
    "contracting_authorities": "maîtrise d'ouvrage|maître d'ouvrage",
    "implementers": "opérateur|opérateurs|mise en œuvre|maître d'œuvre|maîtrise d'œuvre",
    "posts": "ambassade|poste|embassy",
    "funding": "budget|budget total|montant|montants|subvention|coût|coût total|financeur|montant en euros|cost",
    "description": "résumé|présentation|commentaire|commentaires|observations|détails|summary|notes|remarques",
    "beneficiaries": "public|public cible|cible|population",
    "volunteer_count": "volontaires|volunteers",
    "source_address": "lien|url|site|site web|adresse web|link",
    "retrieved": "date de consultation|date d'extraction",
}
"""Words with which people head a column: by them the nearest known column is proposed, and never taken unasked."""

LISTS: dict[str, str] = {
    "other_themes": "|", "keywords": ";", "goals": "|", "french_authorities": "|", "french_kinds": "|",
    "french_sirens": "|", "french_contacts": "|", "foreign_contacts": "|", "post_functions": "|",
    "foreign_partners": "|", "foreign_countries": "|", "contracting_authorities": "|", "implementers": "|",
    "posts": "|", "funding": "|", "volunteer_missions": "|", "undocumented": "|",
}  # fmt: skip
"""The columns that hold several values, with the sign between them. All others hold one."""

NUMBERED: dict[str, tuple[str, str]] = {
    "french_authorities": ("collectivité française {n}", "french authority {n}"),
    "french_kinds": ("type de la collectivité {n}", "kind of the authority {n}"),
    "foreign_partners": ("partenaire étranger {n}", "foreign partner {n}"),
    "foreign_countries": ("pays du partenaire {n}", "country of the partner {n}"),
    "contracting_authorities": ("maître d'ouvrage {n}", "contracting authority {n}"),
    "implementers": ("maître d'œuvre {n}", "implementer {n}"),
    "other_themes": ("autre thématique {n}", "other theme {n}"),
    "posts": ("poste diplomatique {n}", "diplomatic post {n}"),
}
"""Headers of columns that hold one value of a list each, in French and English: the template has them."""

NUMBERED_FUNDING: tuple[tuple[str, str, str, str], ...] = (
    ("financeur {n}", "montant {n}", "année {n}", "part loi oudin {n}"),
    ("funder {n}", "amount {n}", "year {n}", "oudin share {n}"),
)
"""The same of one line of funding: funder, amount, year, and the share under the law of 9 February 2005."""

EXAMPLE_TITLES = {"fr": "Exemple à effacer : des puits partagés", "en": "Example to delete: shared wells"}
"""Titles of the row that the template shows as an example. A row with one of them is no partnership."""

KINDS = ("commune", "departement", "region", "epci", "metropole", "syndicat", "com")
"""The kinds of French authorities that a table may name."""

PAIRED: dict[str, str] = {
    "french_kinds": "french_authorities", "french_sirens": "french_authorities",
    "french_contacts": "french_authorities", "foreign_countries": "foreign_partners",
    "foreign_contacts": "foreign_partners",
}  # fmt: skip
"""Columns whose values belong to the names of another, one by one."""


def plain(header: str) -> str:
    """A header as it is compared: without case, accents, underscores, signs at its end, and with single spaces."""
    return re.sub(r"[\s_]+", " ", fold(header.replace("’", "'"))).strip(" :*")
