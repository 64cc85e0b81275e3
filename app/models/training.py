"""A training's computations in order: fit, succession, evidence, and the files of a version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from app.core.errors import TableInvalid
from app.models.artifact_store import Numbering
from app.models.choice_document import MergedState
from app.models.customer_table import CustomerTable
from app.models.encoding.trimmed import TrimmedFit, fit_trimmed
from app.models.evidence import Stability, compare_with_nulls, resample
from app.models.kmeans_fit import Floats, KMeansFit
from app.models.least_size import MergingRefit, merge_small, usual_least_size
from app.models.ml_model import MLModel
from app.models.model_document import NullTest
from app.models.moves import count_moves
from app.models.outlying import prepare
from app.models.recipe import Recipe
from app.models.sampling import count_distinct, sample_rows
from app.models.succession import set_apart, succeed
from app.models.version_files import Findings, Plan, version_files, with_moves
from app.utils.safe_text import defuse

NULL_ROWS, REFIT_ROWS = 1_000, 5_000

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Trained:
    """A version that is not stored yet: its files, the model they make, each row's segment id."""

    files: dict[str, bytes]
    model: MLModel
    row_segments: tuple[int, ...]
    next_segment_id: int


def train(
    recipe: Recipe,
    table: CustomerTable,
    plan: Plan,
    previous: MLModel | None,
    numbering: Numbering,
    progress: Progress = lambda words, share: None,
    earlier: CustomerTable | None = None,
) -> Trained:
    """Fit a recipe to a table and make the files of the version with the number `numbering.version`.

    `earlier` is the labelled table of the previous version, where it is at hand: who moved since is counted.

    Raises
    ------
    TableInvalid
        If the table has too few distinct customers for k segments, or for two of the least size.
    TrainingUnsound
        If the pickled pair and the served numbers disagree.
    """
    customers = table.features
    _refuse_too_few(recipe, customers, plan.k)
    progress("fitting", 0.0)
    preparation = prepare(recipe, customers, plan.k, plan.seed)
    z = preparation.apply(customers)
    trimmed, merged = _fit(recipe, z, plan)
    plan = replace(plan, k=len(trimmed.fit.centroids))
    ordinary = np.flatnonzero(~trimmed.exceptional)
    succession = succeed(
        recipe, customers[ordinary], preparation, trimmed.fit.on(ordinary), previous, numbering
    )
    fit = trimmed.fit.in_order(succession.order)
    null, stability = _gather_evidence(z[ordinary], fit.on(ordinary), plan, merged, progress)
    outlying = set_apart(recipe, trimmed, succession, previous)
    findings = Findings(
        recipe, table, plan, preparation, z, fit, ordinary, succession, outlying, null, stability, merged
    )
    progress("comparing numbers of segments and proving the model", 0.0)
    files = version_files(findings, numbering.version)
    if succession.lineage.previous is not None:
        files = _add_moves(files, previous, earlier, table)
    progress("trained", 1.0)
    return Trained(
        files=files,
        model=MLModel.from_files(files),
        row_segments=_row_segments(findings),
        next_segment_id=max(succession.next_segment_id, outlying.segment_id + 1 if outlying else 0),
    )


def _fit(recipe: Recipe, z: Floats, plan: Plan) -> tuple[TrimmedFit, MergedState | None]:
    """Fit as many segments as are asked for, and merge those that would be too small."""
    alpha = recipe.exceptional.share if recipe.exceptional else 0.0
    least = recipe.least_size or usual_least_size(len(z), plan.k)
    begun = fit_trimmed(z, plan.k, plan.seed, alpha)
    found = merge_small(z, begun, alpha, least)
    if found is begun:
        return found, None
    return found, MergedState(
        segments=plan.k, least_size=least, inertia_before=begun.fit.inertia, inertia=found.fit.inertia
    )


def _row_segments(found: Findings) -> tuple[int, ...]:
    ids = np.array(found.succession.segment_ids)[found.fit.labels]
    if found.exceptional:
        is_ordinary = np.isin(np.arange(len(ids)), found.ordinary)
        ids = np.where(is_ordinary, ids, found.exceptional.segment_id)
    return tuple(ids.tolist())


def _gather_evidence(
    z: Floats, fit: KMeansFit, plan: Plan, merged: MergedState | None, progress: Progress
) -> tuple[NullTest, Stability]:
    """Test a fit against the nulls and on resamples, on a stratified sample where all would take hours."""

    def tell(words: str) -> Callable[[float], None]:
        return lambda share: progress(words, share)

    rows = sample_rows(fit.labels, NULL_ROWS, plan.seed)
    told = tell("comparing with tables without groups")
    null = compare_with_nulls(z[rows], fit.on(rows), plan.seed, plan.null_draws, told)
    rows = sample_rows(fit.labels, REFIT_ROWS, plan.seed)
    told = tell("drawing the customers again")
    if merged is None:
        return null, resample(z[rows], fit.on(rows), plan.seed, plan.refits, told)
    again = MergingRefit(merged.segments, merged.least_size / len(z))
    return null, resample(
        z[rows], fit.on(rows), plan.seed, plan.refits, told, refit=again, distinct=merged.segments
    )


def _add_moves(
    files: dict[str, bytes], previous: MLModel | None, earlier: CustomerTable | None, table: CustomerTable
) -> dict[str, bytes]:
    """Add who moved since the previous version, unless nobody can be followed by an id."""
    if previous is None or earlier is None or not (previous.document.data.has_ids and table.has_ids):
        return files
    before = dict(zip(earlier.ids, earlier.features.tolist(), strict=True))
    # a labelled table holds its ids as a spreadsheet may open them
    after = dict(zip(map(defuse, table.ids), table.features.tolist(), strict=True))
    return with_moves(files, count_moves(previous, MLModel.from_files(files), before, after))


def _refuse_too_few(recipe: Recipe, rows: Floats, k: int) -> None:
    distinct = count_distinct(rows, 2 * k)
    if distinct < 2 * k:
        raise TableInvalid(
            f"{k} segments need at least {2 * k} different customers; this table has {distinct}"
        )
    for feature, column in zip(recipe.features, rows.T, strict=True):
        if np.nanstd(column) == 0.0:
            raise TableInvalid(f"{feature.label} is the same in every row and cannot divide customers")
