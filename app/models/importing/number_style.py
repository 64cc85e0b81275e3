"""Infer how the numbers of one column are written, from all its values, and read them strictly.

Half of the world writes a decimal comma. ``1,234`` is a thousand in London and little more than one in
Berlin; a wrong guess changes a value a thousandfold and nobody notices. So a style is decided by values
that only one reading fits (``1,5``, ``1.250.000``), and where there are none a person is asked.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from app.models.importing.choices import Decimal

# A value such as 1,234 is decided by its neighbours only when these are at least so many of the two kinds
# together: among thousands of values with three decimals one typing error must not turn all to thousands.
DECISIVE_SHARE = 0.2
LONGEST = 64
READABLE_SHARE = 0.95

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "$": "USD", "usd": "USD", "us$": "USD", "£": "GBP", "gbp": "GBP",
    "₺": "TRY", "tl": "TRY", "try": "TRY", "chf": "CHF", "fr.": "CHF", "sfr.": "CHF", "¥": "JPY/CNY",
    "jpy": "JPY", "cny": "CNY", "₹": "INR", "inr": "INR", "rs": "INR", "rs.": "INR", "r$": "BRL",
    "brl": "BRL",
    "zł": "PLN", "pln": "PLN", "kč": "CZK", "czk": "CZK", "ft": "HUF", "huf": "HUF", "kr": "kr", "kr.": "kr",
    "sek": "SEK", "nok": "NOK", "dkk": "DKK", "₽": "RUB", "rub": "RUB", "cad": "CAD", "c$": "CAD",
    "aud": "AUD", "a$": "AUD", "₩": "KRW", "krw": "KRW", "₪": "ILS", "ils": "ILS", "ron": "RON", "lei": "RON",
}  # fmt: skip
_SIGNS = "-+\u2212"
_SPACES = " \u00a0\u202f\u2009"
_SEPARATORS = ".,' "
_ONE_SPACE = str.maketrans(dict.fromkeys(_SPACES, " ") | {"’": "'", "\u02bc": "'", "\u2212": "-"})
_NO_DIGITS = str.maketrans(dict.fromkeys("123456789", "9"))
_LAYOUT = re.compile(
    r"(?P<open>\()?\s*(?P<s1>[+-])?\s*(?P<c1>[^\d\s.,'()%+-][^\d\s(),'%+-]*)?\s*(?P<s2>[+-])?\s*"
    r"(?P<core>[0-9.,][0-9., ']*?(?:[eE][+-]?[0-9]{1,4})?)\s*"
    r"(?:(?P<percent>%)|(?P<c2>[^\d\s.,'()%+-][^\d\s(),'%+-]*))?\s*(?P<s3>[+-])?\s*(?P<close>\))?"
)
_PLAIN = {
    mark: re.compile(rf"[+-]?[0-9]{{1,300}}(?:[{mark}][0-9]{{1,300}})?(?:[eE][+-]?[0-9]{{1,4}})?")
    for mark in ".,"
}

Verdict = Literal["sure", "ambiguous", "not a number"]


@dataclass(frozen=True)
class NumberStyle:
    """How one column writes its numbers.

    Attributes
    ----------
    decimal : "." or ","
        What stands before the fraction.
    grouping : str
        What may stand between thousands: empty, or one of a comma, a point, a space (all kinds of it) and
        an apostrophe. Values without it are read as well.
    currency : str
        Code of the currency that amounts may carry; another one is not read.
    is_percent : bool
        Whether every value carries a percent sign; ``12 %`` is kept as 12, never as 0.12.
    has_parentheses : bool
        Whether ``(5)`` stands for -5.
    """

    decimal: Decimal = "."
    grouping: str = ""
    currency: str = ""
    is_percent: bool = False
    has_parentheses: bool = False


@dataclass(frozen=True)
class NumberJudgement:
    """The verdict on a column.

    Attributes
    ----------
    verdict : {"sure", "ambiguous", "not a number"}
        Ambiguous means that two readings fit and would give other values.
    style : NumberStyle or None
        The style where it is sure.
    readable : int
        Values that are numbers in one reading or another.
    options : tuple of NumberStyle
        The best style with a decimal point and the best with a decimal comma.
    doubtful : str or None
        One value that both read differently, to be shown to whoever brought the file.
    """

    verdict: Verdict
    style: NumberStyle | None
    readable: int
    options: tuple[NumberStyle, ...] = ()
    doubtful: str | None = None


@dataclass(frozen=True)
class _Shape:
    """What a text says about its column's style, whatever its digits are."""

    fits: int = 0  # one bit for each of _READINGS
    is_same: bool = True  # whether all fitting readings give one value
    currency: str = ""
    is_percent: bool = False
    has_parentheses: bool = False


