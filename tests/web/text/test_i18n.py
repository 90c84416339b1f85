"""The site's words: every key is there in both languages, every key is used, and no template has words of its own."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel import Locale
from flask import Flask

from atlas_ld import web
from atlas_ld.web.text.formatting import day, euros, number, size, web_address
from atlas_ld.web.text.i18n import messages, translate
from atlas_ld.web.text.typography import french, paragraphs

WEB = Path(web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SOURCES = [*TEMPLATES, *sorted((WEB / "templates").rglob("*.txt")), *sorted(WEB.rglob("*.py"))]
LITERAL = re.compile(r"""\b(?:t|translate)\(\s*["']([\w.-]+)["']\s*[,)]""")
BEGINNING = re.compile(r"""\bt\(\s*["']([\w.-]+)["']\s*~""")
FORMATTED = re.compile(r"""\b(?:t|translate)\(\s*f["']([^"']+)["']""")


def uses() -> tuple[set[str], list[re.Pattern[str]]]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    patterns = [re.compile(re.sub(r"\\\{.*?\\\}", r"[\\w-]+", re.escape(key))) for key in FORMATTED.findall(text)]
    patterns += [re.compile(re.escape(beginning) + r"[\w-]+") for beginning in BEGINNING.findall(text)]
    # problems.py makes its keys from the status: {name}-title
    return set(LITERAL.findall(text)), [*patterns, re.compile(r"problem\.(\d{3}|other)-(title|detail)")]


def test_every_key_that_is_used_exists() -> None:
    assert uses()[0] - messages().keys() == set()


def test_every_key_is_used() -> None:
    literal, patterns = uses()
    unused = {key for key in messages().keys() - literal if not any(p.fullmatch(key) for p in patterns)}
    assert unused == set()


@pytest.mark.parametrize("key", messages())
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    found = []
    for language in ("fr", "en"):
        message = messages()[key][language]
        if isinstance(message, dict):
            assert "other" in message
            assert set(message) <= set(Locale(language).plural_form.tags | {"other"})
        texts = message.values() if isinstance(message, dict) else [message]
        names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
        assert all(text.strip() for text in texts)
        found.append(names)
    assert found[0] == found[1]


def test_plurals_follow_the_language() -> None:
    assert [translate("list.count-partnerships", "fr", count=n) for n in (0, 1, 2)] == [
        "0 partenariat",
        "1 partenariat",
        "2 partenariats",
    ]
    assert translate("list.count-partnerships", "en", count=0) == "0 partnerships"
    assert translate("list.count-partnerships", "fr", count=12700) == "12\u202f700 partenariats"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_words_of_their_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    text = re.sub(r"{% block (main_class|layout) %}.*?{% endblock %}", "", text)  # a class of the style sheet
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(pre|code).*?</\1>", " ", text, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", text)
    assert re.findall(r"[^\W\d_]{3,}", text) == []


def test_french_spaces_do_not_break() -> None:
    assert french("Qui ? « Moi » : toi !") == "Qui\u202f? «\u00a0Moi\u00a0»\u00a0: toi\u202f!"
    assert french("https://a.example/?b=1") == "https://a.example/?b=1"


def test_paragraphs_keep_their_lines() -> None:
    assert paragraphs(" a\nb\n\n\n c \n") == [["a", "b"], ["c"]]
    assert paragraphs("  \n ") == []


def test_numbers_amounts_and_dates_are_written_as_the_reader_does(extremes: Flask) -> None:
    with extremes.test_request_context("/?lang=fr"):
        extremes.preprocess_request()
        assert euros(79300) == "79\u202f300\u00a0€"
        assert euros("120000.50") == "120\u202f000,50\u00a0€"
        assert number(12700) == "12\u202f700"
        assert day("2020-12-31") == "31 décembre 2020"
        assert day("soon") == "soon"
        assert size(1_234_567) == "1,2\u00a0Mo"
    with extremes.test_request_context("/?lang=en"):
        extremes.preprocess_request()
        assert euros(79300) == "€79,300"
        assert day("2020-12-31") == "31 December 2020"
        assert euros("120000.50") == "€120,000.50"
        assert size(999) == "999\u00a0B"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "ftp://a.example", "//a"]
)
def test_only_web_addresses_become_links(address: str) -> None:
    assert web_address(address) is None
    assert web_address("https://a.example/") == "https://a.example/"
