"""The only door to scikit-learn: fits the scaler and k-means, measures partitions, pickles the pair."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from app.models.metrics import CurvePoint, MetricIntervals, Metrics, SilhouetteBasis
from app.models.sampling import sample_rows
from app.models.silhouettes import Silhouette, estimate_silhouettes
from app.models.standard_errors import interval, standard_errors

STARTS = 10
START_ROWS = 20_000
SILHOUETTE_ROWS = 5_000
LEAST_OF_EACH = 10

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

# looking for the libraries anew at each fit would cost more than a small fit
_THREADS = ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """Keep the numeric libraries to one thread, which fits a small table faster and gives sums one order."""
    limited: AbstractContextManager[object] = _THREADS.limit(limits=1)
    return limited


@dataclass(frozen=True)
class Scaling:
    """A fitted standardisation, ``z = (x - mean) / scale``, both (d,); `scale` is the population sd."""

    mean: Floats
    scale: Floats

    def apply(self, rows: Floats) -> Floats:
        """Return rows (n, d) in standardised units."""
        standardised: Floats = (rows - self.mean) / self.scale
        return standardised

    def undo(self, points: Floats) -> Floats:
        """Return standardised points (m, d) in own units."""
        raw: Floats = points * self.scale + self.mean
        return raw


@dataclass(frozen=True)
class KMeansFit:
    """k centroids and whose they are: the best of several runs of Lloyd's algorithm.

    Attributes
    ----------
    centroids : array of shape (k, d)
    labels : array of shape (n,)
        Index of each row's centroid.
    inertia : float
        Sum of squared distances to the own centroid.
    """

    centroids: Floats
    labels: Labels
    inertia: float

    def in_order(self, order: Labels) -> KMeansFit:
        """Return the same fit with centroid `order[i]` at place i."""
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        return KMeansFit(self.centroids[order], place[self.labels], self.inertia)

    def on(self, rows: Labels) -> KMeansFit:
        """Return the same centroids with the labels of some rows only."""
        return KMeansFit(self.centroids, self.labels[rows], self.inertia)


def fit_scaling(rows: Floats) -> Scaling:
    """Learn mean and population standard deviation of each column of rows (n, d), no column constant."""
    scaler = StandardScaler().fit(rows)
    return Scaling(np.asarray(scaler.mean_), np.asarray(scaler.scale_))


def fit_kmeans(z: Floats, k: int, seed: int) -> KMeansFit:
    """Fit k centroids to standardised rows z (n, d); the same rows and seed give the same fit.

    Beyond `START_ROWS` rows the starts are run on so many drawn at random, and the best goes on on all.
    """
    with one_thread():
        if len(z) > START_ROWS:
            return refit_kmeans(z, fit_kmeans(z[few_rows(len(z), seed)], k, seed).centroids)
        fitted = KMeans(n_clusters=k, init="k-means++", n_init=STARTS, random_state=seed).fit(z)
    return _fit_of(fitted)


def few_rows(n: int, seed: int) -> Labels:
    """Return the indices, ascending, of `START_ROWS` of n rows drawn at random, of all where n is less."""
    if n <= START_ROWS:
        return np.arange(n)
    return np.sort(np.random.default_rng([seed, 11]).choice(n, START_ROWS, replace=False))


def refit_kmeans(z: Floats, centroids: Floats) -> KMeansFit:
    """Move centroids (k, d) to the means of their rows of z (n, d) until no row changes its segment."""
    with one_thread():
        return _fit_of(KMeans(n_clusters=len(centroids), init=centroids, n_init=1).fit(z))


def _fit_of(fitted: KMeans) -> KMeansFit:
    return KMeansFit(
        np.asarray(fitted.cluster_centers_), fitted.labels_.astype(np.int64), float(fitted.inertia_)
    )


def nearest(z: Floats, centroids: Floats) -> Labels:
    """Return for each row of z (n, d) the index of the nearest of centroids (k, d), the first of equals."""
    scores = 2.0 * z @ centroids.T - (centroids**2).sum(axis=1)
    labels: Labels = np.argmax(scores, axis=1).astype(np.int64)
    return labels


def measure(z: Floats, fit: KMeansFit) -> Metrics:
    """Return the validity measures of a fit on the rows z (n, d) that it was fitted on."""
    return measure_all(z, [fit])[0]


def measure_all(z: Floats, fits: Sequence[KMeansFit], customers: int | None = None) -> list[Metrics]:
    """Return the validity measures of several fits to the rows z (n, d), each of at least two segments.

    A silhouette's cost grows with the square of the rows: beyond `SILHOUETTE_ROWS` it is taken over a sample
    from each segment of each fit, and has an interval.

    Parameters
    ----------
    customers : int or None
        How many the rows stand for, where they are a sample themselves.
    """
    with one_thread():
        return [_metrics(z, fit, found) for fit, found in _silhouettes(z, fits, customers)]


def measure_curve(z: Floats, fits: Sequence[KMeansFit], customers: int | None = None) -> list[CurvePoint]:
    """Return the same, each with the intervals of its measures as a curve over k shows them."""
    with one_thread():
        return [_curve_point(z, fit, found) for fit, found in _silhouettes(z, fits, customers)]


class _Found(NamedTuple):
    """A silhouette, and whether it is that of a sample of so many rows."""

    silhouette: Silhouette
    rows: int
    is_sample: bool


def _silhouettes(
    z: Floats, fits: Sequence[KMeansFit], customers: int | None
) -> list[tuple[KMeansFit, _Found]]:
    if not fits:
        return []
    strata = _cross([fit.labels for fit in fits])
    rows = sample_rows(strata, SILHOUETTE_ROWS, seed=0, least=LEAST_OF_EACH)
    each = 1.0 if customers is None else customers / len(z)
    totals: Floats = each * np.bincount(strata).astype(float)
    found = estimate_silhouettes(z[rows], [fit.labels[rows] for fit in fits], strata[rows], totals)
    return [(fit, _Found(one, len(rows), len(rows) < len(z))) for fit, one in zip(fits, found, strict=True)]


def _cross(partitions: Sequence[Labels]) -> Labels:
    """Return strata (n,) of which each group of each partition is made, so that a sample misses none."""
    strata = partitions[0]
    for labels in partitions[1:]:
        both = strata * (labels.max() + 1) + labels
        strata = np.unique(both, return_inverse=True)[1].astype(np.int64)
    return strata


def _metrics(z: Floats, fit: KMeansFit, found: _Found) -> Metrics:
    value, error, _ = found.silhouette
    return Metrics(
        silhouette=value,
        calinski_harabasz=float(calinski_harabasz_score(z, fit.labels)),
        davies_bouldin=float(davies_bouldin_score(z, fit.labels)),
        inertia=fit.inertia,
        silhouette_of=SilhouetteBasis(
            method="stratified_sample" if found.is_sample else "all_customers",
            rows=found.rows,
            ci95=interval(value, error, -1.0, 1.0) if found.is_sample else None,
        ),
    )


def _curve_point(z: Floats, fit: KMeansFit, found: _Found) -> CurvePoint:
    metrics, errors = _metrics(z, fit, found), standard_errors(z, fit.labels)
    return CurvePoint(
        **dict(metrics),
        k=len(fit.centroids),
        ci95=MetricIntervals(
            silhouette=interval(metrics.silhouette, found.silhouette.error, -1.0, 1.0),
            calinski_harabasz=interval(metrics.calinski_harabasz, errors["calinski_harabasz"], 0.0),
            davies_bouldin=interval(metrics.davies_bouldin, errors["davies_bouldin"], 0.0),
            inertia=interval(metrics.inertia, errors["inertia"], 0.0),
        ),
    )


class PickledPair:
    """scikit-learn's own scaler and k-means, saying what the served numbers say.

    Parameters
    ----------
    rows : array of shape (n, d)
        The training rows in own units; the scaler learns from them and keeps none.
    fit : KMeansFit
        With centroids in segment order.
    pipeline : transformer of scikit-learn, optional
        What makes coordinates of rows, fitted, where that is more than a scaler.
    """

    def __init__(self, rows: Floats, fit: KMeansFit, pipeline: ColumnTransformer | None = None) -> None:
        self._scaler = StandardScaler().fit(rows) if pipeline is None else pipeline
        # fitted to its own centroids, which stay where they are: no training row is needed for its form
        with one_thread():
            self._kmeans = KMeans(n_clusters=len(fit.centroids), init=fit.centroids, n_init=1).fit(
                fit.centroids
            )
        self._kmeans.cluster_centers_ = np.ascontiguousarray(fit.centroids)
        self._kmeans.inertia_ = fit.inertia
        # one label per training row would be personal data in the artefact
        del self._kmeans.labels_

    def predict(self, rows: Floats) -> Labels:
        """Return scikit-learn's own label (m,) of each row (m, d) in own units."""
        with one_thread():
            return np.asarray(self._kmeans.predict(self._scaler.transform(rows))).astype(np.int64)

    def dump(self) -> tuple[bytes, bytes]:
        """Return the pickles of the scaler and of the k-means."""
        return pickle.dumps(self._scaler, protocol=5), pickle.dumps(self._kmeans, protocol=5)
