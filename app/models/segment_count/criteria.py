"""What each criterion says about every number of segments, side by side, on one sample.

None of them proves anything alone: inertia falls on any table, and silhouette, Calinski-Harabasz and
Davies-Bouldin name a number even where there is nothing (see :mod:`app.models.segment_count.recommend`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.models.borders import least_borders
from app.models.evidence import NULLS
from app.models.identity import jaccard_matrix
from app.models.kmeans_fit import Floats, KMeansFit, fit_kmeans, measure_all, nearest, one_thread
from app.models.metrics import Metrics
from app.models.recipe import MOST_SEGMENTS
from app.models.segment_count.elbow import find_elbow
from app.models.segment_count.null_scans import NullScans
from app.models.segment_count.sample import Sample, draw_sample
from app.models.segment_count.scan import Curves, curves, nested_fits
from app.models.segment_count.watch import Progress, part_of, tell_nobody

LEAST_SHARE = 0.02
TEST_ROWS = 500
NULL_SCANS = 20
REFITS = 20
CRITERIA = ("elbow", "silhouette", "calinski_harabasz", "davies_bouldin", "gap", "stability")


@dataclass(frozen=True)
class Measures:
    """What the criteria measure at one number of segments; `None` where a measure needs two segments.

    Attributes
    ----------
    gap, gap_error : float
        The gap statistic and its standard error s, as its rule uses it; in natural logarithms of inertia.
    null_silhouette : float or None
        Mean silhouette of tables without groups cut into as many, of the null that is divided better.
    stability : float or None
        Least of the segments' mean Jaccard similarities over the refits (Hennig's clusterwise stability).
    borders : float or None
        Mean over the segments of their least clear border, in standard errors.
    weakest_border : float or None
        The least clear border of all, in standard errors.
    smallest_share : float
        Share of the sample's rows in the smallest segment.
    """

    segments: int
    inertia: float
    gap: float
    gap_error: float
    smallest_share: float
    silhouette: float | None = None
    null_silhouette: float | None = None
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    stability: float | None = None
    borders: float | None = None
    weakest_border: float | None = None


@dataclass(frozen=True)
class Criteria:
    """All measures at each number of segments from 1 on, and what they rest on.

    Attributes
    ----------
    answers : dict
        The number that each of `CRITERIA` names by itself, or None where it names none.
    sample : Sample
    fits : tuple of KMeansFit
        The segments of the sample's rows, one fit for each number.
    """

    measures: tuple[Measures, ...]
    answers: dict[str, int | None]
    sample: Sample
    fits: tuple[KMeansFit, ...]

    def at(self, segments: int) -> Measures:
        """Return the measures of one number of segments."""
        return self.measures[segments - 1]


@dataclass(frozen=True)
class Scans:
    """What is repeated on many tables, and so on few rows: a scan of them and of tables without groups."""

    observed: Curves
    nulls: NullScans


def measure_criteria(
    z: Floats,
    seed: int,
    most: int = MOST_SEGMENTS,
    least_share: float = LEAST_SHARE,
    progress: Progress = tell_nobody,
    test_rows: int = TEST_ROWS,
) -> tuple[Criteria, Scans]:
    """Measure 1 to `most` segments of the standardised rows z (n, d), fewer where rows are few.

    Parameters
    ----------
    least_share : float
        No segment is wanted below this share of the rows.
    test_rows : int
        On how many rows, at most, whatever is repeated on many tables is measured.

    Returns
    -------
    criteria : Criteria
    scans : Scans
        On at most `test_rows` of the sample's rows, for whoever tests on.
    """
    with one_thread():
        progress(0.0, "Drawing a sample")
        sample = draw_sample(z, least_share, seed)
        few = _few_rows(sample.rows, seed, test_rows)
        most = max(1, min(most, len(np.unique(few, axis=0)), len(sample.rows) // sample.least_size))
        fits = _fits(sample.rows, most, seed, part_of(progress, 0.0, 0.4))
        scans = Scans(curves(few, most), NullScans(few, most, seed))
        _draw_nulls(scans.nulls, part_of(progress, 0.4, 0.7))
        gap, gap_error = _gap(scans)
        ordinary = _null_silhouettes(scans.nulls)
        stability = _stability(few, fits, seed, part_of(progress, 0.7, 0.9))
        progress(0.9, "Measuring each number of segments")
        validity = (None, *measure_all(sample.rows, fits[1:]))
        found = tuple(
            _measures_of(
                sample.rows, fit, validity[j], (float(gap[j]), float(gap_error[j])), ordinary[j], stability[j]
            )
            for j, fit in enumerate(fits)
        )
    return Criteria(found, own_answers(found), sample, fits), scans


def _few_rows(rows: Floats, seed: int, most: int) -> Floats:
    if len(rows) <= most:
        return rows
    return rows[np.sort(np.random.default_rng([seed, 9]).choice(len(rows), most, replace=False))]


def own_answers(measures: tuple[Measures, ...]) -> dict[str, int | None]:
    """Return the number that each criterion names by itself."""
    cut = measures[1:]
    x, inertia = (np.array([float(m.segments) for m in measures]), np.array([m.inertia for m in measures]))
    elbow = find_elbow(x, inertia)
    return {
        "elbow": None if elbow is None else measures[elbow].segments,
        "silhouette": _best(cut, lambda m: m.silhouette),
        "calinski_harabasz": _best(cut, lambda m: m.calinski_harabasz),
        "davies_bouldin": _best(cut, lambda m: None if m.davies_bouldin is None else -m.davies_bouldin),
        "gap": gap_answer(measures),
        "stability": _best(cut, lambda m: m.stability),
    }


def gap_answer(measures: tuple[Measures, ...]) -> int | None:
    """Return the first number whose gap the next does not beat by one standard error (Tibshirani, 2001)."""
    for one, following in pairwise(measures):
        if one.gap >= following.gap - following.gap_error:
            return one.segments
    return None


def _fits(z: Floats, most: int, seed: int, progress: Progress) -> tuple[KMeansFit, ...]:
    """Fit each number by k-means as training does, and by the nested scan; keep the better."""
    fits = nested_fits(z, most)
    for k in range(2, most + 1):
        progress((k - 2) / (most - 1), f"Fitting {k} segments")
        fit = fit_kmeans(z, k, seed)
        if fit.inertia < fits[k - 1].inertia:
            fits[k - 1] = fit
    return tuple(fits)


def _draw_nulls(scans: NullScans, progress: Progress) -> None:
    for b in range(NULL_SCANS):
        progress(b / NULL_SCANS, "Comparing with tables without groups")
        for null in NULLS:
            scans.first(b + 1, null)


def _gap(scans: Scans) -> tuple[Floats, Floats]:
    """Return gap and its standard error (most,), against the box along the principal axes."""
    logs = np.array([_log(scan.inertia) for scan in scans.nulls.first(NULL_SCANS, "uniform")])
    gap = logs.mean(axis=0) - _log(scans.observed.inertia)
    return gap, logs.std(axis=0) * np.sqrt(1.0 + 1.0 / NULL_SCANS)


def _null_silhouettes(scans: NullScans) -> tuple[float | None, ...]:
    drawn = [[scan.silhouette for scan in scans.first(NULL_SCANS, null)] for null in NULLS]
    means = np.array(drawn).mean(axis=1).max(axis=0)
    return (None, *(float(mean) for mean in means))


def _log(inertia: Floats) -> Floats:
    """Return logarithms of inertia, which is 0 where each segment holds one row many times over."""
    logs: Floats = np.log(np.maximum(inertia, np.finfo(float).tiny))
    return logs


def _stability(
    z: Floats, fits: tuple[KMeansFit, ...], seed: int, progress: Progress
) -> tuple[float | None, ...]:
    """Return for each number the least of its segments' mean Jaccard over refits on rows drawn again."""
    rng = np.random.default_rng([seed, 10])
    found = [np.zeros(len(fit.centroids)) for fit in fits]
    for b in range(REFITS):
        progress(b / REFITS, "Drawing the rows again")
        rows = z[rng.integers(0, len(z), len(z))]
        again = nested_fits(rows, len(fits))
        for j, (old, new) in enumerate(zip(fits, again, strict=True)):
            k = len(old.centroids)
            both = nearest(rows, new.centroids), nearest(rows, old.centroids)
            found[j] += jaccard_matrix(*both, k, k).max(axis=0) / REFITS
    return (None, *(float(total.min()) for total in found[1:]))


def _measures_of(
    z: Floats,
    fit: KMeansFit,
    validity: Metrics | None,
    gap: tuple[float, float],
    ordinary: float | None,
    stability: float | None,
) -> Measures:
    k = len(fit.centroids)
    share = float(np.bincount(fit.labels, minlength=k).min() / len(z))
    if validity is None:
        return Measures(1, fit.inertia, *gap, share)
    borders = least_borders(z, fit)
    return Measures(
        segments=k,
        inertia=fit.inertia,
        gap=gap[0],
        gap_error=gap[1],
        smallest_share=share,
        silhouette=validity.silhouette,
        null_silhouette=ordinary,
        calinski_harabasz=validity.calinski_harabasz,
        davies_bouldin=validity.davies_bouldin,
        stability=stability,
        borders=float(borders.mean()),
        weakest_border=float(borders.min()),
    )


def _best(measures: tuple[Measures, ...], value: Callable[[Measures], float | None]) -> int | None:
    """Return the number with the greatest value, the first of equals."""
    known = [(found, -m.segments) for m in measures if (found := value(m)) is not None]
    return -max(known)[1] if known else None
