"""Sentences for generated records: invented, and as long and as repetitive as such texts are."""

from __future__ import annotations

from random import Random

_SUBJECTS = (
    "La commission mixte", "Le comité de pilotage", "L’équipe municipale", "Le réseau des écoles",
    "Le service des eaux", "La maison des jeunes", "L’association locale", "Le groupement de femmes",
    "Le centre de santé", "La chambre d’agriculture", "Le lycée professionnel", "L’office de tourisme",
    "La médiathèque", "Le syndicat d’assainissement", "La régie de transport",
)  # fmt: skip
_VERBS = (
    "accompagne", "met en place", "prolonge", "organise", "relance", "évalue", "soutient", "prépare", "étend",
    "finance", "documente", "coordonne", "rénove", "équipe",
)  # fmt: skip
_OBJECTS = (
    "un programme de formation des agents", "la réhabilitation de puits et de bornes",
    "des échanges de classes", "un plan de gestion des déchets", "la construction d’un marché couvert",
    "un atelier de transformation du lait", "la tenue de l’état civil", "un fonds pour de petites entreprises",
    "la plantation de haies", "un festival bisannuel", "l’achat de matériel médical",
    "une cartographie des réseaux", "un jumelage entre bibliothèques", "la mise en valeur du patrimoine bâti",
    "un chantier de jeunes", "le suivi de la qualité de l’eau",
)  # fmt: skip
_PLACES = (
    "dans trois quartiers", "dans les villages voisins", "sur le littoral", "au chef-lieu", "dans la vallée",
    "autour du lac", "dans l’ensemble du territoire", "près de la frontière", "dans dix communes rurales",
)  # fmt: skip
_ENDS = (
    "avec l’appui des habitants", "pour une durée de trois ans", "à la demande des deux partenaires",
    "en lien avec l’université", "selon la convention signée", "malgré un calendrier serré",
    "avec un cofinancement local", "pour les jeunes de moins de vingt-cinq ans", "en priorité pour les femmes",
    "à partir d’un diagnostic partagé",
)  # fmt: skip
_WORKS = (
    "Appui au développement local", "Accès à l’eau et à l’assainissement", "Coopération scolaire",
    "Échanges culturels", "Appui institutionnel", "Gestion des déchets", "Santé de la mère et de l’enfant",
    "Agriculture et alimentation", "Tourisme solidaire", "Formation professionnelle",
    "Énergie et éclairage public", "Jumelage", "Protection du littoral",
)  # fmt: skip
KEYWORDS = (
    "eau", "école", "jeunesse", "élevage", "forêt", "musique", "état civil", "énergie solaire", "maraîchage",
    "santé", "sport", "port", "lecture", "artisanat", "climat", "mobilité",
)  # fmt: skip
FUNCTIONS = (
    "Maire adjointe", "Directeur général des services", "Chargée de mission", "Secrétaire général",
    "Élu délégué",
)  # fmt: skip
MISSIONS = (
    "enseignement du français", "conseil technique", "animation", "formation d’agents", "suivi de chantier",
)  # fmt: skip


def sentence(random: Random) -> str:
    """One sentence of about 120 characters."""
    parts = (random.choice(words) for words in (_SUBJECTS, _VERBS, _OBJECTS, _PLACES, _ENDS))
    return " ".join(parts) + "."


def paragraph(random: Random, least: int, most: int) -> str:
    """`least` to `most` sentences."""
    return " ".join(sentence(random) for _ in range(random.randint(least, most)))


def title(random: Random, here: str, there: str) -> str:
    """What a partnership between two places is called."""
    return f"{random.choice(_WORKS)} entre {here} et {there}"
