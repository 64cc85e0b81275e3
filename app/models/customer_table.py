"""A customer table as numbers: found by its headers, checked cell by cell, known by its fingerprint."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.core.errors import FieldFault, TableInvalid
from app.models.csv_reader import Row, read_csv, shorten
from app.models.datasets.text_rows import StoredTable
from app.models.recipe import KnownTable, Recipe
from app.models.recipe_columns import Category, Column, Feature, NumberProfile, Profile, ShareProfile
from app.models.sampling import count_distinct

ROWS_AT_LEAST = 10
POINTS_AT_LEAST = 3
FAULTS_SHOWN = 20
NAMES_SHOWN = 12

_ID = "id"
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]+(?:[.,'’\s][0-9]+)+")


@dataclass(frozen=True)
class CustomerTable:
    """n customers with d features, in the order of the file.

    Attributes
    ----------
    ids : tuple of n str
        Byte for byte as in the file (``00123`` stays); the row numbers ``1``, ``2``… without an id column.
    features : ndarray of shape (n, d)
        In the order of `recipe.features`, in their own units and within their bounds. NaN where a cell is
        empty and the recipe allows it; a category is the place of its word in the recipe, or the place behind
        the last for any other word.
    profile : dict of str to ndarray of shape (n,)
        By the profile column's name, only those that the file has. NaN where a cell is empty. A share is
        1.0 where the text is counted, 0.0 where it is one of the others, NaN where it is neither.
    fingerprint : str
        SHA-256 in hex of the values alone: headers, ids and the order of rows do not matter.
    known_as : KnownTable or None
        The recipe's known table with this fingerprint.
    headers : dict of str to str
        By the feature's or profile column's name, and ``id``: the header as the file spells it.
    """

    ids: tuple[str, ...]
    features: NDArray[np.float64]
    profile: dict[str, NDArray[np.float64]]
    fingerprint: str
    known_as: KnownTable | None
    headers: dict[str, str]

    @property
    def has_ids(self) -> bool:
        """Whether the file had an id column, so that the ids are the customers' own."""
        return _ID in self.headers


def read_customer_table(path: Path, recipe: Recipe) -> CustomerTable:
    """Read the file at `path`, CSV or the Parquet of an import, as the recipe's customers.

    Headers are found in any usual spelling: case, blanks, underscores, hyphens and a unit in brackets do
    not matter. The id and the profile columns may be missing, the features may not. Numbers are plain
    (``12``, ``12.5``, ``1e2``); a decimal comma is refused and never guessed.

    Raises
    ------
    TableInvalid
        If the file cannot be read, a feature's column is missing or found twice, cells are faulty (one
        `FieldFault` with its line each, `FAULTS_SHOWN` at most), an id is repeated, or the rows are too
        few or too alike to be segmented. No message repeats a cell's value.
    """
    file = StoredTable(path) if path.suffix == ".parquet" else read_csv(path)
    places = find_columns(file.header, recipe)
    cells = _Cells(recipe, places, {name: shorten(file.header[place]) for name, place in places.items()})
    for row in file.rows():
        cells.take(row)
    cells.refuse_faults()
    features = np.array(cells.features, dtype=np.float64).reshape(-1, len(recipe.features))
    _refuse_unusable(features, recipe)
    profile = {name: np.array(values, dtype=np.float64) for name, values in cells.profile.items()}
    fingerprint = _fingerprint(features, profile, recipe)
    return CustomerTable(
        ids=tuple(cells.ids),
        features=features,
        profile=profile,
        fingerprint=fingerprint,
        known_as=next((known for known in recipe.known_tables if known.fingerprint == fingerprint), None),
        headers={name: file.header[place] for name, place in places.items()},
    )


def find_columns(header: tuple[str, ...], recipe: Recipe) -> dict[str, int]:
    """Return where each of the recipe's columns stands in the header, by the column's name.

    Raises
    ------
    TableInvalid
        If a feature's column is missing, or two can both be it.
    """
    columns = (*recipe.features, *recipe.profile)
    wanted: dict[str, Column] = {
        column.name: column for column in columns if column.name not in recipe.derived
    }
    wanted[_ID] = recipe.id
    readings = [_readings([name]) for name in header]
    places: dict[str, int] = {}
    for name, column in wanted.items():
        spellings = _readings(_spellings(column))
        found = [place for place, reading in enumerate(readings) if reading & spellings]
        if len(found) > 1:
            both = " and ".join(shorten(header[place]) for place in found[:2])
            raise TableInvalid(f"the columns {both} can both be {column.column}: rename or drop one")
        if found:
            places[name] = found[0]
    asked = [feature for feature in recipe.features if not feature.derived]
    missing = [feature for feature in asked if feature.name not in places]
    if missing:
        _refuse_missing(missing, header)
    return places


def _spellings(column: Column) -> list[str]:
    # A share's own name is not a spelling: a column called Women need not hold genders.
    own = column.field if isinstance(column, ShareProfile) else getattr(column, "name", "")
    return [column.column, *column.aliases, own]


def _readings(names: Iterable[str]) -> set[str]:
    """Return what is left of names in lower case, letters and digits only, with and without units."""
    readings = set()
    for name in names:
        folded = unicodedata.normalize("NFKC", name).casefold()
        for form in (folded, _BRACKETS.sub("", folded)):
            readings.add("".join(mark for mark in form if mark.isalnum()))
    return readings - {""}


