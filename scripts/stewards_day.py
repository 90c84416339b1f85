"""A steward's day, from files as they come to a release and back: writes docs/stewards/day.md and day.fr.md.

Each step is a command that is run here, on files that are made here, and its output stands in the guide as it was
printed. tests/test_stewards_day.py runs the same steps and holds the guide equal to them.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner
from openpyxl import load_workbook

from atlas_ld.cli import main
from atlas_ld.findings import Language
from atlas_ld.resources import root
from atlas_ld.sources.atlas_page import read_page
from bench.saved_pages import mhtml, page_of

DOCS = root() / "docs" / "stewards"
PAGES: dict[Language, Path] = {"en": DOCS / "day.md", "fr": DOCS / "day.fr.md"}
TABLE = """Intitulé du partenariat;Commune ou EPCI;Partenaire à l'étranger;Pays;Depuis;État;Subvention Région;Année
Des puits pour Bandiagara;Rennes;Bandiagara;Mali;2012;En cours;12 000,50 €;2019
Écoles jumelles;Vannes;Thiès;Sénégal;2008;Terminé;huit mille;2018
Formation d’élus;Quimper;Limerick;Irlande;19;En cours;3000;2020
"""
MAPPING = """[columns]
"Intitulé du partenariat" = "title"
"Commune ou EPCI" = "french_authorities"
"Partenaire à l'étranger" = "foreign_partners"
"Pays" = "foreign_countries"
"Depuis" = "start_year"
"État" = "status"

[[funding]]
funder = "Région Bretagne"
amount_column = "Subvention Région"
year_column = "Année"
"""
CORRECTED = TABLE.replace("huit mille", "8000").replace(";19;", ";1999;")
WITHDRAWN = "".join(line for line in CORRECTED.splitlines(keepends=True) if not line.startswith("Formation"))
_IMPORT = "import sources --mapping suivi.mapping.toml --into records"
_BUILD = "build --data records --releases releases --date"


@dataclass(frozen=True)
class Step:
    """A command, what is done by hand before it, what the guide says of both, and the exit code."""

    fr: str
    en: str
    command: str
    code: int = 0
    before: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Done:
    step: Step
    command: str
    output: str
    code: int


def _sources() -> None:
    """The region's own table in Windows-1252 and three pages of the Atlas, saved in three ways."""
    folder = Path("sources")
    folder.mkdir()
    _table(TABLE)
    page = (root() / "tests" / "data" / "page.txt").read_text("utf-8")
    record = read_page("page.txt", page.encode()).record
    assert record is not None
    others = [record.model_copy(update={"title": title}) for title in ("JARDINS D'ÉCOLE", "MARCHÉS COUVERTS")]
    address = "https://atlas.example/detailProjet.html?criteres.prjId=2835"
    (folder / "2833.txt").write_text(page, "utf-8")
    (folder / "2834.html").write_text(page_of(others[0], "html tables"), "utf-8")
    (folder / "2835.mhtml").write_text(mhtml(page_of(others[1], "html lists"), address), "utf-8", newline="")


def _table(text: str) -> None:
    Path("sources", "suivi.csv").write_bytes(text.encode("cp1252"))


def _workbook() -> None:
    """The template, filled in by a town."""
    book = load_workbook("sources/commune.xlsx")
    sheet = book.worksheets[0]
    head = [str(cell.value or "") for cell in sheet[1]]
    filled = {"identif": "R-1", "tit": "Eau pour Kayes", "French authorit": "Rennes", "collectivité": "Rennes",
              "foreign partner": "Kayes", "partenaire": "Kayes", "countr": "Mali", "pays": "Mali",
              "start year": 2016, "année de début": 2016}  # fmt: skip
    for place, name in enumerate(head, start=1):
        words = name.replace("_", " ").lower()
        sheet.cell(2, place).value = None
        for start in [start for start in filled if words.startswith(start.lower())]:
            sheet.cell(2, place, filled.pop(start))  # type: ignore[arg-type]
    book.save("sources/commune.xlsx")
    Path("suivi.mapping.toml").write_text(MAPPING, "utf-8")


