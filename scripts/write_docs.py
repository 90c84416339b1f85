"""Writes the pages of docs/ that are drawn from the project itself: the model, the settings, the record's JSON Schema,
SPARQL by example.

Run it after a change of shapes, settings, records or example queries: `make docs`. tests/test_docs.py holds the pages
equal to what this script would write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from pydantic import BaseModel

from atlas_ld.config import ENVIRONMENT_PREFIX, Settings
from atlas_ld.iris import Iris, fold, shorten
from atlas_ld.model import ClassModel, Field, Model, Rule, load_model
from atlas_ld.queries import declared
from atlas_ld.queries.named import NamedQuery, named_queries
from atlas_ld.rdf import Literal, parse_file
from atlas_ld.records import PartnershipRecord
from atlas_ld.resources import turtle_files
from atlas_ld.sources.table_mapping import TableMapping
from atlas_ld.vocabulary import DCTERMS, PREFIXES, SKOS

DOCS = Path(__file__).resolve().parents[1] / "docs"
BASE = Settings().base_iri


def pages() -> dict[Path, str]:
    """Each generated page and its content."""
    model = load_model(BASE)
    return {
        DOCS / "model.md": _model_page(model),
        DOCS / "settings.md": _settings_page(),
        DOCS / "record.schema.json": _schema(PartnershipRecord),
        DOCS / "mapping.schema.json": _schema(TableMapping),
        DOCS / "sparql-by-example.md": _examples_page(),
    }


def _model_page(model: Model) -> str:
    parts = [
        "# The model\n",
        "Written by `scripts/write_docs.py` from `shapes/` and `ontology/`. Change those, then run `make docs`.\n",
        "A record with a *violation* is left out of a release and shown on the quality page; with a *warning* or an\n"
        "*info* it is published. A *derived* value is computed by atlas-ld, not said by the source. Entities other\n"
        "than codes and themes have no other properties than these. Prefixes are those of `atlas_ld/vocabulary.py`;\n"
        "[iri-policy.md](iri-policy.md) explains the IRIs of entities.\n",
        *(_class_section(model, class_) for class_ in model.classes),
        _code_section(),
    ]
    return "\n".join(parts)


def _class_section(model: Model, class_: ClassModel) -> str:
    fields_ = _table(
        ("group", "field", "property", "JSON-LD and CSV", "values", "count", "severity", "shape"),
        (
            (group.label.en, *_field_cells(model, field))
            for group in class_.groups
            for field in group.fields
        ),
    )  # fmt: skip
    text = f"## {class_.label.en} · {class_.label.fr}\n\n`{shorten(class_.iri)}`. {class_.definition.en}\n\n{fields_}"
    if class_.rules:
        text += "\nFurther checks:\n\n" + _table(
            ("check", "of", "severity", "how to mend"), map(_rule_cells, class_.rules)
        )
    return text


def _field_cells(model: Model, field: Field) -> tuple[str, ...]:
    most = "n" if field.maximum is None else str(field.maximum)
    return (
        f"{field.name.en} · {field.name.fr}" + (" (derived)" if field.derived else ""),
        f"`{shorten(field.path)}`",
        f"`{model.terms[field.path]}`",
        _values(field),
        f"{field.minimum}..{most}" if str(field.minimum) != most else most,
        field.severity.value,
        f"`{shorten(field.shape)}`",
    )


def _values(field: Field) -> str:
    if field.languages:
        return "text @" + ", @".join(field.languages)
    if field.datatype:
        return f"`{shorten(field.datatype)}`"
    if field.scheme:
        return f"concept of `{field.scheme.removeprefix(BASE)}`"
    return " or ".join(f"`{shorten(class_)}`" for class_ in field.classes) or "IRI"


def _rule_cells(rule: Rule) -> tuple[str, ...]:
    return (
        f"`{shorten(rule.shape)}`",
        f"`{shorten(rule.path)}`" if rule.path else "the whole",
        rule.severity.value,
        rule.message.en,
    )


def _code_section() -> str:
    text = "## Code lists\n\nIRIs are `{base}id/code/{list}-{code}`. The themes are in `ontology/themes.ttl`.\n"
    for path in turtle_files("ontology/codes"):
        said: dict[str, dict[tuple[str, str | None], str]] = {}
        for triple in parse_file(path, BASE):
            if isinstance(triple.object, Literal):
                about = said.setdefault(str(triple.subject), {})
                about[triple.predicate.value, triple.object.language] = triple.object.value
        scheme = next(about for about in said.values() if (str(DCTERMS.title), "en") in about)
        rows = [
            (f"`{about[str(SKOS.notation), None]}`", *(about[str(SKOS.prefLabel), tag] for tag in ("fr", "en")),
             about[str(SKOS.definition), "en"])
            for about in said.values()
            if about is not scheme
        ]  # fmt: skip
        text += f"\n### {scheme[str(DCTERMS.title), 'en']} · `{path.stem}`\n\n"
        text += _table(("code", "French", "English", "meaning"), rows)
    return text


def _settings_page() -> str:
    rows = [
        (f"`{one.name}`", f"`{ENVIRONMENT_PREFIX}{one.name.upper()}`", f"`{one.default}`", one.metadata["help"])
        for one in fields(Settings)
    ]
    return (
        "# Settings\n\nWritten by `scripts/write_docs.py` from `atlas_ld/config.py`. An option of a command\n"
        "goes before the environment variable, that before the file of settings, and that before the default.\n\n"
        "The file is the one that `ATLAS_LD_CONFIG` names, or `atlas.toml` in the working directory: TOML, a setting\n"
        "a line, by its name. A name that is no setting is refused, with the nearest.\n\n"
        '```toml\nport = 8080\npublisher = "Région Exemple"\nbase_iri = "https://data.example.org/"\n```\n\n'
        "`atlas-ld config show` tells every setting with its value and where that comes from; `config check` says\n"
        "what cannot be used, variables of the environment that begin with `ATLAS_LD_` and are none among them.\n\n"
        + _table(("setting", "environment variable", "default", "meaning"), rows)
    )


def _schema(model: type[BaseModel]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


_EXAMPLES_HEAD = """# SPARQL by example

