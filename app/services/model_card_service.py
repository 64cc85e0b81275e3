"""The about page: what the model is and how far to trust it, in words first and then in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.models.geometry import Scale, line_path, nice_range, nice_step, nice_ticks
from app.models.ml_model import MLModel
from app.models.model_document import CurvePoint, ExceptionalState, FeatureState, NullTest
from app.schemas.cluster import ClusterInfoList, ClusterList
from app.schemas.page import AboutPage, AboutSegment, Axis, ColumnTitle, CurveChart, Frame, Spot, Tick
from app.services.prediction_service import PredictionService
from app.services.wording import verdict_sentence
from app.utils.quantities import listing, number_text, range_text

WIDTH, HEIGHT = 320.0, 202.0
LEFT, TOP, RIGHT, BOTTOM = 46.0, 14.0, 308.0, 158.0
STEPS = 4
HOLDS, DISSOLVES = 0.75, 0.6


@dataclass(frozen=True)
class _Measure:
    """One curve: how it reads and which number of segments it favours."""

    key: str
    title: str
    read: Callable[[CurvePoint], float]
    favour: Callable[[Sequence[tuple[int, float]]], int]
    finding: str


class ModelCardService:
    """Tells what the active model version is, from its own evidence."""

    def __init__(self, predictions: PredictionService) -> None:
        self._predictions = predictions

    def about(self, frame: Frame | None = None) -> AboutPage:
        """Build the model card of the active version.

        Raises
        ------
        ModelUnavailable
            If no model version can answer.
        """
        model = self._predictions.current()
        document, analysis = model.document, model.analysis
        info, words, figures = (
            self._predictions.model_info(),
            self._predictions.clusters_info(),
            self._predictions.clusters(),
        )
        if {info.model_version, words.model_version, figures.model_version} != {model.label}:
            return self.about(frame)  # a newer version came in between
        texts = {segment.segment_id: segment for segment in words.segments}
        numbers = {segment.segment_id: segment for segment in figures.segments}
        return AboutPage(
            title="Are these segments real?",
            model=info,
            headline=verdict_sentence(document.verdict.code, len(document.segments)),
            columns=[
                ColumnTitle.model_validate(column.model_dump(exclude={"overall"}))
                for column in analysis.columns
            ],
            segments=[
                AboutSegment(
                    slot=self._predictions.describe(segment).slot,
                    info=texts[segment.segment_id],
                    numbers=numbers[segment.segment_id],
                    verdict=_stability_word(numbers[segment.segment_id].stability),
                )
                for segment in model.segments
            ],
            outlying=_outlying(document.exceptional, words, figures),
            curves=[_chart(measure, analysis.curves, len(document.segments)) for measure in MEASURES],
            null_text=_null_text(analysis.null_test, model.document.data.rows),
            limits=_limits(model),
            frame=frame or Frame(),
        )


def _outlying(
    found: ExceptionalState | None, words: ClusterInfoList, figures: ClusterList
) -> AboutSegment | None:
    """Describe the segment of the exceptional, if there is one, as the last row of the table."""
    if found is None or words.exceptional is None or figures.exceptional is None:
        return None
    return AboutSegment(slot=found.slot, info=words.exceptional, numbers=figures.exceptional, verdict="")


def _highest(curve: Sequence[tuple[int, float]]) -> int:
    return max(curve, key=lambda point: point[1])[0]


def _lowest(curve: Sequence[tuple[int, float]]) -> int:
    return min(curve, key=lambda point: point[1])[0]


def _bend(curve: Sequence[tuple[int, float]]) -> int:
    """Return where the curve lies farthest below the straight line between its ends."""
    (k0, y0), (k1, y1) = curve[0], curve[-1]
    if k0 == k1:
        return k0
    return max(curve, key=lambda point: y0 + (point[0] - k0) / (k1 - k0) * (y1 - y0) - point[1])[0]


MEASURES = (
    _Measure(
        "silhouette", "Silhouette", lambda p: p.silhouette, _highest, "Silhouette is highest at k = {k}"
    ),
    _Measure(
        "davies_bouldin",
        "Davies-Bouldin index",
        lambda p: p.davies_bouldin,
        _lowest,
        "Davies-Bouldin is lowest, so best, at k = {k}",
    ),
    _Measure(
        "calinski_harabasz",
        "Calinski-Harabasz index",
        lambda p: p.calinski_harabasz,
        _highest,
        "Calinski-Harabasz is highest at k = {k}",
    ),
    _Measure(
        "inertia", "Inertia", lambda p: p.inertia, _bend, "Inertia always falls; it bends most at k = {k}"
    ),
)


def _chart(measure: _Measure, curves: Sequence[CurvePoint], chosen: int) -> CurveChart:
    curve = [(point.k, measure.read(point)) for point in curves]
    low, high = nice_range(min(y for _, y in curve), max(y for _, y in curve), STEPS)
    step = nice_step(max(y for _, y in curve) - min(y for _, y in curve) or 1.0, STEPS)
    across = Scale(curve[0][0], max(curve[-1][0], curve[0][0] + 1), LEFT + 10, RIGHT - 6)
    upward = Scale(low, high, BOTTOM, TOP)
    points = {k: (round(across(k), 1), round(upward(y), 1)) for k, y in curve}
    favoured = measure.favour(curve)
    finding = measure.finding.format(k=favoured)
    if favoured != chosen:
        finding += f", not at the {chosen} in use"
    mark = points.get(chosen, points[favoured])
    return CurveChart(
        key=measure.key,
        title=measure.title,
        finding=f"{finding}.",
        width=WIDTH,
        height=HEIGHT,
        path=line_path(list(points.values())),
        dots=[Spot(x=x, y=y) for x, y in points.values()],
        chosen=Spot(x=mark[0], y=mark[1]),
        x_axis=Axis(
            label="k, number of segments", ticks=[Tick(at=points[k][0], text=str(k)) for k in points]
        ),
        y_axis=Axis(
            label=measure.title,
            ticks=[
                Tick(at=round(upward(y), 1), text=number_text(y, 3))
                for y in nice_ticks(low, high, max(1, round((high - low) / step)))
            ],
        ),
    )


def _stability_word(stability: float) -> str:
    if stability >= HOLDS:
        return "holds"
    return "dissolves" if stability < DISSOLVES else "wavers"


def _null_text(test: NullTest, customers: int) -> str:
    is_least = max(test.gaussian_p, test.uniform_p) <= 1.001 / (test.draws + 1)
    least = ", the least that so many can give" if is_least else ""
    sampled = (
        f" The comparison was made on {number_text(test.rows)} of the {number_text(customers)} customers, "
        "from each segment its share."
        if test.rows < customers
        else ""
    )
    figures = {name: f"{value:.3f}" for name, value in test.model_dump(exclude={"draws", "rows"}).items()}
    return (
        "Any table can be cut into segments. So {draws} tables without groups were made and cut in the same "
        "way. Drawn from one bell-shaped cloud, their silhouette is {gaussian_mean} on average and "
        "{gaussian_max} at best; spread evenly over a box, {uniform_mean} and {uniform_max}. These customers "
        "reach {observed} (p = {gaussian_p} and {uniform_p}{least}). Each p counts two things, and both must "
        "beat the tables without groups: how well the segments are divided, and how empty their borders are."
        "{sampled}"
    ).format(**figures, draws=test.draws, least=least, sampled=sampled)


def _limits(model: MLModel) -> list[str]:
    features = model.document.features
    seen = listing([_seen(feature) for feature in features])
    names = listing([feature.label.lower() for feature in features])
    return [
        f"A customer is placed by {names} alone. Everything else on this page, such as who the customers "
        "were, describes the training table and is never used to place anybody.",
        f"Training saw {seen}. Beyond that a placement is an extrapolation, and the pages say so.",
        "Confidence says how firmly a border stands around a customer. It is not the chance of being right: "
        "there is no hidden truth to be right about.",
        "Strategies are starting points written by people. Nothing here has measured that they work; "
        "a campaign with a group left out would.",
        "Segments describe groups. They are no basis for decisions about one person's credit, price, work "
        "or rights.",
        f"The table holds {number_text(model.document.data.rows)} customers at one moment. "
        "Train again when customers change.",
        *_apart(model),
    ]


def _apart(model: MLModel) -> list[str]:
    """Say what became of outliers and of gaps, where the model knows either."""
    lines = []
    outlying, rows = model.document.exceptional, model.document.data.rows
    if outlying:
        lines.append(
            f"{number_text(outlying.size)} of the {number_text(rows)} customers lie so far from all others "
            f"that they form the segment {outlying.name}: they moved no centroid, and "
            f"{number_text(rows - outlying.size)} customers did."
        )
    learned = model.document.encoding.features if model.document.encoding else ()
    gaps = [
        f"{feature.label.lower()} {number_text(own.missing)}"
        for feature, own in zip(model.document.features, learned, strict=False)
        if own.missing
    ]
    if gaps:
        lines.append(f"Values that were missing in training and were filled in: {', '.join(gaps)}.")
    return lines


def _seen(feature: FeatureState) -> str:
    if feature.levels:
        return f"{feature.label.lower()} {listing(feature.levels)}"
    text = range_text(feature.training_min, feature.training_max, feature.unit, feature.decimals)
    return f"{feature.label.lower()} from {text}"
