"""How each raw column becomes coordinates: what is asked for, and what a training learned.

The weighting is that of factor analysis of mixed data (J. Pagès, *Multiple Factor Analysis by Example Using
R*, 2014, chapter 3). A number has one coordinate, ``(t(x) - mean) / scale * weight``. A category has one
for each level l of share p_l, ``(1[x = l] - p_l) / sqrt(p_l) * weight``: two customers of levels a and b lie
``weight² * (1/p_a + 1/p_b)`` apart in squared distance, whatever the levels are called and in which order
they stand. A number brings an inertia of ``weight²``, a category of L levels ``weight² * (L - 1)``; a
category weighted ``1 / sqrt(L - 1)`` thus counts as much as one number.
"""

from __future__ import annotations

import math
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.models.encoding.transforms import TransformName, forward

OTHER, NO_VALUE = "other", "no value"
LEAST_SHARE = 0.02
MOST_TRIMMED = 0.02
POWERS = (-2.0, 4.0)
"""Bounds of Yeo-Johnson's λ, as far from 1 on both sides: beyond them large numbers crowd so closely that
rounding takes them for one."""

MissingLevel = Literal["mean", "most_frequent", "own_level"]
Weight = Annotated[float, Field(gt=0)]
Level = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NumberFeature(_Part):
    """A number to be encoded, accepted from `minimum` to `maximum` in its own unit."""

    kind: Literal["number"] = "number"
    name: str
    minimum: float
    maximum: float
    transform: TransformName = "none"
    weight: Weight = 1.0

    @model_validator(mode="after")
    def _transform_takes_the_bounds(self) -> Self:
        if self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        if self.transform == "log1p" and self.minimum <= -1.0:
            raise ValueError("log1p takes numbers above -1 only: raise the minimum or use yeo_johnson")
        return self


class CategoryFeature(_Part):
    """A word out of a few, such as a region, to be encoded.

    A customer without one lies where the column's mean does, so that it pulls nowhere; or counts as the most
    frequent level; or, where at least `LEAST_SHARE` have none, as a level of its own.
    """

    kind: Literal["category"] = "category"
    name: str
    weight: Weight = 1.0
    missing_as: MissingLevel = "mean"


class NumberEncoding(NumberFeature):
    """What was learned about a number.

    Attributes
    ----------
    power : float
        Yeo-Johnson's λ; 1 for the other transforms.
    mean, scale : float
        Mean and population standard deviation of the transformed column, medians in place of what is missing.
    median : float
        Of the known values, in the column's own unit: what a missing value is taken for.
    missing : int
        How many training customers had no value.
    """

    power: float = Field(default=1.0, ge=POWERS[0], le=POWERS[1])
    mean: float
    scale: float = Field(gt=0)
    median: float
    missing: int = Field(ge=0)

    @property
    def width(self) -> int:
        """How many coordinates it has."""
        return 1

    @model_validator(mode="after")
    def _bounds_have_coordinates(self) -> Self:
        try:
            ends = [forward(end, self.transform, self.power) for end in (self.minimum, self.maximum)]
        except OverflowError:
            ends = [math.inf]
        if not all(map(math.isfinite, ends)):
            raise ValueError(f"the bounds of {self.name} are too wide for its transform")
        if not self.minimum <= self.median <= self.maximum:
            raise ValueError(f"the median of {self.name} must lie within its bounds")
        return self


class LevelState(_Part):
    """One level of a category.

    Attributes
    ----------
    name : str
        As it was mostly spelled.
    share : float
        Among the training customers who have one of the levels.
    merged : tuple of str
        Levels that were too rare for a place of their own and count as this one.
    """

    name: Level
    share: float = Field(gt=0, lt=1)
    merged: tuple[Level, ...] = ()


class CategoryEncoding(CategoryFeature):
    """What was learned about a category.

    Attributes
    ----------
    levels : tuple of LevelState
        In alphabetical order. Words that no level knows count as the one called `OTHER`, if there is one.
    too_rare : tuple of str
        Levels that even together hold less than `LEAST_SHARE`: they score as the column's mean.
    missing, unplaced : int
        How many training customers had no level, and how many one that was too rare.
    """

    levels: tuple[LevelState, ...] = Field(min_length=2)
    too_rare: tuple[Level, ...] = ()
    missing: int = Field(ge=0)
    unplaced: int = Field(default=0, ge=0)

    @property
    def width(self) -> int:
        """How many coordinates it has."""
        return len(self.levels)

    @cached_property
    def coordinates(self) -> tuple[tuple[float, ...], ...]:
        """The L coordinates of each of the L levels."""
        return tuple(
            tuple(
                ((1.0 if own is level else 0.0) - level.share) / math.sqrt(level.share) * self.weight
                for level in self.levels
            )
            for own in self.levels
        )

    @cached_property
    def places(self) -> dict[str, int]:
        """Index of the level that each known word belongs to, by the word's `level_key`."""
        words = {word: i for i, level in enumerate(self.levels) for word in (level.name, *level.merged)}
        return {level_key(word): place for word, place in words.items()}

    def place_of(self, word: str | None) -> int | None:
        """Return the index of the level that a word, or none, counts as; None where that is the mean."""
        if word is not None:
            return self.places.get(level_key(word), self.places.get(OTHER))
        if self.missing_as == "most_frequent":
            return max(range(len(self.levels)), key=lambda place: self.levels[place].share)
        return self.places.get(NO_VALUE) if self.missing_as == "own_level" else None

    def coordinates_of(self, place: int | None) -> tuple[float, ...]:
        """Return the coordinates of a level, or of the mean."""
        return (0.0,) * len(self.levels) if place is None else self.coordinates[place]

    @model_validator(mode="after")
    def _levels_are_told_apart(self) -> Self:
        words = [word for level in self.levels for word in (level.name, *level.merged)] + [*self.too_rare]
        if len({level_key(word) for word in words}) < len(words):
            raise ValueError(f"a level of {self.name} stands twice")
        if abs(math.fsum(level.share for level in self.levels) - 1.0) > 1e-9:
            raise ValueError(f"the shares of {self.name}'s levels must add up to 1")
        return self


Feature = Annotated[NumberFeature | CategoryFeature, Field(discriminator="kind")]
FeatureEncoding = Annotated[NumberEncoding | CategoryEncoding, Field(discriminator="kind")]


class EncodingDocument(_Part):
    """The whole map: features in the order of their coordinates."""

    features: tuple[FeatureEncoding, ...] = Field(min_length=1)

    @cached_property
    def spans(self) -> dict[str, slice]:
        """Which coordinates belong to which feature, by its name."""
        ends = [0, *accumulate(feature.width for feature in self.features)]
        return {
            feature.name: slice(*span) for feature, span in zip(self.features, pairwise(ends), strict=True)
        }

    @property
    def width(self) -> int:
        """How many coordinates a customer has."""
        return sum(feature.width for feature in self.features)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        if len({feature.name for feature in self.features}) < len(self.features):
            raise ValueError("each feature must stand once")
        return self


def level_key(word: str) -> str:
    """Return what makes two spellings of a level the same: case and blanks around it do not matter."""
    return word.strip().casefold()
