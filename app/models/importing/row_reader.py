"""Turn one record into values: the same reader in the dry run and in the import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.models.csv_reader import shorten
from app.models.importing.choices import DateOrder, Kind
from app.models.importing.csv_records import Record
from app.models.importing.date_style import parse_date
from app.models.importing.missing import is_missing
from app.models.importing.number_style import NumberStyle, describe, parse

Value = str | float | date | None
_ORDERS = {"ymd": "year-month-day", "dmy": "day.month.year", "mdy": "month/day/year"}


@dataclass(frozen=True)
class ColumnPlan:
    """How the cells of one column become values.

    Attributes
    ----------
    name : str
        As the header spells it.
    kind : Kind
        A number without a style and a date without an order wait for a person; their cells stay texts.
    style : NumberStyle or None
        Of a number.
    order : {"ymd", "dmy", "mdy"} or None
        Of a date.
    """

    name: str
    kind: Kind
    style: NumberStyle | None = None
    order: DateOrder | None = None

    @property
    def sql_type(self) -> str:
        """The column's type in the accepted table."""
        if self.kind is Kind.NUMBER and self.style:
            return "DOUBLE"
        return "DATE" if self.kind is Kind.DATE and self.order else "VARCHAR"


class RowReader:
    """Reads records by a plan; a cell that does not fit rejects its record.

    Parameters
    ----------
    plans : tuple of ColumnPlan
        In the order of the header.
    """

    def __init__(self, plans: tuple[ColumnPlan, ...]) -> None:
        self.plans = plans
        self._readers = [_reader(plan) for plan in plans]

    def read(self, record: Record) -> list[Value] | Record:
        """Return the values of a record, or the record with the reason why it is rejected."""
        if record.reason is not None:
            return record
        values: list[Value] = []
        try:
            for reader, cell in zip(self._readers, record.cells, strict=True):
                values.append(reader(cell))
        except _CellRefused as refusal:
            name = self.plans[len(values)].name
            return Record(record.line, record.cells, str(refusal), name)
        return values


def locate(record: Record) -> str:
    """Return where and why a record is rejected, in one sentence without any of its cells' values."""
    where = f"line {record.line:,}" + (f", {shorten(record.column)}" if record.column else "")
    return f"{where}: {record.reason}"


class _CellRefused(Exception):
    """Why one cell cannot be taken, without its value."""


def _reader(plan: ColumnPlan) -> Callable[[str], Value]:
    if plan.kind is Kind.IDENTIFIER:
        return _identifier
    if plan.kind is Kind.NUMBER and plan.style:
        return partial(_number, style=plan.style)
    if plan.kind is Kind.DATE and plan.order:
        return partial(_date, order=plan.order)
    if plan.kind is Kind.CATEGORY:
        return _category
    return _text


def _identifier(cell: str) -> Value:
    # Byte for byte; only blanks are no identifier, for NA or - may be somebody's.
    if not cell or cell.isspace():
        raise _CellRefused("the cell is empty: every row needs an identifier")
    return cell


def _number(cell: str, style: NumberStyle) -> Value:
    value = parse(cell.strip(), style)
    if value is None and not is_missing(cell):
        raise _CellRefused(f"this is not a number written like {describe(style)}")
    return value


def _date(cell: str, order: DateOrder) -> Value:
    value = parse_date(cell.strip(), order)
    if value is None and not is_missing(cell):
        raise _CellRefused(f"this is not a date written as {_ORDERS[order]}")
    return value


def _category(cell: str) -> Value:
    return None if is_missing(cell) else cell.strip()


def _text(cell: str) -> Value:
    return cell or None
