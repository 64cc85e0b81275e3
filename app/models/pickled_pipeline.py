"""An encoding as scikit-learn's own objects, for notebooks and other tools: the second form of a model.

It is put together from imputers, power transforms, scalers and one-hot encoders whose learned numbers are
the encoding's, and is computed in another way than the served form, which is what makes the proof one.
"""

from __future__ import annotations

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PowerTransformer, StandardScaler

from app.models.encoding.document import OTHER, CategoryEncoding, NumberEncoding
from app.models.kmeans_fit import Floats
from app.models.preparation import EncodedColumns

NO_PLACE = -1.0


def make_pipeline(encoded: EncodedColumns, rows: Floats) -> ColumnTransformer:
    """Return a fitted transformer that makes coordinates of rows (n, d) as `encoded` does.

    Rows have NaN where a value is missing, and categories as places in their words; `rows` are the training's
    and give the objects their shapes. Only scikit-learn's and numpy's own objects are in it.
    """
    steps = []
    for place, feature in enumerate(encoded.document.features):
        words = encoded.levels[place]
        pipeline = _number(feature) if isinstance(feature, NumberEncoding) else _category(feature, words)
        steps.append((feature.name, pipeline, [place]))
    transformer = ColumnTransformer(steps).fit(rows)
    for feature in encoded.document.features:
        if isinstance(feature, NumberEncoding):
            _take_over(transformer.named_transformers_[feature.name], feature)
    return transformer


def _number(feature: NumberEncoding) -> Pipeline:
    change = {
        "none": FunctionTransformer(),
        "log1p": FunctionTransformer(np.log1p),
        "yeo_johnson": PowerTransformer(standardize=False),
    }[feature.transform]
    steps = [("impute", SimpleImputer(strategy="median")), ("transform", change), ("scale", StandardScaler())]
    return Pipeline(steps)


def _take_over(fitted: Pipeline, feature: NumberEncoding) -> None:
    """Set the encoding's numbers, which sums in another order may have learned with another last digit."""
    fitted["impute"].statistics_ = np.array([feature.median])
    if feature.transform == "yeo_johnson":
        fitted["transform"].lambdas_ = np.array([feature.power])
    scale = feature.scale / feature.weight
    scaler = fitted["scale"]
    scaler.mean_, scaler.scale_, scaler.var_ = (np.array([x]) for x in (feature.mean, scale, scale**2))


def _category(feature: CategoryEncoding, words: tuple[str, ...]) -> Pipeline:
    # one indicator a word, one for no word; each has its row of coordinates
    table = np.array([feature.coordinates_of(feature.place_of(word)) for word in (None, *words, OTHER)])
    places = [NO_PLACE, *map(float, range(len(words) + 1))]
    return Pipeline(
        [
            ("impute", SimpleImputer(strategy="constant", fill_value=NO_PLACE, keep_empty_features=True)),
            ("indicators", OneHotEncoder(categories=[places], sparse_output=False)),
            ("weights", FunctionTransformer(np.dot, kw_args={"b": table})),
        ]
    )
