"""A record as a page of the Atlas, as people save it: as text, with bars, in the markup of several years, as MHTML."""

from __future__ import annotations

import quopri
import textwrap
from collections.abc import Iterable
from html import escape
from typing import Literal

from atlas_ld.records import Participant, PartnershipRecord

GOALS = {
    2: "Faim « zéro »",
    6: "Eau propre et assainissement",
    7: "Énergie propre et d’un coût abordable",
    14: "Vie aquatique",
}
STATUSES = {"under-way": "En cours", "ended": "Terminé", "dormant": "En sommeil"}
FORMS = {
    "decentralised-cooperation-project": "Projet de coopération décentralisée",
    "twinning": "Jumelage",
    "framework-agreement": "Accord-cadre",
    "humanitarian": "Aide humanitaire",
    "other-action": "Autre action",
}
Layout = Literal["text", "pipes", "html tables", "html lists", "html blocks"]
LAYOUTS: tuple[Layout, ...] = ("text", "pipes", "html tables", "html lists", "html blocks")


def page_of(record: PartnershipRecord, layout: Layout) -> str:
    """A page that says what the record says, in one of the layouts. Contacts get invented names and addresses."""
    items: list[tuple[str, str | list[list[str]] | None]] = [
        ("Titre", record.title),
        ("Année de première signature de la convention", _text(record.first_signature_year)),
        *zip(
            ("Thématique d'intervention", "Sous-thématique d'intervention", "Sous-sous-thématique d'intervention"),
            (*record.main_theme, "", "", "")[:3],
            strict=True,
        ),
        (
            "Autres thématiques mises en œuvre pour le partenariat",
            [
                ["Thématique éligible", "Sous-thématique", "Sous-sous-thématique", "Priorité"],
                *([*choice.path, str(choice.priority)] for choice in record.other_themes),
            ],
        ),
        (
            "Objectifs de développement durable - ODD",
            [
                ["Thématique éligible"],
                *([f"{g.number} - {GOALS.get(g.number, 'Objectif mondial')}", str(g.relevance)] for g in record.goals),
            ],
        ),
        ("Année de début du partenariat", _text(record.start_year)),
        ("Le partenariat est", STATUSES.get(record.status or "")),
        ("Date de fin du partenariat", record.end_date.strftime("%d/%m/%Y") if record.end_date else None),
        ("Contexte", record.context),
        ("Historique", record.history),
        ("Objectif du partenariat", _objectives(record)),
        ("Description détaillée du partenariat", record.description),
        ("Votre partenariat prend la forme d'un(e)", FORMS.get(record.form or "")),
        ("Mise en œuvre du partenariat", None),
        ("Maître(s) d'œuvre", ", ".join(p.name for p in _having(record, "implementer"))),
        ("Maître(s) d'ouvrage", ", ".join(p.name for p in _having(record, "contracting-authority"))),
        ("Bénéficiaire(s)", record.beneficiaries),
        (
            "Partenaires étrangers du partenariat",
            [
                ["Nom de la collectivité étrangère", "Pays", ""],
                *([p.name, p.country or "", ""] for p in _having(record, "foreign-partner")),
            ],
        ),
        (
            "Contacts dans les partenaires étrangers du partenariat",
            [
                ["Nom de la collectivité étrangère", "Nom", "Prénom", "Fonction", "Courriel"],
                *(
                    [p.name, "Imaginaire", "Lou", function, "lou@partenaire.example"]
                    for p in _having(record, "foreign-partner")
                    for function in p.contact_functions
                ),
            ],
        ),
        (
            "Collectivités territoriales partenaires du partenariat",
            [
                ["Nom de la collectivité territoriale", ""],
                *([p.name, ""] for p in _having(record, "french-authority")),
            ],
        ),
        *_triennial(record),
        (
            "Financement du partenariat",
            [
                ["Nom du financeur", "Montant en euros", *["Montant 1% Eau (Loi Oudin 2005)"] * 3, "Année"],
                *(
                    [f.funder, _money(f.amount), _money(f.oudin), "", "", _text(f.year)]
                    for f in record.funding
                ),
            ],
        ),
        ("Évaluations, communication et perspectives", None),
        ("Une communication a été engagée en France", _tri(record.communication_in_france)),
        ("Une communication a été engagée dans les pays partenaires", _tri(record.communication_abroad)),
        ("Une politique d'évaluation a été engagée", _tri(record.evaluation)),
        (
            "Volontaires impliqués dans le partenariat (VSI, service civique, etc.) d'Échange et de Solidarité",
            [
                ["Nom", "Prénom", "Mission", "Champs d'action", "Entité d'affectation"],
                *(
                    ["Hypothèse", "Noa", mission, "Eau", "Terrain"]
                    for mission in record.volunteer_missions or ["Appui"] * (record.volunteer_count or 0)
                ),
            ],
        ),
        ("PIED DE PAGE", None),
    ]  # fmt: skip
    head = [f'Contacts dans le poste diplomatique "{post}"' for post in record.posts]
    for function in record.post_functions:
        head += [function, "Claude FICTIF", "Courriel : claude.fictif[at]poste.example"]
    return _html(head, items, layout) if layout.startswith("html") else _plain(head, items, layout)


