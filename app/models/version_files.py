"""The files of a version, made from what a training found."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as package_version

import numpy as np

from app.models.artifact_store import sha256
from app.models.customer_table import CustomerTable
from app.models.evidence import NULL_DRAWS, REFITS, Stability, judge
from app.models.kmeans_fit import Floats, KMeansFit, PickledPair, Scaling, fit_kmeans, measure
from app.models.model_document import (
    ANALYSIS,
    CONFIDENCE,
    FORMAT,
    KMEANS,
    MODEL,
    MOVES,
    SCALER,
    AnalysisDocument,
    ConfidenceDocument,
    CurvePoint,
    DataState,
    FeatureState,
    ModelDocument,
    MovesDocument,
    NullTest,
    Proof,
    SegmentState,
)
from app.models.profiles import describe_columns, describe_segments, known_columns, sample_customers
from app.models.proof import prove_agreement
from app.models.recipe import Recipe
from app.models.succession import Succession

CURVE = range(2, 11)
LIBRARIES = ("scikit-learn", "numpy", "scipy")


@dataclass(frozen=True)
class Plan:
    """What is trained: how many segments, which seed, how many draws the evidence rests on."""

    k: int
    seed: int
    null_draws: int = NULL_DRAWS
    refits: int = REFITS


@dataclass(frozen=True)
class Findings:
    """All that a training found; `z` are the rows (n, d) in standardised units, `fit` is in segment order."""

    recipe: Recipe
    table: CustomerTable
    plan: Plan
    scaling: Scaling
    z: Floats
    fit: KMeansFit
    succession: Succession
    null: NullTest
    stability: Stability


def version_files(found: Findings, number: int) -> dict[str, bytes]:
    """Return the files of version `number` by name; ``model.json`` holds the hashes of the others.

    Raises
    ------
    TrainingUnsound
        If the pickled pair and the served numbers disagree.
    """
    pair = PickledPair(found.table.features, found.scaling, found.fit)
    proof = _prove(found, pair)
    files = dict(zip((SCALER, KMEANS), pair.dump(), strict=True))
    files[ANALYSIS] = _analysis(found).model_dump_json().encode()
    confidence = ConfidenceDocument(refits=found.stability.refits.tolist())
    files[CONFIDENCE] = confidence.model_dump_json().encode()
    hashes = {name: sha256(content) for name, content in files.items()}
    files[MODEL] = _document(found, number, proof, hashes).model_dump_json(indent=2).encode()
    return files


def with_moves(files: dict[str, bytes], moves: MovesDocument) -> dict[str, bytes]:
    """Return a version's files with ``moves.json`` among them, named with its hash in ``model.json``."""
    content = moves.model_dump_json().encode()
    document = ModelDocument.model_validate_json(files[MODEL])
    document = document.model_copy(update={"files": document.files | {MOVES: sha256(content)}})
    return files | {MOVES: content, MODEL: document.model_dump_json(indent=2).encode()}


def _prove(found: Findings, pair: PickledPair) -> Proof:
    low = np.array([feature.minimum for feature in found.recipe.features])
    high = np.array([feature.maximum for feature in found.recipe.features])
    return prove_agreement(pair, found.scaling, found.fit.centroids, low, high, found.plan.seed)


def _analysis(found: Findings) -> AnalysisDocument:
    columns = known_columns(found.table, found.recipe)
    labels, ids, seed = found.fit.labels, found.succession.segment_ids, found.plan.seed
    return AnalysisDocument(
        curves=_curves(found),
        segments=describe_segments(columns, labels, ids, found.stability.jaccard, seed),
        columns=describe_columns(columns, found.recipe, labels, seed),
        null_test=found.null,
        refits=found.plan.refits,
        sample=sample_customers(found.table.features, labels, ids, seed),
    )


def _curves(found: Findings) -> tuple[CurvePoint, ...]:
    most = len(np.unique(found.z, axis=0))
    fits = {k: fit_kmeans(found.z, k, found.plan.seed) for k in CURVE if k < most and k != found.plan.k}
    fits[found.plan.k] = found.fit
    return tuple(CurvePoint(k=k, **measure(found.z, fits[k]).model_dump()) for k in sorted(fits))


def _document(found: Findings, number: int, proof: Proof, hashes: dict[str, str]) -> ModelDocument:
    recipe, table = found.recipe, found.table
    title = table.known_as.title if table.known_as else f"a table of {recipe.noun}s"
    return ModelDocument(
        format=FORMAT,
        recipe=recipe.name,
        version=number,
        trained_at=datetime.now(UTC).replace(microsecond=0),
        seed=found.plan.seed,
        features=_features(recipe, table.features, found.scaling),
        segments=_segments(found.fit, found.succession),
        data=DataState(
            title=title,
            rows=len(table.features),
            fingerprint=table.fingerprint,
            has_ids=table.has_ids,
        ),
        libraries={"python": platform.python_version()} | {name: package_version(name) for name in LIBRARIES},
        metrics=measure(found.z, found.fit),
        verdict=judge(found.null, found.stability.jaccard, recipe.noun),
        proof=proof,
        lineage=found.succession.lineage,
        files=hashes,
    )


def _features(recipe: Recipe, rows: Floats, scaling: Scaling) -> tuple[FeatureState, ...]:
    return tuple(
        FeatureState(
            name=feature.name,
            label=feature.label,
            unit=feature.unit,
            minimum=feature.minimum,
            maximum=feature.maximum,
            decimals=feature.decimals,
            step=feature.step,
            mean=float(scaling.mean[place]),
            scale=float(scaling.scale[place]),
            training_min=float(rows[:, place].min()),
            training_max=float(rows[:, place].max()),
        )
        for place, feature in enumerate(recipe.features)
    )


def _segments(fit: KMeansFit, succession: Succession) -> tuple[SegmentState, ...]:
    return tuple(
        SegmentState(
            segment_id=segment_id,
            persona=naming.persona,
            name=naming.name,
            description=naming.description,
            strategy=naming.strategy,
            slot=naming.slot,
            centroid=tuple(fit.centroids[place].tolist()),
            size=int((fit.labels == place).sum()),
        )
        for place, (segment_id, naming) in enumerate(
            zip(succession.segment_ids, succession.namings, strict=True)
        )
    )
