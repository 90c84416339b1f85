"""The two languages of the site: which one a request gets, and the messages of `messages.toml`.

French is first: it answers wherever nothing is asked. `?lang=en` decides over `Accept-Language`, and links made by
`url_for` keep it, so that a visitor who switched stays in that language.
"""

from __future__ import annotations

import tomllib
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from babel import Locale
from babel.numbers import get_group_symbol, get_minus_sign_symbol
from flask import Flask, g, has_request_context, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from atlas_ld.web.http.routes import route_of
from atlas_ld.web.text.typography import french

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")

_LANGUAGE: ContextVar[Language] = ContextVar("language", default="fr")
"""That of the current request. A page asks for it some two hundred times, and `g` is found through two proxies."""


@cache
def messages() -> dict[str, dict[Language, str | dict[str, str]]]:
    """Every message by its key (`home.title`), then by language: a text, or texts by CLDR plural category."""
    tables = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
    found: dict[str, dict[Language, str | dict[str, str]]] = {}
    for table, entries in tables.items():
        for name, texts in entries.items():
            found[f"{table}.{name}"] = {"fr": _each(texts["fr"]), "en": texts["en"]}
    return found


def _each(message: str | dict[str, str]) -> str | dict[str, str]:
    return french(message) if isinstance(message, str) else {k: french(v) for k, v in message.items()}


def translate(key: str, language: Language, **values: Any) -> str:
    """The message `key` in `language`, its `{names}` filled in and its integers written as that language does.

    A message with plural forms needs the value `count`. Raises KeyError for a key that is not in messages.toml.
    """
    message = messages()[key][language]
    if not isinstance(message, str):
        message = message.get(_category(language, values["count"]), message["other"])
    if not values:
        return message
    written = {name: grouped(value, language) if isinstance(value, int) else value for name, value in values.items()}
    return message.format(**written)


def _category(language: Language, count: int) -> str:
    return str(Locale(language).plural_form(count))


def grouped(value: int, language: str) -> str:
    """A whole number as the language writes it: what Babel makes of it, by its own separator and sign, in a hundredth
    of the time."""
    separator, minus = _signs(language)
    return f"{value:,}".replace(",", separator).replace("-", minus)


@cache
def _signs(language: str) -> tuple[str, str]:
    locale = Locale(language)
    return get_group_symbol(locale), get_minus_sign_symbol(locale)


def current_language() -> Language:
    """The language of the current request; French outside of one, as in a command."""
    return _LANGUAGE.get()


def t(key: str, **values: Any) -> str:
    """The message `key` in the language of the current request."""
    return translate(key, current_language(), **values)


@lru_cache(maxsize=4096)
def accepted_language(header: str | None) -> Language:
    """The language that an Accept-Language header asks for, by its qualities; French where it asks for neither."""
    best = parse_accept_header(header, LanguageAccept).best_match(LANGUAGES, default="fr")
    return "en" if best == "en" else "fr"


def _choose_language() -> None:
    asked = request.args.get("lang")
    g.explicit_language = asked if asked in LANGUAGES else None
    g.language = g.explicit_language or accepted_language(request.headers.get("Accept-Language"))
    _LANGUAGE.set(g.language)


def _forget_language(_: BaseException | None) -> None:
    _LANGUAGE.set("fr")


def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
    # Where the answer is the same in every language, `lang` would only make a second address of the same thing. A view
    # that writes pages and data says so of data with `lang=None`.
    if "lang" in values or not has_request_context() or not g.get("explicit_language"):
        return
    if (route := route_of(endpoint)) and route.takes_language:
        values["lang"] = g.explicit_language


def register(app: Flask) -> None:
    """Give every request of `app` its language and make `url_for` keep it."""
    app.before_request(_choose_language)
    app.teardown_request(_forget_language)
    app.url_defaults(_keep_language)
