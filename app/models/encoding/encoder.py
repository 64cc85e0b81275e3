"""Applies an encoding to one customer with plain floats: the form that answers and explains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.models.encoding.document import (
    EncodingDocument,
    FeatureEncoding,
    NumberEncoding,
    level_key,
)
from app.models.encoding.transforms import forward, inverse

Record = Mapping[str, float | str | None]


class Encoded(NamedTuple):
    """One customer's coordinates, and what had to be supposed.

    Attributes
    ----------
    coordinates : list of float
        As many as the document's `width`.
    imputed : tuple of str
        Features without a value: a number counts as the training median, a category as its encoding says.
    unknown : tuple of str
        Categories with a level that training did not see, or too rarely: they count as the level "other",
        or as the column's mean where there is none.
    """

    coordinates: list[float]
    imputed: tuple[str, ...]
    unknown: tuple[str, ...]


class Encoding:
    """An encoding, ready to apply.

    Parameters
    ----------
    document : EncodingDocument
    """

    def __init__(self, document: EncodingDocument) -> None:
        self.document = document
        self._by_name: dict[str, FeatureEncoding] = {f.name: f for f in document.features}
        self._blanks = {f.name: _without_value(f) for f in document.features}

    def apply(self, record: Record) -> Encoded:
        """Encode one customer.

        Parameters
        ----------
        record : mapping of str to float, str or None
            By the feature's name: a number within the feature's bounds, or a word. What is None, NaN, a
            blank text or absent is missing; other keys are passed over.
        """
        coordinates: list[float] = []
        imputed: list[str] = []
        unknown: list[str] = []
        for feature in self.document.features:
            value = record.get(feature.name)
            if value is None or is_blank(value):
                imputed.append(feature.name)
                coordinates.extend(self._blanks[feature.name])
            elif isinstance(feature, NumberEncoding):
                coordinates.append(number_coordinate(feature, float(value)))
            else:
                coordinates.extend(feature.coordinates_of(feature.place_of(str(value))))
                if level_key(str(value)) not in feature.places:
                    unknown.append(feature.name)
        return Encoded(coordinates, tuple(imputed), tuple(unknown))

    def invert_number(self, name: str, z: float) -> float:
        """Return the value in its own unit that has the coordinate `z`, the nearest bound where none has.

        Raises
        ------
        ValueError
            If the feature is a category: between two levels there is nothing.
        """
        feature = self._number(name)
        low, high = self.number_bounds(name)
        if z <= low:
            return feature.minimum
        if z >= high:
            return feature.maximum
        x = inverse(z / feature.weight * feature.scale + feature.mean, feature.transform, feature.power)
        return min(max(x, feature.minimum), feature.maximum)

    def typical(self, point: Sequence[float]) -> list[float | str]:
        """Return what customers around coordinates are like: numbers in own units, most frequent levels.

        The mean of a category's coordinates tells the shares of its levels: ``p + z * sqrt(p) / weight``.
        """
        found: list[float | str] = []
        for feature in self.document.features:
            own = point[self.document.spans[feature.name]]
            if isinstance(feature, NumberEncoding):
                found.append(self.invert_number(feature.name, own[0]))
                continue
            shares = [
                level.share + z * math.sqrt(level.share) / feature.weight
                for level, z in zip(feature.levels, own, strict=True)
            ]
            found.append(feature.levels[shares.index(max(shares))].name)
        return found

    def number_bounds(self, name: str) -> tuple[float, float]:
        """Return the coordinates of a number's least and largest accepted values."""
        feature = self._number(name)
        return number_coordinate(feature, feature.minimum), number_coordinate(feature, feature.maximum)

    def sum_by_feature(self, terms: Sequence[float]) -> dict[str, float]:
        """Return one sum a feature of one term a coordinate, so that reasons speak of raw columns."""
        return {name: _sum(terms[span]) for name, span in self.document.spans.items()}

    def _number(self, name: str) -> NumberEncoding:
        feature = self._by_name[name]
        if not isinstance(feature, NumberEncoding):
            raise ValueError(f"{name} is a category and has no value between its levels")  # noqa: TRY004
        return feature


def is_blank(value: float | str) -> bool:
    """Answer whether a cell holds nothing: NaN, or a text of blanks."""
    if isinstance(value, str):
        return not value.strip()
    return math.isnan(value)


def number_coordinate(feature: NumberEncoding, x: float) -> float:
    """Return the coordinate of a number within the feature's bounds."""
    # with weight 1 and no transform exactly (x - mean) / scale: times 1.0 changes no bit
    return (forward(x, feature.transform, feature.power) - feature.mean) / feature.scale * feature.weight


def _without_value(feature: FeatureEncoding) -> tuple[float, ...]:
    if isinstance(feature, NumberEncoding):
        return (number_coordinate(feature, feature.median),)
    return feature.coordinates_of(feature.place_of(None))


def _sum(terms: Sequence[float]) -> float:
    # a plain loop: from Python 3.12 `sum` compensates, and the page's JavaScript could not follow
    total = 0.0
    for term in terms:
        total += term
    return total
