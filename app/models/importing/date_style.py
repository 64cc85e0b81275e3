"""Infer the order of day, month and year in one column from all its values, and read them strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from app.models.importing.choices import DateOrder
from app.models.importing.number_style import DECISIVE_SHARE, READABLE_SHARE, Verdict

LONGEST = 40

_TIME = (
    r"(?:[T ]\s?[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{1,9})?)?\s?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR_FIRST = re.compile(r"(?P<y>[0-9]{4})(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"(?P<a>[0-9]{1,2})(?P<sep>[-/.])(?P<b>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4})" + _TIME)


@dataclass(frozen=True)
class DateJudgement:
    """The verdict on a column: an order of day, month and year, or the doubt about it.

    Attributes
    ----------
    verdict : {"sure", "ambiguous", "not a number"}
        As for numbers; the last one means that no value is a date.
    order : {"ymd", "dmy", "mdy"} or None
        The order where it is sure. A year that stands first is read in any order.
    readable : int
        Values that are dates in one order or another.
    has_time : bool
        Whether some carry a time of day, which a date does not keep.
    doubtful : str or None
        One value that two orders read differently, to be shown to whoever brought the file.
    """

    verdict: Verdict
    order: DateOrder | None
    readable: int
    has_time: bool = False
    doubtful: str | None = None


@dataclass
class DateJudge:
    """Gathers what the values of one column say about the order of day and month."""

    _year_first: int = 0
    _same: int = 0
    _torn: int = 0
    _only_day_first: int = 0
    _only_month_first: int = 0
    _has_time: bool = False
    _doubtful: str | None = None

    def see(self, text: str, times: int = 1) -> bool:
        """Take a value that stands `times` times in the column; answer whether it may be a date."""
        if len(text) > LONGEST or not text[:1].isdigit():
            return False
        day_first, month_first = parse_date(text, "dmy"), parse_date(text, "mdy")
        if day_first is None and month_first is None:
            return False
        self._has_time = self._has_time or ":" in text
        if _YEAR_FIRST.fullmatch(text):
            self._year_first += times
        elif day_first == month_first:
            self._same += times
        elif month_first is None:
            self._only_day_first += times
        elif day_first is None:
            self._only_month_first += times
        else:
            self._torn += times
            self._doubtful = self._doubtful or text
        return True

    def judge(self, order: DateOrder | None = None) -> DateJudgement:
        """Decide the column's order; with `order` a person has decided."""
        decisive = max(self._only_day_first, self._only_month_first)
        contradicted = min(self._only_day_first, self._only_month_first)
        readable = self._year_first + self._same + self._torn + decisive + contradicted
        if not readable:
            return DateJudgement("not a number", None, 0)
        found: DateOrder = "ymd"
        if decisive or self._same or self._torn:
            found = "mdy" if self._only_month_first > self._only_day_first else "dmy"
        if self._torn:
            is_sure = not contradicted and decisive >= DECISIVE_SHARE * (decisive + self._torn)
        else:
            is_sure = contradicted <= (1 - READABLE_SHARE) * decisive
        if order is not None:
            found, is_sure = order, True
        verdict: Verdict = "sure" if is_sure else "ambiguous"
        return DateJudgement(verdict, found if is_sure else None, readable, self._has_time, self._doubtful)


def parse_date(text: str, order: DateOrder) -> date | None:
    """Read one value in a column's order, without its time of day; None where it is not such a date.

    Examples
    --------
    >>> parse_date("3.12.2024", "dmy")
    datetime.date(2024, 12, 3)
    >>> parse_date("31/12/2024", "mdy") is None
    True
    """
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return _date(match["y"], match["m"], match["d"])
    match = _YEAR_LAST.fullmatch(text)
    if match is None or order == "ymd":
        return None
    day, month = (match["a"], match["b"]) if order == "dmy" else (match["b"], match["a"])
    return _date(match["y"], month, day)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
