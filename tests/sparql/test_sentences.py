"""sparql/sentences.py: every sentence is there in both languages and says the same values."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from atlas_ld.errors import ClientBusy, QueryNotAcceptable, QuerySyntaxError, QueryTimeout
from atlas_ld.sparql import failures, sentences

PACKAGE = Path(sentences.__file__).parent


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sentences.SENTENCES)
def test_both_languages_say_the_same_values(key: str) -> None:
    french, english = sentences.SENTENCES[key]
    assert names(french) == names(english)
    assert french != english
    assert french.endswith(".")
    assert english.endswith(".")


def test_every_sentence_is_said_somewhere() -> None:
    code = "".join(path.read_text("utf-8") for path in PACKAGE.parent.rglob("*.py") if path.name != "sentences.py")
    said = set(re.findall(r'"([a-z-]+)"', code)) | {"service-escaped", "update-escaped", "no-format-graph"}
    assert set(sentences.SENTENCES) - said == {"no-format-table"}


@pytest.mark.parametrize(
    ("kind", "key", "values", "members"),
    [
        (QueryTimeout, "timeout", {"seconds": "10"}, {"seconds": 10.0}),
        (QuerySyntaxError, "not-sparql-but", {"signs": ['"}"', '"."']}, {"line": 2, "column": 3}),
        (QueryNotAcceptable, "no-format-graph", {}, {"is_graph": True}),
        (ClientBusy, "client-queries", {"most": 4, "seconds": 10}, {"retry_after": 10}),
        (QuerySyntaxError, "prefix", {"name": "{0}{x.__class__}:"}, {"line": 1, "column": 1}),
    ],
)
def test_an_error_is_the_same_after_its_way_between_processes(
    kind: Any, key: str, values: dict[str, Any], members: dict[str, Any]
) -> None:
    made = sentences.error(kind, key, values, **members)
    again = failures.from_json(failures.to_json(made))
    assert type(again) is kind
    for language in ("fr", "en"):
        assert sentences.told(again, language) == sentences.told(made, language)
    assert {name: getattr(again, name) for name in members} == members
    assert str(again) == sentences.told(made, "en")


def test_an_error_of_another_kind_is_said_as_it_is() -> None:
    assert sentences.told(failures.from_json(failures.to_json(QueryTimeout("late", 1.0))), "en") == "late."
    assert sentences.told(QueryTimeout("late", 1.0), "fr") == "late"
