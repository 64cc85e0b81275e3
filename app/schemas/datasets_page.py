"""What the pages of customer tables are given."""

from __future__ import annotations

from pydantic import Field

from app.schemas.base import Answer
from app.schemas.dataset import DatasetRead
from app.schemas.page import Axis
from app.schemas.recipe import RecipeSummary


class DatasetsPage(Answer):
    """The tables, and the place to bring one; `is_first` on the newest ones."""

    title: str
    tables: list[DatasetRead]
    next_cursor: str | None
    is_first: bool
    most_bytes: int
    most_text: str
    wait_text: str
    message: str | None
    fault: str | None


class ChartBar(Answer):
    """One bar of a histogram, in per cent of the highest."""

    at: int
    height: float
    text: str


class ValueBar(Answer):
    """How often one value stands in a column; `share` of the commonest, in per cent."""

    value: str
    count: int
    share: float


class ColumnChart(Answer):
    """One column: numbers as `bars` between `low` and `high`, else the commonest `values`."""

    name: str
    kind: str
    off_because: str | None
    missing: int
    missing_share: float
    distinct: str
    facts: list[tuple[str, str]]
    bars: list[ChartBar]
    low: str
    high: str
    values: list[ValueBar]
    text: str


class HeatCell(Answer):
    """One correlation: its `level`, 0 to 4, and its `sign` colour it."""

    text: str
    level: int
    sign: str


class HeatRow(Answer):
    """A column's correlations with the others."""

    name: str
    cells: list[HeatCell]


class HeatTable(Answer):
    """Correlations of number columns; `finding` names the strongest."""

    columns: list[str]
    rows: list[HeatRow]
    finding: str
    note: str


class ScatterPlot(Answer):
    """Two number columns against each other; `path` has one dot a row that holds both."""

    columns: list[str]
    x: str
    y: str
    width: float
    height: float
    path: str
    x_axis: Axis
    y_axis: Axis
    text: str
    note: str


class RowsPart(Answer):
    """Some rows as texts, each with its number first."""

    columns: list[str]
    numeric: list[bool]
    rows: list[list[str]]
    search: str
    after: int
    next_after: int | None
    text: str


class DatasetPage(Answer):
    """One table to look through."""

    title: str
    dataset: DatasetRead
    parent: DatasetRead | None
    figures: list[tuple[str, str, str]]
    columns: list[ColumnChart]
    correlations: HeatTable | None
    scatter: ScatterPlot | None
    axes: dict[str, str] = Field(description="What was asked to be drawn, to be kept in addresses.")
    rows: RowsPart
    recipes: list[RecipeSummary] = Field(description="What the table can be segmented by already.")
    key: str = Field(description="Tells a form that is sent twice from another one.")
    message: str | None
    fault: str | None


class DatasetDeletePage(Answer):
    """The question before a table is deleted; `successors` replaced it or were appended to it."""

    title: str
    dataset: DatasetRead
    successors: list[DatasetRead]
