"""Numbers, amounts, dates and texts as the reader's language writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from atlas_ld.web.text.i18n import current_language, grouped
from atlas_ld.web.text.typography import french


def number(value: int | Decimal | float) -> str:
    """`79300` -> `79 300` (fr) or `79,300` (en)."""
    return _number(value, current_language())


def _number(value: int | Decimal | float, language: str) -> str:
    return grouped(value, language) if isinstance(value, int) else format_decimal(value, locale=language)


def euros(value: Decimal | int | str) -> str:
    """An amount in euros, with cents only where there are some: `79 300 €`."""
    return _euros(Decimal(value), current_language())


def _euros(amount: Decimal, language: str) -> str:
    written = grouped(int(amount), language) if amount == amount.to_integral_value() else _with_cents(amount, language)
    return f"{written}\u00a0€" if language == "fr" else f"-€{written[1:]}" if amount < 0 else f"€{written}"


def _with_cents(amount: Decimal, language: str) -> str:
    return format_decimal(amount, "#,##0.00", locale=language)


def short_euros(value: Decimal) -> str:
    """An amount for an axis: `2,5 M€` (fr) or `€2.5M` (en)."""
    return _short_euros(value, current_language())


def _short_euros(value: Decimal, language: str) -> str:
    compact = format_compact_decimal(value, locale=language, fraction_digits=1)
    if language == "en":
        return f"€{compact}"
    return f"{compact}€" if compact[-1:].isalpha() else f"{compact}\u00a0€"


def day(value: str | date) -> str:
    """A date (ISO 8601 text or date) in words: `31 décembre 2020`. Text that is no date is given back."""
    try:
        parsed = value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return str(value)
    return _day(parsed, current_language())


def month(value: str) -> str:
    """A month (`2020-12`) in words: `décembre 2020`. Text that is none is given back."""
    try:
        parsed = date.fromisoformat(f"{value}-01")
    except ValueError:
        return value
    return format_date(parsed, "LLLL yyyy", locale="fr" if current_language() == "fr" else "en_GB")


def _day(value: date, language: str) -> str:
    # Europe's English: the day before the month.
    return format_date(value, "long", locale="fr" if language == "fr" else "en_GB")


def percent(value: Decimal | float) -> str:
    """`0.92` -> `92 %` (fr) or `92%` (en)."""
    return _percent(value, current_language())


def _percent(value: Decimal | float, language: str) -> str:
    return format_percent(value, locale=language)


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
