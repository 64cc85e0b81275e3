"""Coordinates that a few extreme customers do not press together."""

from __future__ import annotations

import numpy as np

from app.core.errors import TableInvalid
from app.models.encoding.document import EncodingDocument, NumberEncoding
from app.models.encoding.trimmed import far_off, fit_trimmed
from app.models.kmeans_fit import Floats, Labels, few_rows
from app.models.preparation import EncodedColumns, Preparation, fit_preparation
from app.models.recipe import Recipe

ROUNDS = 3


def prepare(recipe: Recipe, rows: Floats, k: int, seed: int) -> Preparation:
    """Learn the recipe's preparation from rows (n, d), as `fit_preparation`.

    Where the recipe says so, the numbers are scaled by those alone who are not exceptional among k segments,
    and these are found anew with the new scales until they stay the same, at most `ROUNDS` times. Of a large
    table a sample says how far off that is.

    Raises
    ------
    TableInvalid
        As `fit_preparation`.
    """
    found = whole = fit_preparation(recipe, rows)
    apart = recipe.exceptional
    if apart is None or apart.scaled_by == "everybody" or not isinstance(whole, EncodedColumns):
        return whole
    few, before = few_rows(len(rows), seed), np.zeros(len(rows), dtype=np.bool_)
    for _ in range(ROUNDS):
        z = found.apply(rows)
        exceptional = far_off(z, fit_trimmed(z[few], k, seed, apart.share))
        if np.array_equal(exceptional, before):
            break
        before = exceptional
        try:
            others = fit_preparation(recipe, rows[~exceptional])
        except TableInvalid:  # without them nothing differs in some column
            return whole
        if isinstance(others, EncodedColumns):
            found = _scaled_by(whole, others)
    return found


def described_rows(recipe: Recipe, rows: Floats, ordinary: Labels) -> Floats:
    """Return the rows (n, d) that tell what is usual: the ordinary alone where the recipe scales by them."""
    apart = recipe.exceptional
    if apart is None or apart.scaled_by == "everybody":
        return rows
    usual = rows[ordinary]
    differs = [len(np.unique(column[~np.isnan(column)])) > 1 for column in usual.T]
    return usual if all(differs) else rows


def _scaled_by(whole: EncodedColumns, others: EncodedColumns) -> EncodedColumns:
    """Return the whole table's encoding with the numbers as others learned them; gaps are counted in all."""
    features = tuple(
        own.model_copy(update={"missing": feature.missing}) if isinstance(own, NumberEncoding) else feature
        for feature, own in zip(whole.document.features, others.document.features, strict=True)
    )
    return EncodedColumns(EncodingDocument(features=features), whole.levels)
