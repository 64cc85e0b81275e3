"""Turn records into values: the same reader in the dry run and in the import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from app.models.importing.choices import DateOrder, Kind
from app.models.importing.csv_records import Record
from app.models.importing.date_style import parse_date
from app.models.importing.missing import missing_test
from app.models.importing.number_style import NumberStyle, describe, parse
from app.models.importing.yes_no import answer

Value = str | float | date | bool | None
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
    missing : tuple of str or None
        A person's words for a missing value; None for the usual ones.
    """

    name: str
    kind: Kind
    style: NumberStyle | None = None
    order: DateOrder | None = None
    missing: tuple[str, ...] | None = None

    @property
    def sql_type(self) -> str:
        """The column's type in the accepted table."""
        if self.kind is Kind.NUMBER and self.style:
            return "DOUBLE"
        if self.kind is Kind.YES_NO:
            return "BOOLEAN"
        return "DATE" if self.kind is Kind.DATE and self.order else "VARCHAR"


class ReadBlock(NamedTuple):
    """What became of a block of records, each in the order of the file.

    Attributes
    ----------
    accepted : list of Record
        Those whose cells all fit.
    columns : list of list of Value
        Their values, one list a column.
    rejected : list of Record
        The others, each with its reason and, where a cell is at fault, the column.
    """

    accepted: list[Record]
    columns: list[list[Value]]
    rejected: list[Record]


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

    def read(self, block: list[Record]) -> ReadBlock:
        """Read a block column by column: a text that is repeated in it is read once."""
        whole = [record for record in block if record.reason is None]
        cells = zip(*(record.cells for record in whole), strict=True) if whole else [()] * len(self.plans)
        columns: list[list[Value]] = []
        faults: dict[int, Record] = {}  # by the record's line, on which no other starts
        for plan, reader, column in zip(self.plans, self._readers, cells, strict=True):
            known: dict[str, Any] = {cell: reader(cell) for cell in set(column)}
            if any(type(value) is _Refusal for value in known.values()):
                for record, cell in zip(whole, column, strict=True):
                    refusal = known[cell]
                    if type(refusal) is _Refusal and record.line not in faults:
                        faults[record.line] = Record(record.line, record.cells, refusal.reason, plan.name)
            columns.append([known[cell] for cell in column])
        if faults:
            keep = [record.line not in faults for record in whole]
            columns = [[v for v, kept in zip(column, keep, strict=True) if kept] for column in columns]
        accepted = [record for record in whole if record.line not in faults] if faults else whole
        rejected = [
            faults.get(record.line, record) for record in block if record.reason or record.line in faults
        ]
        return ReadBlock(accepted, columns, rejected)


class _Refusal(NamedTuple):
    """Why one cell cannot be taken, without its value."""

    reason: str


_NO_ID = _Refusal("the cell is empty: every row needs an identifier")
_NO_ANSWER = _Refusal("this is neither yes nor no in one of the ways that are read")
_Reader = Callable[[str], Value | _Refusal]


def _reader(plan: ColumnPlan) -> _Reader:
    holds_none = missing_test(plan.missing)
    if plan.kind is Kind.IDENTIFIER:
        return _identifier
    if plan.kind is Kind.NUMBER and plan.style:
        return _number_reader(plan.style, holds_none)
    if plan.kind is Kind.DATE and plan.order:
        return _date_reader(plan.order, holds_none)
    if plan.kind is Kind.YES_NO:
        return lambda cell: None if holds_none(cell) else _NO_ANSWER if (v := answer(cell)) is None else v
    if plan.kind is Kind.CATEGORY:
        return lambda cell: None if holds_none(cell) else cell.strip()
    # Text stays as it is written: NA may be somebody's name, unless a person says that it is none.
    is_blank = missing_test(plan.missing or ())
    return lambda cell: None if is_blank(cell) else cell


def _identifier(cell: str) -> Value | _Refusal:
    # Byte for byte; only blanks are no identifier, for NA or - may be somebody's.
    return _NO_ID if not cell or cell.isspace() else cell


def _number_reader(style: NumberStyle, holds_none: Callable[[str], bool]) -> _Reader:
    refusal = _Refusal(f"this is not a number written like {describe(style)}")

    def read(cell: str) -> Value | _Refusal:
        if holds_none(cell):  # first of all: a person may have said that 999 holds no value
            return None
        value = parse(cell.strip(), style)
        return refusal if value is None else value

    return read


def _date_reader(order: DateOrder, holds_none: Callable[[str], bool]) -> _Reader:
    refusal = _Refusal(f"this is not a date written as {_ORDERS[order]}")

    def read(cell: str) -> Value | _Refusal:
        if holds_none(cell):
            return None
        value = parse_date(cell.strip(), order)
        return refusal if value is None else value

    return read
