"""Findings of matching: what is wrong with a name, and how to mend it."""

from __future__ import annotations

from atlas_ld.findings import Finding, Severity
from atlas_ld.reference.gazetteer import FRANCE, Gazetteer, Place
from atlas_ld.reference.names import nearest_kind

_LISTED = 5


def ambiguous_authority(name: str, candidates: tuple[str, ...], gazetteer: Gazetteer) -> Finding:
    listed = _listed(candidates, gazetteer)
    return Finding(
        code="ambiguous-match",
        severity=Severity.WARNING,
        fr=f"« {name} » peut être : {listed}. Ajoutez le département entre parenthèses, comme dans "
        "« Saint-Denis (93) », ou le SIREN.",
        en=f"“{name}” may be: {listed}. Add the département in brackets, as in “Saint-Denis (93)”, or the SIREN.",
        field="participants",
    )


def ambiguous_partner(name: str, candidates: tuple[str, ...], gazetteer: Gazetteer) -> Finding:
    listed = _listed(candidates, gazetteer)
    return Finding(
        code="ambiguous-match",
        severity=Severity.WARNING,
        fr=f"« {name} » peut être : {listed}. Dites ce que c’est (« Ville de … », « Région … ») ou décidez-en "
        "dans decisions.csv.",
        en=f"“{name}” may be: {listed}. Say what it is (“Ville de …”, “Région …”) or decide in decisions.csv.",
        field="participants",
    )


def unmatched_authority(name: str) -> Finding:
    return Finding(
        code="unmatched-authority",
        severity=Severity.INFO,
        fr=f"« {name} » n’est pas parmi les collectivités d’aujourd’hui. Vérifiez le nom ou donnez le SIREN.",
        en=f"“{name}” is not among today's French authorities. Check the name or give the SIREN.",
        field="participants",
    )


def unmatched_partner(name: str, country: str) -> Finding:
    return Finding(
        code="unmatched-partner",
        severity=Severity.INFO,
        fr=f"« {name} » n’est ni un lieu ni une division que nous connaissons ({country}) : seul son nom est connu. "
        "Vérifiez-le, ou décidez de ce qu’il est dans decisions.csv.",
        en=f"“{name}” is no place or division that we know ({country}): only its name is known. Check it, or decide in "
        "decisions.csv what it is.",
        field="participants",
    )


def unknown_country(name: str) -> Finding:
    return Finding(
        code="unknown-country",
        severity=Severity.WARNING,
        fr=f"Le pays « {name} » n’est pas reconnu. Écrivez son nom usuel ou son code ISO à deux lettres.",
        en=f"The country “{name}” is not known. Write its usual name or its two-letter ISO code.",
        field="participants",
    )


def invalid_siren(siren: str) -> Finding:
    return Finding(
        code="invalid-siren",
        severity=Severity.WARNING,
        fr=f"« {siren} » n’est pas un SIREN (neuf chiffres, clé de Luhn). Corrigez-le ou retirez-le.",
        en=f"“{siren}” is no SIREN (nine digits, Luhn check). Correct it or leave it out.",
        field="participants",
    )


def unknown_kind(kind: str) -> Finding:
    near = nearest_kind(kind)
    fr, en = (f" La plus proche : {near}.", f" The nearest: {near}.") if near else ("", "")
    return Finding(
        code="unknown-kind",
        severity=Severity.INFO,
        fr=f"« {kind} » n’est pas dans la liste des natures d’organisme ; gardé tel quel.{fr}",
        en=f"“{kind}” is not in the list of kinds of bodies; it is kept as written.{en}",
        field="participants",
    )


def unknown_post(post: str) -> Finding:
    return Finding(
        code="unknown-post",
        severity=Severity.WARNING,
        fr=f"Le pays du poste « {post} » n’est pas connu. Écrivez sa ville ou son pays, comme « Ambassade de France à "
        "Dakar ».",
        en=f"The country of the post “{post}” is not known. Write its city or country, as in “Ambassade de France à "
        "Dakar”.",
        field="posts",
    )


def _listed(candidates: tuple[str, ...], gazetteer: Gazetteer) -> str:
    described = [_described(gazetteer.place(key), gazetteer) for key in candidates[:_LISTED]]
    more = len(candidates) - len(described)
    return ", ".join(described) + (f", … (+{more})" if more else "")


def _described(place: Place, gazetteer: Gazetteer) -> str:
    if place.country == "FR" and place.within and place.within[0] != FRANCE:
        return f"{place.name} ({gazetteer.place(place.within[0]).name}, {place.key})"
    return f"{place.name} ({place.key})"
