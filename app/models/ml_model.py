"""The model that answers: a scaler and k centroids as plain numbers, from a stored version.

With ``z = (x - mean) / scale`` the nearest centroid maximises ``s_j = 2·c_jᵀz - ‖c_j‖²``; ties go to the
lowest `segment_id`. Python, the page's JavaScript and the exports use this order of operations. Nothing here
unpickles, and nothing imports scikit-learn or pandas: a serving process stays small and a swapped pickle
cannot run code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError

from app.core.errors import ArtifactInvalid
from app.models.centroids import SAFE, Centroids, Refits, square_length
from app.models.encoding.document import EncodingDocument
from app.models.encoding.encoder import Encoding
from app.models.encoding.transforms import product
from app.models.model_document import (
    ANALYSIS,
    CONFIDENCE,
    FORMAT,
    MODEL,
    AnalysisDocument,
    ConfidenceDocument,
    ModelDocument,
    SegmentState,
)

SETTLED, BORDERLINE = 0.9, 0.6

Document = TypeVar("Document", bound=BaseModel)


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
    exceptional : bool
        Whether the customer lies too far from every segment and is one of the exceptional.
    """

    order: tuple[int, ...]
    distances: tuple[float, ...]
    confidence: float
    outside: tuple[str, ...]
    exceptional: bool = False


class MLModel:
    """One model version, ready to answer.

    Parameters
    ----------
    document : ModelDocument
    confidence : ConfidenceDocument
    analysis : AnalysisDocument
        The three must describe the same segments.

    Attributes
    ----------
    threshold : float
        Who lies farther from every centroid is exceptional.
    spans : list of d slices
        Which coordinates belong to each feature.
    changeable : list of pairs of int
        Place and coordinate of each number that is not derived from others.
    """

    def __init__(
        self, document: ModelDocument, confidence: ConfidenceDocument, analysis: AnalysisDocument
    ) -> None:
        self.document = document
        self.confidence = confidence
        self.analysis = analysis
        self.centroids = Centroids([segment.centroid for segment in document.segments])
        self._refits = Refits(self.centroids, confidence)
        self.has_derived = False
        self.spans = [slice(place, place + 1) for place in range(len(document.features))]
        self.changeable = [(place, place) for place in range(len(document.features))]
        self._prepare = [(f.mean, f.scale) for f in document.features]
        self.threshold = math.inf
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
        shape = (len(ids), document.width)
        if [segment.segment_id for segment in analysis.segments] != ids or any(
            (len(refit), len(point)) != shape for refit in confidence.refits for point in refit
        ):
            raise ArtifactInvalid(f"the files of {document.label} describe different segments")
        return (MixedModel if document.encoding else cls)(document, confidence, analysis)

    @property
    def label(self) -> str:
        """Name of the version, such as ``mall/3``."""
        return self.document.label

    @property
    def segments(self) -> tuple[SegmentState, ...]:
        """The segments in order of their ids."""
        return self.document.segments

    def standardise(self, values: Sequence[float]) -> list[float]:
        """Return d values in own units as standardised coordinates."""
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
        length = square_length(z)
        # rounding can leave a score a little over the square length
        distances = tuple([math.sqrt(length - score) if score < length else 0.0 for score in scores])
        # a reversed sort keeps equals in their order, so ties go to the lowest id
        order = tuple(sorted(range(len(scores)), key=scores.__getitem__, reverse=True))
        ranges = zip(values, self._ranges, strict=True)
        outside = tuple([name for x, (low, high, name) in ranges if not low <= x <= high])
        return Placement(order, distances, self._refits.share_agreeing(z, order, distances), outside)

    def lands(self, values: Sequence[float]) -> int | None:
        """Return the index of the segment that d values belong to."""
        return self.centroids.nearest(self.standardise(values))

    def changed(self, values: Sequence[float], changes: Mapping[int, float]) -> list[float]:
        """Return d values with some replaced, by their place; what is derived from them follows."""
        return [changes.get(place, x) for place, x in enumerate(values)]

    def reach(self, place: int) -> tuple[float, float]:
        """Return the coordinates of a number's bounds."""
        feature = self.document.features[place]
        return (
            (feature.minimum - feature.mean) / feature.scale,
            (feature.maximum - feature.mean) / feature.scale,
        )

    def own_unit(self, place: int, z: float) -> float:
        """Return the value of a number that has the coordinate `z`."""
        mean, scale = self._prepare[place]
        return z * scale + mean

    def line(self, place: int) -> tuple[float, float]:
        """Return a number's mean and scale, ``z = (x - mean) / scale``; if transformed, near its mean."""
        return self._prepare[place]

    def by_feature(self, terms: Sequence[float]) -> list[float]:
        """Return one sum a feature of one term a coordinate."""
        return list(terms)

    def centre(self, index: int) -> list[float]:
        """Return a segment's centroid in own units."""
        pairs = zip(self.document.features, self.centroids.points[index], strict=True)
        return [c * feature.scale + feature.mean for feature, c in pairs]