_POINT: tuple[tuple[Decimal, str], ...] = ((".", ""), (".", ","), (".", " "), (".", "'"))
_COMMA: tuple[tuple[Decimal, str], ...] = ((",", ""), (",", "."), (",", " "), (",", "'"))
_READINGS = _POINT + _COMMA
_POINT_BITS, _COMMA_BITS = 0b1111, 0b11110000


@dataclass
class NumberJudge:
    """Gathers what the values of one column say about its style, in memory that does not grow."""

    _shapes: Counter[_Shape] = field(default_factory=Counter)
    _seen: int = 0
    _doubtful: str | None = None

    def see(self, text: str, times: int = 1) -> bool:
        """Take a value that stands `times` times in the column; answer whether it may be a number."""
        self._seen += times
        if len(text) > LONGEST:
            return False
        shape = _shape(text.translate(_NO_DIGITS))
        if not shape.fits:
            return False
        self._shapes[shape] += times
        if self._doubtful is None and not shape.is_same:
            self._doubtful = text
        return True

    def judge(self, decimal: Decimal | None = None) -> NumberJudgement:
        """Decide the column's style; with `decimal` a person has decided between point and comma."""
        readable = sum(self._shapes.values())
        if not readable:
            return NumberJudgement("not a number", None, 0)
        point, comma = self._best(_POINT), self._best(_COMMA)
        if decimal is not None:
            chosen = point if decimal == "." else comma
            return NumberJudgement("sure", chosen, readable, (point, comma), self._doubtful)
        only_point = sum(n for s, n in self._shapes.items() if not s.fits & _COMMA_BITS)
        only_comma = sum(n for s, n in self._shapes.items() if not s.fits & _POINT_BITS)
        torn = sum(n for s, n in self._shapes.items() if not s.is_same)
        decisive = max(only_point, only_comma)
        contradicted = min(only_point, only_comma)
        if torn:
            is_sure = not contradicted and decisive >= DECISIVE_SHARE * (decisive + torn)
        else:  # nothing can be misread: those of the other style would be rejected, not changed
            is_sure = contradicted <= (1 - READABLE_SHARE) * decisive
        style = comma if only_comma > only_point else point
        verdict: Verdict = "sure" if is_sure else "ambiguous"
        options = (point, comma)
        return NumberJudgement(verdict, style if is_sure else None, readable, options, self._doubtful)

    def _best(self, readings: tuple[tuple[Decimal, str], ...]) -> NumberStyle:
        """Return the style of one family that reads most values; of equals the one with least grouping."""

        def reads(reading: tuple[Decimal, str]) -> int:
            bit = 1 << _READINGS.index(reading)
            return sum(n for shape, n in self._shapes.items() if shape.fits & bit)

        decimal, grouping = max(readings, key=reads)
        currencies = Counter[str]()
        for shape, times in self._shapes.items():
            currencies[shape.currency] += times if shape.currency else 0
        total = sum(self._shapes.values())
        return NumberStyle(
            decimal,
            grouping,
            max(currencies, key=lambda currency: (currencies[currency], currency)),
            is_percent=sum(n for s, n in self._shapes.items() if s.is_percent) * 2 > total,
            has_parentheses=any(shape.has_parentheses for shape in self._shapes),
        )


