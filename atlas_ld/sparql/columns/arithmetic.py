"""Oxigraph's decimals: whole numbers of 10^-18 in 128 bits. Results that do not fit are errors, here None.

How much of a product or a quotient is kept depends on the zeros at the ends of its parts, so these are followed.
"""

from __future__ import annotations

from atlas_ld.sparql.columns.kinds import DIGITS, LONGEST_DECIMAL, UNIT


def fitting(units: int) -> int | None:
    return units if -LONGEST_DECIMAL <= units < LONGEST_DECIMAL else None


def multiplied(one: int, other: int) -> int | None:
    """The product of two decimals in units, exact or None."""
    one, zeros = _without_zeros(one)
    other, more = _without_zeros(other)
    shift = zeros + more - DIGITS
    if shift < 0:
        return None
    product = fitting(one * other)
    return None if product is None else fitting(product * 10**shift)


def divided(one: int, other: int) -> int | None:
    """The quotient of two decimals in units, cut after the last digit that is kept."""
    if not other:
        return None
    shift = 0
    while one and fitting(one * 10) is not None:
        one, shift = one * 10, shift + 1
    other, zeros = _without_zeros(other)
    quotient = _cut(one if other > 0 else -one, abs(other))
    shift += zeros
    return None if shift < DIGITS else _cut(quotient, 10 ** (shift - DIGITS))


def _without_zeros(units: int) -> tuple[int, int]:
    zeros = 0
    while units and units % 10 == 0:
        units, zeros = units // 10, zeros + 1
    return units, zeros


def rounded(units: int) -> int | None:
    """To the nearest whole number, as the first digit after the point says."""
    tenths = _cut(units, UNIT // 10)
    whole = _cut(tenths, 10)
    rest = abs(tenths) % 10
    if tenths >= 0:
        return fitting((whole + (rest >= 5)) * UNIT)
    return fitting((whole - (rest > 5)) * UNIT)


def ceiling(units: int) -> int | None:
    return fitting(-(-units // UNIT) * UNIT)


def floor(units: int) -> int | None:
    return fitting(units // UNIT * UNIT)


def _cut(value: int, unit: int) -> int:
    """`value` in whole `unit`s, towards zero."""
    return abs(value) // unit * (-1 if value < 0 else 1)
