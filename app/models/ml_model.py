"""The model that answers: a scaler and k centroids as plain numbers, from a stored version.

With ``z = (x - mean) / scale`` the nearest centroid maximises ``s_j = 2·c_jᵀz - ‖c_j‖²``; ties go to the
lowest `segment_id`. Python, the page's JavaScript and the exports use this order of operations. Nothing here
unpickles, and nothing imports scikit-learn or pandas: a serving process stays small and a swapped pickle
cannot run code.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from app.core.errors import ArtifactInvalid
from app.models.model_document import (
    ANALYSIS,
    CONFIDENCE,
    MODEL,
    AnalysisDocument,
    ConfidenceDocument,
    ModelDocument,
    SegmentState,
)

SETTLED, BORDERLINE = 0.9, 0.6
SAFE = 1e-9

Document = TypeVar("Document", bound=BaseModel)


class Centroids:
    """k centroids in standardised units: scores, distances, the nearest.

    Parameters
    ----------
    points : sequence of k sequences of d floats
        In segment order, so that the first of equals has the lowest id.
    """

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        self.points = tuple(tuple(point) for point in points)
        self._norms = [_square_length(point) for point in self.points]
        self._doubled = [[2.0 * c for c in column] for column in zip(*self.points, strict=True)]

    def scores(self, z: Sequence[float]) -> list[float]:
        """Return ``s_j`` for each centroid; the largest belongs to the nearest."""
        scores = [0.0] * len(self._norms)
        for column, value in zip(self._doubled, z, strict=True):
            scores = [score + c * value for score, c in zip(scores, column, strict=True)]
        return [score - norm for score, norm in zip(scores, self._norms, strict=True)]

    def nearest(self, z: Sequence[float]) -> int:
        """Return the index of the nearest centroid, the first of equals."""
        scores = self.scores(z)
        return scores.index(max(scores))


class Placement(NamedTuple):
    """Where a customer lies: indices of all segments, nearest first, and how surely.

    Attributes
    ----------
    order : tuple of int
        Indices into the model's segments.
    distances : tuple of float
        Standardised Euclidean distance to each segment, in segment order.
    confidence : float
        Share of the refitted models that place the customer in the same segment.
    outside : tuple of str
        Names of the features beyond what training saw.
    """

    order: tuple[int, ...]
    distances: tuple[float, ...]
    confidence: float
    outside: tuple[str, ...]


class MLModel:
    """One model version, ready to answer.

    Parameters
    ----------
    document : ModelDocument
    confidence : ConfidenceDocument
    analysis : AnalysisDocument
        The three must describe the same segments.
    """

    def __init__(
        self, document: ModelDocument, confidence: ConfidenceDocument, analysis: AnalysisDocument
    ) -> None:
        self.document = document
        self.confidence = confidence
        self.analysis = analysis
        self.centroids = Centroids([segment.centroid for segment in document.segments])
        self._refits = _Refits(self.centroids, confidence)
        self._prepare = [(f.mean, f.scale) for f in document.features]
        self._ranges = [(f.training_min, f.training_max, f.name) for f in document.features]

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> MLModel:
        """Build the model from a version's files, whose hashes were checked before.

        Raises
        ------
        ArtifactInvalid
            If a file is missing, of another format, or the files disagree about the segments.
        """
        document = _parse(files, MODEL, ModelDocument)
        confidence = _parse(files, CONFIDENCE, ConfidenceDocument)
        analysis = _parse(files, ANALYSIS, AnalysisDocument)
        ids = [segment.segment_id for segment in document.segments]
        shape = (len(ids), len(document.features))
        if [segment.segment_id for segment in analysis.segments] != ids or any(
            (len(refit), len(point)) != shape for refit in confidence.refits for point in refit
        ):
            raise ArtifactInvalid(f"the files of {document.label} describe different segments")
        return cls(document, confidence, analysis)

    @property
    def label(self) -> str:
        """Name of the version, such as ``mall/3``."""
        return self.document.label

    @property
    def segments(self) -> tuple[SegmentState, ...]:
        """The segments in order of their ids."""
        return self.document.segments

    def standardise(self, values: Sequence[float]) -> list[float]:
        """Return d values in own units as d standardised ones."""
        return [(x - mean) / scale for x, (mean, scale) in zip(values, self._prepare, strict=True)]

    def place(self, values: Sequence[float]) -> Placement:
        """Place one customer.

        Parameters
        ----------
        values : sequence of d floats
            In own units, in the order of the features, within their bounds.
        """
        z = self.standardise(values)
        scores = self.centroids.scores(z)
        length = _square_length(z)
        # rounding can leave a score a little over the square length
        distances = tuple([math.sqrt(length - score) if score < length else 0.0 for score in scores])
        # a reversed sort keeps equals in their order, so ties go to the lowest id
        order = tuple(sorted(range(len(scores)), key=scores.__getitem__, reverse=True))
        ranges = zip(values, self._ranges, strict=True)
        outside = tuple([name for x, (low, high, name) in ranges if not low <= x <= high])
        return Placement(order, distances, self._refits.share_agreeing(z, order, distances), outside)


def confidence_label(share: float) -> str:
    """Name a confidence: settled from 0.9, borderline below 0.6, else leaning."""
    if share >= SETTLED:
        return "settled"
    return "borderline" if share < BORDERLINE else "leaning"


class _Refits:
    """The refitted centroid sets, those that moved farthest first.

    No centroid of a refit lies farther than its reach from the model's own. Where the margin to a segment
    exceeds twice that, the refit cannot prefer that segment (triangle inequality), so most customers need no
    refit at all and the others few segments. What is left is evaluated a whole column of refits at a time.
    """

    def __init__(self, centroids: Centroids, confidence: ConfidenceDocument) -> None:
        ranked = sorted(
            ((max(map(math.dist, centroids.points, refit)), refit) for refit in confidence.refits),
            reverse=True,
        )
        self._sets = [refit for _, refit in ranked]
        self._reaches = [-2.0 * reach for reach, _ in ranked]
        self._planes: dict[tuple[int, int], tuple[list[float], list[list[float]]]] = {}

    def share_agreeing(self, z: Sequence[float], order: Sequence[int], distances: Sequence[float]) -> float:
        """Return the share of refits that place `z` in the nearest segment.

        `order` and `distances` are the model's. A refit in which two segments are exactly as near counts as
        agreeing.
        """
        index = order[0]
        own = distances[index]
        leads: list[float] | None = None
        for other in order[1:]:
            undecided = bisect_right(self._reaches, own - distances[other] + SAFE)
            if not undecided:
                break  # all that follow are farther still
            lead = self._lead(z, index, other, undecided)
            leads = lead if leads is None else _least(leads, lead)
        if leads is None:
            return 1.0
        losing = len(leads) - sum(map((0.0).__le__, leads))
        return (len(self._sets) - losing) / len(self._sets)

    def _lead(self, z: Sequence[float], index: int, other: int, count: int) -> list[float]:
        """Return by how much the score of `index` exceeds that of `other` in each of the first refits."""
        constants, columns = self._plane(index, other)
        lead = constants[:count]
        for value, column in zip(z, columns, strict=True):
            lead = [total + value * slope for total, slope in zip(lead, column, strict=False)]
        return lead

    def _plane(self, index: int, other: int) -> tuple[list[float], list[list[float]]]:
        """Return the difference of two segments' scores as constants and one column of slopes a feature."""
        if (index, other) not in self._planes:
            pairs = [(refit[index], refit[other]) for refit in self._sets]
            constants = [_square_length(there) - _square_length(here) for here, there in pairs]
            columns = [
                [2.0 * (here[f] - there[f]) for here, there in pairs]
                for f in range(len(self._sets[0][index]))
            ]
            self._planes[index, other] = constants, columns
        return self._planes[index, other]


def _least(a: list[float], b: list[float]) -> list[float]:
    """Return the smaller of each two, and what only the longer list has."""
    longer = a if len(a) > len(b) else b
    return [*map(min, a, b), *longer[min(len(a), len(b)) :]]


def _square_length(point: Sequence[float]) -> float:
    # a plain loop: from Python 3.12 `sum` compensates, and the page's JavaScript could not follow
    total = 0.0
    for value in point:
        total += value * value
    return total


def _parse(files: Mapping[str, bytes], name: str, kind: type[Document]) -> Document:
    try:
        return kind.model_validate_json(files[name])
    except KeyError:
        raise ArtifactInvalid(f"the version has no {name}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ArtifactInvalid(f"{name} cannot be used: {place}: {first['msg']}") from error
