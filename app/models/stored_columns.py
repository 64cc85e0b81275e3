"""A taken-in table read column by column: quick, for the usual case in which no row is to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.models.customer_cells import CellRefused, Cells
from app.models.recipe_columns import Category, Feature, NumberProfile, Profile
from app.models.recipe_header import ID

if TYPE_CHECKING:
    from app.models.datasets.text_rows import StoredTable

Values = NDArray[np.float64]


def read_columns(table: StoredTable, cells: Cells) -> tuple[tuple[str, ...], dict[str, Values]] | None:
    """Return the customers' ids, and the values (n,) of each column by its name, the derived ones among them.

    None where a row would be refused: reading row by row, by the same `cells`, tells its line and why.
    """
    recipe, places = cells.recipe, cells.places
    found = table.columns(sorted(set(places.values())))
    if found is None:
        return None
    rows = len(next(iter(found.values())))
    ids = _ids(found[places[ID]]) if ID in places else tuple(str(n + 1) for n in range(rows))
    if ids is None:
        return None
    values: dict[str, Values] = {}
    for column in (*recipe.features, *recipe.profile):
        if column.name in places:
            read = _read(column, found[places[column.name]], cells)
            if read is None:
                return None
            values[column.name] = read
    unknown = np.full(rows, np.nan)
    for name, sources in recipe.derived.items():
        values[name] = np.prod([values.get(source, unknown) for source in sources], axis=0)
    return ids, values


def _ids(stored: NDArray[Any]) -> tuple[str, ...] | None:
    """Return the identifiers, None where one is repeated, blank or a number."""
    if stored.dtype != object:
        return None
    ids = tuple(stored.tolist())
    return ids if all(one.strip() for one in ids) and len(set(ids)) == len(ids) else None


def _read(column: Feature | Category | Profile, stored: NDArray[Any], cells: Cells) -> Values | None:
    if stored.dtype == object:
        return _words(column, stored, cells)
    return _numbers(column, stored) if isinstance(column, Feature | NumberProfile) else None


def _numbers(column: Feature | NumberProfile, stored: Values) -> Values | None:
    """Return numbers within the column's bounds, NaN where there is none and there need not be one."""
    unknown = np.isnan(stored)
    may_miss = isinstance(column, NumberProfile) or column.missing != "refuse"
    is_within = (stored >= column.minimum) & (stored <= column.maximum)
    if not (is_within | unknown).all() or (unknown.any() and not may_miss):
        return None
    values: Values = stored + 0.0  # -0.0 becomes 0.0
    return values


def _words(column: Feature | Category | Profile, stored: NDArray[Any], cells: Cells) -> Values | None:
    """Return what the cells mean, each different one looked at once."""
    texts, place = stored.tolist(), cells.places[column.name]
    try:
        meanings = {text: cells.value(text.strip(), place, column) for text in set(texts)}
    except CellRefused:
        return None
    return np.array([meanings[text] for text in texts], dtype=np.float64)
