"""Bodies: from what matching decided about a name to an organisation with its key and label."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from atlas_ld.iris import slug
from atlas_ld.reference.decision import Decision
from atlas_ld.reference.gazetteer import Gazetteer
from atlas_ld.reference.names import words


@dataclass(frozen=True)
class Body:
    """A body that takes part or pays. `country` is alpha-2, `territory` the key of the place that it governs,
    `authority` whether it governs one, known or not. `method` and `score` are None where nothing was matched."""

    key: str
    label: str
    country: str | None = None
    territory: str | None = None
    siren: str | None = None
    authority: bool = False
    method: str | None = None
    score: Decimal | None = None


def unknown_body(name: str) -> Body:
    """A body of which neither country nor territory is known."""
    return Body(key=f"{slug(name)}-xx", label=name)


def french_body(name: str, decision: Decision, gazetteer: Gazetteer, siren: str | None = None) -> Body:
    """A French body: its key is its SIREN, else that of its territory, else its name."""
    match, alias = decision.match, decision.alias
    if not match:
        known = gazetteer.organisation(words(name))
        key, label = (known["key"], known["label"]) if known else (f"{slug(name)}-fr", name)
        return Body(key=siren or key, label=label, country="FR", siren=siren, authority=decision.authority)
    siren = siren or (alias.siren if alias else None) or gazetteer.place(match.place).siren
    return Body(
        key=siren or f"{match.place}-fr",
        label=(alias.label if alias else None) or gazetteer.authority_name(match.place),
        country="FR",
        territory=match.place,
        siren=siren,
        authority=True,
        method=match.method,
        score=match.score,
    )


def foreign_body(name: str, country: str | None, decision: Decision, gazetteer: Gazetteer) -> Body:
    """A foreign body. Where its place is known, its key and label are the place's, however the source writes it."""
    code = country.lower() if country else "xx"
    match = decision.match
    if not match:
        return Body(key=f"{slug(name)}-{code}", label=name, country=country, authority=decision.authority)
    place = gazetteer.place(match.place)
    label = f"{place.name} (État)" if place.level == "country" else place.name
    # Towns of one country and one name need more than their name.
    namesakes = gazetteer.places_named(place.country, words(place.name))
    key = slug(label) if len(namesakes) < 2 else f"{slug(label)}-{place.geonames}"
    return Body(
        key=f"{key}-{code}",
        label=label,
        country=country,
        territory=place.key,
        authority=True,
        method=match.method,
        score=match.score,
    )
