"""What templates may call: messages, links, and numbers, dates and amounts as the reader's language writes them."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask, Response, g, request, send_from_directory, url_for

from atlas_ld.web.i18n import LANGUAGES, current_language, t
from atlas_ld.web.publication import publication
from atlas_ld.web.responses import FOREVER, REVALIDATE, language_addresses
from atlas_ld.web.typography import french, paragraphs

_STATIC = Path(__file__).parent / "static"


def number(value: int | Decimal | float) -> str:
    """`79300` -> `79 300` (fr) or `79,300` (en)."""
    return format_decimal(value, locale=current_language())


def euros(value: Decimal | int | str) -> str:
    """An amount in euros, with cents only where there are some: `79 300 €`."""
    amount = Decimal(value)
    pattern = "#,##0\u00a0¤" if current_language() == "fr" else "¤#,##0"
    if amount != amount.to_integral_value():
        pattern = pattern.replace("0\u00a0", "0.00\u00a0") if current_language() == "fr" else "¤#,##0.00"
    return format_currency(amount, "EUR", pattern, locale=current_language(), currency_digits=False)


def day(value: str | date) -> str:
    """A date (ISO 8601 text or date) in words: `31 décembre 2020`. Text that is no date is given back."""
    try:
        parsed = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    return format_date(parsed, "long", locale=current_language())


def percent(value: float) -> str:
    return format_percent(value, locale=current_language())


def size(count: int) -> str:
    """Bytes as people read them: `1,2 Mo`."""
    units = ("o", "ko", "Mo", "Go") if current_language() == "fr" else ("B", "kB", "MB", "GB")
    amount, unit = float(count), 0
    while amount >= 1000 and unit < len(units) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{format_decimal(amount, '#,##0.#' if unit > 1 else '#,##0', locale=current_language())}\u00a0{units[unit]}"


def typeset(text: str, language: str | None = "fr") -> str:
    """A text of the data for the screen: French gets its no-break spaces."""
    return french(text) if language == "fr" else text


def web_address(address: str) -> str | None:
    """The address if it may be a link: http or https only, since sources are strangers (no `javascript:`)."""
    return address if address.startswith(("http://", "https://")) else None


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so that it can be cached for good."""
    return url_for("static", filename=name, v=_digest(name), lang=None)


def _static(filename: str) -> Response:
    response = send_from_directory(_STATIC, filename, conditional=True)
    response.headers["Cache-Control"] = FOREVER if "v" in request.args else REVALIDATE
    return response


def register(app: Flask) -> None:
    """Teach the templates of `app`, and serve its static files."""
    app.add_url_rule("/static/<path:filename>", "static", _static)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        number=number,
        euros=euros,
        day=day,
        percent=percent,
        size=size,
        typeset=typeset,
        paragraphs=paragraphs,
        web_address=web_address,
    )
    app.jinja_env.globals.update(t=t, asset=asset, languages=LANGUAGES, language_addresses=language_addresses)
    app.context_processor(
        lambda: {"language": getattr(g, "language", "fr"), "publication": publication()},
    )
