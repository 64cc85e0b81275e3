"""The files of a version, made from what a training found."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version as package_version

import numpy as np

from app.models.artifact_store import sha256
from app.models.choice_document import ChoiceDocument, MergedState
from app.models.curves_image import curves_image
from app.models.customer_table import CustomerTable
from app.models.encoded_proof import prove_encoded
from app.models.encoding.fitting import inertia_shares
from app.models.evidence import NULL_DRAWS, REFITS, Stability, judge, judge_chosen
from app.models.feature_states import describe_features
from app.models.kmeans_fit import (
    Floats,
    KMeansFit,
    Labels,
    PickledPair,
    fit_kmeans,
    measure,
    measure_curve,
    refit_kmeans,
)
from app.models.metrics import CurvePoint
from app.models.model_document import (
    ANALYSIS,
    CONFIDENCE,
    CURVES_IMAGE,
    FORMAT,
    KMEANS,
    MODEL,
    MOVES,
    SCALER,
    AnalysisDocument,
    ConfidenceDocument,
    DataState,
    ExceptionalState,
    ModelDocument,
    NullTest,
    Proof,
    SegmentState,
    Verdict,
)
from app.models.moves_document import MovesDocument
from app.models.outlying import described_rows
from app.models.pickled_pipeline import make_pipeline
from app.models.preparation import EncodedColumns, Preparation
from app.models.profiles import (
    describe_columns,
    describe_exceptional,
    describe_segments,
    known_columns,
    sample_customers,
)
from app.models.proof import prove_agreement
from app.models.reach import DISTANCE_SHARES
from app.models.recipe import Recipe
from app.models.sampling import sample_rows
from app.models.succession import Succession

CURVE, CURVE_ROWS = range(2, 11), 10_000
REACH_DECIMALS = 3
LIBRARIES = ("scikit-learn", "numpy", "scipy")


@dataclass(frozen=True)
class Plan:
    """What is trained: how many segments, which seed, how many draws the evidence rests on, for which job."""

    k: int
    seed: int
    null_draws: int = NULL_DRAWS
    refits: int = REFITS
    training_id: str | None = None
    choice: ChoiceDocument | None = None


@dataclass(frozen=True)
class Findings:
    """All that a training found.

    Attributes
    ----------
    z : array of shape (n, D)
        The rows as coordinates.
    fit : KMeansFit
        In segment order, with the nearest segment of every row.
    ordinary : array of int
        Indices of the rows that are not exceptional: the evidence and the measures rest on them.
    """

    recipe: Recipe
    table: CustomerTable
    plan: Plan
    preparation: Preparation
    z: Floats
    fit: KMeansFit
    ordinary: Labels
    succession: Succession
    exceptional: ExceptionalState | None
    null: NullTest
    stability: Stability
    merged: MergedState | None = None

    @property
    def labels(self) -> Labels:
        """Index of each row's segment (n,), -1 for the exceptional."""
        labels = np.full(len(self.z), -1, dtype=np.int64)
        labels[self.ordinary] = self.fit.labels[self.ordinary]
        return labels


def version_files(found: Findings, number: int) -> dict[str, bytes]:
    """Return the files of version `number` by name; ``model.json`` holds the hashes of the others.

    Raises
    ------
    TrainingUnsound
        If the pickled pair and the served numbers disagree.
    """
    pair, proof = _prove(found)
    files = dict(zip((SCALER, KMEANS), pair.dump(), strict=True))
    analysis = _analysis(found)
    files[ANALYSIS] = analysis.model_dump_json().encode()
    files[CURVES_IMAGE] = curves_image(f"{found.recipe.name}/{number}", analysis.curves, found.plan.k)
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


def _prove(found: Findings) -> tuple[PickledPair, Proof]:
    rows, centroids, seed = found.table.features, found.fit.centroids, found.plan.seed
    if isinstance(found.preparation, EncodedColumns):
        pipeline = make_pipeline(found.preparation, rows)
        pair = PickledPair(rows, found.fit, pipeline)
        return pair, prove_encoded(pair, found.preparation, centroids, seed)
    pair = PickledPair(rows, found.fit)
    low = np.array([feature.minimum for feature in found.recipe.numbers])
    high = np.array([feature.maximum for feature in found.recipe.numbers])
    return pair, prove_agreement(pair, found.preparation, centroids, low, high, seed)