class MixedModel(MLModel):
    """A model whose numbers may be transformed, weighted or missing, and whose features may be categories.

    A value is NaN where it is missing; a category's is a place in its levels. The map into coordinates is
    another one, and all that follows is the plain model's.
    """

    def __init__(
        self, document: ModelDocument, confidence: ConfidenceDocument, analysis: AnalysisDocument
    ) -> None:
        super().__init__(document, confidence, analysis)
        self.encoding = Encoding(cast("EncodingDocument", document.encoding))
        features = document.features
        if document.exceptional:
            self.threshold = document.exceptional.threshold
        self.has_derived = any(feature.derived for feature in features)
        self.spans = [self.encoding.document.spans[feature.name] for feature in features]
        self.changeable = [
            (place, self.spans[place].start)
            for place, feature in enumerate(features)
            if feature.kind == "number" and not feature.derived
        ]

    def standardise(self, values: Sequence[float]) -> list[float]:
        """Return d values as the coordinates of the encoding, at least as many."""
        features = zip(self.document.features, values, strict=True)
        return self.encoding.apply({f.name: f.word_of(x) if f.levels else x for f, x in features}).coordinates

    def place(self, values: Sequence[float]) -> Placement:
        """Place one customer; what is missing is not outside what training saw."""
        found = super().place(values)
        own = found.distances[found.order[0]]
        confidence = found.confidence
        if abs(own - self.threshold) <= self._refits.farthest + SAFE:
            confidence = self._share_alike(self.standardise(values))
        elif own > self.threshold:
            confidence = 1.0
        missing = {f.name for f, x in zip(self.document.features, values, strict=True) if math.isnan(x)}
        outside = tuple(name for name in found.outside if name not in missing)
        return found._replace(confidence=confidence, outside=outside, exceptional=own > self.threshold)

    def lands(self, values: Sequence[float]) -> int | None:
        """Return the index of the segment that d values belong to, None for the exceptional."""
        return self._label(self.centroids, self.standardise(values))

    def changed(self, values: Sequence[float], changes: Mapping[int, float]) -> list[float]:
        """Return d values with some replaced, by their place; what is derived from them follows."""
        found = super().changed(values, changes)
        known = {feature.name: x for feature, x in zip(self.document.features, found, strict=True)}
        for place, feature in enumerate(self.document.features):
            if feature.derived:
                found[place] = product(known[source] for source in feature.derived)
        return found

    def reach(self, place: int) -> tuple[float, float]:
        """Return the coordinates of a number's bounds."""
        return self.encoding.number_bounds(self.document.features[place].name)

    def own_unit(self, place: int, z: float) -> float:
        """Return the value of a number that has the coordinate `z`, the nearest bound where none has."""
        return self.encoding.invert_number(self.document.features[place].name, z)

    def line(self, place: int) -> tuple[float, float]:
        """Return a number's mean and scale, ``z = (x - mean) / scale``; if transformed, near its mean."""
        mean, step = (self.own_unit(place, z) for z in (0.0, 1e-4))
        return mean, (step - mean) / 1e-4

    def by_feature(self, terms: Sequence[float]) -> list[float]:
        """Return one sum a feature of one term a coordinate."""
        return list(self.encoding.sum_by_feature(terms).values())

    def _share_alike(self, z: Sequence[float]) -> float:
        """Return the share of refits that say the same of a customer, who may be exceptional."""
        own = self._label(self.centroids, z)
        refits = self.confidence.refits
        return sum(self._label(Centroids(refit), z) == own for refit in refits) / len(refits)

    def _label(self, centroids: Centroids, z: Sequence[float]) -> int | None:
        scores = centroids.scores(z)
        best = max(scores)
        square = square_length(z) - best
        return scores.index(best) if square <= 0.0 or math.sqrt(square) <= self.threshold else None

    def centre(self, index: int) -> list[float]:
        """Return a segment's centroid in own units: a number's inverse, a category's most frequent level."""
        typical = self.encoding.typical(self.centroids.points[index])
        pairs = zip(self.document.features, typical, strict=True)
        return [f.place_of(value) if isinstance(value, str) else value for f, value in pairs]


def confidence_label(share: float) -> str:
    """Name a confidence: settled from 0.9, borderline below 0.6, else leaning."""
    if share >= SETTLED:
        return "settled"
    return "borderline" if share < BORDERLINE else "leaning"


def _parse(files: Mapping[str, bytes], name: str, kind: type[Document]) -> Document:
    try:
        return kind.model_validate_json(files[name])
    except KeyError:
        raise ArtifactInvalid(f"the version has no {name}") from None
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("format",) and type(first["input"]) is int and first["input"] > FORMAT:
            raise ArtifactInvalid(
                f"{name} is of format {first['input']}, which a newer release wrote, and this one reads "
                f"{FORMAT}: start that release again, or activate an earlier version"
            ) from error
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise ArtifactInvalid(f"{name} cannot be used: {place}: {first['msg']}") from error