def parse(text: str, style: NumberStyle) -> float | None:
    """Read one value in a column's style; None where it is not written so, or is not finite.

    Examples
    --------
    >>> parse("€ 1.250.000,50", NumberStyle(",", ".", "EUR"))
    1250000.5
    >>> parse("1,250.5", NumberStyle(",", ".")) is None
    True
    """
    # Most cells of most columns are as plain as this, and taking them apart costs ten times as much.
    if not style.is_percent and _PLAIN[style.decimal].fullmatch(text):
        return _finite(text.replace(",", "."))
    layout = _split(text)
    if layout is None or not _suits(layout, style):
        return None
    core = layout["core"] or ""
    if not _core_pattern(style.decimal, style.grouping).fullmatch(core):
        return None
    value = _finite((core.replace(style.grouping, "") if style.grouping else core).replace(",", "."))
    if value is None:
        return None
    is_negative = bool(layout["open"]) or "-" in (layout["s1"], layout["s2"], layout["s3"])
    return -value + 0.0 if is_negative else value


def describe(style: NumberStyle) -> str:
    """Return an example of the style for a message, such as ``1.234,5``."""
    return f"1{style.grouping}234{style.decimal}5"


def _suits(layout: dict[str, str | None], style: NumberStyle) -> bool:
    currency = _currency(layout)
    return (
        currency in ("", style.currency)
        and bool(layout["percent"]) == style.is_percent
        and (not layout["open"] or style.has_parentheses)
    )


def _finite(text: str) -> float | None:
    value = float(text)
    return value + 0.0 if math.isfinite(value) else None  # -0.0 becomes 0.0


def _split(text: str) -> dict[str, str | None] | None:
    """Take a text apart into sign, currency, digits and percent sign; None where it is no such text."""
    if len(text) > LONGEST:
        return None
    match = _LAYOUT.fullmatch(text.translate(_ONE_SPACE).strip())
    if match is None or not match["core"]:
        return None
    layout = match.groupdict()
    signs = [layout[name] for name in ("s1", "s2", "s3") if layout[name]]
    has_parentheses = bool(layout["open"])
    if has_parentheses != bool(layout["close"]) or len(signs) + has_parentheses > 1:
        return None
    if layout["c1"] and (layout["c2"] or layout["percent"]):
        return None
    return None if _currency(layout) is None else layout


def _currency(layout: dict[str, str | None]) -> str | None:
    sign = layout["c1"] or layout["c2"]
    return "" if not sign else _CURRENCIES.get(sign.casefold())


@lru_cache(maxsize=20_000)
def _shape(text: str) -> _Shape:
    """Judge a text of which every digit but 0 has become 9."""
    layout = _split(text)
    if layout is None or not layout["core"]:
        return _Shape()
    core = layout["core"]
    fits = sum(1 << n for n, reading in enumerate(_READINGS) if _core_pattern(*reading).fullmatch(core))
    # Readings that fit differ in value only where one takes for the decimal mark what another drops.
    values = {
        core.replace(grouping, "") if grouping else core
        for n, (_, grouping) in enumerate(_READINGS)
        if fits >> n & 1
    }
    return _Shape(
        fits,
        len({value.replace(",", ".") for value in values}) < 2,
        _currency(layout) or "",
        bool(layout["percent"]),
        bool(layout["open"]),
    )


@lru_cache(maxsize=32)
def _core_pattern(decimal: Decimal, grouping: str) -> re.Pattern[str]:
    """Return what the digits look like: groups are of three, or two and a last one of three (lakhs)."""
    point = re.escape(decimal)
    plain = rf"(?:[0-9]+(?:{point}[0-9]+)?|{point}[0-9]+)(?:[eE][+-]?[0-9]{{1,4}})?"
    if not grouping:
        return re.compile(plain)
    mark = re.escape(grouping)
    thousands = rf"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"
    lakhs = rf"[1-9][0-9]?(?:{mark}[0-9]{{2}})+{mark}[0-9]{{3}}"
    return re.compile(rf"{plain}|(?:{thousands}|{lakhs})(?:{point}[0-9]+)?")
