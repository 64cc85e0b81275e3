"""Judge what each column holds, from all its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from app.models.importing.bounded import DistinctCount
from app.models.importing.choices import Choices, Kind
from app.models.importing.date_style import DateJudge, DateJudgement
from app.models.importing.missing import is_missing
from app.models.importing.number_style import (
    READABLE_SHARE,
    NumberJudge,
    NumberJudgement,
    NumberStyle,
)
from app.models.importing.sensitive_words import names_code, names_identifier, sensitive_trait
from app.models.importing.yes_no import are_answers

CATEGORIES_AT_MOST = 50
UNIQUE_SHARE = 0.9
_ROWS_FOR_UNIQUE = 10
_DIGITS_OF_A_NUMBER = 15  # beyond them a double no longer keeps each digit
_DIGITS_OF_A_PHONE = 7
_IDENTIFIER_AT_MOST = 64
_MARKERS_AT_MOST = 10
_HASHES_IN_ALL, _HASHES_AT_MOST, _HASHES_AT_LEAST = 200_000, 4_096, 256
# Their cells stay as they are written, NA and all, unless a person names the words for a missing value.
_AS_WRITTEN = (Kind.TEXT, Kind.IDENTIFIER)


@dataclass(frozen=True)
class ColumnVerdict:
    """What a column holds and how its values are written.

    Attributes
    ----------
    name : str
        As the header spells it.
    kind : Kind
        A number or a date whose style is ambiguous keeps its kind and has no style until a person chooses.
    sensitive : str or None
        The trait that its name speaks of, such as ``gender``; such a column is off until a person decides.
    present, missing : int
        Values that are there, and cells that say that none is.
    markers : dict of str to int
        How missing values are written, the commonest ten; the empty cell as an empty text.
    distinct : int
        Distinct texts, estimated where `is_distinct_exact` is false.
    numbers, dates : NumberJudgement, DateJudgement
        The evidence.
    style : NumberStyle or None
        Of a number whose style is sure.
    """

    name: str
    kind: Kind
    sensitive: str | None
    present: int
    missing: int
    markers: dict[str, int]
    distinct: int
    is_distinct_exact: bool
    numbers: NumberJudgement
    dates: DateJudgement
    style: NumberStyle | None

    @property
    def off_because(self) -> str | None:
        """Why the column takes no part unless a person decides so, in plain words; None where it does."""
        if self.kind is Kind.EMPTY:
            return "the column holds no value"
        if self.sensitive is None:
            return None
        return (
            f"the column's name speaks of {self.sensitive}: customers are sorted by it only after a recorded "
            "decision"
        )


@dataclass
class ColumnJudge:
    """Gathers what the values of one column say about its kind, in memory that does not grow.

    Parameters
    ----------
    name : str
        As the header spells it.
    columns : int
        How many columns share the memory for counting distinct texts.
    is_typed : bool
        Whether the file itself says that these are numbers with a decimal point.
    is_missing : callable
        Whether a cell says that it holds no value.
    """

    name: str
    columns: int = 1
    is_typed: bool = False
    is_missing: Callable[[str], bool] = is_missing
    _present: int = 0
    _missing: int = 0
    _markers: Counter[str] = field(default_factory=Counter)
    _numbers: NumberJudge = field(default_factory=NumberJudge)
    _dates: DateJudge = field(default_factory=DateJudge)
    _padded: int = 0  # all digits, the first of several a zero, or a plus before as many as a telephone has
    _long_digits: int = 0
    _spaced: int = 0
    _long: int = 0
    _categories: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        kept = max(_HASHES_AT_LEAST, min(_HASHES_AT_MOST, _HASHES_IN_ALL // self.columns))
        self._distinct = DistinctCount(kept)

    def see(self, cell: str, times: int = 1) -> None:
        """Take a cell that stands `times` times in the column."""
        if self.is_missing(cell):
            self._missing += times
            marker = cell.strip()
            if marker in self._markers or len(self._markers) < _MARKERS_AT_MOST:
                self._markers[marker] += times
            return
        self._present += times
        self._distinct.see(cell)
        text = cell.strip()
        if len(self._categories) <= CATEGORIES_AT_MOST and len(text) <= _IDENTIFIER_AT_MOST:
            self._categories.add(text.casefold())
        if text.isascii() and text.isdigit():
            self._padded += times * (len(text) > 1 and text[0] == "0")
            self._long_digits += times * (len(text) > _DIGITS_OF_A_NUMBER)
        elif text[0] == "+" and len(text) > _DIGITS_OF_A_PHONE and text[1:].isdigit():
            self._padded += times
        elif " " in text:
            self._spaced += times
        self._long += times * (len(text) > _IDENTIFIER_AT_MOST)
        if not self._numbers.see(text, times):
            self._dates.see(text, times)

    def judge(self, choices: Choices | None = None) -> ColumnVerdict:
        """Decide the column's kind and style; `choices` take the place of either."""
        choices = choices or Choices()
        numbers = self._numbers.judge("." if self.is_typed else choices.decimals.get(self.name))
        dates = self._dates.judge(choices.date_orders.get(self.name))
        kind = choices.kinds.get(self.name)
        if kind is None and self.name in choices.decimals:
            kind = Kind.NUMBER
        elif kind is None and self.name in choices.date_orders:
            kind = Kind.DATE
        kind = kind or self._kind(numbers, dates)
        kept = 0  # words for a missing value that stay as they are written
        markers = self._markers
        if kind in _AS_WRITTEN and choices.missing is None:
            kept = self._missing - markers[""]
            markers = Counter({"": markers[""]} if markers[""] else {})
        return ColumnVerdict(
            name=self.name,
            kind=kind,
            sensitive=sensitive_trait(self.name),
            present=self._present + kept,
            missing=self._missing - kept,
            markers=dict(markers.most_common()),
            distinct=self._distinct.count + (len(self._markers) - len(markers)),
            is_distinct_exact=self._distinct.is_exact,
            numbers=numbers,
            dates=dates,
            style=NumberStyle() if self.is_typed else numbers.style,
        )

    def _kind(self, numbers: NumberJudgement, dates: DateJudgement) -> Kind:  # noqa: PLR0911  one a rule
        present = self._present
        if not present:
            return Kind.EMPTY
        # A row without its identifier is rejected, so a column with many gaps is never guessed to be one.
        is_gapless = self._missing <= (1 - READABLE_SHARE) * (self._missing + present)
        is_unique = self._distinct.count >= UNIQUE_SHARE * present
        if names_identifier(self.name) and not self._spaced * 2 > present:
            return Kind.IDENTIFIER if is_gapless else Kind.TEXT
        if names_code(self.name) and not self.is_typed:
            return self._unchanged(is_unique)
        if self._padded or self._long_digits * 2 > present:  # 00123 as a number would lose its zeros
            is_few = self._distinct.count <= CATEGORIES_AT_MOST
            return Kind.CATEGORY if is_few and not is_unique else self._unchanged(is_unique)
        if dates.readable >= READABLE_SHARE * present:
            return Kind.DATE
        if are_answers(frozenset(self._categories)):
            return Kind.YES_NO
        if self.is_typed or numbers.readable >= READABLE_SHARE * present:
            return Kind.NUMBER
        is_short = not self._long and self._spaced * 10 <= present
        if is_unique and is_short and present >= _ROWS_FOR_UNIQUE:
            return self._unchanged(is_unique)
        few = min(CATEGORIES_AT_MOST, max(_ROWS_FOR_UNIQUE, present // 2))
        return Kind.CATEGORY if self._distinct.count <= few and not self._long else Kind.TEXT

    def _unchanged(self, is_unique: bool) -> Kind:
        """Return a kind that keeps texts byte for byte; without its name to say so, one gap is too many."""
        return Kind.IDENTIFIER if is_unique and not self._missing else Kind.TEXT
