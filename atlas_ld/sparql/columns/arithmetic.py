"""Oxigraph's decimals: whole numbers of 10^-18 in 128 bits. Results that do not fit are errors, here None.

How much of a quotient is kept depends on the zeros at the ends of its parts, so these are followed.
"""

from __future__ import annotations

from atlas_ld.sparql.columns.kinds import DIGITS, LONGEST_DECIMAL, UNIT


def fitting(units: int) -> int | None:
    return units if -LONGEST_DECIMAL <= units < LONGEST_DECIMAL else None


def multiplied(one: int, other: int) -> int | None:
    """The product of two decimals in units, exact or None."""
    product, rest = divmod(one * other, UNIT)
    return None if rest else fitting(product)


def divided(one: int, other: int) -> int | None:
    """The quotient of two decimals in units, cut after the last digit that is kept."""
    if not other:
        return None
    shift = 0
    while one and fitting(one * 10) is not None:
        one, shift = one * 10, shift + 1
    while other % 10 == 0:
        other, shift = other // 10, shift + 1
    quotient = _cut(one if other > 0 else -one, abs(other))
    return None if shift < DIGITS else _cut(quotient, 10 ** (shift - DIGITS))


def rounded(units: int) -> int | None:
    """To the nearest whole number, and halves to the larger one."""
    return floor(units + UNIT // 2)


def ceiling(units: int) -> int | None:
    return fitting(-(-units // UNIT) * UNIT)


def floor(units: int) -> int | None:
    return fitting(units // UNIT * UNIT)


def _cut(value: int, unit: int) -> int:
    """`value` in whole `unit`s, towards zero."""
    return abs(value) // unit * (-1 if value < 0 else 1)