def _decide() -> None:
    """The first doubtful name is that of a body which no register has."""
    with Path("review.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"decision": "none", "role": "data steward", "date": "2026-11-24", "reason": "An association"}
    with Path("review.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows[:1])


STEPS: tuple[Step, ...] = (
    Step("Un modèle de classeur part dans une commune, qui le remplit et le renvoie.",
         "A workbook to fill in goes to a town, which sends it back.",
         "template sources/commune.xlsx", before=_sources),
    Step("Notre tableau a ses propres en-têtes : la commande propose ce qu’ils veulent dire. Cela se vérifie : "
         "ici, la colonne de la subvention n’est pas une collectivité, mais des montants que donne la région.",
         "Our table has headers of its own: the command proposes what they mean. A proposal is to be checked. Here the "
         "column of the grant is no authority: it holds amounts, whose funder is the region.",
         "import --guess sources/suivi.csv", before=_workbook),
    Step("Corrigée et enregistrée dans `suivi.mapping.toml`, elle sert à l’import. Chaque remarque dit où, quoi et "
         "comment corriger ; une erreur retient la fiche, le reste passe.",
         "Corrected and kept as `suivi.mapping.toml`, it serves the import. Each remark says where, what and how to "
         "mend it; a violation holds its record back, the rest passes.",
         f"{_IMPORT} --report findings.csv", code=2),
    Step("Les deux cellules sont corrigées dans le tableau. Seul le fichier qui a changé est relu ; la fiche qui a "
         "une année change de clé, et l’ancienne disparaît.",
         "Both cells are corrected in the table. Only the file that changed is read again; the record that has a year "
         "now has another key, and the old one goes.",
         _IMPORT, before=lambda: _table(CORRECTED)),
    Step("La première version est publiée.", "The first release is published.", f"{_BUILD} 2026-11-23"),
    Step("Ce qui est douteux est écrit dans un tableau à remplir.",
         "What is doubtful is written to a sheet, to be filled in.",
         "review --out review.csv --releases releases"),
    Step("La première ligne est décidée (`none` : aucun registre ne connaît cet organisme) et reprise.",
         "The first row is decided (`none`: no register knows this body) and taken.",
         "review --apply review.csv --data records --releases releases", before=_decide),
    Step("Une ligne est retirée du tableau : l’import le dit et ne supprime rien.",
         "A row is taken out of the table: the import says so and removes nothing.",
         _IMPORT, before=lambda: _table(WITHDRAWN)),
    Step("Supprimer se demande.", "A removal has to be asked for.", f"{_IMPORT} --prune"),
    Step("Une version candidate se construit à côté de celle qui est servie.",
         "A candidate is built beside the release that is served.", f"{_BUILD} 2026-11-24 --candidate"),
    Step("Ce qui change, en mots. La limite de 5 % est dépassée : la commande le dit et sort avec le code 2.",
         "What changes, in words. The limit of 5% is passed: the command says so and exits with 2.",
         "diff --releases releases --fail-if-removed 5% --notes notes.md", code=2),
    Step("C’est voulu : la candidate devient la version servie.", "It is meant: the candidate becomes the release.",
         "releases use NEW --releases releases"),
    Step("Une heure plus tard, la commune se ravise : on revient en arrière, sans rien reconstruire.",
         "An hour later the town changes its mind: back to the release before, and nothing is built again.",
         "releases use OLD --releases releases"),
    Step("La liste le montre.", "The list shows it.", "releases list --releases releases"),
)  # fmt: skip


def day(folder: Path, language: Language) -> Iterator[Done]:
    """The steps, one after the other, in a new folder."""
    with chdir(folder):
        for step in STEPS:
            step.before()
            command = step.command
            for word, place in (("NEW", -1), ("OLD", 0)):
                if word in command:
                    command = command.replace(word, _releases()[place])
            spoken = "" if command.startswith("releases") else f" --lang {language}"
            result = CliRunner().invoke(main, f"{command}{spoken}".split())
            if result.exception and not isinstance(result.exception, SystemExit):
                raise result.exception
            yield Done(step, f"atlas-ld {command}{spoken}", result.output.replace(f"{folder}/", ""), result.exit_code)


def _releases() -> list[str]:
    return sorted(p.name for p in Path("releases").iterdir() if re.fullmatch(r"[0-9-]{10}-[0-9a-f]{8}", p.name))


def told(output: str) -> list[str]:
    """The lines of an output that tell something: no progress, and no times."""
    progress = r"  (?:reading|matching|gathering|writing|sealing).*|Time: .*|"
    return [line.rstrip() for line in output.splitlines() if not re.fullmatch(progress, line)]


_HEAD: dict[Language, str] = {
    "en": """# A steward's day

*[En français](day.fr.md)*

A table of one's own with odd headers, three saved pages and a filled-in workbook become a release, with what every
command says. `python scripts/stewards_day.py` runs the day and writes this page; a test holds it true.
""",
    "fr": """# La journée d’un gestionnaire des données

*[In English](day.md)*

Un tableau maison aux en-têtes inattendus, trois pages enregistrées et un classeur rempli deviennent une version
publiée, avec ce que dit chaque commande. `python scripts/stewards_day.py` fait la journée et écrit cette page ; un
test vérifie qu’elle dit vrai.
""",
}


def page(language: Language, folder: Path) -> str:
    """The guide in one language."""
    parts = [_HEAD[language]]
    for number, done in enumerate(day(folder, language), start=1):
        text = done.step.fr if language == "fr" else done.step.en
        lines = "\n".join(f"    {line}".rstrip() for line in (f"$ {done.command}", *told(done.output)))
        parts.append(f"## {number}.\n\n{text}\n\n{lines}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    for spoken, path in PAGES.items():
        with tempfile.TemporaryDirectory() as temporary:
            path.write_text(page(spoken, Path(temporary).resolve()), "utf-8")
