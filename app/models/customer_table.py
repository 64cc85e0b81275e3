"""A customer table as numbers: found by its headers, judged as an import does, known by its fingerprint."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.core.durable_files import replace_durably
from app.core.errors import TableInvalid
from app.models.customer_cells import Cells
from app.models.importing.choices import Choices, Decimal
from app.models.importing.csv_records import Record
from app.models.importing.known_columns import judge_numbers, refuse_doubtful_header
from app.models.importing.limits import ImportLimits
from app.models.importing.missing import missing_test
from app.models.importing.number_style import NumberStyle
from app.models.importing.rejects import Rejects
from app.models.importing.table_source import TableSource, open_table
from app.models.recipe import KnownTable, Recipe
from app.models.recipe_columns import Category, Feature, NumberProfile, ShareProfile
from app.models.recipe_header import ID, find_columns
from app.models.sampling import count_distinct
from app.models.stored_columns import read_columns
from app.utils.safe_text import shorten

if TYPE_CHECKING:
    from app.models.datasets.text_rows import StoredTable

ROWS_AT_LEAST = 10
POINTS_AT_LEAST = 3


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
        return ID in self.headers


@dataclass(frozen=True)
class FileRead:
    """How a file was read, and what of it was left out.

    Attributes
    ----------
    source : TableSource
        Its format, encoding, delimiter and sheet.
    styles : dict of str to NumberStyle
        How each number column is written, by its header.
    rows : int
        Rows taken.
    left_out : tuple of Record
        The others, each with its first reason.
    """

    source: TableSource
    styles: dict[str, NumberStyle]
    rows: int
    left_out: tuple[Record, ...]


@dataclass(frozen=True)
class Reading:
    """How a file that somebody brings is to be read.

    Attributes
    ----------
    choices : Choices
        Answers in place of guesses; what a column holds is the recipe's to say.
    decimal : "." or ","
        The decimal mark of all number columns that the choices do not name.
    limits : ImportLimits
        What it may cost.
    rejects : Path or None
        Where rows that cannot be used are written, with their reasons, so that the others go on; without
        it one such row refuses the table.
    tell : callable
        Takes what was read, before it is asked whether it can be segmented.
    """

    choices: Choices = field(default_factory=Choices)
    decimal: Decimal | None = None
    limits: ImportLimits = field(default_factory=ImportLimits)
    rejects: Path | None = None
    tell: Callable[[FileRead], None] = lambda read: None


def read_customer_table(
    file: Path | StoredTable, recipe: Recipe, reading: Reading | None = None
) -> CustomerTable:
    """Read a file of any format that an import reads, or a table that was taken in, as the recipe's rows.

    Headers are found in any usual spelling: case, blanks, underscores, hyphens and a unit in brackets do
    not matter. The id and the profile columns may be missing, the features may not. How the numbers of a
    file are written is judged as an import does; other columns are not looked at.

    Raises
    ------
    TableInDoubt
        If two readings of the file fit and `reading` does not say which.
    RowsInvalid
        If rows are faulty and may not be left out (one `FieldFault` with its line each, `FAULTS_SHOWN` at
        most). No message repeats a cell's value.
    TableInvalid
        If the file cannot be read, a feature's column is missing or found twice, an id is repeated, the rows
        are too few or too alike to be segmented, or the rejected ones cannot be written.
    """
    if not isinstance(file, Path):
        return _read_stored(file, recipe)
    reading = reading or Reading()
    cells, header = _read_file(file, recipe, reading)
    table = _table_of(cells, header)
    if reading.rejects is not None:
        _write_rejects(reading.rejects, header, cells.left_out)
    return table


def _read_stored(file: StoredTable, recipe: Recipe) -> CustomerTable:
    cells = _begin(file.header, recipe)
    found = read_columns(file, cells)
    if found is None:
        return _table_of(_fill(cells, file.rows()), file.header)
    ids, values = found
    features = np.column_stack([values[name] for name in recipe.feature_names])
    profile = {column.name: values[column.name] for column in recipe.profile if column.name in values}
    return _make_table(recipe, ids, features, profile, _headers(cells, file.header))


def _table_of(cells: Cells, header: tuple[str, ...]) -> CustomerTable:
    features = np.array(cells.features, dtype=np.float64).reshape(-1, len(cells.recipe.features))
    profile = {name: np.array(values, dtype=np.float64) for name, values in cells.profile.items()}
    return _make_table(cells.recipe, tuple(cells.ids), features, profile, _headers(cells, header))


def _make_table(
    recipe: Recipe,
    ids: tuple[str, ...],
    features: NDArray[np.float64],
    profile: dict[str, NDArray[np.float64]],
    headers: dict[str, str],
) -> CustomerTable:
    _refuse_unusable(features, recipe)
    fingerprint = _fingerprint(features, profile, recipe)
    known_as = next((known for known in recipe.known_tables if known.fingerprint == fingerprint), None)
    return CustomerTable(ids, features, profile, fingerprint, known_as, headers)


def _headers(cells: Cells, header: tuple[str, ...]) -> dict[str, str]:
    return {name: header[place] for name, place in cells.places.items()}


def _read_file(path: Path, recipe: Recipe, reading: Reading) -> tuple[Cells, tuple[str, ...]]:
    _refuse_overwriting(path, reading.rejects)
    stamp = _stamp(path)
    source = open_table(path, reading.limits, reading.choices)
    header = source.header
    reading.choices.check_columns(header)
    refuse_doubtful_header(source, reading.choices)
    places = find_columns(header, recipe)
    columns = [column for column in (*recipe.features, *recipe.profile) if column.name in places]
    numbers = {places[column.name] for column in columns if isinstance(column, Feature | NumberProfile)}
    texts = {places[column.name] for column in columns if isinstance(column, Category | ShareProfile)}
    texts |= {places[ID]} if ID in places else set()
    styles = judge_numbers(source, numbers, texts, reading.choices, reading.decimal)
    missing = reading.choices.missing
    cells = _begin(header, recipe, styles, missing, leaves_out=reading.rejects is not None)
    _fill(cells, source.records())
    if _stamp(path) != stamp:  # it is read more than once, and judged before its rows are taken
        raise TableInvalid("the file has changed while it was read: try again once it is whole")
    written = {header[place]: style for place, style in styles.items()}
    reading.tell(FileRead(source, written, len(cells.ids), tuple(cells.left_out)))
    return cells, header


def _refuse_overwriting(path: Path, rejects: Path | None) -> None:
    with suppress(OSError, ValueError):  # one of them is not there, which opening and writing tell better
        if rejects is not None and rejects.samefile(path):
            raise TableInvalid("the rejected rows would be written over the table itself: name another file")


def _stamp(path: Path) -> tuple[int, ...] | None:
    with suppress(OSError, ValueError):  # opening it says what is wrong
        status = path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns
    return None


def _begin(
    header: tuple[str, ...],
    recipe: Recipe,
    styles: Mapping[int, NumberStyle] = MappingProxyType({}),
    missing: Collection[str] | None = (),
    *,
    leaves_out: bool = False,
) -> Cells:
    places = find_columns(header, recipe)
    shown = {name: shorten(header[place]) for name, place in places.items()}
    return Cells(recipe, places, shown, styles, missing_test(missing), leaves_out)


def _fill(cells: Cells, records: Iterator[Record]) -> Cells:
    for record in records:
        cells.take(record)
    cells.refuse_faults()
    return cells


def _write_rejects(path: Path, header: tuple[str, ...], records: Iterable[Record]) -> None:
    text = io.StringIO(newline="")
    Rejects(text, header).write(records)
    try:
        replace_durably(path, text.getvalue().encode("utf-8", "backslashreplace"))
    except OSError as error:
        name = shorten(path.name)
        raise TableInvalid(f"the rejected rows cannot be written to {name}: {error.strerror}") from error


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
