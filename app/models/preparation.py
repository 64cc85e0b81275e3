"""From a table's rows to coordinates: plain standardisation, or an encoding where the recipe asks for one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from app.models.encoding.document import (
    OTHER,
    CategoryFeature,
    EncodingDocument,
    NumberEncoding,
    NumberFeature,
)
from app.models.encoding.fitting import Columns, apply_rows, fit_encoding
from app.models.kmeans_fit import Floats, Scaling, fit_scaling
from app.models.ml_model import MLModel
from app.models.recipe import Category, Feature, Recipe


class EncodedColumns:
    """An encoding over rows whose categories are places in lists of words.

    Parameters
    ----------
    document : EncodingDocument
    levels : sequence of d tuples of str
        The words of each feature in its order, none for a number.
    """

    def __init__(self, document: EncodingDocument, levels: Sequence[tuple[str, ...]]) -> None:
        self.document = document
        self.levels = levels

    def apply(self, rows: Floats) -> Floats:
        """Return rows (n, d), NaN where a value is missing, as coordinates (n, D)."""
        names = [feature.name for feature in self.document.features]
        return apply_rows(self.document, columns_of(rows, names, self.levels)).coordinates

    def deviations(self, points: Floats) -> Floats:
        """Return the numbers among coordinates (m, D) in standard deviations (m, numbers), weights undone."""
        numbers = [feature for feature in self.document.features if isinstance(feature, NumberEncoding)]
        return np.column_stack([points[:, self.document.spans[f.name]] / f.weight for f in numbers])

    def fill(self, rows: Floats) -> Floats:
        """Return rows (n, d) without gaps: medians, and the place of any other word."""
        blanks = [
            feature.median if isinstance(feature, NumberEncoding) else float(len(words))
            for feature, words in zip(self.document.features, self.levels, strict=True)
        ]
        return np.where(np.isnan(rows), blanks, rows)


Preparation = Scaling | EncodedColumns


def fit_preparation(recipe: Recipe, rows: Floats) -> Preparation:
    """Learn the recipe's preparation from rows (n, d) in own units, no column constant.

    Raises
    ------
    TableInvalid
        If a column cannot be encoded, as a category whose levels are all rare.
    """
    if recipe.is_plain:
        return fit_scaling(rows)
    levels = [words_of(feature) for feature in recipe.features]
    columns = columns_of(rows, recipe.feature_names, levels)
    return EncodedColumns(fit_encoding(columns, [_asked(feature) for feature in recipe.features]), levels)


def deviations(preparation: Preparation, points: Floats) -> Floats:
    """Return the numbers among coordinates (m, D) in standard deviations from the mean customer."""
    return points if isinstance(preparation, Scaling) else preparation.deviations(points)


def preparation_of(model: MLModel, recipe: Recipe) -> Preparation:
    """Return how a stored model prepares rows whose categories are the recipe's."""
    document = model.document
    if document.encoding is None:
        features = document.features
        return Scaling(np.array([f.mean for f in features]), np.array([f.scale for f in features]))
    return EncodedColumns(document.encoding, [words_of(feature) for feature in recipe.features])


def columns_of(rows: Floats, names: Sequence[str], levels: Sequence[tuple[str, ...]]) -> Columns:
    """Return rows (n, d) by column, places in `levels` as words."""
    return {
        name: _words(column, words) if words else column
        for name, words, column in zip(names, levels, rows.T, strict=True)
    }


def words_of(feature: Feature | Category) -> tuple[str, ...]:
    """Return a category's words, none for a number."""
    return feature.categories if isinstance(feature, Category) else ()


def _words(places: Floats, words: tuple[str, ...]) -> list[str | None]:
    known = (*words, OTHER)
    return [None if math.isnan(place) else known[int(place)] for place in places.tolist()]


def _asked(feature: Feature | Category) -> NumberFeature | CategoryFeature:
    if isinstance(feature, Category):
        missing_as = "mean" if feature.missing == "refuse" else feature.missing
        return CategoryFeature(name=feature.name, weight=feature.weight, missing_as=missing_as)
    keys = ("name", "minimum", "maximum", "transform", "weight")
    return NumberFeature(**{key: getattr(feature, key) for key in keys})
