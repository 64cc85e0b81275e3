"""Write a customer table with the segment of each customer, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TextIO

from app.core.durable_files import replace_durably
from app.models.customer_table import CustomerTable
from app.models.encoding.document import OTHER
from app.models.kmeans_fit import Floats
from app.models.recipe import Category, Feature, Profile, Recipe, ShareProfile
from app.utils.safe_text import defuse


def write_labelled_table(
    path: Path,
    table: CustomerTable,
    recipe: Recipe,
    segment_ids: Sequence[int],
    names: Mapping[int, str],
) -> None:
    """Write the table to `path` as UTF-8 CSV, with the columns ``segment_id`` and ``segment`` added.

    Columns are called as the recipe calls them; a share column holds its category's text again, so the
    file can be read back as the same table. Text that a spreadsheet would run as a formula gets a leading
    apostrophe. The file appears whole or not at all: staged beside `path`, flushed to disk, renamed.

    Parameters
    ----------
    segment_ids : sequence of n int
        The segment of each row, in the order of the table.
    names : mapping of int to str
        Name of every segment that occurs.

    Raises
    ------
    ValueError
        If there is not one segment for each row, or a segment without a name.
    """
    if len(segment_ids) != len(table.ids):
        raise ValueError(f"{len(segment_ids)} segments for {len(table.ids)} rows")
    nameless = set(segment_ids) - set(names)
    if nameless:
        raise ValueError(f"segments without a name: {sorted(nameless)}")
    text = io.StringIO(newline="")
    _write_rows(text, _rows(table, recipe, segment_ids, names))
    replace_durably(path, text.getvalue().encode("utf-8"))


def _rows(
    table: CustomerTable, recipe: Recipe, segment_ids: Sequence[int], names: Mapping[int, str]
) -> Iterator[list[str]]:
    profile = _profile_columns(table, recipe)
    columns = [recipe.id, *recipe.features]
    yield [*(defuse(column.column) for column in columns), *map(defuse, profile), "segment_id", "segment"]
    safe_names = {segment_id: defuse(name) for segment_id, name in names.items()}
    for place, (customer, segment_id) in enumerate(zip(table.ids, segment_ids, strict=True)):
        yield [
            defuse(customer),
            *map(_feature_cell, recipe.features, table.features[place]),
            *("".join(cell(place) for cell in cells) for cells in profile.values()),
            str(int(segment_id)),
            safe_names[segment_id],
        ]


def _profile_columns(table: CustomerTable, recipe: Recipe) -> dict[str, list[Callable[[int], str]]]:
    """Return what writes each profile column's cell of a row, by its title, several where they share it."""
    found: dict[str, list[Callable[[int], str]]] = {}
    columns = [column for column in recipe.profile if column.name in table.profile]
    for column in columns:
        is_shared = sum(other.column == column.column for other in columns) > 1
        write = partial(_shared_cell if is_shared else _profile_cell, column, table.profile[column.name])
        found.setdefault(column.column, []).append(write)
    return found


def _write_rows(file: TextIO, rows: Iterator[list[str]]) -> None:
    plain = csv.writer(file, lineterminator="\n")
    # Before Python 3.13 a lone carriage return is not quoted on its own, and would split the row.
    quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        writer = quoted if any("\r" in cell for cell in row) else plain
        writer.writerow(row)


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def _feature_cell(column: Feature | Category, value: float) -> str:
    if isinstance(column, Feature) or math.isnan(value):
        return _number(value)
    return defuse((*column.categories, OTHER)[int(value)])


def _shared_cell(column: Profile, values: Floats, place: int) -> str:
    """Write a category's word where it is this share's own, else leave that to the others."""
    return _profile_cell(column, values, place) if values[place] == 1.0 else ""


def _profile_cell(column: Profile, values: Floats, place: int) -> str:
    value = values[place]
    if isinstance(column, ShareProfile) and not math.isnan(value):
        words = column.counted if value else column.others or ("other",)
        return defuse(words[0])
    return _number(value)
