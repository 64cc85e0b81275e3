"""Numbers with their units in words, the same on every page."""

from __future__ import annotations

import math
from collections.abc import Sequence


def number_text(value: float, decimals: int = 1, separator: str = ",") -> str:
    """Write a number for people: at most `decimals` decimals, no trailing zeros, a real minus sign.

    Examples
    --------
    >>> number_text(1000.0), number_text(-0.25, 2), number_text(0.5)
    ('1,000', '−0.25', '0.5')
    """
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−").replace(",", separator)


def plain_number(value: float, decimals: int) -> str:
    """Write a number as an input holds it: no thousands separator, a plain hyphen for minus.

    Examples
    --------
    >>> plain_number(-1234.50, 2)
    '-1234.5'
    """
    return number_text(value, decimals, separator="").replace("−", "-")


def amount_text(value: float) -> str:
    """Write a number of unknown size with the digits that matter: three and more, none beyond use.

    Examples
    --------
    >>> amount_text(1234567.8), amount_text(12.345), amount_text(0.00123456), amount_text(-2e20)
    ('1,234,568', '12.35', '0.00123', '−2e+20')
    """
    size = abs(value)
    if size and not 1e-6 <= size < 1e15:
        return f"{value:.3g}".replace("-", "−")
    if size >= 1 or not size:
        return number_text(value, 0 if size >= 10_000 else 2)
    return number_text(value, 2 - math.floor(math.log10(size)))


def counted(count: int, noun: str) -> str:
    """Write how many there are.

    Examples
    --------
    >>> counted(1, "row"), counted(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def is_scale(unit: str) -> bool:
    """Say whether a unit is only the name of a scale, such as ``1–100``, and never follows a number."""
    return not unit or unit[0].isdigit()


def with_unit(text: str, unit: str) -> str:
    """Put the unit behind a number or a range.

    Examples
    --------
    >>> with_unit("61", "k$"), with_unit("50", "1–100")
    ('61 k$', '50')
    """
    return text if is_scale(unit) else f"{text} {unit}"


def range_text(low: float, high: float, unit: str, decimals: int = 1) -> str:
    """Write a range with its unit.

    Examples
    --------
    >>> range_text(15, 137, "k$")
    '15 to 137 k$'
    """
    return with_unit(f"{number_text(low, decimals)} to {number_text(high, decimals)}", unit)


def axis_title(label: str, unit: str) -> str:
    """Name an axis or a column with its unit in brackets.

    Examples
    --------
    >>> axis_title("Annual income", "k$"), axis_title("Visits", "")
    ('Annual income (k$)', 'Visits')
    """
    return f"{label} ({unit})" if unit else label


def listing(words: Sequence[str]) -> str:
    """Join words with commas, the last two with `and`.

    Examples
    --------
    >>> listing(["age"]), listing(["age", "income"]), listing(["age", "income", "visits"])
    ('age', 'age and income', 'age, income and visits')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
