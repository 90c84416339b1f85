"""Names that something announces are found; those of places and bodies that bear people's names are kept."""

from __future__ import annotations

import unicodedata

import pytest

from atlas_ld.privacy import redact, redact_address
from atlas_ld.privacy.names import name_spans

WORDS = ("dupont", "jeann", "martin", "ex.example", "34 56", "34.56", "34-56")
PERSONS = """
Mme. DUPONT Jeanne | Madame le Maire Jeanne Dupont | Madame la Maire de Clairval Jeanne Dupont a signé. | Dr. Dupont
Me Dupont | Mx Dupont | M.Dupont | m. Dupont | mme dupont | Mme Dupont née Martin | Mme\u00a0Dupont
MM. Dupont, Martin et Durand-Martin | M. et Mme Dupont | Monsieur Jean-Luc de la Dupont | Mme (Dr) Dupont
M. (Jean) Dupont | M. Mamadou dit Dupont | M. Jean « Jeannot » Dupont | M. J.-P. Dupont
Mme la Conseillère municipale déléguée Jeanne Dupont | Monsieur le Président du Conseil général, Jean Dupont
Son Excellence Jean Dupont | S.E.M. Jean Dupont | M. le Pr. Dupont | le docteur Dupont | la professeure Dupont
le père Dupont | l'abbé Dupont | Sœur Jeanne Dupont | Soeur Jeanne Dupont | Contact: J. Dupont
Contacts - Jeanne Dupont | Contact Jeanne Dupont | Coordinatrice – Jeanne Dupont | Coordonnées : Jeanne Dupont
Name: Jeanne Dupont | Nom : Dupont | Nom: DUPONT Prénom: Jeanne | Nom du contact : Dupont
Personne à contacter : Dupont Jeanne | Chargé(e) de mission : Jeanne Dupont | Président : DUPONT
Adjointe aux relations internationales : Jeanne Dupont | Directeur général des services : Jean Dupont
le président Jean Dupont | Le Maire, Jean Dupont, a reçu | le maire de Clairval, Jean Dupont, a reçu
la conseillère départementale Jeanne Dupont | l'adjoint Jean Dupont | l'élue Jeanne Dupont
le chef de village Jean Dupont | suivi par Jean-Pierre Martin-Durand | Projet suivi par Jeanne Dupont
Suivi assuré par Jeanne Dupont | Rédigé par Jeanne Dupont | représentée par son président Jeanne Dupont
sous la direction de Jeanne Dupont | à l’attention de Jeanne Dupont | c/o Jeanne Dupont
Écrire à Jeanne Dupont (jeanne@ex.example) | Jean DUPONT (chargé de mission) | Jeanne Dupont, chargée de mission
Jean Dupont, maire de Clairval | Jean DUPONT, Maire | Jean DUPONT, responsable du projet
Jean Dupont, président de l'association | Jeanne Dupont <jeanne@ex.example> | Jeanne Dupont : jeanne@ex.example
Jeanne Dupont (06 12 34 56 78) | Jeanne Dupont, tél. 06 12 34 56 78 | "Jeanne Dupont" <jeanne[at]ex.example>
Jeanne Dupont - jeanne (at) ex.example | tél. 06 12 34 56 78 | +33 (0)6 12 34 56 78 | 06.12.34.56.78 | 06/12/34/56/78
(06) 12 34 56 78 | 0033 6 12 34 56 78 | jeanne [at] ex.example | jeanne(at)ex.example | jeanne AT ex DOT example
jeanne[AT]ex[DOT]example | jeanne [@] ex.example | jeanne_at_ex.example | jeanne-at-ex.example
jéanne.dupönt@ex.example | jeanne@mairie, à Clairval | mailto:jeanne@ex.example?subject=Projet%20Dupont
"""
KEPT = """
Lycée Jean Moulin | Place Charles de Gaulle | Fondation Abbé Pierre | Collège Mme de Sévigné | Rue du Docteur Roux
Hôpital Dr Schweitzer | Médiathèque Mme Curie | Groupe scolaire Docteur Roux | Lycée professionnel Mme de Staël
CHU Dr Roux | Maison de quartier Docteur Roux | Bibliothèque M. Pagnol | Résidence Mme de Staël | Fonds Dr Schweitzer
Foyer Sœur Emmanuelle | Aéroport Léopold Sédar Senghor | Stade du Maréchal Leclerc | Institut Pasteur
Pont-l'Abbé-d'Arnoult | Commune de Saint-Jean | Nom du projet : Puits de Brest | Nom de la collectivité : Brest
Nom de la structure : Saint-Denis | Contact : Ville de Brest | Contact : mairie de Clairval
Président : Région Bretagne | Contact : https://www.ville.example | suivi par Brest métropole
suivi par Lorient Agglomération | porté par Grand Lyon | animé par Cités Unies France | signé par Saint-Denis
représenté par la Ville de Saint-Denis | porté par Électriciens sans frontières
Terre Solidaire, responsable du volet agricole | Brest Métropole, chef de file | Ville de Saint Malo, maire honoraire
le maire de Brest | le président du Conseil régional | la mairie de Fort-de-France | Directeur Général des Services
Maître d'ouvrage : Ville de Brest | Maître d'œuvre : Agence de l'eau | Maîtres d'ouvrage | Volontaires du Progrès
1,5 M d'euros | 2 M. d'euros | 10 500 euros en 2019 | du 12/05/2019 au 13/06/2020 | SIREN 242900314 | 12 000,50
"""


def cases(table: str) -> list[str]:
    return [case.strip() for line in table.strip().splitlines() for case in line.split("|")]


@pytest.mark.parametrize("text", cases(PERSONS))
def test_an_announced_person_is_taken_out(text: str) -> None:
    clean = unicodedata.normalize("NFKD", redact(text)[0]).lower()
    assert [word for word in WORDS if word in clean] == []


@pytest.mark.parametrize("text", cases(KEPT))
def test_places_and_bodies_keep_their_names(text: str) -> None:
    assert redact(text) == (text, frozenset())


@pytest.mark.parametrize("text", cases(PERSONS))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)[0]
    assert redact(once)[0] == once


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("https://ville.example/?q=M.+Jean+Dupont", "https://ville.example/?q=redacted"),
        ("https://ville.example/?q=M.%20Jean%20Dupont&page=2", "https://ville.example/?q=redacted&page=2"),
        ("https://ville.example/?contact=Jean+Dupont", "https://ville.example/?contact=redacted"),
        ("https://ville.example/annuaire/Mme-Jeanne-Dupont", "https://ville.example/annuaire/redacted"),
        ("mailto:jeanne@ex.example?subject=Mme%20Dupont", "mailto:redacted"),
        ("tel:+33612345678", "tel:redacted"),
        ("https://ville.example/?nom=Dupont#contact", "https://ville.example/?nom=redacted#contact"),
    ],
)
def test_an_address_names_nobody(address: str, clean: str) -> None:
    assert redact_address(address)[0] == clean
    assert redact_address(clean)[0] == clean


@pytest.mark.parametrize(
    "unit", ["M. ", "Aa, ", "maire de ", "Contact ", "suivi par ", "A ", "président de x ", "Jean-"]
)
def test_a_hostile_text_costs_no_time(unit: str) -> None:
    """It would take hours, were it not linear."""
    assert name_spans(unit * 20_000 + "x") == name_spans(unit * 20_000 + "x.")