Written by `scripts/write_docs.py` from `atlas_ld/queries/examples/`. Change those, then run `make docs`.

Each query below is a resource of the site, with a page in French and English and its answer in several formats:

```sh
curl -L http://localhost:8000/queries/                                        # the list: HTML, JSON, RDF
curl http://localhost:8000/queries/cooperating-with-a-country.csv             # the example value: Canada
curl 'http://localhost:8000/queries/cooperating-with-a-country.csv?country=country-tg'
curl http://localhost:8000/queries/cooperating-with-a-country -H 'Accept: application/sparql-results+json'
```

SELECT and ASK answer as `.csv`, `.json`, `.xml`, `.tsv`; CONSTRUCT as every RDF format. A parameter is a key (of a
territory, an organisation, a code...), a year of four digits, or a text of at most 200 characters. It becomes an RDF
term and never a part of the query's text. One that is not given has the value shown here; one that is misspelt, or
cannot be a value, is 400; a key that the release does not know is 404, not an empty answer. `Content-Location` gives
the address with every parameter, which stays the same. The answer changes with the release, and its entity tag with it.

In the graph each query is an `sh:SPARQLExecutable` with labels, keywords and its text, in the manner of the SIB's
[SPARQL examples](https://github.com/sib-swiss/sparql-examples), with an IRI for every node. They are in the endpoint's
default graph and at `/queries.ttl`, not in the dumps.

A query of one's own that is too long for an address can be saved: `POST /queries/saved` with `query=` (or a body of
type `application/sparql-query`) answers 303 to `/queries/saved/KEY`. The key is the beginning of the query's SHA-256:
the same query has the same address. What the endpoint would refuse is refused here with the same error: the query is
tried over an empty graph first. `/queries/saved/KEY.csv` and the like run it. Saved queries are one SQLite file beside
the releases, of at most `saved_queries_mb` ([settings.md](settings.md)); the one that was not asked for the longest
goes first.

Prefixes need not be declared at our endpoint. They are written out here so that a query can be taken elsewhere; put
the instance's own address in the place of `http://localhost:8000/`. Labels of the data are in French first; change
`"fr"` to `"en"` for code lists, themes, goals and countries, which have both.
"""


def _examples_page() -> str:
    by_tag: dict[str, list[NamedQuery]] = {}
    for named in named_queries().values():
        by_tag.setdefault(named.query.tags["en"][0], []).append(named)
    text = _EXAMPLES_HEAD
    for tag, members in sorted(by_tag.items(), key=lambda item: fold(item[0])):
        text += f"\n## {tag[0].upper()}{tag[1:]}\n"
        for named in members:
            text += _example_section(named)
    return text


def _example_section(named: NamedQuery) -> str:
    query, prefixes = named.query, PREFIXES | Iris(BASE).prefixes
    text = f"\n### {query.titles['en']}\n\n*{query.titles['fr']}* · `/queries/{named.name}`\n"
    text += f"\n{query.descriptions['en']}\n"
    for parameter in named.parameters:
        kind = parameter.kind if parameter.kind in ("year", "text") else f"key of a {parameter.kind}"
        text += f"\nParameter `{parameter.name}` ({kind}): {parameter.names['en']}, such as `{parameter.example}`.\n"
    return f"{text}\n```sparql\n{declared(query.with_examples(), prefixes)}```\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    for page, content in pages().items():
        page.write_text(content, encoding="utf-8")
        print(page.relative_to(DOCS.parent))
