"""The cells of a customer table, gathered row by row as a recipe's numbers, and what was wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.core.errors import FieldFault, RowsInvalid, TableInvalid
from app.models.importing.csv_records import Record
from app.models.importing.number_style import NumberStyle, describe, parse
from app.models.recipe import Recipe
from app.models.recipe_columns import Category, Feature, NumberProfile, Profile, ShareProfile
from app.models.recipe_header import ID, PLAIN_NUMBER
from app.utils.quantities import counted
from app.utils.safe_text import shorten

FAULTS_SHOWN = 20
_PLAIN = NumberStyle()


@dataclass
class Cells:
    """Gathers the rows of a table.

    Parameters
    ----------
    recipe : Recipe
        What the columns hold.
    places : mapping of str to int
        Where each of its columns stands, by the column's name.
    headers : mapping of str to str
        What messages call it.
    styles : mapping of int to NumberStyle
        By place: how a number column is written; plainly unless it says so.
    holds_none : callable
        Whether a cell says that it holds no value.
    leaves_out : bool
        Whether faulty rows are left out, or refused all together.

    Attributes
    ----------
    ids, features, profile
        Of the rows taken, as in `CustomerTable`.
    left_out : list of Record
        Faulty rows, each with its first reason.
    """

    recipe: Recipe
    places: Mapping[str, int]
    headers: Mapping[str, str]
    styles: Mapping[int, NumberStyle]
    holds_none: Callable[[str], bool]
    leaves_out: bool = False
    ids: list[str] = field(default_factory=list)
    features: list[list[float]] = field(default_factory=list)
    profile: dict[str, list[float]] = field(default_factory=dict)
    left_out: list[Record] = field(default_factory=list)
    _faults: list[FieldFault] = field(default_factory=list)
    _faulty_rows: int = 0
    _faulty_cells: int = 0
    _repeats: int = 0
    _first_lines: dict[str, int] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """Take a row, or keep what is wrong with it."""
        if record.reason is not None:
            self._faulty_rows += not self.leaves_out
            self._refuse(record, [FieldFault(shorten(record.column), record.reason, record.line)])
            return
        faults: list[FieldFault] = []
        known = self._read(record, faults)
        customer = self._identify(record, faults)
        if faults:
            self._faulty_cells += 0 if self.leaves_out else len(faults)
            self._refuse(record, faults)
            return
        known |= self.recipe.derive(known)
        self.ids.append(customer)
        self.features.append([known[name] for name in self.recipe.feature_names])
        for column in self.recipe.profile:
            if column.name in known:
                self.profile.setdefault(column.name, []).append(known[column.name])

    def refuse_faults(self) -> None:
        """Raise what was wrong, unless faulty rows are left out and no id is repeated.

        Raises
        ------
        RowsInvalid
            If the table could be used without its faulty rows.
        TableInvalid
            If ids are repeated: which of the rows is the customer's is nobody's guess.
        """
        if not self._faults:
            return
        counts = {"row": self._faulty_rows, "cell": self._faulty_cells}
        what = " and ".join(counted(count, noun) for noun, count in counts.items() if count)
        first = self._faults[0]
        where = f"line {first.line}" + (f", {first.pointer}" if first.pointer else "")
        unnamed = sum(counts.values()) - len(self._faults)
        more = f" (and {unnamed:,} more)" if unnamed else ""
        kind = TableInvalid if self._repeats else RowsInvalid
        raise kind(f"{what} cannot be used; {where}: {first.detail}{more}", tuple(self._faults))

    def _refuse(self, record: Record, faults: list[FieldFault]) -> None:
        if self.leaves_out:
            self.left_out.append(record._replace(reason=faults[0].detail, column=faults[0].pointer))
        else:
            self._show(faults)

    def _show(self, faults: list[FieldFault]) -> None:
        self._faults.extend(faults[: FAULTS_SHOWN - len(self._faults)])

    def _identify(self, record: Record, faults: list[FieldFault]) -> str:
        """Return the row's id byte for byte, or its number among the rows taken without an id column."""
        if ID not in self.places:
            return str(len(self.ids) + 1)
        customer = record.cells[self.places[ID]]
        if not customer.strip():
            detail = "the cell is empty: every customer needs an id"
            faults.insert(0, FieldFault(self.headers[ID], detail, record.line))
        elif not (faults and self.leaves_out):  # a row that is left out takes no id with it
            first = self._first_lines.setdefault(customer, record.line)
            if first != record.line:
                detail = f"the same id stands on lines {first} and {record.line}"
                self._repeats += 1
                self._faulty_cells += 1
                self._show([FieldFault(self.headers[ID], detail, record.line)])
        return customer

    def _read(self, record: Record, faults: list[FieldFault]) -> dict[str, float]:
        known = {}
        for column in (*self.recipe.features, *self.recipe.profile):
            place = self.places.get(column.name)
            if place is None:
                continue
            try:
                known[column.name] = self.value(record.cells[place].strip(), place, column)
            except CellRefused as refusal:
                faults.append(FieldFault(self.headers[column.name], str(refusal), record.line))
        return known

    def value(self, text: str, place: int, column: Feature | Category | Profile) -> float:
        """Return what one cell of a column means, NaN where it holds no value and need not.

        Raises
        ------
        CellRefused
        """
        if isinstance(column, ShareProfile):
            return _share(text, column, self.holds_none)
        if isinstance(column, Category):
            code = column.code(text)
            is_known = code < len(column.categories)  # a category may be called none or NA
            if is_known or not self.holds_none(text):
                return code
        elif not self.holds_none(text):
            return _number(text, column, self.styles.get(place, _PLAIN))
        if isinstance(column, NumberProfile) or column.missing != "refuse":
            return math.nan
        what = "a number" if isinstance(column, Feature) else "a word"
        raise CellRefused(f"the cell {'holds no value' if text else 'is empty'}: {what} is needed")


class CellRefused(Exception):
    """Why one cell cannot be used, without its value; turned into a fault at once."""


def _number(text: str, column: Feature | NumberProfile, style: NumberStyle) -> float:
    value = parse(text, style)
    # As numpy and Fortran write them: "7." is 7, and what is beyond the finite is beyond the bounds.
    if value is None and style.decimal == "." and not style.is_percent and PLAIN_NUMBER.fullmatch(text):
        value = float(text)
    if value is None:
        raise CellRefused(
            "this is not a plain number such as 12 or 12.5"
            if style == _PLAIN
            else f"this is not a number written like {describe(style)}"
        )
    if not column.minimum <= value <= column.maximum:
        raise CellRefused(f"the number must lie between {column.minimum:.12g} and {column.maximum:.12g}")
    return value + 0.0  # -0.0 becomes 0.0


def _share(text: str, column: ShareProfile, holds_none: Callable[[str], bool]) -> float:
    folded = text.casefold()
    if folded in (word.casefold() for word in column.counted):
        return 1.0
    if column.others:
        return 0.0 if folded in (word.casefold() for word in column.others) else math.nan
    return math.nan if holds_none(text) else 0.0
