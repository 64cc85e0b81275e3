"""The drafts that a search tries: the suggested one, and a few changes of it that can be named in words.

What is changed here rests on the columns' skewness and on their correlations alone, which tables without
groups share; which columns show no groups is another matter (see :mod:`app.models.search.idle_columns`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np

from app.core.errors import TableInvalid
from app.models.encoding.apart import find_apart
from app.models.encoding.document import CategoryFeature, EncodingDocument, NumberFeature
from app.models.encoding.fitting import Column, Columns, apply_rows, fit_encoding
from app.models.encoding.suggestion import skewness
from app.models.encoding.transforms import TransformName
from app.models.kmeans_fit import Floats
from app.utils.quantities import listing

# half of what makes a suggestion change a column: what it left may still be worth a try
SKEWED = 0.5
CORRELATED = 0.8
LEAST_WEIGHT = 0.1
NAMED = 4

Rows = Literal["all", "second half"]


@dataclass(frozen=True)
class DraftColumn:
    """A column that makes segments: as the table spells it, and how it is prepared."""

    name: str
    is_number: bool
    transform: TransformName = "none"
    weight: float = 1.0


@dataclass(frozen=True)
class Draft:
    """Columns that make segments, and in words what is different from the suggestion.

    Attributes
    ----------
    key : str
        What the draft is known by: small letters and hyphens.
    rows : {"all", "second half"}
        On which of the sampled customers it is judged: not on those that its columns were found on.
    """

    key: str
    title: str
    columns: tuple[DraftColumn, ...]
    rows: Rows = "all"

    @property
    def numbers(self) -> tuple[DraftColumn, ...]:
        """Those of the columns that are numbers."""
        return tuple(column for column in self.columns if column.is_number)


def usable_columns(
    columns: Columns, suggested: Sequence[DraftColumn]
) -> tuple[tuple[DraftColumn, ...], dict[str, str]]:
    """Return which of the suggested columns tell the rows apart, and why the others do not, by name."""
    usable, reasons = [], {}
    for column in suggested:
        try:
            encode(columns, [column])
        except TableInvalid as error:
            reasons[column.name] = error.detail
        else:
            usable.append(column)
    return tuple(usable), reasons


def without_far(columns: Columns, suggested: Sequence[DraftColumn]) -> tuple[Columns, int]:
    """Return the columns without the rows far from all others in the suggested numbers, and how many.

    A recipe keeps such customers apart; left in, they would press everybody else together in every draft.
    """
    numbers, _ = usable_columns(columns, [column for column in suggested if column.is_number])
    places = [encode(columns, [column])[1][:, 0].tolist() for column in numbers]
    far = find_apart(places, [column.weight for column in numbers]).far
    if not far:
        return columns, 0
    kept = np.delete(np.arange(len(places[0])), far).tolist()
    return {name: _rows(column, kept) for name, column in columns.items()}, len(far)


def _rows(column: Column, kept: Sequence[int]) -> Column:
    if isinstance(column, np.ndarray):
        return column[kept]
    return cast(Column, [column[row] for row in kept])


def encode(columns: Columns, chosen: Sequence[DraftColumn]) -> tuple[EncodingDocument, Floats]:
    """Return how columns of n cells each become coordinates, and the coordinates (n, D).

    Raises
    ------
    TableInvalid
        If a column is empty or the same in every row.
    """
    document = fit_encoding(columns, [_asked(columns, column) for column in chosen])
    return document, apply_rows(document, columns).coordinates


def vary(columns: Columns, suggested: tuple[DraftColumn, ...], idle: Collection[str]) -> list[Draft]:
    """Return the drafts to try, the suggested one first, none twice and each with a number.

    Parameters
    ----------
    columns : mapping of str to n cells
    idle : collection of str
        Columns that seem to show no groups.
    """
    first = Draft("suggested", "As suggested", suggested)
    drafts = [
        first,
        *_without_idle(first, idle),
        *_of_correlated(columns, first),
        Draft("numbers", "Numbers only, without words", first.numbers),
        *_transformed(columns, first),
    ]
    found: dict[frozenset[DraftColumn], Draft] = {}
    for draft in drafts:
        if draft.numbers:
            found.setdefault(frozenset(draft.columns), draft)
    return list(found.values())


def _without_idle(first: Draft, names: Collection[str]) -> list[Draft]:
    left = [column.name for column in first.columns if column.name in names]
    if not left:
        return []
    draft = Draft(
        key="without-idle",
        title=f"Without {_some(left)}, which {'shows' if len(left) == 1 else 'show'} no groups",
        columns=tuple(column for column in first.columns if column.name not in names),
        rows="second half",
    )
    return [draft]


def _of_correlated(columns: Columns, first: Draft) -> list[Draft]:
    """Return drafts in which strongly correlated columns count once: one of each, or all with less weight."""
    groups = [group for group in _groups(columns, first.numbers) if len(group) > 1]
    if not groups:
        return []
    sizes = {name: len(group) for group in groups for name in group}
    left = [name for group in groups for name in group[1:]]
    one = Draft(
        key="one-of-each",
        title=f"One column of each strongly correlated group: without {_some(left)}",
        columns=tuple(column for column in first.columns if column.name not in left),
    )
    shared = Draft(
        key="shared-weight",
        title="Strongly correlated columns count as one: " + "; ".join(map(_some, groups)),
        columns=tuple(
            replace(column, weight=max(LEAST_WEIGHT, round(column.weight / sizes[column.name] ** 0.5, 2)))
            if column.name in sizes
            else column
            for column in first.columns
        ),
    )
    return [one, shared]


def _groups(columns: Columns, numbers: Sequence[DraftColumn]) -> list[list[str]]:
    """Return the numbers in groups, each member correlated by `CORRELATED` or more with another one."""
    if len(numbers) < 2:
        return [[column.name] for column in numbers]
    z = encode(columns, numbers)[1]
    is_near = np.abs(np.corrcoef(z, rowvar=False)) >= CORRELATED
    groups: list[list[int]] = []
    for place in range(len(numbers)):
        near = [group for group in groups if is_near[place, group].any()]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), place])
    return [[numbers[place].name for place in sorted(group)] for group in sorted(groups, key=min)]


def _transformed(columns: Columns, first: Draft) -> list[Draft]:
    """Return the suggestion with other transforms of its numbers."""
    known = {column.name: _known(columns, column.name) for column in first.numbers}
    skewed = {name: skewness(x) for name, x in known.items() if abs(skewness(x)) > SKEWED}
    rising = [name for name, found in skewed.items() if found > 0.0 and known[name].min() >= 0.0]
    found = [_with_transforms(first, "untransformed", "Untransformed", dict.fromkeys(known, "none"))]
    if skewed:
        words = "Skewed columns evened out (Yeo-Johnson)"
        found.insert(0, _with_transforms(first, "evened-out", words, dict.fromkeys(skewed, "yeo_johnson")))
    if rising:
        words = "Logarithms of skewed columns"
        found.insert(0, _with_transforms(first, "logarithms", words, dict.fromkeys(rising, "log1p")))
    return found


def _with_transforms(first: Draft, key: str, title: str, transforms: Mapping[str, TransformName]) -> Draft:
    columns = (replace(c, transform=transforms.get(c.name, c.transform)) for c in first.columns)
    return Draft(key, title, tuple(columns))


def _some(names: Sequence[str]) -> str:
    """Name columns, of many the first ones: which are kept is told beside it."""
    if len(names) <= NAMED:
        return listing(names)
    return listing([*names[: NAMED - 1], f"{len(names) - NAMED + 1} others"])


def _asked(columns: Columns, column: DraftColumn) -> NumberFeature | CategoryFeature:
    if not column.is_number:
        return CategoryFeature(name=column.name, weight=column.weight)
    known = _known(columns, column.name)
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    if low == high:
        raise TableInvalid(f"{column.name} is the same in every row and cannot divide customers")
    return NumberFeature(
        name=column.name, minimum=low, maximum=high, transform=column.transform, weight=column.weight
    )


def _known(columns: Columns, name: str) -> Floats:
    x = np.asarray(columns[name], dtype=np.float64)
    return x[~np.isnan(x)]
