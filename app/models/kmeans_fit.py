"""The only door to scikit-learn: fits the scaler and k-means, measures partitions, pickles the pair."""

from __future__ import annotations

import pickle
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_samples
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController

from app.models.metrics import Metrics
from app.models.sampling import sample_rows

STARTS = 10
SILHOUETTE_ROWS = 5_000

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
    """The best of `STARTS` runs of Lloyd's algorithm from k-means++ seeds.

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
    """Fit k centroids to standardised rows z (n, d); the same rows and seed give the same fit."""
    with one_thread():
        fitted = KMeans(n_clusters=k, init="k-means++", n_init=STARTS, random_state=seed).fit(z)
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
    return Metrics(
        silhouette=silhouette(z, fit.labels),
        calinski_harabasz=float(calinski_harabasz_score(z, fit.labels)),
        davies_bouldin=float(davies_bouldin_score(z, fit.labels)),
        inertia=fit.inertia,
    )


def silhouette(z: Floats, labels: Labels) -> float:
    """Return the mean silhouette of a partition of z (n, d) with at least two groups.

    Its cost grows with the square of the rows: beyond `SILHOUETTE_ROWS` it is taken over a stratified sample.
    """
    rows = sample_rows(labels, SILHOUETTE_ROWS, seed=0)
    with one_thread():
        return float(silhouette_samples(z[rows], labels[rows]).mean())


class Map(Protocol):
    """Whatever makes coordinates (n, D) of rows (n, d) in own units."""

    def apply(self, rows: Floats) -> Floats:
        """Return the coordinates."""


class PickledPair:
    """scikit-learn's own scaler and k-means, saying what the served numbers say.

    Parameters
    ----------
    rows : array of shape (n, d)
        The training rows in own units; they give the fitted objects their shapes and are not kept.
    preparation : Scaling or another map from rows to coordinates
    fit : KMeansFit
        With centroids in segment order.
    pipeline : transformer of scikit-learn, optional
        What makes coordinates of rows, fitted, where that is more than a scaler.
    """

    def __init__(
        self, rows: Floats, preparation: Map, fit: KMeansFit, pipeline: ColumnTransformer | None = None
    ) -> None:
        self._scaler = StandardScaler().fit(rows) if pipeline is None else pipeline
        k = len(fit.centroids)
        with one_thread():
            self._kmeans = KMeans(n_clusters=k, init=fit.centroids, n_init=1, max_iter=1).fit(
                preparation.apply(rows)
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
