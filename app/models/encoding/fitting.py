"""Learns an encoding from a table and applies it to whole tables: the form that trains and scores."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from app.core.errors import TableInvalid
from app.models.encoding.document import (
    LEAST_SHARE,
    NO_VALUE,
    OTHER,
    POWERS,
    CategoryEncoding,
    CategoryFeature,
    EncodingDocument,
    FeatureEncoding,
    LevelState,
    NumberEncoding,
    NumberFeature,
    level_key,
)
from app.models.encoding.encoder import is_blank
from app.models.encoding.transforms import NO_POWER, TransformName
from app.models.kmeans_fit import Floats, fit_scaling

Column = Sequence[float | None] | Sequence[str | None] | Floats
Columns = Mapping[str, Column]


class EncodedRows(NamedTuple):
    """A table's coordinates, and how much had to be supposed.

    Attributes
    ----------
    coordinates : ndarray of shape (n, D)
    imputed, unknown : dict of str to int
        By the feature's name: rows without a value, rows with a level that has no place. Only counts
        above 0.
    """

    coordinates: Floats
    imputed: dict[str, int]
    unknown: dict[str, int]


def fit_encoding(columns: Columns, features: Sequence[NumberFeature | CategoryFeature]) -> EncodingDocument:
    """Learn the encoding of `features` from columns of n cells each, None, NaN or a blank text if missing.

    Levels under `LEAST_SHARE` are merged into "other", and have no place where that is as rare. Without
    categories, transforms and weights the coordinates are those of `fit_scaling`, bit for bit.

    Raises
    ------
    TableInvalid
        If a column is absent, is empty or the same in every row, or holds numbers beyond its bounds.
    """
    numbers = [feature for feature in features if isinstance(feature, NumberFeature)]
    learned: dict[str, FeatureEncoding] = {f.name: f for f in _fit_numbers(columns, numbers)}
    for feature in features:
        if isinstance(feature, CategoryFeature):
            learned[feature.name] = _fit_category(feature, _words(columns, feature.name))
    return EncodingDocument(features=tuple(learned[feature.name] for feature in features))


def apply_rows(document: EncodingDocument, columns: Columns) -> EncodedRows:
    """Encode a table; the same coordinates as `Encoding.apply` gives each row.

    Raises
    ------
    TableInvalid
        If a column is absent.
    """
    parts: list[Floats] = []
    imputed: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for feature in document.features:
        if isinstance(feature, NumberEncoding):
            x = _numbers(columns, feature.name)
            imputed[feature.name] = int(np.isnan(x).sum())
            y = transform_rows(_fill(x, feature.median), feature.transform, feature.power)
            parts.append(((y - feature.mean) / feature.scale * feature.weight)[:, None])
            continue
        words = _words(columns, feature.name)
        imputed[feature.name] = words.count(None)
        unknown[feature.name] = sum(
            word is not None and level_key(word) not in feature.places for word in words
        )
        points = {word: feature.coordinates_of(feature.place_of(word)) for word in set(words)}
        parts.append(np.array([points[word] for word in words]))
    return EncodedRows(np.hstack(parts), _above_zero(imputed), _above_zero(unknown))


def inertia_shares(document: EncodingDocument, z: Floats) -> dict[str, float]:
    """Return the share of each feature in the total inertia of coordinates z (n, D); they add up to 1."""
    spread = ((z - z.mean(axis=0)) ** 2).sum(axis=0)
    sums = {name: float(spread[span].sum()) for name, span in document.spans.items()}
    total = math.fsum(sums.values())
    return {name: part / total for name, part in sums.items()}


def transform_rows(x: Floats, transform: TransformName, power: float) -> Floats:
    """Return `transforms.forward` of each number of x (n,), finite and above -1 for ``log1p``."""
    if transform == "none":
        return x
    if transform == "log1p":
        return np.asarray(np.log1p(x))
    lengths = np.log1p(np.abs(x))
    return np.where(x >= 0.0, _stretch(lengths, power), -_stretch(lengths, 2.0 - power))


def fit_power(x: Floats) -> float:
    """Return the λ of Yeo-Johnson under which finite numbers x (n,) are most likely Gaussian.

    The likelihood is that of Yeo and Johnson (2000), section 3, searched within `POWERS`.
    """
    # sums of floats depend on their order, which must not decide the last digits of λ
    x = np.sort(x)
    slope = float((np.sign(x) * np.log1p(np.abs(x))).sum())

    def loss(power: float) -> float:
        spread = float(transform_rows(x, "yeo_johnson", power).std())
        # a power that flattens the column to one number, or blows it up, explains nothing
        usable = math.isfinite(spread) and spread > 0.0
        return len(x) * math.log(spread) - (power - 1.0) * slope if usable else math.inf

    with np.errstate(over="ignore", invalid="ignore"):
        found = minimize_scalar(loss, bounds=POWERS, method="bounded", options={"xatol": 1e-10})
    return float(found.x)


def _fit_numbers(columns: Columns, features: Sequence[NumberFeature]) -> list[NumberEncoding]:
    if not features:
        return []
    raw = [_checked(_numbers(columns, feature.name), feature) for feature in features]
    powers = [
        fit_power(x[~np.isnan(x)]) if feature.transform == "yeo_johnson" else 1.0
        for x, feature in zip(raw, features, strict=True)
    ]
    medians = [float(np.nanmedian(x)) for x in raw]
    rows = np.column_stack(
        [
            transform_rows(_fill(x, median), feature.transform, power)
            for x, median, feature, power in zip(raw, medians, features, powers, strict=True)
        ]
    )
    # all columns at once, as training scales them, so that sums have the same order
    scaling = fit_scaling(rows)
    for feature, z in zip(features, scaling.apply(rows).T, strict=True):
        if abs(z.std() - 1.0) > 1e-6:  # what differs by rounding only is scaled by 1
            raise TableInvalid(f"{feature.name} is almost the same in every row and cannot divide customers")
    return [
        NumberEncoding(
            **feature.model_dump(),
            power=power,
            mean=float(mean),
            scale=float(scale),
            median=median,
            missing=int(np.isnan(x).sum()),
        )
        for feature, power, mean, scale, median, x in zip(
            features, powers, scaling.mean, scaling.scale, medians, raw, strict=True
        )
    ]


def _fit_category(feature: CategoryFeature, words: list[str | None]) -> CategoryEncoding:
    missing = words.count(None)
    if feature.missing_as == "own_level" and missing >= LEAST_SHARE * len(words):
        words = [NO_VALUE if word is None else word for word in words]
    spellings = Counter(word.strip() for word in words if word is not None)
    _refuse_empty(feature.name, len(spellings))
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for spelling, count in sorted(spellings.items(), key=lambda item: (-item[1], item[0])):
        names.setdefault(level_key(spelling), spelling)
        counts[level_key(spelling)] += count
    least = LEAST_SHARE * counts.total()
    rare = sorted(key for key, count in counts.items() if count < least and key != OTHER)
    own_other = (names[OTHER],) if OTHER in names else ()
    if rare:
        counts[OTHER] += sum(counts.pop(key) for key in rare)
        names.setdefault(OTHER, OTHER)
    merged = tuple(names[key] for key in rare)
    unplaced = counts.pop(OTHER) if 0 < counts[OTHER] < least else 0
    if len(counts) < 2:
        raise TableInvalid(
            f"{feature.name} has fewer than two levels with {LEAST_SHARE:.0%} of the customers or more"
            " and cannot divide them"
        )
    levels = tuple(
        LevelState(name=names[key], share=counts[key] / counts.total(), merged=merged if key == OTHER else ())
        for key in sorted(counts)
    )
    return CategoryEncoding(
        **feature.model_dump(),
        levels=levels,
        too_rare=(*merged, *own_other) if unplaced else (),
        missing=missing,
        unplaced=unplaced,
    )


def _numbers(columns: Columns, name: str) -> Floats:
    """Return a column of numbers (n,) with NaN where a value is missing."""
    cells = _column(columns, name)
    if isinstance(cells, np.ndarray):
        return cells.astype(np.float64)
    return np.array([math.nan if cell is None else cell for cell in cells], dtype=np.float64)


def _words(columns: Columns, name: str) -> list[str | None]:
    """Return a column of words with None where one is missing."""
    cells: NDArray[np.float64] | Sequence[float | str | None] = _column(columns, name)
    return [None if cell is None or is_blank(cell) else str(cell) for cell in cells]


def _column(columns: Columns, name: str) -> Column:
    if name not in columns:
        raise TableInvalid(f"the table has no column {name}")
    return columns[name]


def _checked(x: Floats, feature: NumberFeature) -> Floats:
    known = x[~np.isnan(x)]
    _refuse_empty(feature.name, len(known))
    if known.min() < feature.minimum or known.max() > feature.maximum:
        raise TableInvalid(
            f"{feature.name} must lie between {feature.minimum:.12g} and {feature.maximum:.12g}"
        )
    if known.min() == known.max():
        raise TableInvalid(f"{feature.name} is the same in every row and cannot divide customers")
    return x


def _refuse_empty(name: str, known: int) -> None:
    if known == 0:
        raise TableInvalid(f"{name} is empty in every row: there is nothing to impute from")


def _fill(x: Floats, median: float) -> Floats:
    return np.where(np.isnan(x), median, x)


def _stretch(lengths: Floats, power: float) -> Floats:
    return lengths if abs(power) < NO_POWER else np.asarray(np.expm1(power * lengths) / power)


def _above_zero(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}
