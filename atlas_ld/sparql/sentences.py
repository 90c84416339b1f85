"""What is said of a query that gets no answer, in French and in English.

Workers and the query service send a key and values; who speaks to a person makes the sentence, in that person's
language. Errors are English where nobody asked for a language: in the log, and on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from atlas_ld.errors import QueryError

SENTENCES: Mapping[str, tuple[str, str]] = {
    # Limits
    "length": (
        "La requête a {found} caractères ; ce point d’accès en prend {most} au plus.",
        "The query has {found} characters; this endpoint takes {most} at most.",
    ),
    "timeout": (
        "La requête a été arrêtée à sa limite de temps de {seconds} s.",
        "The query was stopped at its time limit of {seconds} s.",
    ),
    "rows": ("La réponse a plus de {most} lignes.", "The answer has more than {most} rows."),
    "bytes": ("La réponse dépasse {most} octets.", "The answer is larger than {most} bytes."),
    "memory": (
        "La requête a pris plus que les {mb} Mo de mémoire qu’une requête peut avoir.",
        "The query took more than the {mb} MB of memory that a query may have.",
    ),
    "columns-memory": ("La requête a pris trop de mémoire.", "The query took too much memory."),
    "nesting": (
        "La requête emboîte ou enchaîne plus de parties que le moteur ne peut en tenir.",
        "The query nests or chains more parts than the engine can hold.",
    ),
    "no-room": (
        "Les réponses qui sont encore en lecture prennent toute la place qu’il y a.",
        "Answers that are still being read take all the room there is.",
    ),
    # Turns
    "busy": (
        "Tous les processus de requêtes sont pris ; réessayez dans {seconds} s.",
        "Every query worker is taken; try again in {seconds} s.",
    ),
    "client-queries": (
        "Cette adresse a {most} requêtes en cours, et ne peut en avoir plus ; réessayez quand l’une a sa réponse, ou "
        "dans {seconds} s.",
        "This address has {most} queries under way, and may have no more; try again when one is answered, or in "
        "{seconds} s.",
    ),
    "client-requests": (
        "Cette adresse a trop de demandes en cours ; réessayez dans {seconds} s.",
        "This address has too many requests under way; try again in {seconds} s.",
    ),
    "restarted": (
        "Le service de requêtes a été relancé ; demandez encore une fois.",
        "The query service was started again; ask once more.",
    ),
    "left": ("Le client est parti.", "The client is gone."),
    # Workers
    "killed": (
        "Le processus de la requête a été tué ; le système manque peut-être de mémoire.",
        "The query worker was killed; the system may be short of memory.",
    ),
    "not-started": (
        "Le processus de requêtes n’a pas démarré ; le journal du serveur dit peut-être pourquoi.",
        "The query worker did not start; the server's log may say why.",
    ),
    "stopped": (
        "Le processus de la requête s’est arrêté inopinément ; le journal du serveur dit peut-être pourquoi.",
        "The query worker stopped unexpectedly; the server's log may say why.",
    ),
    "ended": (
        "La requête a été interrompue ; le journal du serveur dit peut-être pourquoi.",
        "The query was ended; the server's log may say why.",
    ),
    "failed-within": (
        "Le moteur de requêtes a échoué en lui-même ; le journal du serveur dit où.",
        "The query engine failed within; the server's log says where.",
    ),
    "no-order": (
        "Le moteur de requêtes ne peut mettre en un seul ordre ces valeurs de plusieurs sortes (des nombres à côté de "
        "textes, par exemple) : triez par DATATYPE(?valeur) et STR(?valeur), ou par des valeurs d’une seule sorte.",
        "The query engine cannot put these values of several kinds (numbers beside texts, say) in one order: order by "
        "DATATYPE(?value) and STR(?value), or by one kind of value.",
    ),
    "engine": ("Le moteur dit : {said}.", "{said}."),
    # Formats
    "no-format-graph": (
        "La réponse est un graphe, et aucun des formats demandés n’en contient.",
        "The answer is a graph, and no format asked for holds one.",
    ),
    "no-format-table": (
        "La réponse est un tableau ou une valeur de vérité, et aucun des formats demandés n’en contient.",
        "The answer is a table or a truth value, and no format asked for holds one.",
    ),
    "no-character": (
        "La réponse contient le caractère {character}, que XML ne peut contenir : demandez un autre format, comme JSON "
        "ou Turtle.",
        "The answer holds the character {character}, which XML cannot hold: ask for another format, such as JSON or "
        "Turtle.",
    ),
    # What is refused
    "service": (
        "SERVICE est refusé : ce point d’accès ne répond que de ses propres données et n’en appelle aucun autre (ligne "
        "{line}, colonne {column}).",
        "SERVICE is refused: this endpoint answers from its own data only and calls no other (line {line}, column "
        "{column}).",
    ),
    "service-escaped": (
        "SERVICE est refusé : ce point d’accès ne répond que de ses propres données et n’en appelle aucun autre (ligne "
        "{line}, colonne {column}, une fois lus ses échappements \\u).",
        "SERVICE is refused: this endpoint answers from its own data only and calls no other (line {line}, column "
        "{column}, once its \\u escapes are read).",
    ),
    "update": (
        "{word} est refusé : ce point d’accès répond à des requêtes et ne prend pas de mises à jour (ligne {line}, "
        "colonne {column}).",
        "{word} is refused: this endpoint answers queries and takes no updates (line {line}, column {column}).",
    ),
    "update-escaped": (
        "{word} est refusé : ce point d’accès répond à des requêtes et ne prend pas de mises à jour (ligne {line}, "
        "colonne {column}, une fois lus ses échappements \\u).",
        "{word} is refused: this endpoint answers queries and takes no updates (line {line}, column {column}, once its "
        "\\u escapes are read).",
    ),
    # What cannot be read
    "unclosed-string": (
        "La chaîne qui commence ici n’est pas fermée, ou contient un échappement que SPARQL n’a pas.",
        "The string that begins here is not closed, or holds an escape that SPARQL has not.",
    ),
    "no-word": (
        "« {word} » n’est pas un mot de SPARQL, et un nom a un préfixe et deux-points.",
        "“{word}” is no word of SPARQL, and a name has a prefix and a colon.",
    ),
    "near-word": (
        "« {word} » n’est pas un mot de SPARQL ; {near} en est un.",
        "“{word}” is no word of SPARQL; {near} is one.",
    ),
    "closes-nothing": ("Le {sign} ne ferme rien.", "The {sign} closes nothing."),
    "not-closed": ("Le {sign} qui commence ici n’est pas fermé.", "The {sign} that begins here is not closed."),
    "not-closed-before": (
        "Le {sign} qui commence ici n’est pas fermé avant le {other} de la ligne {line}, colonne {column}.",
        "The {sign} that begins here is not closed before the {other} of line {line}, column {column}.",
    ),
    "prefix": (
        "Le préfixe {name} n’est pas déclaré ; PREFIX {name} <...> en tête le fait.",
        "The prefix {name} is not declared; PREFIX {name} <...> at the head does it.",
    ),
    "not-sparql": (
        "La requête n’est pas du SPARQL 1.1 à cet endroit.",
        "The query is not SPARQL 1.1 at this place.",
    ),
    "not-sparql-but": (
        "La requête n’est pas du SPARQL 1.1 à cet endroit, où pourrait se trouver {signs}.",
        "The query is not SPARQL 1.1 at this place, where {signs} could stand.",
    ),
}
"""French and English, by key. What stands in braces is filled in."""

E = TypeVar("E", bound=QueryError)


def error(kind: type[E], key: str, values: Mapping[str, Any] | None = None, **members: Any) -> E:
    """An error that says the sentence `key`; `members` are its class's own."""
    made = kind(say(key, "en", values or {}), **members)
    made.said = (key, dict(values or {}))
    return made


def say(key: str, language: str, values: Mapping[str, Any]) -> str:
    """The sentence in French (`fr`) or English. Raises KeyError for a key that is not here, or a value that is not
    given. Alternatives are lists."""
    either = " ou " if language == "fr" else " or "
    written = {name: either.join(value) if isinstance(value, list) else value for name, value in values.items()}
    return SENTENCES[key][language != "fr"].format(**written)


def told(error_: QueryError, language: str) -> str:
    """What an error says, in this language where it has it."""
    return say(error_.said[0], language, error_.said[1]) if error_.said else str(error_)
