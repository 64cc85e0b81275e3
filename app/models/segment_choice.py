"""Chooses the number of segments for a recipe's table, and keeps why with the version."""

from __future__ import annotations

from collections.abc import Callable

from app.models.choice_document import AlternativeState, ChoiceDocument
from app.models.customer_table import CustomerTable
from app.models.outlying import prepare
from app.models.recipe import Recipe
from app.models.segment_count.alternatives import compare_alternatives
from app.models.segment_count.criteria import LEAST_SHARE
from app.models.segment_count.recommend import recommend

# of the whole: the recommendation; the rest compares other ways
RECOMMENDED = 0.85


def choose_segments(
    recipe: Recipe, table: CustomerTable, seed: int, progress: Callable[[float], None] = lambda share: None
) -> ChoiceDocument:
    """Recommend how many segments to make of a table, from 2 on, with reasons and rivals."""
    z = prepare(recipe, table.features, recipe.segments, seed).apply(table.features)
    least_share = recipe.least_size / len(z) if recipe.least_size else LEAST_SHARE
    found = recommend(
        z, seed, least_share=least_share, progress=lambda share, _: progress(RECOMMENDED * share)
    )
    segments = max(2, found.segments)
    others = compare_alternatives(
        found.criteria,
        segments,
        seed,
        progress=lambda share, _: progress(RECOMMENDED + (1.0 - RECOMMENDED) * share),
    )
    return ChoiceDocument(
        segments=segments,
        code=found.code,
        p_value=found.p_value,
        text=found.text,
        reasons=found.reasons,
        is_disputed=found.is_disputed,
        answers=dict(found.criteria.answers),
        alternatives=tuple(
            AlternativeState(
                method=other.method,
                rows=other.rows,
                sizes=other.sizes,
                noise_share=other.noise_share,
                silhouette=other.silhouette,
                stability=other.stability,
                agreement=other.agreement,
            )
            for other in others
        ),
    )