def _analysis(found: Findings) -> AnalysisDocument:
    columns = known_columns(found.table, found.recipe)
    labels, ids, seed = found.labels, found.succession.segment_ids, found.plan.seed
    rows, outlying = found.table.features, found.exceptional
    known = found.preparation.fill(rows) if isinstance(found.preparation, EncodedColumns) else rows
    return AnalysisDocument(
        curves=_curves(found),
        segments=describe_segments(columns, labels, ids, found.stability.jaccard, seed),
        exceptional=describe_exceptional(columns, labels, outlying.segment_id, seed) if outlying else None,
        columns=describe_columns(columns, found.recipe, labels, seed),
        null_test=found.null,
        refits=found.plan.refits,
        inertia_shares=_inertia_shares(found),
        choice=found.plan.choice,
        sample=sample_customers(known, found.fit.labels, ids, seed),
    )


def _inertia_shares(found: Findings) -> dict[str, float] | None:
    if not isinstance(found.preparation, EncodedColumns):
        return None
    return inertia_shares(found.preparation.document, found.z[found.ordinary])


def _curves(found: Findings) -> tuple[CurvePoint, ...]:
    labels = found.fit.labels[found.ordinary]
    rows = found.ordinary[sample_rows(labels, CURVE_ROWS, found.plan.seed)]
    z = found.z[rows]
    most = len(np.unique(z, axis=0))
    fits = {k: fit_kmeans(z, k, found.plan.seed) for k in CURVE if k < most and k != found.plan.k}
    # of a sample, the own fit's inertia would not compare with the others'
    own = found.fit.on(rows) if len(rows) == len(labels) else _own_fit(found, z)
    fits[found.plan.k] = own
    return tuple(measure_curve(z, [fits[k] for k in sorted(fits)], len(labels)))


def _own_fit(found: Findings, z: Floats) -> KMeansFit:
    """Fit a sample's rows z as all rows were; to merge what was merged is to go on from there."""
    if found.merged:
        return refit_kmeans(z, found.fit.centroids)
    return fit_kmeans(z, found.plan.k, found.plan.seed)


def _document(found: Findings, number: int, proof: Proof, hashes: dict[str, str]) -> ModelDocument:
    recipe, table = found.recipe, found.table
    title = table.known_as.title if table.known_as else f"a table of {recipe.noun}s"
    return ModelDocument(
        format=FORMAT,
        recipe=recipe.name,
        version=number,
        trained_at=datetime.now(UTC).replace(microsecond=0),
        seed=found.plan.seed,
        features=describe_features(
            recipe, described_rows(recipe, table.features, found.ordinary), found.preparation
        ),
        encoding=found.preparation.document if isinstance(found.preparation, EncodedColumns) else None,
        segments=_segments(found),
        exceptional=found.exceptional,
        merged=found.merged,
        data=DataState(
            title=title,
            rows=len(table.features),
            fingerprint=table.fingerprint,
            has_ids=table.has_ids,
        ),
        libraries={"python": platform.python_version()} | {name: package_version(name) for name in LIBRARIES},
        metrics=measure(found.z[found.ordinary], found.fit.on(found.ordinary)),
        verdict=_verdict(found),
        proof=proof,
        lineage=found.succession.lineage,
        training_id=found.plan.training_id,
        files=hashes,
    )


def _verdict(found: Findings) -> Verdict:
    noun, choice = found.recipe.noun, found.plan.choice
    verdict = judge(found.null, found.stability.jaccard, noun)
    return verdict if choice is None else judge_chosen(verdict, choice, noun, found.plan.k)


def _reach(z: Floats, centroid: Floats) -> list[float]:
    distances = np.sqrt(((z - centroid) ** 2).sum(axis=1))
    return [round(reach, REACH_DECIMALS) for reach in np.quantile(distances, DISTANCE_SHARES).tolist()]


def _segments(found: Findings) -> tuple[SegmentState, ...]:
    fit, succession, labels = found.fit, found.succession, found.labels
    return tuple(
        SegmentState(
            segment_id=segment_id,
            persona=naming.persona,
            name=naming.name,
            description=naming.description,
            strategy=naming.strategy,
            slot=naming.slot,
            centroid=tuple(fit.centroids[place].tolist()),
            size=int((labels == place).sum()),
            reach=tuple(_reach(found.z[labels == place], fit.centroids[place])),
        )
        for place, (segment_id, naming) in enumerate(
            zip(succession.segment_ids, succession.namings, strict=True)
        )
    )
