"""What a version says about each of its features."""

from __future__ import annotations

import numpy as np

from app.models.kmeans_fit import Floats, Scaling
from app.models.model_document import FeatureState
from app.models.preparation import Preparation
from app.models.recipe import Category, Feature, Recipe


def describe_features(recipe: Recipe, rows: Floats, preparation: Preparation) -> tuple[FeatureState, ...]:
    """Describe the columns of rows (n, d) in own units, NaN where a value is missing."""
    states = []
    for place, feature in enumerate(recipe.features):
        known = rows[~np.isnan(rows[:, place]), place]
        if isinstance(feature, Category):
            states.append(_category(feature, known))
        elif isinstance(preparation, Scaling):
            mean, scale = float(preparation.mean[place]), float(preparation.scale[place])
            states.append(_number(feature, known, mean, scale))
        else:
            states.append(_number(feature, known, float(known.mean()), float(known.std())))
    return tuple(states)


def _number(feature: Feature, known: Floats, mean: float, scale: float) -> FeatureState:
    return FeatureState(
        name=feature.name,
        label=feature.label,
        unit=feature.unit,
        transform=feature.transform,
        derived=feature.derived,
        minimum=feature.minimum,
        maximum=feature.maximum,
        decimals=feature.decimals,
        step=feature.step,
        mean=mean,
        scale=scale,
        training_min=float(known.min()),
        training_max=float(known.max()),
    )


def _category(feature: Category, known: Floats) -> FeatureState:
    # the place behind the last word is that of any other
    last = len(feature.categories)
    return FeatureState(
        kind="category",
        name=feature.name,
        label=feature.label,
        unit="",
        levels=feature.categories,
        minimum=0.0,
        maximum=float(last),
        decimals=0,
        step=1.0,
        mean=float(np.bincount(known.astype(np.int64), minlength=last + 1).argmax()),
        scale=1.0,
        training_min=0.0,
        training_max=float(last),
    )
