"""The about page: what the model is and how far to trust it, in words first and then in numbers."""

from __future__ import annotations

from app.models.curve_drawing import draw_curves
from app.models.ml_model import MLModel
from app.models.model_document import (
    LEAST_TOLD,
    ColumnAnalysis,
    ExceptionalState,
    FeatureState,
    ModelDocument,
    NullTest,
)
from app.schemas.cluster import ClusterInfoList, ClusterList
from app.schemas.model_version import SilhouetteBasis
from app.schemas.page import AboutPage, AboutSegment, ColumnTitle, CurveChart, Frame
from app.services.choice_story import tell_choice
from app.services.prediction_service import PredictionService
from app.services.wording import ordinary_text, verdict_sentence
from app.utils.quantities import listing, number_text, range_text

HOLDS, DISSOLVES = 0.75, 0.6


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
            customers=_customers(document),
            headline=verdict_sentence(document.verdict.code, len(document.segments)),
            columns=[_column(column, figures) for column in analysis.columns],
            least_told=LEAST_TOLD,
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
            choice=tell_choice(info.choice) if info.choice else None,
            curves=_curves(model),
            curves_file=f"/api/v1/recipes/{document.recipe}/versions/{document.version}/curves.svg",
            silhouette_of=_silhouette_of(info.metrics.silhouette_of, document),
            curves_of=_curves_of(info.curves[0].silhouette_of, document),
            null_text=_null_text(analysis.null_test, model.document.data.rows),
            limits=_limits(model),
            frame=frame or Frame(),
        )


def _column(column: ColumnAnalysis, figures: ClusterList) -> ColumnTitle:
    """Describe a column, with the range that its segments' intervals span."""
    told = [found.ci95 for s in figures.segments if (found := s.columns.get(column.name))]
    low, high = min((ci[0] for ci in told), default=0.0), max((ci[1] for ci in told), default=0.0)
    return ColumnTitle(**column.model_dump(exclude={"overall"}), low=low, span=(high - low) or 1.0)


def _outlying(
    found: ExceptionalState | None, words: ClusterInfoList, figures: ClusterList
) -> AboutSegment | None:
    """Describe the segment of the exceptional, if there is one, as the last row of the table."""
    if found is None or words.exceptional is None or figures.exceptional is None:
        return None
    return AboutSegment(slot=found.slot, info=words.exceptional, numbers=figures.exceptional, verdict="")


def _curves(model: MLModel) -> list[CurveChart]:
    drawings = draw_curves(model.analysis.curves, len(model.segments))
    return [CurveChart.model_validate(drawing, from_attributes=True) for drawing in drawings]


def _silhouette_of(found: SilhouetteBasis, document: ModelDocument) -> str:
    """Say how many customers a silhouette was measured on, and of a sample how far it may be off."""
    customers = number_text(_ordinary(document))
    if found.ci95 is None:
        return f"Measured on all {customers} customers."
    return (
        f"Measured on a sample of {number_text(found.rows)} of the {customers} customers, from each segment "
        f"its share; for all of them the 95 % interval is {found.ci95[0]:.3f} to {found.ci95[1]:.3f}."
    )


def _curves_of(found: SilhouetteBasis, document: ModelDocument) -> str:
    """Say what the bands around the curves mean, and whether they count a sample in."""
    bands = (
        "The bands are 95 % intervals: these customers are only some of all who might have come, and others "
        "of the same kind would move each figure about so far. Where the bands of two numbers of segments "
        "overlap widely, the measure is a weak reason to prefer one of them."
    )
    if found.ci95 is None:
        return bands
    return (
        f"{bands} The silhouettes are those of samples, here of {number_text(found.rows)} of the "
        f"{number_text(_ordinary(document))} customers, and their bands count that in."
    )


def _ordinary(document: ModelDocument) -> int:
    return document.data.rows - (document.exceptional.size if document.exceptional else 0)


def _customers(document: ModelDocument) -> str:
    apart = document.exceptional
    told = ordinary_text(document.data.rows, apart.size if apart else 0)
    if apart is None:
        return told
    return f"{told} make the segments; the other {number_text(apart.size)} are the segment {apart.name}"


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
    apart = model.document.exceptional
    of_whom = " of the customers who make the segments" if apart and apart.scaled_by == "others" else ""
    return [
        f"A customer is placed by {names} alone. Everything else on this page, such as who the customers "
        "were, describes the training table and is never used to place anybody.",
        f"Training saw {seen}{of_whom}. Beyond that a placement is an extrapolation, and the pages say so.",
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
