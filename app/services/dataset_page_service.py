"""The pages of customer tables: the list, one table to look through, the question before deleting."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from app.core.errors import ClienteleError, DatasetNotFound
from app.schemas.dataset import DatasetRead
from app.schemas.datasets_page import DatasetDeletePage, DatasetPage, DatasetsPage, RowsPart
from app.services.dataset_charts import draw_column, draw_correlations, draw_scatter
from app.services.import_wording import format_text
from app.utils.quantities import counted, number_text

if TYPE_CHECKING:
    from app.services.dataset_service import DatasetService
    from app.services.recipe_service import RecipeService

TABLES_AT_ONCE, ROWS_AT_ONCE, MOST_RECIPES = 50, 25, 20
MEGABYTE = 1_048_576
KINDS_OF_FILE = {"csv": "CSV", "csv.gz": "Gzipped CSV", "xlsx": "Excel", "parquet": "Parquet"}
DONE = {
    "taken": "The table was taken in.",
    "renamed": "The table has its new name.",
    "deleted": "The table is deleted, with its rows.",
    "discarded": "The file was discarded; nothing of it was kept.",
}


class DatasetPageService:
    """Tells a person what the API tells a program.

    Parameters
    ----------
    datasets : DatasetService
    recipes : RecipeService
        May be trained again on a table.
    most_bytes : int
        Size of the largest file that is taken.
    wait_days : int
        How long a file waits to be taken in.
    """

    def __init__(
        self, datasets: DatasetService, recipes: RecipeService, most_bytes: int, wait_days: int
    ) -> None:
        self._datasets = datasets
        self._recipes = recipes
        self._most_bytes = most_bytes
        self._wait_days = wait_days

    def list_tables(
        self, cursor: str | None = None, done: str | None = None, fault: ClienteleError | None = None
    ) -> DatasetsPage:
        """Build the list; `done` is a key of `DONE`, `fault` why a file was refused just now."""
        found = self._datasets.list_datasets(TABLES_AT_ONCE, cursor)
        return DatasetsPage(
            title="Your customer tables",
            tables=found.datasets,
            next_cursor=found.next_cursor,
            is_first=cursor is None,
            most_bytes=self._most_bytes,
            most_text=f"{number_text(self._most_bytes / MEGABYTE)} MB",
            wait_text=counted(self._wait_days, "day"),
            message=DONE.get(done or ""),
            fault=None if fault is None else f"{fault.title}: {fault.detail}",
        )

    def show(
        self,
        dataset_id: str,
        search: str = "",
        after: int = 0,
        axes: tuple[str | None, str | None] = (None, None),
        done: str | None = None,
        fault: str | None = None,
    ) -> DatasetPage:
        """Build the page of one table, with the rows behind number `after` that hold `search`.

        Raises
        ------
        DatasetNotFound
            If there is no such table, or its files are gone.
        """
        dataset = self._datasets.get_dataset(dataset_id)
        summary = self._datasets.get_summary(dataset_id)
        told = {column["name"]: column for column in summary.columns}
        scatter = draw_scatter(summary, *axes)
        return DatasetPage(
            title=dataset.name,
            dataset=dataset,
            parent=self._find(dataset.parent_id),
            figures=_figures(dataset),
            columns=[draw_column(column, told[column.name], summary.rows) for column in dataset.columns],
            correlations=draw_correlations(summary),
            scatter=scatter,
            axes={"x": scatter.x, "y": scatter.y} if scatter and any(axes) else {},
            rows=self._rows(dataset, search.strip(), after),
            recipes=self._recipes.list_fitting([column.name for column in dataset.columns])[:MOST_RECIPES],
            key=secrets.token_hex(8),
            message=DONE.get(done or ""),
            fault=fault,
        )

    def ask_to_delete(self, dataset_id: str) -> DatasetDeletePage:
        """Build the question before a table is deleted. Raises DatasetNotFound."""
        dataset = self._datasets.get_dataset(dataset_id)
        successors = self._datasets.list_successors(dataset_id)
        return DatasetDeletePage(title=f"Delete {dataset.name}?", dataset=dataset, successors=successors)

    def _find(self, dataset_id: str | None) -> DatasetRead | None:
        if dataset_id is None:
            return None
        try:
            return self._datasets.get_dataset(dataset_id)
        except DatasetNotFound:
            return None

    def _rows(self, dataset: DatasetRead, search: str, after: int) -> RowsPart:
        found = self._datasets.read_rows(dataset.id, after, ROWS_AT_ONCE, search)
        return RowsPart(
            columns=found.columns,
            numeric=[column.kind == "number" for column in dataset.columns],
            rows=[[str(row[0]), *map(_cell, row[1:])] for row in found.rows],
            search=search,
            after=after,
            next_after=found.next_after,
            text=_rows_text(dataset, search, after, len(found.rows)),
        )


def _rows_text(dataset: DatasetRead, search: str, after: int, shown: int) -> str:
    whole = number_text(dataset.rows)
    if search and shown:
        return f"{counted(shown, 'row')} that {'holds' if shown == 1 else 'hold'} it in a cell, of {whole}"
    if search:
        return f"No {'further ' if after else ''}row holds it in a cell"
    if not shown:
        return f"No row stands behind number {number_text(after)}"
    return f"Rows {number_text(after + 1)} to {number_text(after + shown)} of {whole}"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    # as exact as the file: a rounded amount would be another amount
    return f"{value:,.15g}".replace("-", "−") if isinstance(value, float) else str(value)


def _figures(dataset: DatasetRead) -> list[tuple[str, str, str]]:
    source = dataset.source
    kind = KINDS_OF_FILE[source["format"]]
    detail = format_text("csv", source["delimiter"], source["encoding"])
    rejected = (
        "left out of the file, with the reason" if dataset.rejected else "every row of the file was good"
    )
    numbers = sum(column.kind == "number" and column.off_because is None for column in dataset.columns)
    return [
        ("Rows", number_text(dataset.rows), "one customer or purchase each"),
        ("Columns", number_text(len(dataset.columns)), f"{counted(numbers, 'number')} to segment by"),
        ("Rejected rows", number_text(dataset.rejected), rejected),
        ("File", kind, f"{source['file_name']}, {detail}" if detail else source["file_name"]),
    ]