def _plain(head: Iterable[str], items: Iterable[tuple[str, str | list[list[str]] | None]], layout: Layout) -> str:
    lines = ["Accueil > ???menu.atlas.libelle???", *head]
    for label, value in items:
        lines += [label]
        if isinstance(value, list):
            lines += ["", label] if layout == "text" else []
            for place, row in enumerate(value):
                if layout == "text":
                    # A partner's row ends with the raw key of an icon where the header has an empty column.
                    icon = ["commun.ico.loupe.alter"] if place and value[0][-1] == "" else []
                    lines.append(" ".join(cell for cell in [*row, *icon] if cell))
                else:
                    lines.append("".join(f"{cell} | " for cell in row).rstrip(" "))
                    lines += ["|".join(["---"] * len(row)) + "|"] if place == 0 else []
            lines += ["<< < pagination.page.precedent 1 pagination.page.suivant > >>"]
        elif value:
            lines.append(value)
    return "\n".join(lines) + "\n"


def _html(head: Iterable[str], items: Iterable[tuple[str, str | list[list[str]] | None]], layout: Layout) -> str:
    parts = ["<!DOCTYPE html><html><head><title>Titre</title><script>var t = '<td>Titre</td>';</script></head><body>"]
    parts += [f"<div class='contact'>{escape(line)}</div>" for line in head]
    for label, value in items:
        if isinstance(value, list):
            rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>\n" for cell in row) + "</tr>" for row in value)
            parts.append(f"<h3>{escape(label)}</h3><table>{rows}</table>")
            continue
        inner = "".join(
            f"<p>{'<br>'.join(map(escape, block.split(chr(10))))}</p>" for block in (value or "").split("\n\n")
        )
        one_line = escape(value) if value and "\n" not in value else inner
        parts.append(
            {
                "html tables": f"<table><tr><th>{escape(label)}</th><td>{inner}</td></tr></table>",
                "html lists": f"<dl><dt>{escape(label)}</dt><dd>{one_line}</dd></dl>",
                "html blocks": f"<div><label>{escape(label)}</label> <span>{one_line}</span></div>",
            }[layout]
        )
    return "\n".join([*parts, "</body></html>"])


def _having(record: PartnershipRecord, role: str) -> list[Participant]:
    return [participant for participant in record.participants if participant.role == role]


def _objectives(record: PartnershipRecord) -> str:
    parts = [record.objectives] if record.objectives else []
    if record.local_objectives:
        parts += ["Objectifs locaux :", record.local_objectives]
    if record.french_objectives:
        parts += ["Objectifs en France :", record.french_objectives]
    return "\n".join(parts)


def _triennial(record: PartnershipRecord) -> list[tuple[str, None]]:
    sentences = {"yes": "Le partenariat est triennal", "no": "Le partenariat n'est pas triennal"}
    return [(sentences[record.triennial], None)] if record.triennial in sentences else []


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _money(value: object) -> str:
    return _text(value).replace(".", ",")


def _tri(value: str) -> str:
    return {"yes": "Oui", "no": "Non"}.get(value, "")


def wrapped(text: str, width: int) -> str:
    """A text whose lines a program has broken at a width."""
    lines = text.split("\n")
    broken = (textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) if line.strip() else line
              for line in lines)  # fmt: skip
    return "\n".join(broken)


def mhtml(html: str, address: str) -> str:
    """A page of HTML as the one file in which Chrome saves it (RFC 2557)."""
    body = quopri.encodestring(html.encode()).decode().replace("\n", "\r\n")
    return (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {address}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="----MultipartBoundary"\r\n\r\n'
        "------MultipartBoundary\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: {address}\r\n\r\n{body}\r\n------MultipartBoundary--\r\n"
    )
