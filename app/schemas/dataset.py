"""Customer tables: how a file is understood, and what was taken in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from app.schemas.base import EXAMPLE_ID, Answer, Body
from app.schemas.problem import ProblemField

ColumnKind = Literal["identifier", "number", "yes/no", "category", "date", "text", "empty"]


class ImportChoices(Body):
    """Answers in place of guesses; what is left out is guessed."""

    encoding: str | None = Field(default=None, max_length=40, examples=["cp1252"])
    delimiter: str | None = Field(default=None, max_length=1, examples=[";"])
    sheet: str | None = Field(default=None, max_length=200)
    kinds: dict[str, ColumnKind] = Field(
        default_factory=dict, description="What a column holds, by its name."
    )
    decimals: dict[str, Literal[".", ","]] = Field(
        default_factory=dict,
        description="The decimal mark of a column, by its name.",
        examples=[{"income": ","}],
    )
    date_orders: dict[str, Literal["ymd", "dmy", "mdy"]] = Field(default_factory=dict)
    missing: list[str] | None = Field(
        default=None, max_length=50, description="Words for a missing value in place of the usual ones."
    )


class ImportOption(Answer):
    """One answer to a question."""

    value: str
    text: str
    sample: str = Field(description="How a value of the file would be read then.")


class ImportQuestion(Answer):
    """What the file alone does not decide."""

    key: str = Field(description="The field of the choices that answers it.", examples=["decimals"])
    column: str
    text: str
    options: list[ImportOption]
    is_required: bool = Field(description="Whether nothing is taken in before it is answered.")


class UnderstoodColumn(Answer):
    """One column as it was understood."""

    name: str
    kind: ColumnKind
    off_because: str | None = Field(description="Why it takes no part unless somebody decides so.")
    present: int
    missing: int
    distinct: int
    decimal: str | None
    minimum: float | date | None
    maximum: float | date | None
    mean: float | None
    outliers: int


class SameTable(Answer):
    """A table that was made of the very same file."""

    id: str = Field(examples=[EXAMPLE_ID])
    name: str = Field(examples=["customers-2026.csv"])


class Understanding(Answer):
    """A dry run: what a file holds and what would be taken in."""

    upload: str = Field(description="Send this in place of the file to take it in as understood.")
    file_name: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: list[str]
    columns: list[UnderstoodColumn]
    records: int
    accepted: int
    rejected: int
    faults: list[ProblemField] = Field(description="The first rejected rows.")
    repeated_rows: int
    repeated_ids: dict[str, int]
    preview: list[list[str]]
    questions: list[ImportQuestion]
    is_settled: bool = Field(description="Whether no required question is open.")
    choices: ImportChoices = Field(
        default_factory=ImportChoices, description="What was answered already: sent now, or remembered."
    )
    remembered: bool = Field(
        description="Whether choices of an earlier file with these columns were applied."
    )
    same_as: SameTable | None = Field(
        default=None, description="The newest table made of this very file, if it was taken in before."
    )


class DatasetColumn(Answer):
    """One column of a table."""

    name: str = Field(examples=["income"])
    kind: ColumnKind
    off_because: str | None = None


class DatasetRead(Answer):
    """A customer table that was taken in."""

    id: str = Field(examples=[EXAMPLE_ID])
    name: str = Field(examples=["customers-2026.csv"])
    rows: int = Field(examples=[1000])
    rejected: int = Field(examples=[3], description="Rows that could not be read and were left out.")
    columns: list[DatasetColumn]
    source: dict[str, Any]
    parent_id: str | None = None
    lineage: Literal["replaced", "appended"] | None = None
    created_at: datetime


class DatasetList(Answer):
    """Tables, newest first."""

    datasets: list[DatasetRead]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last one.")


class DatasetChange(Body):
    """What can be changed of a table: its name."""

    name: str = Field(min_length=1, max_length=100, examples=["Customers of the spring"])


class DatasetSummary(Answer):
    """What the columns look like."""

    rows: int = Field(examples=[1000])
    columns: list[dict[str, Any]]
    correlations: dict[str, Any]
    sample: dict[str, list[float | None]]


class DatasetRows(Answer):
    """Some rows, each with its number first."""

    columns: list[str] = Field(examples=[["customer", "income"]])
    rows: list[list[Any]] = Field(examples=[[[1, "c1", 52.5]]])
    next_after: int | None = Field(description="Where the next page begins; null on the last one.")