def _refuse_missing(missing: Sequence[Feature | Category], header: tuple[str, ...]) -> None:
    wanted = "; ".join(
        f"{column.column} (also read: {', '.join(column.aliases[:4]) or column.name})" for column in missing
    )
    # Without a header the first customer's values would stand here, so a number among them means silence.
    if any(_DECIMAL.fullmatch(name) for name in header):
        found = "the first line holds numbers and may not be a header"
    else:
        names = ", ".join(shorten(name) for name in header[:NAMES_SHOWN])
        found = f"the file has {names}" + (" and more" if len(header) > NAMES_SHOWN else "")
    what = "a column is missing" if len(missing) == 1 else f"{len(missing)} columns are missing"
    raise TableInvalid(f"{what}: {wanted}; {found}")


@dataclass
class _Cells:
    """Values gathered row by row, and what was wrong with them."""

    recipe: Recipe
    places: dict[str, int]
    headers: dict[str, str]
    ids: list[str] = field(default_factory=list)
    features: list[list[float]] = field(default_factory=list)
    profile: dict[str, list[float]] = field(default_factory=dict)
    faults: list[FieldFault] = field(default_factory=list)
    faults_in_all: int = 0
    first_lines: dict[str, int] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        self._take_id(row)
        columns = (*self.recipe.features, *self.recipe.profile)
        known = {column.name: self._read(row, column) for column in columns if column.name in self.places}
        known |= self.recipe.derive(known)
        self.features.append([known[name] for name in self.recipe.feature_names])
        for column in self.recipe.profile:
            if column.name in known:
                self.profile.setdefault(column.name, []).append(known[column.name])

    def refuse_faults(self) -> None:
        if not self.faults:
            return
        first = self.faults[0]
        cells = "1 cell" if self.faults_in_all == 1 else f"{self.faults_in_all:,} cells"
        detail = f"{cells} cannot be used; line {first.line}, {first.pointer}: {first.detail}"
        unnamed = self.faults_in_all - len(self.faults)
        raise TableInvalid(f"{detail} (and {unnamed:,} more)" if unnamed else detail, tuple(self.faults))

    def _take_id(self, row: Row) -> None:
        if _ID not in self.places:
            self.ids.append(str(len(self.ids) + 1))
            return
        customer = row.cells[self.places[_ID]]
        self.ids.append(customer)
        first = self.first_lines.setdefault(customer, row.line)
        if not customer.strip():
            self._add_fault(row, _ID, "the cell is empty: every customer needs an id")
        elif first != row.line:
            self._add_fault(row, _ID, f"the same id stands on lines {first} and {row.line}")

    def _read(self, row: Row, column: Feature | Category | Profile) -> float:
        text = row.cells[self.places[column.name]].strip()
        try:
            if isinstance(column, NumberProfile | ShareProfile):
                return _profile_value(text, column)
            if not text and column.missing != "refuse":
                return math.nan
            return _number(text, column) if isinstance(column, Feature) else _code(text, column)
        except _CellRefused as refusal:
            self._add_fault(row, column.name, str(refusal))
            return math.nan

    def _add_fault(self, row: Row, name: str, detail: str) -> None:
        self.faults_in_all += 1
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(FieldFault(self.headers[name], detail, row.line))


class _CellRefused(Exception):
    """Why one cell cannot be used, without its value; turned into a fault at once."""


def _number(text: str, column: Feature | NumberProfile) -> float:
    if not text:
        raise _CellRefused("the cell is empty: a number is needed")
    if not _DECIMAL.fullmatch(text):
        if _GROUPED.fullmatch(text):
            raise _CellRefused(
                "a decimal comma or a thousands separator is not guessed: write the number like 1234.5"
            )
        raise _CellRefused("this is not a plain number such as 12 or 12.5")
    value = float(text)
    if not column.minimum <= value <= column.maximum:
        raise _CellRefused(f"the number must lie between {column.minimum:.12g} and {column.maximum:.12g}")
    return value + 0.0  # -0.0 becomes 0.0


def _code(text: str, column: Category) -> float:
    if not text:
        raise _CellRefused("the cell is empty: a word is needed")
    return column.code(text)


def _profile_value(text: str, column: Profile) -> float:
    if not text:
        return math.nan
    if isinstance(column, NumberProfile):
        return _number(text, column)
    folded = text.casefold()
    if folded in (word.casefold() for word in column.counted):
        return 1.0
    if not column.others or folded in (word.casefold() for word in column.others):
        return 0.0
    return math.nan


def _refuse_unusable(features: NDArray[np.float64], recipe: Recipe) -> None:
    rows = len(features)
    if rows < ROWS_AT_LEAST:
        raise TableInvalid(f"the table has {rows} rows of customers; at least {ROWS_AT_LEAST} are needed")
    points = count_distinct(features, POINTS_AT_LEAST)
    if points < POINTS_AT_LEAST:
        columns = " and ".join(feature.column for feature in recipe.features)
        raise TableInvalid(
            f"the table tells {points} customers apart by {columns}; at least {POINTS_AT_LEAST} are needed"
        )
    for feature, values in zip(recipe.features, features.T, strict=True):
        known = values[~np.isnan(values)]
        if known.size == 0:
            raise TableInvalid(f"{feature.column} is empty in every row and cannot tell customers apart")
        if known.min() == known.max():
            raise TableInvalid(f"{feature.column} is the same in every row and cannot tell customers apart")


def _fingerprint(
    features: NDArray[np.float64], profile: dict[str, NDArray[np.float64]], recipe: Recipe
) -> str:
    """Hash the values in the recipe's order; a profile column that is absent counts as empty cells."""
    absent = np.full(len(features), np.nan)
    columns = [*features.T, *(profile.get(column.name, absent) for column in recipe.profile)]
    lines = sorted("|".join(map(_canonical, row)) for row in zip(*columns, strict=True))
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()


def _canonical(value: float) -> str:
    return "" if math.isnan(value) else format(value, ".12g")
